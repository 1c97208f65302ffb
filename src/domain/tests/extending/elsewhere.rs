//! What those who read elsewhere are told of an extension: of itself, on the ticket and beside the name of what it
//! extends.

use super::*;
use crate::domain::{
    id::RuleId,
    request::FirstOver,
    rules::{Rule, Rules, Ruling},
    ticket::Ticket,
};

const THREE: RequestId = TWO.next();

/// Alice holds the database, which has its ticket, and there is a channel.
fn ticketed() -> Play {
    let mut play = Play { tickets: Tickets::Kept, ..Play::new() }.approved(ONE, "db/rw");
    play.audit = AuditChannel::Told;
    let opened = Outcome::TicketOpened { id: "10001".into(), key: "ACCESS-1".into(), link: "https://jira/1".into() };
    play.opened().settled("create_ticket", opened)
}

/// More time is asked for, and Bob has the card.
fn more_asked(play: Play, key: &str, request: RequestId) -> Play {
    let found = play.goes(&more_by("alice", key, minutes(60))).settled("identify_person", is("alice"));
    let found = found.settled("find_approvers", self::found());
    let view = ViewKey::Approver { request, slack: slack("bob") };
    found.goes(&Command::Show { view, posted: card("bob"), revision: 1 })
}

/// Bob's click is received, and judged a minute later.
fn judged(play: Play, request: RequestId, choice: Choice) -> Play {
    let press = play.bob_presses(request, play.live.requests[&request].digest(), choice);
    play.goes(&press).after(60).settled("check_authority", is("bob"))
}

impl Play {
    /// What was promised to be told by the last line: to whose ticket, of which extension, what, and when.
    fn comments(&self) -> Vec<(RequestId, Option<RequestId>, Happened, Timestamp)> {
        let said = self.entries.last().unwrap().effects.iter().filter_map(|effect| match effect {
            Effect::CommentTicket { request, what, at, extension } => Some((*request, *extension, what.clone(), *at)),
            _ => None,
        });
        said.collect()
    }

    /// The same of the channel, which is told of the extension itself.
    fn lines(&self) -> Vec<(RequestId, Option<RequestId>, Happened, Timestamp)> {
        let said = self.entries.last().unwrap().effects.iter().filter_map(|effect| match effect {
            Effect::TellAudit { request, what, at } => Some((ONE, Some(*request), what.clone(), *at)),
            _ => None,
        });
        said.collect()
    }
}

#[test]
fn what_it_goes_through_is_said_of_it_and_put_on_the_first_ticket() {
    let play = more_asked(ticketed(), "more", TWO);
    let asked = &play.entries[play.entries.len() - 2];
    let until = play.first().ends().unwrap() + TimeDelta::hours(1);
    let told = |what: Happened, at: Timestamp| (ONE, Some(TWO), what, at);
    let pending = Play { entries: vec![asked.clone()], ..play.clone() };
    assert_eq!(pending.comments(), [told(Happened::MoreAsked { until }, play.now)]);
    assert_eq!(pending.lines(), pending.comments());
    assert!(!pending.promised("create_ticket"), "it has none of its own");
    assert!(play.live.requests[&TWO].ticket.is_none());
    let clicked = play.now;
    let play = judged(play, TWO, Choice::Approve);
    let approved = told(Happened::Approved { step: 0 }, clicked);
    assert_eq!(play.comments(), [approved, told(Happened::Extended { ends: until }, play.now)]);
    assert_eq!(play.lines(), play.comments());
    assert!(!play.promised("move_ticket"), "the ticket stays where its request stands");
}

#[test]
fn a_denial_is_told_as_of_when_it_was_made_and_a_withdrawal_on_the_ticket_alone() {
    let play = more_asked(ticketed(), "more", TWO);
    let clicked = play.now;
    let denied = judged(play.clone(), TWO, Choice::Deny(text("Use the replica")));
    assert_eq!(denied.comments(), [(ONE, Some(TWO), Happened::NotExtended, clicked)]);
    assert_eq!(denied.lines(), denied.comments());
    let withdrawn = play.clone().after(60).goes(&Command::Cancel { who: slack("alice"), request: TWO });
    assert_eq!(withdrawn.comments(), [(ONE, Some(TWO), Happened::Withdrawn, withdrawn.now)]);
    assert_eq!(withdrawn.lines(), []);
    // With the access it ends, and that alone is told.
    let returned = play.goes(&Command::Return { who: slack("alice"), request: ONE });
    assert_eq!(returned.comments(), []);
}

#[test]
fn what_nobody_was_asked_stays_in_the_journal() {
    let mut play = ticketed().goes(&more(minutes(60)));
    if let Some(application) = play.catalogue.applications.values_mut().next() {
        application.entitlements[0].requesters = Requesters::Only(Vec::new());
    }
    let refused = play.settled("identify_person", is("alice"));
    assert_eq!(refused.come_to_name(), "refused");
    assert!(refused.tells(Nudge::NotExtended), "its holder reads why");
    assert_eq!((refused.comments(), refused.lines()), (Vec::new(), Vec::new()));
}

#[test]
fn rules_that_keep_it_are_named_to_everyone() {
    let rule = Rule { id: RuleId::parse("oncall").unwrap(), message: None };
    let mut play = ticketed().goes(&more(minutes(60)));
    let auto = rule.clone();
    play.catalogue.rules =
        Rules::new(move |_| Ok(Ruling { auto: vec![auto.clone()], ..Ruling::default() }), |_, _| Ok(Vec::new()));
    let kept = play.settled("identify_person", is("alice"));
    let until = kept.first().ends().unwrap();
    let told = |what: Happened| (ONE, Some(TWO), what, kept.now);
    assert_eq!(kept.comments(), [told(Happened::MoreAsked { until }), told(Happened::Extended { ends: until })]);
    assert_eq!(kept.lines(), kept.comments());
    let Extension::Over { approval: None, rules, .. } = &kept.first().extension else { panic!("{:?}", kept.first()) };
    assert_eq!(rules.iter().map(|one| &one.rule).collect::<Vec<_>>(), [&rule]);
}

/// While Jira is down each comment waits with the extension of which it speaks, and that stays for it.
#[test]
fn each_of_two_is_told_of_by_itself_however_late() {
    let play = judged(more_asked(ticketed(), "more", TWO), TWO, Choice::Approve);
    let play = judged(more_asked(play, "again", THREE), THREE, Choice::Approve);
    let waiting: Vec<Option<RequestId>> = play
        .live
        .promises
        .values()
        .filter_map(|promise| match promise.effect {
            Effect::CommentTicket { request: ONE, extension, .. } => Some(extension),
            _ => None,
        })
        .collect();
    assert_eq!(waiting, [None, None, Some(TWO), Some(TWO), Some(TWO), Some(THREE), Some(THREE), Some(THREE)]);
    assert!(matches!(&play.first().ticket, Some(Ticket::Opened { .. })));
    assert!(play.live.requests.contains_key(&TWO), "its words are needed");
}

#[test]
fn what_was_approved_stays_as_it_was_and_the_whole_is_told_apart() {
    let play = judged(asked(), TWO, Choice::Approve);
    assert_eq!((play.first().end, play.first().whole()), (minutes(120), minutes(180)));
    let State::Active { opened, ends, .. } = play.first().state else { panic!("{:?}", play.first().state) };
    assert_eq!(play.first().whole().end(opened), ends);
    let again = judged(more_asked(play, "again", THREE), THREE, Choice::Approve);
    assert_eq!((again.first().end, again.first().whole()), (minutes(120), minutes(240)));
    assert_eq!(again.live.requests[&TWO].end, minutes(60));
}

/// Cards of an extension follow the access to its end, once: while Okta is asked to end it they wait.
#[test]
fn its_cards_say_how_the_access_ended() {
    let view = ViewKey::Approver { request: TWO, slack: slack("bob") };
    let play = judged(asked(), TWO, Choice::Approve);
    let revision = play.live.requests[&TWO].revision;
    let shown = play.goes(&Command::Show { view: view.clone(), posted: card("bob"), revision });
    let returned = shown.goes(&Command::Return { who: slack("alice"), request: ONE });
    assert_eq!(returned.live.requests[&TWO].stale_views(), []);
    let over = returned.settled("remove_member", REMOVED);
    let expected = FirstOver { ending: Ending::Returned, at: over.now };
    assert_eq!(over.live.requests[&TWO].first_over, Some(Box::new(expected)));
    assert_eq!(over.live.requests[&TWO].stale_views(), std::slice::from_ref(&view));
    assert_eq!(over.live.requests[&TWO].revision, revision + 1);
    let first = ViewKey::Requester { request: ONE };
    let later = over.goes(&Command::Show { view: first, posted: card("alice"), revision: 99 });
    assert_eq!(later.live.requests[&TWO].revision, revision + 1, "once");
    // One that came to nothing has nothing to add.
    let denied = judged(asked(), TWO, Choice::Deny(text("Use the replica")));
    let over = denied.goes(&Command::Return { who: slack("alice"), request: ONE }).settled("remove_member", REMOVED);
    assert_eq!(over.live.requests[&TWO].first_over, None);
}
