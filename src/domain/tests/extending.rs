//! Keeping access for longer: who may ask for how much, whose approval moves the end, and what happens at that end.

use super::*;
use crate::domain::{
    port::Nudge,
    request::{Ending, Extension, Request, Warning},
    ticket::Happened,
};

mod beside;

fn minutes(minutes: u64) -> EndRule {
    EndRule::After { secs: secs(minutes * 60) }
}

fn more_by(who: &str, key: &str, end: EndRule) -> Command {
    let (who, key) = (slack(who), key.to_owned());
    Command::Extend(Extend { who, key, of: ONE, end, justification: text("Still stuck"), known: None })
}

fn more(end: EndRule) -> Command {
    more_by("alice", "more", end)
}

fn is(name: &str) -> Outcome {
    Outcome::identified(identity(name))
}

/// Alice holds the database for two hours, since Bob approved.
fn held() -> Play {
    Play::new().approved(ONE, "db/rw").opened()
}

/// She asked for an hour more, and Bob has the card of that.
fn asked() -> Play {
    let found =
        held().goes(&more(minutes(60))).settled("identify_person", is("alice")).settled("find_approvers", found());
    let view = ViewKey::Approver { request: TWO, slack: slack("bob") };
    found.goes(&Command::Show { view, posted: card("bob"), revision: 1 })
}

impl Play {
    fn bob_presses(&self, request: RequestId, digest: String, choice: Choice) -> Command {
        let place = Surface::Card(card("bob"));
        Command::Decide(Decide { who: slack("bob"), request, place, digest, choice })
    }

    /// Bob presses on the card of the extension.
    fn bob(self, choice: Choice) -> Self {
        let press = self.bob_presses(TWO, self.live.requests[&TWO].digest(), choice);
        self.goes(&press)
    }

    fn first(&self) -> &Request {
        &self.live.requests[&ONE]
    }

    fn happened(&self) -> Vec<String> {
        self.entries.last().unwrap().events.iter().map(name).collect()
    }

    fn promised(&self, wanted: &str) -> bool {
        self.entries
            .last()
            .unwrap()
            .effects
            .iter()
            .any(|effect| serde_json::to_value(effect).unwrap()["effect"].as_str() == Some(wanted))
    }

    fn tells(&self, wanted: Nudge) -> bool {
        let told =
            |effect: &Effect| matches!(effect, Effect::Nudge { request, nudge } if *request == ONE && *nudge == wanted);
        self.entries.last().unwrap().effects.iter().any(told)
    }

    /// How the extension ended, as its holder's message says.
    fn came_to(&self) -> Option<&Ending> {
        match &self.first().extension {
            Extension::Over { ending, .. } => Some(ending),
            _ => None,
        }
    }
}

fn name(event: &Event) -> String {
    serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned()
}

#[test]
fn approved_it_moves_the_end_and_gives_nothing_anew() {
    let play = asked();
    let ends = play.first().ends().unwrap();
    assert_eq!(play.live.requests[&TWO].closes, ends, "undecided it closes with the access");
    assert!(!play.live.requests[&TWO].views().contains(&ViewKey::Requester { request: TWO }), "no message of its own");
    let play = play.bob(Choice::Approve).settled("check_authority", is("bob"));
    assert_eq!(
        play.happened(),
        ["effect_settled", "step_approved", "grant_extended", "extension_applied"].map(str::to_owned)
    );
    let until = ends + TimeDelta::hours(1);
    assert_eq!(play.first().ends(), Some(until));
    assert_eq!(play.first().end, minutes(180), "three hours in all");
    let membership = play.live.memberships.values().next().unwrap();
    assert_eq!(membership.holds.iter().collect::<Vec<_>>(), [(&ONE, &until)]);
    assert!(!play.promised("check_member") && !play.promised("add_member") && !play.promised("remove_member"));
    assert!(play.tells(Nudge::Extended));
    assert_eq!(play.came_to(), Some(&Ending::Applied));
    assert!(!play.live.people[&slack("alice")].open.contains(&TWO));
    assert!(play.live.people[&slack("alice")].recent.is_empty(), "it is told with what it extends");
    // It ends once, at the new end.
    let mut play = play;
    play.now = ends;
    play.run(&Command::MembershipDue { membership: taking::key() }).unwrap();
    assert!(matches!(play.first().state, State::Active { .. }));
    play.now = until;
    let play = play.due();
    assert!(play.promised("remove_member"));
}

#[test]
fn a_card_of_the_first_request_cannot_approve_it_and_the_old_end_stands() {
    let mut play = asked();
    let first = play.first().digest();
    let second = play.live.requests[&TWO].digest();
    assert_ne!(first, second);
    let on_first = play.bob_presses(ONE, second.clone(), Choice::Approve);
    assert_eq!(play.run(&on_first), Err(Refusal::Over));
    let with_firsts_terms = play.bob_presses(TWO, first, Choice::Approve);
    assert_eq!(play.run(&with_firsts_terms), Err(Refusal::OldTerms));
    let own = Command::Decide(Decide {
        who: slack("alice"),
        request: TWO,
        place: Surface::Card(card("bob")),
        digest: second,
        choice: Choice::Approve,
    });
    assert_eq!(play.run(&own), Err(Refusal::ForeignCard));
    play.now = play.first().ends().unwrap();
    let play = play.due();
    assert!(matches!(play.first().state, State::Revoking { .. }));
}

#[test]
fn who_may_ask_for_how_much() {
    let opened = held().now;
    let at = |minutes: i64| EndRule::At { instant: opened + TimeDelta::minutes(minutes) };
    let most = secs(8 * 3_600);
    let table: [(Command, Result<u64, Refusal>); 9] = [
        (more(minutes(60)), Ok(60)),
        // Eight hours in all, and no second more.
        (more(minutes(360)), Ok(360)),
        (more(EndRule::After { secs: secs(360 * 60 + 1) }), Err(Refusal::TooLong { most, rule: None })),
        (more(EndRule::After { secs: secs(59) }), Err(Refusal::TooShort { least: secs(60) })),
        // A clock time counts from the present end.
        (more(at(180)), Ok(60)),
        (more(at(120)), Err(Refusal::NotLonger)),
        (more(at(60)), Err(Refusal::NotLonger)),
        (more(at(481)), Err(Refusal::TooLong { most, rule: None })),
        (more_by("bob", "more", minutes(60)), Err(Refusal::NoSuchRequest)),
    ];
    for (command, expected) in table {
        let mut play = held();
        let answer = play.run(&command);
        let asked = answer.map(|_| play.live.requests[&TWO].end);
        assert_eq!(asked, expected.map(minutes), "{command:?}");
    }
}

#[test]
fn only_what_is_open_is_extended_and_once_at_a_time() {
    for (name, mut play) in states() {
        let answer = play.run(&more(minutes(60)));
        if name.starts_with("more") {
            assert!(matches!(answer, Ok(Answer::Saved { request: TWO })), "the same form");
        } else if name.starts_with("active") {
            assert_eq!(answer, Ok(Answer::Saved { request: TWO }), "{name}");
        } else {
            let gone = play.live.requests.is_empty();
            assert_eq!(answer, Err(if gone { Refusal::NoSuchRequest } else { Refusal::NotExtendable }), "{name}");
        }
    }
    let mut play = asked();
    let at = play.live.requests[&TWO].asked;
    assert_eq!(play.run(&more(minutes(60))), Ok(Answer::Saved { request: TWO }), "the same form");
    assert_eq!(play.run(&more_by("alice", "again", minutes(60))), Err(Refusal::MoreAsked { at }));
    let mut play = asked().goes(&Command::Cancel { who: slack("alice"), request: TWO });
    assert_eq!(play.come_to_name(), "cancelled");
    assert!(play.run(&more_by("alice", "again", minutes(60))).is_ok(), "it was withdrawn");
    let mut over = held();
    over.now = over.first().ends().unwrap();
    assert_eq!(over.run(&more(minutes(60))), Err(Refusal::NotExtendable), "at its end, before that is decided");
}

impl Play {
    fn come_to_name(&self) -> String {
        self.came_to().map(word).unwrap_or_default()
    }
}

/// The end and the last approval meet, in each order, a second before, at and after the end: access is kept without a
/// gap, or it ends and the approval does not count.
#[test]
fn at_the_end_it_is_kept_or_refused_and_never_both() {
    let (mut kept, mut over) = (0, 0);
    for second in [-1, 0, 1] {
        for order in [["due", "judged"], ["judged", "due"]] {
            for pressed_before in [true, false] {
                let mut play = asked();
                let ends = play.first().ends().unwrap();
                play.now = ends + TimeDelta::seconds(if pressed_before { -30 } else { second });
                let press = play.bob_presses(TWO, play.live.requests[&TWO].digest(), Choice::Approve);
                let pressed = play.run(&press);
                assert_eq!(pressed.is_ok(), pressed_before || second < 0, "{pressed:?}");
                play.now = ends + TimeDelta::seconds(second);
                for step in order {
                    let command = match step {
                        "due" => Command::MembershipDue { membership: taking::key() },
                        _ => play.settles("check_authority", is("bob")),
                    };
                    play.run(&command).unwrap();
                }
                for request in [ONE, TWO] {
                    play.run(&Command::RequestDue { request }).unwrap();
                }
                let events: Vec<String> = play.entries.iter().flat_map(|entry| &entry.events).map(name).collect();
                let count = |wanted: &str| events.iter().filter(|event| *event == wanted).count();
                let extended = count("grant_extended");
                assert_eq!(extended + count("grant_expired"), 1, "{second} {order:?}: {events:?}");
                assert_eq!(extended == 1, second < 0, "{second} {order:?}");
                let removals =
                    play.live.promises.values().filter(|one| matches!(one.effect, Effect::RemoveMember { .. }));
                assert_eq!(removals.count(), 1 - extended, "{second} {order:?}");
                assert_eq!(events.iter().filter(|event| *event == "grant_opened").count(), 1, "nothing is opened anew");
                let ending = play.came_to().unwrap();
                if extended == 1 {
                    kept += 1;
                    assert_eq!(*ending, Ending::Applied);
                } else {
                    over += 1;
                    assert_eq!(*ending, Ending::Unanswered, "{second} {order:?}");
                    assert_eq!(count("decision_refused"), usize::from(pressed.is_ok()), "whoever pressed is told");
                }
            }
        }
    }
    assert_eq!((kept, over), (4, 8));
}

#[test]
fn with_the_access_the_wish_to_keep_it_ends() {
    let returned = asked().goes(&Command::Return { who: slack("alice"), request: ONE });
    assert_eq!(returned.come_to_name(), "cancelled");
    let revoked = asked().goes(&revoke("dana")).settled("check_revoker", is("dana"));
    assert_eq!(revoked.come_to_name(), "unanswered");
    assert!(!revoked.tells(Nudge::NotExtended), "they read that it ended");
    // While it is not known yet who decides, too.
    let seeking = held().goes(&more(minutes(60)));
    let returned = seeking.goes(&Command::Return { who: slack("alice"), request: ONE });
    assert_eq!(returned.come_to_name(), "cancelled");
    assert_eq!(returned.promise("identify_person"), None);
    let mut judged = asked().bob(Choice::Approve);
    judged.now += TimeDelta::minutes(1);
    let returned = judged.goes(&Command::Return { who: slack("alice"), request: ONE });
    assert_eq!(returned.promise("check_authority"), None);
    assert!(returned.promised("reply"));
}

#[test]
fn a_card_that_is_posted_as_it_ends_is_redrawn_and_nothing_stays_behind() {
    let found =
        held().goes(&more(minutes(60))).settled("identify_person", is("alice")).settled("find_approvers", found());
    let ended = found.goes(&Command::Cancel { who: slack("alice"), request: TWO });
    let view = ViewKey::Approver { request: TWO, slack: slack("bob") };
    let late = ended.goes(&Command::Show { view: view.clone(), posted: card("bob"), revision: 1 });
    assert_eq!(late.live.requests[&TWO].stale_views(), std::slice::from_ref(&view));
    let shown = |play: Play, view: ViewKey| {
        let revision = play.live.requests[&view.request()].revision;
        play.goes(&Command::Show { view, posted: card("bob"), revision })
    };
    let over = shown(late, view).goes(&Command::Return { who: slack("alice"), request: ONE });
    let mut over = over.settled("remove_member", REMOVED);
    for promise in over.live.promises.keys().copied().collect::<Vec<_>>() {
        over.run(&Command::Settle { effect: promise, outcome: Outcome::Told }).unwrap();
    }
    for view in over.live.requests[&ONE].stale_views() {
        over = shown(over, view);
    }
    assert_eq!(over.live.requests.keys().count(), 0, "{:?}", over.live.requests.keys());
}

#[test]
fn a_denial_and_less_than_was_asked_are_told_to_the_holder() {
    let denied = asked().bob(Choice::Deny(text("Use the replica"))).settled("check_authority", is("bob"));
    assert!(denied.tells(Nudge::NotExtended) && !denied.tells(Nudge::Denied));
    assert_eq!(denied.come_to_name(), "denied");
    assert!(matches!(denied.first().state, State::Active { .. }));
    let ends = held().first().ends().unwrap();
    let table = [
        (minutes(30), Ok(30)),
        (EndRule::At { instant: ends + TimeDelta::minutes(20) }, Ok(20)),
        (minutes(60), Err(Refusal::NotShorter)),
        (EndRule::At { instant: ends }, Err(Refusal::NotLonger)),
    ];
    for (less, expected) in table {
        let mut play = asked();
        let press = play.bob_presses(TWO, play.live.requests[&TWO].digest(), Choice::ApproveForLess(less));
        let moved = play.run(&press).map(|_| {
            let play = play.settled("check_authority", is("bob"));
            (play.first().ends().unwrap() - ends).num_minutes()
        });
        assert_eq!(moved, expected, "{less:?}");
    }
}

#[test]
fn those_who_read_elsewhere_read_it_of_the_first_request() {
    let mut play = held();
    play.audit = AuditChannel::Told;
    let play = play.goes(&more(minutes(60))).settled("identify_person", is("alice")).settled("find_approvers", found());
    let told = |play: &Play| -> Vec<(RequestId, Happened)> {
        let lines = play.entries.last().unwrap().effects.iter().filter_map(|effect| match effect {
            Effect::TellAudit { request, what, .. } => Some((*request, what.clone())),
            _ => None,
        });
        lines.collect()
    };
    let until = play.first().ends().unwrap() + TimeDelta::hours(1);
    assert_eq!(told(&play), [(ONE, Happened::MoreAsked { until })]);
    assert_eq!(play.promise("create_ticket"), None);
    let view = ViewKey::Approver { request: TWO, slack: slack("bob") };
    let play = play.goes(&Command::Show { view, posted: card("bob"), revision: 1 });
    let play = play.bob(Choice::Approve).settled("check_authority", is("bob"));
    assert_eq!(told(&play), [(TWO, Happened::Approved { step: 0 }), (ONE, Happened::Extended { ends: until })]);
}

#[test]
fn a_freeze_does_not_stop_it_and_what_may_not_be_asked_for_any_more_does() {
    let mut frozen = asked();
    frozen.catalogue.admins = vec![Who::Person(email("dana"))];
    let frozen = frozen.goes(&Command::Freeze { who: identity("dana") });
    let frozen = frozen.bob(Choice::Approve).settled("check_authority", is("bob"));
    assert_eq!(frozen.come_to_name(), "applied");
    let mut closed = asked().bob(Choice::Approve);
    if let Some(application) = closed.catalogue.applications.values_mut().next() {
        application.entitlements[0].requesters = Requesters::Only(Vec::new());
    }
    let closed = closed.settled("check_authority", is("bob"));
    assert_eq!(closed.come_to_name(), "refused");
    assert!(closed.tells(Nudge::NotExtended));
    assert!(matches!(closed.first().state, State::Active { .. }));
}
