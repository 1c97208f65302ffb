//! Who is told what, beyond a request's own messages.

use super::*;
use crate::domain::port::Alert;

impl Play {
    pub(super) fn alerts(&self) -> Vec<&Alert> {
        let effects = self.entries.iter().flat_map(|entry| &entry.effects);
        effects
            .filter_map(|effect| match effect {
                Effect::AlertAdmins { alert } => Some(alert),
                _ => None,
            })
            .collect()
    }
}

#[test]
fn refused_credentials_are_told_once_while_it_lasts_whatever_they_were_for() {
    let asked = Play::new().goes(&ask("db/rw", "form"));
    let refused = asked.fails("identify_person", Class::Auth, 401);
    let mut play = asked.goes(&refused).after(3_600 * 5).goes(&refused);
    assert_eq!(play.alerts().len(), 1, "{:?}", play.alerts());
    play = play.settled("identify_person", Outcome::Identified { person: identity("alice") });
    assert!(play.last().contains(&Event::CredentialsAccepted { vendor: Vendor::Okta }));
    let again = play.fails("find_approvers", Class::Auth, 401);
    assert_eq!(play.goes(&again).alerts().len(), 2, "another time");
}

#[test]
fn a_right_that_comes_and_goes_is_told_once_an_hour() {
    let asked = Play::new().goes(&ask("db/rw", "form"));
    let refused = asked.fails("identify_person", Class::Auth, 401);
    let finding = asked.goes(&refused).settled("identify_person", Outcome::Identified { person: identity("alice") });
    let again = finding.fails("find_approvers", Class::Auth, 403);
    assert_eq!(finding.clone().after(3_599).goes(&again).alerts().len(), 1);
    assert_eq!(finding.after(3_600).goes(&again).alerts().len(), 2);
}

/// Of Jira nothing else tells that it goes on: admins hear of both. A right that only some of it needs is over when
/// somebody gave it, not when something else went well.
#[test]
fn jira_that_refuses_the_bot_is_told_once_and_so_is_that_it_takes_it_again() {
    let jira = |play: &Play, wanted: &str, status: u16| {
        let mut refused = play.fails(wanted, Class::Auth, status);
        if let Command::Fail(failure) = &mut refused {
            failure.fault.vendor = Vendor::Jira;
        }
        refused
    };
    let opened =
        Outcome::TicketOpened { id: "1".into(), key: "ACCESS-1".into(), link: "https://jira.example/1".into() };
    let pending = Play { tickets: Tickets::Kept, ..Play::new() }
        .goes(&ask("db/rw", "form"))
        .settled("identify_person", Outcome::Identified { person: identity("alice") })
        .settled("find_approvers", found());
    let refused = jira(&pending, "create_ticket", 401);
    let open = pending.clone().goes(&refused).after(7_200).goes(&refused).settled("create_ticket", opened.clone());
    let alerts = open.alerts();
    assert!(matches!(alerts[..], [Alert::CredentialsRefused { .. }, Alert::CredentialsAccepted { .. }]), "{alerts:?}");
    assert!(open.last().contains(&Event::CredentialsAccepted { vendor: Vendor::Jira }));

    let forbidden = jira(&pending, "create_ticket", 403);
    let open = pending.goes(&forbidden).settled("create_ticket", opened);
    assert!(matches!(open.alerts()[..], [Alert::CredentialsRefused { .. }]), "{:?}", open.alerts());
}

#[test]
fn slack_that_refuses_its_token_is_no_fault_of_okta() {
    let asked = Play::new().goes(&ask("db/rw", "form"));
    let mut refused = asked.fails("identify_person", Class::Auth, 401);
    if let Command::Fail(failure) = &mut refused {
        failure.fault.vendor = Vendor::Slack;
    }
    assert_eq!(asked.goes(&refused).alerts(), Vec::<&Alert>::new());
}

#[test]
fn owners_are_told_of_who_stood_there_before() {
    let looking = Play::new().approved(ONE, "db/rw");
    let refused = looking.settled("check_member", stands(true));
    let told: Vec<&Effect> = refused.entries.last().unwrap().effects.iter().collect();
    let owner = |name: &str| Effect::TellOwner { request: ONE, owner: email(name), name: "alice".into() };
    assert_eq!(told, [&owner("bob"), &owner("dana")]);
}

#[test]
fn whoever_is_bound_is_told_once_in_their_own_message() {
    let one = Play::new().approved(ONE, "db/rw");
    let joined = &one.live.requests[&ONE].joined;
    assert_eq!(joined.keys().cloned().collect::<Vec<_>>(), [slack("alice"), slack("bob")]);
    let two = one.approved(ONE.next(), "db/debug");
    assert!(two.live.requests[&ONE.next()].joined.is_empty());
}

#[test]
fn a_removal_that_rests_on_what_is_shown_no_more_is_told() {
    let over = Play::new().approved(ONE, "db/rw").opened().after(7_200).due();
    let gone = Outcome::Removed { removal: Removal::UserGone, receipt: None };
    let ended = over.clone().settled("remove_member", gone);
    assert!(matches!(ended.alerts()[..], [Alert::GoneFromSight { removal: Removal::UserGone, .. }]));
    assert_eq!(over.settled("remove_member", REMOVED).alerts(), Vec::<&Alert>::new());
}
