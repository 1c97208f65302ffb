//! Who is told what, beyond a request's own messages.

use std::collections::BTreeSet;

use super::*;
use crate::domain::{
    alarm::{Alarm, Confirmed, MOST_CARDS, Rung},
    live::Promise,
    port::{Alert, Nudge, UnfitGroup},
};

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
    play = play.settled("identify_person", Outcome::identified(identity("alice")));
    assert!(play.last().contains(&Event::CredentialsAccepted { vendor: Vendor::Okta }));
    let again = play.fails("find_approvers", Class::Auth, 401);
    assert!(matches!(play.alerts()[1], Alert::CredentialsAccepted { vendor: Vendor::Okta }), "admins hear of the end");
    assert_eq!(play.goes(&again).alerts().len(), 3, "another time");
}

#[test]
fn a_right_that_comes_and_goes_is_told_once_an_hour() {
    let asked = Play::new().goes(&ask("db/rw", "form"));
    let refused = asked.fails("identify_person", Class::Auth, 401);
    let refused = asked.goes(&refused);
    let unheard = refused.clone().settled("identify_person", Outcome::identified(identity("alice")));
    let heard = refused.settled("alert_admins", Outcome::Told);
    let finding = heard.settled("identify_person", Outcome::identified(identity("alice")));
    let again = finding.fails("find_approvers", Class::Auth, 403);
    let anew = unheard.fails("find_approvers", Class::Auth, 403);
    assert_eq!(unheard.goes(&anew).alerts().len(), 3, "nobody heard of the first");
    assert_eq!(finding.clone().after(3_599).goes(&again).alerts().len(), 2);
    assert_eq!(finding.after(3_600).goes(&again).alerts().len(), 3);
}

/// Two requests: what goes well of the one says nothing of the right that the other lacks.
#[test]
fn a_right_that_is_missing_is_told_once_though_other_calls_go_well() {
    let jira = |play: &Play, wanted: &str, status| {
        let mut refused = play.fails(wanted, Class::Auth, status);
        if let Command::Fail(failure) = &mut refused {
            failure.fault.vendor = Vendor::Jira;
        }
        refused
    };
    let ticket = |n: u32| Outcome::TicketOpened { id: n.to_string(), key: format!("A-{n}"), link: String::new() };
    let open = Play { tickets: Tickets::Kept, ..Play::new() }.approved(ONE, "db/rw");
    let open = open.settled("create_ticket", ticket(1)).opened().settled("comment_ticket", Outcome::Told);
    let refused = jira(&open, "move_ticket", 403);
    let two = open.goes(&refused).after(3_600).goes(&refused).approved(ONE.next(), "db/debug");
    let two = two.settled("create_ticket", ticket(2)).goes(&refused).after(3_600).goes(&refused);
    assert!(matches!(two.alerts()[..], [Alert::CredentialsRefused { .. }]), "{:?}", two.alerts());
    let keyless = two.clone().goes(&jira(&two, "move_ticket", 401));
    assert_eq!(keyless.alerts().len(), 2, "a key that is refused is more than a right");
    let moved = two.settled("move_ticket", Outcome::Told);
    assert!(moved.last().contains(&Event::CredentialsAccepted { vendor: Vendor::Jira }));
}

/// A request stays in memory for its ticket: not without end.
#[test]
fn a_ticket_waits_for_thirty_days_and_admins_are_told() {
    let open = Play { tickets: Tickets::Kept, ..Play::new() }.approved(ONE, "db/rw");
    let mut refused = open.fails("create_ticket", Class::Auth, 403);
    if let Command::Fail(failure) = &mut refused {
        failure.fault.vendor = Vendor::Jira;
    }
    let waits = open.after(30 * 86_400 - 1).goes(&refused);
    assert!(waits.promise("create_ticket").is_some());
    let over = waits.after(1).goes(&refused);
    assert_eq!(over.promise("create_ticket"), None);
    assert!(matches!(over.alerts()[..], [_, Alert::TicketRefused { .. }]), "{:?}", over.alerts());
}

/// What was told too late is not told: neither that a key is refused that was replaced, nor that one is taken again of
/// whose refusal nobody heard.
#[test]
fn an_alert_is_moot_once_its_moment_has_passed() {
    let moot = |play: &Play| play.alerts().iter().map(|alert| play.live.is_moot(alert)).collect::<Vec<_>>();
    let asked = Play::new().goes(&ask("db/rw", "form"));
    let refused = asked.clone().goes(&asked.fails("identify_person", Class::Auth, 401));
    assert_eq!(moot(&refused), [false]);
    let identified = Outcome::identified(identity("alice"));
    let late = refused.clone().settled("identify_person", identified.clone());
    assert_eq!(moot(&late), [true, true], "nobody heard of the refusal");
    let heard = refused.settled("alert_admins", Outcome::Told).settled("identify_person", identified);
    assert_eq!(moot(&heard), [true, false]);
    let again = heard.clone().after(3_600).goes(&heard.fails("find_approvers", Class::Auth, 401));
    assert_eq!(moot(&again)[1..], [true, false], "it is refused once more");
}

#[test]
fn an_alert_that_waits_too_long_or_before_too_many_is_given_up() {
    let asked = Play::new().goes(&ask("db/rw", "form"));
    let mut live = asked.clone().goes(&asked.fails("identify_person", Class::Auth, 401)).live;
    let (id, promise) = live.promises.iter().next_back().map(|(id, promise)| (*id, promise.clone())).unwrap();
    let (day, second) = (TimeDelta::days(1), TimeDelta::seconds(1));
    assert!(!live.is_given_up(&promise, asked.now + day - second));
    assert!(live.is_given_up(&promise, asked.now + day));
    live.promises.extend((1..100).map(|n| (EffectId { seq: id.seq + n, ordinal: 0 }, promise.clone())));
    assert!(!live.is_given_up(&promise, asked.now));
    live.promises.insert(EffectId { seq: id.seq + 100, ordinal: 0 }, promise.clone());
    assert!(live.is_given_up(&promise, asked.now));
    let alarm = Effect::AlertAdmins { alert: Alert::RemovalsLate { revision: 1 } };
    assert!(!live.is_given_up(&Promise { effect: alarm, ..promise }, asked.now + day), "the alarm is never given up");
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
        .settled("identify_person", Outcome::identified(identity("alice")))
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

/// Nudges that stand or were said.
fn nudges(play: &Play) -> Vec<Nudge> {
    let effects = play.entries.iter().flat_map(|entry| &entry.effects);
    effects.filter_map(|effect| if let Effect::Nudge { nudge, .. } = effect { Some(*nudge) } else { None }).collect()
}

/// Admins were told of the alarm as it stands; it rang so often.
fn rung(play: Play, rung: u32) -> Play {
    let cards = BTreeMap::from([(slack("carol"), card("carol"))]);
    play.settled("alert_admins", Outcome::Rung { cards, gone: BTreeSet::new(), rung, behind: 0 })
}

#[test]
fn late_removals_are_one_alarm_with_its_own_intervals() {
    let late = Play::new().approved(ONE, "db/rw").opened().after(7_200).due().after(300).due();
    assert!(matches!(late.alerts()[..], [Alert::RemovalsLate { revision: 1 }]), "{:?}", late.alerts());
    let told = rung(late, 1);
    let alarm = told.live.alarm.clone().unwrap();
    assert_eq!((alarm.rung, alarm.heard, alarm.late, alarm.cards.len()), (1, 1, 1, 1));
    let again = told.after(600).due();
    let alarm = again.live.alarm.clone().unwrap();
    assert_eq!((alarm.revision, alarm.rung, alarm.heard), (2, 2, 1), "it rings again at 15 minutes");
    let told = rung(again, 2).settled("nudge", Outcome::Told).settled("nudge", Outcome::Told);
    let over = told.settled("remove_member", REMOVED);
    assert!(over.live.alarm.as_ref().is_some_and(|alarm| alarm.over.is_some() && alarm.confirmed.is_some()));
    let known = rung(over, 2);
    assert_eq!(known.live.alarm, None, "admins know the end");
    assert_eq!(nudges(&known), [Nudge::Open, Nudge::RemovalLate], "nobody is told of one end twice");
}

#[test]
fn whoever_was_not_told_yet_that_it_is_late_is_told_that_it_ended() {
    let late = Play::new().approved(ONE, "db/rw").opened().settled("nudge", Outcome::Told);
    let late = late.after(7_200).due().after(300).due();
    let over = late.settled("remove_member", REMOVED);
    assert_eq!(nudges(&over), [Nudge::Open, Nudge::RemovalLate, Nudge::Expired]);
}

/// Where the end of one alarm was not told yet, the next goes on in the same messages, and rings.
#[test]
fn an_alarm_that_begins_anew_rings_in_the_same_messages() {
    let over = rung(Play::new().approved(ONE, "db/rw").opened().after(7_200).due().after(300).due(), 1)
        .settled("remove_member", REMOVED);
    let mut alarm = over.live.alarm.unwrap();
    let now = over.now + TimeDelta::hours(2);
    alarm.finds(now - TimeDelta::minutes(5), true, now);
    assert_eq!((alarm.rung, alarm.heard, alarm.late, alarm.over, alarm.cards.len()), (1, 0, 1, None, 1));
    // What was still under way of the one before counts for nothing.
    let (cards, gone) = (BTreeMap::new(), BTreeSet::new());
    let told = Rung { cards: &cards, gone: &gone, rung: 1 };
    alarm.is_told(2, told);
    assert_eq!(alarm.heard, 0);
    alarm.is_told(alarm.revision, told);
    assert_eq!(alarm.heard, 1);
}

/// One admin's message could not be redrawn: the promise stands for them, and the alarm until their message says it too.
#[test]
fn an_alarm_is_forgotten_once_every_message_shows_its_end() {
    let late = Play::new().approved(ONE, "db/rw").opened().after(7_200).due().after(300).due();
    let part = |names: &[&str], behind| Outcome::Rung {
        cards: names.iter().map(|name| (slack(name), card(name))).collect(),
        gone: BTreeSet::new(),
        rung: 1,
        behind,
    };
    let told = late.settled("alert_admins", part(&["carol", "dana"], 0));
    let over = told.settled("remove_member", REMOVED).settled("alert_admins", part(&["carol"], 1));
    let shown = |play: &Play| {
        let alarm = play.live.alarm.clone().unwrap();
        alarm.cards.into_values().map(|card| card.revision).collect::<Vec<_>>()
    };
    assert_eq!(shown(&over), [2, 1], "who was told is on record");
    assert!(over.promise("alert_admins").is_some(), "the other is still to be told");
    let known = over.clone().settled("alert_admins", part(&["dana"], 0));
    assert_eq!((known.live.alarm.as_ref(), known.promise("alert_admins")), (None, None));
    let gone = Outcome::Rung { cards: BTreeMap::new(), gone: [slack("dana")].into(), rung: 1, behind: 0 };
    assert_eq!(over.settled("alert_admins", gone).live.alarm, None, "a message that is gone shows nothing false");
}

/// Whoever has no message is told in a new one when it rings, and not each time something changes.
#[test]
fn whoever_has_no_message_is_told_when_it_rings() {
    let now = Play::new().now;
    let mut alarm = Alarm::begins(now, now + TimeDelta::minutes(5));
    assert!(alarm.rings_anew());
    let cards: BTreeMap<_, _> = (0..MOST_CARDS + 9).map(|n| (slack(&n.to_string()), card("carol"))).collect();
    let gone = BTreeSet::new();
    let told = |rung| Rung { cards: &cards, gone: &gone, rung };
    alarm.is_told(1, told(1));
    assert_eq!(alarm.cards.len(), MOST_CARDS);
    alarm.finds(now + TimeDelta::minutes(1), true, now + TimeDelta::minutes(6));
    assert!(!alarm.rings_anew(), "it is redrawn, and pings nobody");
    alarm.finds(now, false, now + TimeDelta::minutes(15));
    assert!(alarm.rings_anew());
    alarm.is_told_in_part(alarm.revision, told(2));
    assert!(!alarm.rings_anew(), "those beyond were told with the others");
    alarm.is_told(alarm.revision, told(2));
    alarm.confirms(Confirmed { due: now, at: now + TimeDelta::minutes(16) }, 0);
    assert!(alarm.rings_anew(), "and once at the end");
}

/// Whatever ids Slack gives, where the messages stand fits into a line.
#[test]
fn a_line_holds_where_all_messages_stand() {
    let long = |n: usize| format!("U{n:0253}");
    let posted = Posted {
        channel: SlackChannelId::parse(format!("D{}", "0".repeat(253))).unwrap(),
        ts: SlackTs::parse(format!("{}.{}", "1".repeat(126), "1".repeat(127))).unwrap(),
    };
    let admins = (0..MOST_CARDS).map(|n| SlackUserId::parse(long(n)).unwrap());
    let cards = admins.clone().map(|admin| (admin, posted.clone())).collect();
    let outcome = Outcome::Rung { cards, gone: admins.collect(), rung: u32::MAX, behind: u32::MAX };
    let settled = Event::EffectSettled { effect: EffectId { seq: u64::MAX, ordinal: u32::MAX }, outcome };
    assert!(serde_json::to_string(&settled).unwrap().len() < 60_000);
}

#[test]
fn a_look_up_that_is_slow_is_told_once_and_the_request_goes_on() {
    let due = Command::RequestDue { request: ONE };
    let asked = Play::new().goes(&ask("db/rw", "form"));
    assert_eq!(asked.clone().after(29).goes(&due).live.seq, asked.live.seq, "not before 30 s");
    let slow = asked.after(30).goes(&due);
    assert_eq!(slow.last(), [Event::LookUpSlow { request: ONE }]);
    let seq = slow.live.seq;
    let later = slow.after(3_600).goes(&due);
    assert_eq!(later.live.seq, seq, "once");
    let found = later.settled("identify_person", Outcome::identified(identity("alice")));
    assert!(matches!(found.live.requests[&ONE].state, State::Checking { slow: Some(_), .. }), "it stays slow");
    let closed = found.after(86_400).goes(&due);
    assert!(matches!(closed.last()[..], [.., Event::RequestLapsed { .. }]));
}

#[test]
fn a_group_that_cannot_be_changed_is_told_to_admins() {
    let unfit_group = Some(UnfitGroup::FilledByRule);
    let standing = Standing { member: false, inactive: None, unfit_group, facts: None, lapsed: Vec::new() };
    let failed = Play::new().approved(ONE, "db/rw").settled("check_member", Outcome::Stands { standing });
    assert!(matches!(failed.alerts()[..], [Alert::GroupUnfit { .. }]), "{:?}", failed.alerts());
}

#[test]
fn an_approver_who_cannot_be_reached_is_told_once_and_a_requester_is_none() {
    let pending = Play::new().goes(&ask("db/rw", "form"));
    let pending =
        pending.settled("identify_person", Outcome::identified(identity("alice"))).settled("find_approvers", found());
    let miss = |view| Command::Miss { view, fault: fault(404) };
    let bob = miss(ViewKey::Approver { request: ONE, slack: slack("bob") });
    let missed = pending.goes(&bob).goes(&bob).goes(&miss(ViewKey::Requester { request: ONE }));
    assert!(matches!(missed.alerts()[..], [Alert::ApproverUnreachable { .. }]), "{:?}", missed.alerts());
}

#[test]
fn whoever_turns_out_to_be_no_approver_has_a_card_that_says_so() {
    let mut play = Play::new().goes(&ask("db/rw", "form"));
    play = play.settled("identify_person", Outcome::identified(identity("alice"))).settled("find_approvers", found());
    let view = ViewKey::Approver { request: ONE, slack: slack("bob") };
    play = play.goes(&Command::Show { view, posted: card("bob"), revision: 9 });
    for application in play.catalogue.applications.values_mut() {
        application.owners.retain(|owner| *owner != Who::Person(email("bob")));
    }
    let clicked = play.decides("bob", Choice::Approve);
    let judged = play.goes(&clicked).settled("check_authority", Outcome::identified(identity("bob")));
    assert!(judged.live.requests[&ONE].dismissed.contains_key(&slack("bob")));
    assert!(matches!(judged.live.requests[&ONE].state, State::Pending { .. }), "the others go on");
}
