//! What the audit channel is promised, and what becomes of a channel that takes nothing.

use super::*;
use crate::domain::{port::Alert, ticket::Happened};

impl Play {
    fn audited() -> Self {
        Self { audit: AuditChannel::Told, ..Self::new() }
    }

    /// All that was ever promised to the channel.
    pub(super) fn told(&self) -> Vec<&Happened> {
        let effects = self.entries.iter().flat_map(|entry| &entry.effects);
        effects
            .filter_map(|effect| match effect {
                Effect::TellAudit { what, .. } => Some(what),
                _ => None,
            })
            .collect()
    }
}

#[test]
fn a_life_is_told_by_its_decision_its_grant_and_its_end() {
    let open = Play::audited().approved(ONE, "db/rw").opened();
    let (decided, ends) = (open.now, open.now + TimeDelta::hours(2));
    let over = open.after(7_203).due().settled("remove_member", REMOVED);
    let removed = Happened::Removed { removal: Removal::Removed, due: ends };
    assert_eq!(over.told(), [&Happened::Approved { step: 0 }, &Happened::Opened { ends }, &removed]);
    let first = over.live.promises.values().find_map(|promise| match &promise.effect {
        Effect::TellAudit { at, .. } => Some(*at),
        _ => None,
    });
    assert_eq!(first, Some(decided), "each line says when that was");
}

#[test]
fn where_there_is_no_channel_nothing_is_promised() {
    let over = Play::new().approved(ONE, "db/rw").opened().after(7_203).due().settled("remove_member", REMOVED);
    assert_eq!(over.told(), Vec::<&Happened>::new());
}

#[test]
fn it_hears_of_what_somebody_could_decide_and_not_of_what_was_withdrawn() {
    let asked = Play::audited().goes(&ask("db/rw", "form"));
    let due = Command::RequestDue { request: ONE };
    assert_eq!(asked.clone().after(86_400).goes(&due).told(), Vec::<&Happened>::new(), "nobody was asked");
    let pending =
        asked.settled("identify_person", Outcome::identified(identity("alice"))).settled("find_approvers", found());
    assert_eq!(pending.clone().after(86_400).goes(&due).told(), [&Happened::Unanswered]);
    let withdrawn = pending.goes(&Command::Cancel { who: slack("alice"), request: ONE });
    assert_eq!(withdrawn.told(), Vec::<&Happened>::new());
}

#[test]
fn a_late_removal_is_told_once_and_then_its_end() {
    let late = Play::audited().approved(ONE, "db/rw").opened().after(7_200).due().after(300).due().after(600).due();
    let due = late.now - TimeDelta::seconds(900);
    let over = late.settled("remove_member", REMOVED);
    let removed = Happened::Removed { removal: Removal::Removed, due };
    assert_eq!(over.told()[2..], [&Happened::NotConfirmed { due }, &removed]);
}

/// A line waits for a channel that takes nothing; admins are told once, and once more when it takes them again.
#[test]
fn a_channel_that_takes_nothing_is_told_to_admins_and_its_lines_wait() {
    let mut play = Play::audited().approved(ONE, "db/rw");
    let gone = play.fails("tell_audit", Class::Gone, 200);
    play = play.goes(&gone).after(3_600).goes(&gone);
    assert!(matches!(play.alerts()[..], [Alert::AuditChannelRefused { .. }]), "{:?}", play.alerts());
    assert!(play.promise("tell_audit").is_some(), "it is not given up");
    play = play.settled("tell_audit", Outcome::Told);
    assert!(matches!(play.alerts()[..], [_, Alert::AuditChannelAccepted]), "{:?}", play.alerts());
    assert!(play.last().contains(&Event::AuditChannelAccepted));
    let again = play.opened().settled("tell_audit", Outcome::Told);
    assert_eq!(again.alerts().len(), 2, "nothing was refused since");
}

#[test]
fn a_channel_that_takes_nothing_is_told_again_once_a_day() {
    let play = Play::audited().approved(ONE, "db/rw");
    let gone = play.fails("tell_audit", Class::Gone, 200);
    let heard = play.goes(&gone).settled("alert_admins", Outcome::Told);
    let day = heard.after(86_399).goes(&gone);
    assert_eq!(day.alerts().len(), 1);
    let again = day.after(1).goes(&gone).goes(&gone);
    assert_eq!(again.alerts().len(), 2);
    let taken = again.settled("tell_audit", Outcome::Told);
    assert!(!taken.live.is_moot(&Alert::AuditChannelAccepted), "admins heard of it the first time");
}

#[test]
fn a_line_waits_for_thirty_days() {
    let play = Play::audited().approved(ONE, "db/rw");
    let month = 30 * 86_400;
    let gone = play.fails("tell_audit", Class::Gone, 200);
    let waits = play.after(month - 1).goes(&gone);
    assert!(waits.promise("tell_audit").is_some());
    assert_eq!(waits.after(1).goes(&gone).promise("tell_audit"), None);
}

/// What Slack will never take is no reason for the others to wait.
#[test]
fn a_line_that_is_refused_itself_holds_up_no_other() {
    let play = Play::audited().approved(ONE, "db/rw");
    let refused = play.fails("tell_audit", Class::Rejected, 200);
    let play = play.goes(&refused);
    assert_eq!(play.promise("tell_audit"), None);
    assert!(matches!(play.alerts()[..], [Alert::AuditLineLost { request: ONE, .. }]), "{:?}", play.alerts());
    // One telling stands for all that is lost before it is told.
    let play = play.opened();
    let refused = play.fails("tell_audit", Class::Rejected, 200);
    let play = play.goes(&refused);
    assert_eq!((play.promise("tell_audit"), play.alerts().len()), (None, 1));
}

#[test]
fn after_a_start_another_channel_may_be_named() {
    let play = Play::audited().approved(ONE, "db/rw");
    let gone = play.fails("tell_audit", Class::Gone, 200);
    let heard = play.goes(&gone).settled("alert_admins", Outcome::Told);
    let started = heard.goes(&Command::Start { version: "2".into() });
    assert_eq!(started.goes(&gone).alerts().len(), 2);
}

#[test]
fn a_request_stays_until_its_lines_are_told() {
    let over = Play::audited().approved(ONE, "db/rw").opened().after(7_200).due().settled("remove_member", REMOVED);
    let shown = |play: Play| {
        let views = play.live.requests[&ONE].stale_views();
        let revision = play.live.requests[&ONE].revision;
        views.into_iter().fold(play, |play, view| play.goes(&Command::Show { view, posted: card("alice"), revision }))
    };
    let nudged = shown(over).settled("nudge", Outcome::Told).settled("nudge", Outcome::Told);
    let told = nudged.settled("tell_audit", Outcome::Told).settled("tell_audit", Outcome::Told);
    assert!(told.live.requests.contains_key(&ONE));
    assert!(!told.settled("tell_audit", Outcome::Told).live.requests.contains_key(&ONE));
}
