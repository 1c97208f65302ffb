//! While access is asked for or held: less than was asked, the word before its end, the end by somebody else's word, and
//! a freeze.

use super::*;
use crate::domain::{
    decide::request_due,
    event::Then,
    live::Freeze,
    port::Nudge,
    request::{Cause, NotOpened, Spot},
    ticket::Freezing,
};

const TWO: RequestId = RequestId::FIRST.next();

fn after(minutes: u64) -> EndRule {
    EndRule::After { secs: secs(minutes * 60) }
}

fn at(minutes: i64) -> EndRule {
    EndRule::At { instant: Play::new().now + TimeDelta::minutes(minutes) }
}

/// A request that is pending, and shown to both owners.
fn pending(end: EndRule) -> Play {
    let Command::Ask(asked) = ask("db/rw", "form") else { unreachable!() };
    let asked = Play::new().goes(&Command::Ask(Ask { end, ..asked }));
    let pending =
        asked.settled("identify_person", Outcome::identified(identity("alice"))).settled("find_approvers", found());
    ["bob", "dana"].iter().fold(pending, |play, name| {
        let view = ViewKey::Approver { request: ONE, slack: slack(name) };
        let revision = play.live.requests[&ONE].revision;
        play.goes(&Command::Show { view, posted: card(name), revision })
    })
}

fn is(name: &str) -> Outcome {
    Outcome::identified(identity(name))
}

fn events(play: &Play) -> Vec<String> {
    play.entries.last().unwrap().events.iter().map(|event| json_name(event, "event")).collect()
}

fn json_name(value: &impl serde::Serialize, tag: &str) -> String {
    serde_json::to_value(value).unwrap()[tag].as_str().unwrap().to_owned()
}

impl Play {
    fn line(&self) -> &Entry {
        self.entries.last().unwrap()
    }

    fn request(&self) -> &crate::domain::request::Request {
        &self.live.requests[&ONE]
    }

    /// What is promised to be said, about which request and how.
    fn nudges(&self) -> Vec<Nudge> {
        let said = self.line().effects.iter().filter_map(|effect| match effect {
            Effect::Nudge { nudge, .. } => Some(*nudge),
            _ => None,
        });
        said.collect()
    }

    fn answers(&self) -> Vec<(SlackUserId, Refusal)> {
        let told = self.line().effects.iter().filter_map(|effect| match effect {
            Effect::Reply { to, why, spot: Spot::Apart, .. } => Some((to.clone(), why.clone())),
            _ => None,
        });
        told.collect()
    }
}

#[test]
fn what_is_asked_and_what_it_can_be_approved_for() {
    let table: [(EndRule, EndRule, Result<EndRule, Refusal>); 13] = [
        (after(120), after(45), Ok(after(45))),
        (after(120), after(119), Ok(after(119))),
        (after(120), after(120), Err(Refusal::NotShorter)),
        (after(120), after(121), Err(Refusal::NotShorter)),
        (after(120), at(90), Ok(at(90))),
        (after(120), at(120), Err(Refusal::NotShorter)),
        (after(120), at(-1), Err(Refusal::TimePassed)),
        // A length that counts from when access opens could end later than the time that was asked for.
        (at(120), after(45), Ok(at(45))),
        (at(120), after(120), Err(Refusal::NotShorter)),
        (at(120), at(119), Ok(at(119))),
        (at(120), at(120), Err(Refusal::NotShorter)),
        (at(120), at(121), Err(Refusal::NotShorter)),
        (after(120), EndRule::After { secs: secs(59) }, Err(Refusal::TooShort { least: secs(60) })),
    ];
    for (asked, chosen, expected) in table {
        let mut play = pending(asked);
        let given = play.decides("bob", Choice::ApproveForLess(chosen));
        match (play.run(&given), expected) {
            (Err(why), Err(expected)) => assert_eq!(why, expected, "{asked:?} for {chosen:?}"),
            (Ok(_), Ok(expected)) => {
                let opened = play.settled("check_authority", is("bob")).opened();
                assert_eq!(opened.request().end, expected, "{asked:?} for {chosen:?}");
                let ends = opened.request().ends().unwrap();
                assert!(ends < asked.end(opened.now), "{asked:?} for {chosen:?} ends {ends}");
            }
            (answer, expected) => panic!("{asked:?} for {chosen:?}: {answer:?}, not {expected:?}"),
        }
    }
}

#[test]
fn an_end_of_its_own_and_who_chose_it_are_on_record() {
    let play = pending(after(120));
    let play = play.clone().goes(&play.decides("bob", Choice::ApproveForLess(after(45))));
    let play = play.settled("check_authority", is("bob"));
    assert_eq!(
        events(&play),
        ["effect_settled", "person_bound", "step_approved", "request_shortened", "request_approved"]
    );
    let (approval, asked) = play.request().shortened().unwrap();
    assert_eq!((approval.by.slack.clone(), asked), (slack("bob"), after(120)));
    assert_eq!(play.live.memberships.values().next().unwrap().holds[&ONE], play.now + TimeDelta::minutes(45));
}

/// A length that passes while Okta does not say who chose it gives nothing, and takes nothing from the request.
#[test]
fn a_clock_time_that_passes_while_its_maker_is_looked_up_does_not_count() {
    let play = pending(after(120));
    let play = play.clone().goes(&play.decides("bob", Choice::ApproveForLess(at(2)))).after(180);
    let play = play.settled("check_authority", is("bob"));
    assert_eq!(events(&play), ["effect_settled", "decision_refused"]);
    assert_eq!(play.request().end, after(120));
}

#[test]
fn later_steps_are_asked_for_the_shorter_time_and_what_waits_on_the_old_one_is_void() {
    let mut play = pending(after(120));
    if let State::Pending { route, .. } = &mut play.live.requests.get_mut(&ONE).unwrap().state {
        let again = route.steps[0].clone();
        route.steps.push(again);
    }
    let before = play.digest();
    let given = [play.decides("bob", Choice::ApproveForLess(after(45))), play.decides("dana", Choice::Approve)];
    let play = given.iter().fold(play, Play::goes).settled("check_authority", is("bob"));
    assert!(events(&play).contains(&"request_shortened".to_owned()));
    let play = play.settled("check_authority", is("dana"));
    let why = play.line().effects.iter().find_map(|effect| match effect {
        Effect::Reply { why, .. } => Some(why.clone()),
        _ => None,
    });
    assert_eq!(why, Some(Refusal::OldTerms));
    assert_ne!(play.digest(), before);
    let mut late = play.clone();
    let Command::Decide(decide) = play.decides("dana", Choice::Approve) else { unreachable!() };
    let old = Command::Decide(Decide { digest: before, ..decide });
    assert_eq!(late.run(&old), Err(Refusal::OldTerms));
    // The second may make it shorter still, and each line says what was asked of whom.
    let play = play.clone().goes(&play.decides("dana", Choice::ApproveForLess(after(30))));
    let play = play.settled("check_authority", is("dana")).opened();
    let request = play.request();
    assert_eq!(request.ends(), Some(play.now + TimeDelta::minutes(30)));
    assert_eq!((request.end_after(0), request.end_after(1)), (after(45), after(30)));
    let (approval, asked) = request.shortened().unwrap();
    assert_eq!((approval.by.slack.clone(), asked), (slack("dana"), after(120)));
}

#[test]
fn less_than_what_todays_maximum_leaves_can_be_approved() {
    let mut play = pending(after(120));
    play.catalogue.applications.values_mut().flat_map(|one| &mut one.entitlements).for_each(|one| {
        one.max_duration = secs(3_600);
    });
    let less = play.clone().goes(&play.decides("bob", Choice::ApproveForLess(after(45))));
    assert!(matches!(less.settled("check_authority", is("bob")).request().state, State::Approved { .. }));
    let all = play.clone().goes(&play.decides("bob", Choice::Approve));
    assert!(matches!(all.settled("check_authority", is("bob")).request().state, State::Ended { .. }));
}

#[test]
fn what_ends_earlier_closes_earlier() {
    let mut play = pending(at(120)).after(60);
    if let State::Pending { route, .. } = &mut play.live.requests.get_mut(&ONE).unwrap().state {
        let again = route.steps[0].clone();
        route.steps.push(again);
    }
    let play = play.clone().goes(&play.decides("bob", Choice::ApproveForLess(at(30))));
    let play = play.settled("check_authority", is("bob"));
    assert_eq!(play.request().closes, at(30).end(play.now));
}

#[test]
fn a_holder_is_told_once_before_the_end_unless_it_is_short() {
    let warned = Play::new().approved(ONE, "db/rw").opened();
    let due = warned.now + TimeDelta::minutes(110);
    assert_eq!(request_due(warned.request()), Some(due));
    let early = warned.clone().goes(&Command::RequestDue { request: ONE });
    assert_eq!(early.live.seq, warned.live.seq, "not before its time");
    let told = warned.clone().after(110 * 60).goes(&Command::RequestDue { request: ONE });
    assert_eq!((events(&told), told.nudges()), (vec!["grant_ends_soon".to_owned()], vec![Nudge::EndsSoon]));
    assert_eq!(request_due(told.request()), None);
    // A program that slept through it tells it late; after the end nobody is told.
    let late = warned.clone().after(119 * 60).goes(&Command::RequestDue { request: ONE });
    assert_eq!(late.nudges(), [Nudge::EndsSoon]);
    let slept = warned.clone().after(120 * 60).goes(&Command::RequestDue { request: ONE });
    assert_eq!(slept.live.seq, warned.live.seq, "its end is due");
    let over = warned.after(121 * 60).due();
    assert_eq!(request_due(over.request()), None);
    assert!(Nudge::EndsSoon.is_moot(over.request()) && !Nudge::EndsSoon.is_moot(told.request()));
    for (minutes, warns) in [(19, false), (20, true)] {
        let play = pending(after(minutes));
        let play = play.clone().goes(&play.decides("bob", Choice::Approve));
        let play = play.settled("check_authority", is("bob")).opened();
        assert_eq!(request_due(play.request()).is_some(), warns, "{minutes} minutes");
    }
}

#[test]
fn whoever_may_end_it_is_looked_up_for_it() {
    let mut active = Play::new().approved(ONE, "db/rw").opened();
    active.catalogue.admins = vec![Who::Person(email("carol"))];
    for (who, may) in [("carol", true), ("dana", true), ("alice", false), ("erin", false)] {
        let wanted = active.clone().goes(&revoke(who));
        assert_eq!(events(&wanted), ["revocation_received"]);
        assert!(matches!(wanted.request().state, State::Active { .. }), "nothing is done yet");
        let mut again = wanted.clone();
        assert_eq!(again.run(&revoke(who)), Ok(Answer::Received));
        assert_eq!(again.live.seq, wanted.live.seq, "a second press is the first");
        let judged = wanted.settled("check_revoker", is(who));
        assert!(judged.request().revocations.is_empty());
        match (&judged.request().state, may) {
            (State::Revoking { ending: Ending::Revoked { cause: Cause::Person { by, reason } }, .. }, true) => {
                assert_eq!((by.slack.clone(), reason.text.as_deref()), (slack(who), Some("Wrong database")));
                assert_eq!(judged.nudges(), [Nudge::Revoked]);
                assert!(judged.promise("remove_member").is_some());
            }
            (State::Active { .. }, false) => assert_eq!(judged.answers(), [(slack(who), Refusal::NotRevoker)]),
            (state, _) => panic!("{who}: {state:?}"),
        }
    }
}

#[test]
fn nobody_is_told_more_than_they_may_know() {
    let ended = Play::new().approved(ONE, "db/rw").opened().after(7_200).due();
    let known = |who: Option<&str>| {
        let known = who.map(identity);
        Command::Revoke(Revoke { who: slack("erin"), request: ONE, reason: text("No"), known })
    };
    let said = |command: &Command| ended.clone().run(command).unwrap_err();
    assert_eq!(said(&known(Some("dana"))), Refusal::NothingToRevoke);
    assert_eq!([said(&known(Some("erin"))), said(&known(None))], [Refusal::NotRevoker, Refusal::NotRevoker]);
}

#[test]
fn whoever_cannot_be_looked_up_ends_nothing_and_is_told() {
    let wanted = Play::new().approved(ONE, "db/rw").opened().goes(&revoke("dana"));
    let waits = wanted.clone().after(299);
    let waits = waits.clone().goes(&waits.fails("check_revoker", Class::Retry, 503));
    assert!(waits.promise("check_revoker").is_some());
    let told = wanted.after(300);
    let told = told.clone().goes(&told.fails("check_revoker", Class::Retry, 503));
    assert_eq!(told.answers(), [(slack("dana"), Refusal::NotLookedUp { fault: fault(503) })]);
    assert!(matches!(told.request().state, State::Active { .. }));
}

#[test]
fn a_wish_that_is_judged_after_the_end_is_told_so() {
    let wanted = Play::new().approved(ONE, "db/rw").opened().goes(&revoke("dana"));
    let over = wanted.goes(&Command::Return { who: slack("alice"), request: ONE }).settled("remove_member", REMOVED);
    let judged = over.settled("check_revoker", is("dana"));
    assert_eq!(judged.answers(), [(slack("dana"), Refusal::NothingToRevoke)]);
}

#[test]
fn what_is_being_opened_is_ended_too_and_what_another_request_keeps_stays() {
    let looking = Play::new().approved(ONE, "db/rw").goes(&revoke("dana")).settled("check_revoker", is("dana"));
    assert_eq!(looking.stands(), "ended revoked");
    let adding = Play::new().approved(ONE, "db/rw").settled("check_member", stands(false)).goes(&revoke("dana"));
    assert_eq!(adding.settled("check_revoker", is("dana")).stands(), "revoking/removing");
    let both = Play::new().approved(ONE, "db/rw").opened().approved(TWO, "db/debug");
    let both = both.settled("check_member", stands(true)).settled("add_member", ADDED);
    let kept = both.goes(&revoke("dana")).settled("check_revoker", is("dana"));
    let revoked = kept.line().events.iter().find_map(|event| match event {
        Event::GrantRevoked { then, .. } => Some(*then),
        _ => None,
    });
    assert_eq!(revoked, Some(Then::Kept { by: TWO }));
    assert!(kept.promise("remove_member").is_none());
}

#[test]
fn it_is_taken_in_every_mode() {
    for mode in [Mode::LowDisk, Mode::Custody] {
        let mut active = Play::new().approved(ONE, "db/rw").opened();
        active.mode = mode;
        let judged = active.goes(&revoke("dana")).settled("check_revoker", is("dana"));
        assert_eq!(judged.stands(), "revoking/removing", "{mode:?}");
    }
}

/// Carol is an admin.
fn carols() -> Play {
    let mut play = Play::new();
    play.catalogue.admins = vec![Who::Person(email("carol"))];
    play.audit = AuditChannel::Told;
    play
}

fn freeze() -> Command {
    Command::Freeze { who: identity("carol") }
}

fn unfreeze() -> Command {
    Command::Unfreeze { who: identity("carol") }
}

#[test]
fn a_freeze_is_an_admins_word_and_is_said_once() {
    let mut play = carols();
    assert_eq!(play.run(&Command::Freeze { who: identity("bob") }), Err(Refusal::NotAdmin));
    assert_eq!(play.run(&Command::Unfreeze { who: identity("bob") }), Err(Refusal::NotAdmin));
    assert_eq!(play.run(&unfreeze()), Ok(Answer::Unfrozen));
    assert_eq!(play.live.seq, 0, "nothing was frozen");
    let frozen = play.goes(&freeze());
    let carol = crate::domain::request::Decider::from(&identity("carol"));
    assert_eq!(frozen.live.frozen, Some(Freeze { by: carol, since: frozen.now }));
    let said = [Effect::AnnounceFreeze { freeze: Freezing::Frozen, by: "carol".into(), at: frozen.now }];
    assert_eq!(frozen.line().effects, said);
    let again = frozen.clone().goes(&freeze());
    assert_eq!(again.live.seq, frozen.live.seq);
    let mut low = frozen;
    low.mode = Mode::LowDisk;
    assert_eq!(low.run(&unfreeze()), Err(Refusal::CannotBeSaved));
    low.mode = Mode::Serving;
    let resumed = low.goes(&unfreeze());
    assert_eq!(resumed.live.frozen, None);
}

#[test]
fn what_is_approved_waits_for_its_end_or_for_its_own() {
    let waits = |play: &Play| match play.request().state {
        State::Approved { frozen, .. } => frozen.is_some(),
        _ => panic!("{}", play.stands()),
    };
    let before = carols().approved(ONE, "db/rw").goes(&freeze());
    let during = carols().goes(&freeze()).approved(ONE, "db/rw");
    for play in [before, during] {
        assert!(waits(&play));
        assert!(play.promise("check_member").is_some(), "votes go on, and the addition stays promised");
        let resumed = play.clone().goes(&unfreeze());
        assert!(!waits(&resumed) && resumed.request().revision > play.request().revision);
        assert_eq!(resumed.opened().stands(), "active/inside");
        let over = play.after(7_200).due();
        let State::Ended { ending: Ending::Failed { why }, .. } = &over.request().state else {
            panic!("{}", over.stands())
        };
        assert_eq!(*why, NotOpened::Frozen);
        assert!(over.promise("check_member").is_none());
    }
}
