//! To whom a request goes: what rules demand, who stands in, and what stops it again.

use super::*;
use crate::domain::{
    duty::{Applied, Does},
    id::{ApproversName, OktaGroupId, RuleId, SlackGroupId},
    port::{Alert, Facts, Members, Requester, Unfit},
    request::{NotOpened, NotSentOn, Route, StandsIn, StepKind},
    rules::{Required, Rule, Rules, Ruling, Unjudged},
    ticket::Happened,
};

const DUE: Command = Command::RequestDue { request: ONE };

fn soc() -> ApproversName {
    ApproversName::parse("soc").unwrap()
}

fn rule(id: &str) -> Rule {
    Rule { id: RuleId::parse(id).unwrap(), message: None }
}

fn approver(name: &str) -> Approver {
    Approver { email: email(name), slack: slack(name), okta: okta(name), name: name.to_owned() }
}

/// These are found, and nobody is missing.
fn finds(names: &[&str]) -> Outcome {
    Outcome::Found {
        approvers: names.iter().map(|name| approver(name)).collect(),
        missing: Vec::new(),
        members: Vec::new(),
    }
}

impl Play {
    /// With Carol and Erin as the SOC, who stand in where nobody else can decide.
    fn guarded(self) -> Self {
        let people = ["carol", "erin"].map(|name| Who::Person(email(name))).to_vec();
        self.with(|catalogue| {
            catalogue.approvers.insert(soc(), people);
            catalogue.fallback = Some(soc());
        })
    }

    fn with(mut self, change: impl FnOnce(&mut Catalogue)) -> Self {
        change(&mut self.catalogue);
        self
    }

    fn ruled(self, rules: Rules) -> Self {
        self.with(|catalogue| catalogue.rules = rules)
    }

    fn levels(self, change: impl Fn(&mut Entitlement)) -> Self {
        self.with(|catalogue| {
            let levels = catalogue.applications.values_mut().flat_map(|application| &mut application.entitlements);
            levels.for_each(change);
        })
    }

    fn asked(self) -> Self {
        self.goes(&ask("db/rw", "form")).settled("identify_person", Outcome::identified(identity("alice")))
    }

    fn put_to(self, names: &[&str]) -> Self {
        self.asked().settled("find_approvers", finds(names))
    }

    fn route(&self) -> Route {
        self.live.requests[&ONE].route().unwrap().clone()
    }

    /// Each step: whom it asks.
    fn steps(&self) -> Vec<(String, Vec<String>)> {
        let names = |approvers: &[Approver]| approvers.iter().map(|one| one.name.clone()).collect();
        self.route().steps.iter().map(|step| (step.kind.to_string(), names(&step.approvers))).collect()
    }

    fn refused(&self) -> Option<NotSentOn> {
        match &self.live.requests[&ONE].state {
            State::Ended { ending: Ending::Refused { why }, .. } => Some(why.clone()),
            _ => None,
        }
    }

    /// Everyone's card is on record, and shows the present.
    fn shown(mut self, names: &[&str]) -> Self {
        for name in names {
            let view = ViewKey::Approver { request: ONE, slack: slack(name) };
            let revision = self.live.requests[&ONE].revision;
            self = self.goes(&Command::Show { view, posted: card(name), revision });
        }
        self
    }

    fn presses(self, name: &str) -> Self {
        let shown = self.shown(&[name]);
        let press = shown.decides(name, Choice::Approve);
        shown.goes(&press)
    }

    fn approves(self, name: &str) -> Self {
        self.presses(name).settled("check_authority", Outcome::identified(identity(name)))
    }

    /// Why the last decision did not count.
    fn in_vain(&self) -> Option<Refusal> {
        let events = self.entries.iter().rev().flat_map(|entry| entry.events.iter().rev());
        events.into_iter().find_map(|event| match event {
            Event::DecisionRefused { why, .. } => Some(why.clone()),
            _ => None,
        })
    }

    fn promises(&self, wanted: &str) -> usize {
        let name = |effect: &Effect| serde_json::to_value(effect).unwrap()["effect"].as_str().unwrap().to_owned();
        self.live.promises.values().filter(|promise| name(&promise.effect) == wanted).count()
    }
}

/// Rules that say to every request what `say` says of its total, in hours.
fn by_total(say: impl Fn(u64) -> Ruling + Send + Sync + 'static) -> Rules {
    Rules::new(move |question| Ok(say(question.total.secs() / 3_600)), |_, _| Ok(Vec::new()))
}

fn requires_soc() -> Ruling {
    let step = Some(StepRule::Approvers(soc()));
    Ruling {
        required: vec![Required { rule: rule("long"), step, distinct: None, max_duration: None }],
        ..Ruling::default()
    }
}

#[test]
fn what_rules_demand_is_asked_and_kept_with_the_request() {
    let play = Play::new().guarded().ruled(by_total(|_| requires_soc())).put_to(&["bob", "dana", "carol", "erin"]);
    let expected = [("owner of db", vec!["bob", "dana"]), ("approvers soc", vec!["carol", "erin"])];
    let expected = expected.map(|(kind, names)| (kind.to_owned(), names.iter().map(ToString::to_string).collect()));
    assert_eq!(play.steps(), expected);
    let kind = StepKind::Approvers { name: soc() };
    assert_eq!(play.route().applied, [Applied { rule: rule("long"), does: Does::Step { kind } }]);
    // Rules that demand less by then change nothing.
    let loosened = play.ruled(Rules::default()).approves("bob");
    assert_eq!(loosened.stands(), "pending");
    assert_eq!(loosened.approves("carol").stands(), "approved/checking");
}

#[test]
fn the_digest_covers_the_rules() {
    let with = |ruling: fn() -> Ruling| {
        Play::new().guarded().ruled(by_total(move |_| ruling())).put_to(&["bob", "dana", "carol", "erin"]).digest()
    };
    let same_steps = || Ruling {
        required: vec![Required {
            rule: rule("other"),
            step: Some(StepRule::Approvers(soc())),
            distinct: None,
            max_duration: None,
        }],
        ..Ruling::default()
    };
    assert_ne!(with(requires_soc), with(same_steps));
}

#[test]
fn what_was_held_shortly_before_counts_in_the_total() {
    let over_two = || {
        Rules::new(
            |question| match question.total.secs() > 7_200 {
                true => Ok(requires_soc()),
                false => Ok(Ruling::default()),
            },
            |_, _| Ok(Vec::new()),
        )
    };
    let steps_after = |pause_hours: i64| {
        let mut play = states().into_iter().find(|(name, _)| *name == "active").unwrap().1.guarded().ruled(over_two());
        play.now += TimeDelta::hours(2);
        let key = play.live.memberships.keys().next().unwrap().clone();
        let mut play = play.goes(&Command::MembershipDue { membership: key }).settled("remove_member", REMOVED);
        play.now += TimeDelta::hours(pause_hours);
        let play = play.goes(&ask("db/debug", "again"));
        let play = play.settled("identify_person", Outcome::identified(identity("alice")));
        let sought = play.live.requests.values().find_map(|request| match &request.state {
            State::Checking { checking: crate::domain::request::Checking::Finding { sought, .. }, .. } => {
                Some(sought.len())
            }
            _ => None,
        });
        sought.unwrap()
    };
    // Exactly two hours are not over two; two hours after two are, through another level of the same group.
    assert_eq!([0, 7, 8, 20].map(steps_after), [2, 2, 1, 1]);
}

#[test]
fn rules_alone_approve_what_passes_through_its_steps_of_which_there_are_none() {
    let auto = || Ruling { auto: vec![rule("oncall")], ..Ruling::default() };
    let mut play = Play::new().guarded().ruled(by_total(move |_| auto()));
    play.audit = AuditChannel::Told;
    let play = play.asked();
    assert_eq!(play.stands(), "approved/checking");
    assert_eq!(play.route().applied, [Applied { rule: rule("oncall"), does: Does::AutoApprove }]);
    assert_eq!(play.told(), [&Happened::ApprovedByRules]);
    let open = play.settled("check_member", stands(false)).settled("add_member", ADDED);
    assert_eq!(open.stands(), "active/inside");
}

#[test]
fn what_rules_forbid_is_refused_and_what_they_cannot_say_too() {
    let forbidden = Play::new().ruled(by_total(|_| Ruling { forbidden: vec![rule("freeze")], ..Ruling::default() }));
    assert_eq!(forbidden.asked().refused(), Some(NotSentOn::Forbidden { rules: vec![rule("freeze")] }));
    let broken = || Rules::new(|_| Err(Unjudged(vec![RuleId::parse("overflow").unwrap()])), |_, _| Ok(Vec::new()));
    let stopped = Play::new().ruled(broken()).asked();
    assert!(matches!(stopped.refused(), Some(NotSentOn::Unjudged { .. })));
    assert!(stopped.alerts().iter().any(|alert| matches!(alert, Alert::RulesUnjudged { .. })), "admins are told");
    // Where it is known who asks, what is forbidden is said in the form; what cannot be said goes on record all the same.
    let Command::Ask(mut known) = ask("db/rw", "form") else { unreachable!() };
    known.known = Some(Ok(identity("alice")));
    let freeze = by_total(|_| Ruling { forbidden: vec![rule("freeze")], ..Ruling::default() });
    let refusal = Play::new().ruled(freeze).run(&Command::Ask(known.clone())).unwrap_err();
    assert!(matches!(refusal, Refusal::Stopped { why: NotSentOn::Forbidden { .. } }));
    let stopped = Play::new().ruled(broken()).goes(&Command::Ask(known));
    assert!(matches!(stopped.refused(), Some(NotSentOn::Unjudged { .. })));
    assert_eq!(stopped.alerts().len(), 1);
}

#[test]
fn the_smallest_maximum_holds_and_names_its_rule() {
    let cap = || Ruling {
        required: vec![Required { rule: rule("cap"), step: None, distinct: None, max_duration: Some(secs(3_600)) }],
        ..Ruling::default()
    };
    let play = Play::new().ruled(by_total(move |_| cap())).asked();
    assert_eq!(play.refused(), Some(NotSentOn::TooLong { most: secs(3_600), rule: Some(rule("cap")) }));
}

#[test]
fn today_stops_at_a_vote_what_it_would_not_let_through() {
    let play = Play::new().guarded().put_to(&["bob", "dana", "carol", "erin"]);
    let frozen = by_total(|_| Ruling { forbidden: vec![rule("freeze")], ..Ruling::default() });
    let stopped = play.clone().ruled(frozen).approves("bob");
    assert_eq!(stopped.refused(), Some(NotSentOn::Forbidden { rules: vec![rule("freeze")] }));
    assert!(matches!(stopped.in_vain(), Some(Refusal::Stopped { .. })));
    // Their own facts as they are now, where the catalogue goes by them.
    let engineers = OktaGroupId::parse("00gENG").unwrap();
    let only = Requesters::Only(vec![Who::Group(engineers.clone())]);
    let facts = |groups: &[&OktaGroupId]| Facts {
        groups: groups.iter().map(|group| (*group).clone()).collect(),
        ..Facts::default()
    };
    let bob =
        |requester| Outcome::Identified { person: identity("bob"), requester: Some(requester), lapsed: Vec::new() };
    let pressed = play.levels(|level| level.requesters = only.clone()).presses("bob");
    let left = pressed.clone().settled("check_authority", bob(Requester::Fit { facts: facts(&[]) }));
    assert_eq!(left.refused(), Some(NotSentOn::NotOffered));
    let unfit = Unfit::Inactive { status: "SUSPENDED".into(), email: None };
    let gone = pressed.clone().settled("check_authority", bob(Requester::Unfit { why: unfit.clone() }));
    assert_eq!(gone.refused(), Some(NotSentOn::Unfit { unfit }));
    let stayed = pressed.settled("check_authority", bob(Requester::Fit { facts: facts(&[&engineers]) }));
    assert_eq!(stayed.stands(), "approved/checking");
}

#[test]
fn today_stops_right_before_the_addition() {
    let looking = Play::new().guarded().put_to(&["bob", "dana", "carol", "erin"]).approves("bob");
    let frozen = by_total(|_| Ruling { forbidden: vec![rule("freeze")], ..Ruling::default() });
    let stopped = looking.clone().ruled(frozen).settled("check_member", stands(false));
    let State::Ended { ending: Ending::Failed { why: NotOpened::Stopped { why } }, .. } =
        &stopped.live.requests[&ONE].state
    else {
        panic!("{}", stopped.stands())
    };
    assert_eq!(*why, NotSentOn::Forbidden { rules: vec![rule("freeze")] });
    assert_eq!(stopped.promises("add_member"), 0);
    // What the directory says of them by then is what rules go by.
    let contractors = Rules::new(
        |question| {
            let forbidden = question.person.department.as_deref() == Some("Contractors");
            Ok(Ruling { forbidden: forbidden.then(|| rule("contractors")).into_iter().collect(), ..Ruling::default() })
        },
        |_, _| Ok(Vec::new()),
    );
    let facts = Facts { department: Some("Contractors".into()), ..Facts::default() };
    let moved = Standing { member: false, inactive: None, unfit_group: None, facts: Some(facts), lapsed: Vec::new() };
    let moved = looking.ruled(contractors).settled("check_member", Outcome::Stands { standing: moved });
    assert_eq!(moved.stands(), "ended failed");
}

#[test]
fn who_approved_by_an_account_that_counts_no_more_stops_it_at_a_vote_and_before_the_addition() {
    let is_void = |why: &NotSentOn| matches!(why, NotSentOn::ApprovalVoid { by } if by.slack == slack("bob"));
    let two = || Play::new().levels(|level| level.approval = vec![StepRule::Owner; 2]).put_to(&["bob", "dana"]);
    let looked_up = |lapsed| Outcome::Identified { person: identity("dana"), requester: None, lapsed };
    let pressed = two().approves("bob").presses("dana");
    let void = pressed.clone().settled("check_authority", looked_up(vec![okta("bob")]));
    assert!(void.refused().is_some_and(|why| is_void(&why)));
    assert!(matches!(void.in_vain(), Some(Refusal::Stopped { why }) if is_void(&why)), "Dana is told");
    // Somebody else's account is no matter.
    let looking = pressed.clone().settled("check_authority", looked_up(vec![okta("erin")]));
    assert_eq!(looking.stands(), "approved/checking");
    let standing = Standing { lapsed: vec![okta("bob")], ..standing(false) };
    let void = looking.settled("check_member", Outcome::Stands { standing });
    assert_eq!((void.stands().as_str(), void.promises("add_member")), ("ended failed", 0));
    let stolen = Identity { email: email("robert"), ..identity("bob") };
    let void = pressed.goes(&Command::Meet { slack: slack("bob"), found: Ok(stolen) });
    let void = void.settled("check_authority", looked_up(Vec::new()));
    assert!(void.refused().is_some_and(|why| is_void(&why)), "nor by one whose accounts match no more");
}

/// Rules about deciding go by the requester as kept and as they are now: today may stop a decision, never let one through.
#[test]
fn rules_about_deciding_go_by_the_requester_as_they_are_now_too() {
    let rules = Rules::new(
        |_| Ok(Ruling::default()),
        |question, _| {
            let contractors = question.person.department.as_deref() == Some("Contractors");
            Ok(contractors.then(|| rule("seniors")).into_iter().collect())
        },
    );
    let of = |department: &str| Identity { department: Some(department.into()), ..identity("alice") };
    let decided = |then: &str, now: &str| {
        let asked = Play::new().ruled(rules.clone()).goes(&ask("db/rw", "form"));
        let put = asked.settled("identify_person", Outcome::identified(of(then)));
        let pressed = put.settled("find_approvers", finds(&["bob", "dana"])).presses("bob");
        let facts = Facts { department: Some(now.into()), ..Facts::default() };
        let requester = Some(Requester::Fit { facts });
        let outcome = Outcome::Identified { person: identity("bob"), requester, lapsed: Vec::new() };
        pressed.settled("check_authority", outcome).in_vain()
    };
    let taken = Some(Refusal::MayNotDecide { rules: vec![rule("seniors")] });
    assert_eq!(decided("Payments", "Payments"), None);
    assert_eq!(decided("Payments", "Contractors"), taken);
    assert_eq!(decided("Contractors", "Payments"), taken, "never loosened");
}

#[test]
fn where_a_step_has_nobody_the_fallback_is_asked_and_without_one_it_is_refused() {
    let owners_gone = Play::new().guarded().put_to(&["carol", "erin"]);
    assert_eq!(owners_gone.steps(), [("owner of db".to_owned(), vec!["carol".to_owned(), "erin".to_owned()])]);
    let why = owners_gone.route().steps[0].stand_in.map(|stand_in| stand_in.why);
    assert_eq!(why, Some(StandsIn::NobodyElse));
    assert_eq!(owners_gone.approves("carol").stands(), "approved/checking");
    let nobody = Play::new().guarded().put_to(&[]);
    assert_eq!(nobody.refused(), Some(NotSentOn::NobodyToAsk));
    let without = Play::new().put_to(&[]);
    assert_eq!(without.refused(), Some(NotSentOn::NobodyToAsk));
}

#[test]
fn the_requester_is_never_asked_also_not_as_a_fallback() {
    let own = Play::new().guarded().with(|catalogue| {
        catalogue.approvers.insert(soc(), vec![Who::Person(email("alice")), Who::Person(email("carol"))]);
    });
    let play = own.put_to(&["alice", "carol"]);
    assert_eq!(play.steps(), [("owner of db".to_owned(), vec!["carol".to_owned()])]);
}

#[test]
fn two_approvals_with_one_owner_take_the_fallback_as_the_second() {
    let twice = |level: &mut Entitlement| level.approval = vec![StepRule::Owner, StepRule::Owner];
    let play = Play::new().guarded().levels(twice).put_to(&["bob", "carol", "erin"]).approves("bob");
    let asked = play.route().steps[1].approvers.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(asked, ["carol", "erin"]);
    assert_eq!(play.approves("erin").stands(), "approved/checking");
    let alone = Play::new().levels(twice).put_to(&["bob"]);
    assert_eq!(alone.refused(), Some(NotSentOn::NobodyToAsk), "too few people, and it is known when it is made");
}

#[test]
fn where_nobody_answers_the_fallback_is_asked_too_once() {
    let play = Play::new().guarded().levels(|level| level.escalates = true).put_to(&["bob", "dana", "carol", "erin"]);
    let early = play.clone().after(7_199).goes(&DUE);
    assert_eq!(early.steps()[0].1, ["bob", "dana"]);
    let late = early.after(1).goes(&DUE);
    assert_eq!(late.steps()[0].1, ["bob", "dana", "carol", "erin"]);
    assert_eq!(late.route().steps[0].stand_in.unwrap().why, StandsIn::NoAnswer { after: secs(7_200) });
    let later = late.clone().after(14_400).goes(&DUE);
    assert_eq!(later.steps(), late.steps(), "once a step");
    assert_eq!(late.clone().approves("carol").stands(), "approved/checking");
    assert_eq!(late.approves("dana").stands(), "approved/checking", "those who were asked first still can");
    // Not before their turn.
    let mut before = play.shown(&["carol"]);
    let press = before.decides("carol", Choice::Approve);
    let judged = before.run(&press);
    assert!(
        judged.is_err()
            || before.settled("check_authority", Outcome::identified(identity("carol"))).in_vain().is_some()
    );
}

#[test]
fn where_they_cannot_stand_in_the_fallback_is_told_once() {
    let play = Play::new().guarded().put_to(&["bob", "dana", "carol", "erin"]);
    let late = play.after(7_200).goes(&DUE);
    assert_eq!(late.steps()[0].1, ["bob", "dana"]);
    assert_eq!(late.promises("tell_fallback"), 2);
    let later = late.settled("tell_fallback", Outcome::Told).settled("tell_fallback", Outcome::Told).after(7_200);
    assert_eq!(later.goes(&DUE).promises("tell_fallback"), 0);
}

#[test]
fn where_everyone_left_just_when_it_escalates_the_fallback_is_asked_once() {
    let play = Play::new().guarded().levels(|level| level.escalates = true).put_to(&["bob", "carol", "erin"]);
    let left = play.with(|catalogue| catalogue.applications.values_mut().for_each(|one| one.owners.clear()));
    let late = left.after(7_200).goes(&DUE);
    assert_eq!(late.route().steps[0].stand_in.unwrap().why, StandsIn::NobodyElse);
    assert_eq!(late.approves("carol").stands(), "approved/checking");
}

#[test]
fn each_step_escalates_by_itself() {
    let steps = |level: &mut Entitlement| {
        level.approval = vec![StepRule::Owner, StepRule::Person(email("frank"))];
        level.escalates = true;
    };
    let play = Play::new().guarded().levels(steps).put_to(&["bob", "frank", "carol", "erin"]);
    let second = play.after(7_200).goes(&DUE).approves("bob");
    assert_eq!(second.steps()[1].1, ["frank"]);
    let late = second.after(7_200).goes(&DUE);
    assert_eq!(late.steps()[1].1, ["frank", "carol", "erin"]);
}

#[test]
fn whoever_turns_out_to_be_none_leaves_the_step_to_the_fallback() {
    let rules = Rules::new(
        |_| Ok(Ruling::default()),
        |_, approver| Ok(if approver.name == "bob" { vec![rule("contractors")] } else { Vec::new() }),
    );
    let play = Play::new().guarded().ruled(rules).put_to(&["bob", "carol", "erin"]).approves("bob");
    assert_eq!(play.in_vain(), Some(Refusal::MayNotDecide { rules: vec![rule("contractors")] }));
    assert_eq!(play.steps()[0].1, ["bob", "carol", "erin"]);
    assert_eq!(play.approves("carol").stands(), "approved/checking");
    // The same where a conversation cannot be opened.
    let fault = fault(404);
    let view = ViewKey::Approver { request: ONE, slack: slack("bob") };
    let missed = Play::new()
        .guarded()
        .put_to(&["bob", "carol", "erin"])
        .goes(&Command::Miss { view: view.clone(), fault: fault.clone() });
    assert_eq!(missed.steps()[0].1, ["bob", "carol", "erin"]);
    let nobody = Play::new().put_to(&["bob"]).goes(&Command::Miss { view, fault });
    assert_eq!(nobody.refused(), Some(NotSentOn::NobodyToAsk));
}

#[test]
fn members_of_groups_decide_while_they_are_members_and_not_by_our_doing() {
    let group = OktaGroupId::parse("00gDBA").unwrap();
    let named = vec![Who::Group(group.clone()), Who::SlackGroup(SlackGroupId::parse("S0ONCALL").unwrap())];
    let play = Play::new().with(|catalogue| {
        catalogue.applications.values_mut().for_each(|application| application.owners = named.clone());
    });
    let members = |who: &Who, names: &[&str]| Members {
        group: who.clone(),
        emails: names.iter().map(|name| email(name)).collect(),
    };
    let found = Outcome::Found {
        approvers: ["alice", "bob", "dana"].map(approver).to_vec(),
        missing: Vec::new(),
        members: vec![members(&named[0], &["alice", "bob"]), members(&named[1], &["bob", "dana"])],
    };
    let pending = play.asked().settled("find_approvers", found);
    assert_eq!(pending.steps()[0].1, ["bob", "dana"], "each once, the requester never");
    let by = |person: Identity| {
        pending.clone().presses(&person.name).settled("check_authority", Outcome::identified(person))
    };
    let bob = Identity { groups: [group.clone()].into(), ..identity("bob") };
    assert_eq!(by(bob.clone()).stands(), "approved/checking");
    let dana = Identity { slack_groups: [SlackGroupId::parse("S0ONCALL").unwrap()].into(), ..identity("dana") };
    assert_eq!(by(dana).stands(), "approved/checking");
    assert_eq!(by(identity("bob")).in_vain(), Some(Refusal::NotApprover), "left since");
    // Bob is in that group through us.
    let key = MembershipKey { group, user: okta("bob") };
    let mut ours = pending.clone();
    let mut membership = crate::domain::membership::Membership::new(key.clone());
    membership.motion = Motion::Inside;
    ours.live.memberships.insert(key, membership);
    let judged = ours.presses("bob").settled("check_authority", Outcome::identified(bob));
    assert_eq!(judged.in_vain(), Some(Refusal::NotApprover));
}

#[test]
fn a_manager_is_whom_the_directory_names_now_kept_with_the_request() {
    let play = Play::new().levels(|level| level.approval = vec![StepRule::Manager]);
    let alice = Identity { manager: Some(email("mona")), ..identity("alice") };
    let sought = play.clone().goes(&ask("db/rw", "form")).settled("identify_person", Outcome::identified(alice));
    let pending = sought.settled("find_approvers", finds(&["mona"]));
    assert_eq!(pending.steps(), [("manager".to_owned(), vec!["mona".to_owned()])]);
    assert_eq!(pending.approves("mona").stands(), "approved/checking");
    assert_eq!(play.asked().refused(), Some(NotSentOn::NobodyToAsk), "none is known");
}

/// A right that is missing is not the absence of a manager: whoever stands in is asked, or it is refused for that.
#[test]
fn a_manager_of_whom_it_cannot_be_read_who_they_are_is_stood_in_for_or_it_is_refused_for_that() {
    let play = Play::new().levels(|level| level.approval = vec![StepRule::Manager, StepRule::Owner]);
    let alice = Identity { manager_unread: true, ..identity("alice") };
    let asks =
        |play: Play| play.goes(&ask("db/rw", "form")).settled("identify_person", Outcome::identified(alice.clone()));
    let alert = Alert::ManagerUnread { request: ONE };
    let refused = asks(play.clone()).settled("find_approvers", finds(&["bob"]));
    assert_eq!(refused.refused(), Some(NotSentOn::ManagerUnread));
    assert!(refused.alerts().contains(&&alert), "{:?}", refused.alerts());
    let stood_in = asks(play.guarded()).settled("find_approvers", finds(&["bob", "carol", "erin"]));
    assert_eq!(stood_in.refused(), None);
    assert!(stood_in.alerts().contains(&&alert));
    assert!(
        stood_in.last().iter().any(|event| matches!(event, Event::FallbackAsked { why: StandsIn::NobodyElse, .. }))
    );
    // Where no manager decides nobody needs to know.
    let other = Play::new().goes(&ask("db/rw", "form")).settled("identify_person", Outcome::identified(alice));
    assert!(!other.alerts().contains(&&alert));
}

#[test]
fn whoever_is_their_manager_no_more_decides_nothing_and_neither_does_a_new_one() {
    let play = Play::new().levels(|level| level.approval = vec![StepRule::Manager]);
    let alice = Identity { manager: Some(email("mona")), ..identity("alice") };
    let sought = play.goes(&ask("db/rw", "form")).settled("identify_person", Outcome::identified(alice));
    let pressed = sought.settled("find_approvers", finds(&["mona"])).presses("mona");
    let by = |manager: &str| {
        let facts = Facts { manager: Some(email(manager)), ..Facts::default() };
        let requester = Some(Requester::Fit { facts });
        let outcome = Outcome::Identified { person: identity("mona"), requester, lapsed: Vec::new() };
        pressed.clone().settled("check_authority", outcome)
    };
    assert_eq!(by("mona").stands(), "approved/checking");
    assert_eq!(by("nina").in_vain(), Some(Refusal::NotApprover));
}

#[test]
fn a_rule_about_any_level_of_a_group_takes_decisions_on_all_of_them() {
    let debug = |question: &crate::domain::rules::Question<'_>| question.entitlement.id.to_string() == "db/debug";
    let rules = Rules::new(
        |_| Ok(Ruling::default()),
        move |question, _| Ok(debug(question).then(|| rule("seniors")).into_iter().collect()),
    );
    let play = Play::new().ruled(rules).put_to(&["bob", "dana"]).approves("bob");
    assert_eq!(play.in_vain(), Some(Refusal::MayNotDecide { rules: vec![rule("seniors")] }));
}

#[test]
fn what_is_held_through_us_takes_no_step_away() {
    let group = OktaGroupId::parse("00gONCALL").unwrap();
    let named = group.clone();
    let rules = Rules::new(
        move |question| {
            let auto = question.person.groups.contains(&named).then(|| rule("oncall"));
            Ok(Ruling { auto: auto.into_iter().collect(), ..Ruling::default() })
        },
        |_, _| Ok(Vec::new()),
    );
    let oncall = Identity { groups: [group.clone()].into(), ..identity("alice") };
    let asked = Play::new().ruled(rules).goes(&ask("db/rw", "form"));
    let own = asked.clone().settled("identify_person", Outcome::identified(oncall.clone()));
    assert_eq!(own.stands(), "approved/checking");
    let key = MembershipKey { group, user: okta("alice") };
    let mut membership = crate::domain::membership::Membership::new(key.clone());
    membership.motion = Motion::Inside;
    let mut ours = asked;
    ours.live.memberships.insert(key, membership);
    let ours = ours.settled("identify_person", Outcome::identified(oncall));
    assert_eq!(ours.promises("find_approvers"), 1, "its own steps are asked");
}

/// Rules from which a group frees whoever stands in it: by our doing it frees nobody.
#[test]
fn what_is_held_through_us_frees_from_no_rule() {
    let group = OktaGroupId::parse("00gSENIOR").unwrap();
    let senior = Identity { groups: [group.clone()].into(), ..identity("alice") };
    let judged = |hard: Ruling, held: bool| {
        let named = group.clone();
        let rules = Rules::new(
            move |question| {
                let free = question.person.groups.contains(&named);
                Ok(if free { Ruling::default() } else { hard.clone() })
            },
            |_, _| Ok(Vec::new()),
        );
        let mut play = Play::new().guarded().ruled(rules).goes(&ask("db/rw", "form"));
        if held {
            let key = MembershipKey { group: group.clone(), user: okta("alice") };
            let mut membership = crate::domain::membership::Membership::new(key.clone());
            membership.motion = Motion::Inside;
            play.live.memberships.insert(key, membership);
        }
        play.settled("identify_person", Outcome::identified(senior.clone()))
    };
    let asked = |play: Play| play.settled("find_approvers", finds(&["bob", "dana", "carol", "erin"])).steps().len();
    assert_eq!(asked(judged(requires_soc(), false)), 1);
    assert_eq!(asked(judged(requires_soc(), true)), 2, "the SOC too");
    let freeze = || Ruling { forbidden: vec![rule("freeze")], ..Ruling::default() };
    assert_eq!(asked(judged(freeze(), false)), 1);
    assert_eq!(judged(freeze(), true).refused(), Some(NotSentOn::Forbidden { rules: vec![rule("freeze")] }));
}

#[test]
fn a_decision_on_other_terms_than_the_present_ones_is_void() {
    let pending = Play::new().put_to(&["bob", "dana"]).shown(&["bob"]);
    let mut pressed = pending;
    let press = pressed.decides("bob", Choice::Approve);
    pressed = pressed.goes(&press);
    // The terms change while it waits to be judged.
    pressed.live.requests.get_mut(&ONE).unwrap().end = EndRule::After { secs: secs(60) };
    let judged = pressed.settled("check_authority", Outcome::identified(identity("bob")));
    assert_eq!(judged.in_vain(), Some(Refusal::OldTerms));
    assert_eq!(judged.stands(), "pending");
}

#[test]
fn another_end_is_another_decision_and_each_is_answered() {
    let less = |minutes: u64| Choice::ApproveForLess(EndRule::After { secs: secs(minutes * 60) });
    let waiting = |play: &Play| match &play.live.requests[&ONE].state {
        State::Pending { clicks, .. } => clicks.len(),
        _ => 0,
    };
    for end in [secs(7_200).after(Play::new().now), Play::new().now + TimeDelta::hours(3)] {
        let mut play = Play::new().put_to(&["bob", "dana"]).shown(&["bob"]);
        if end > play.now + TimeDelta::hours(2) {
            play.live.requests.get_mut(&ONE).unwrap().end = EndRule::At { instant: end };
        }
        for (choice, received) in [(less(45), 1), (less(45), 1), (less(30), 2), (less(45), 2), (less(30), 2)] {
            let press = play.decides("bob", choice);
            play = play.goes(&press);
            assert_eq!(waiting(&play), received);
            // A redelivery comes later than what it repeats.
            play.now += TimeDelta::seconds(1);
        }
        let judged = play.settled("check_authority", Outcome::identified(identity("bob")));
        assert_eq!(judged.stands(), "approved/checking");
        let (approval, _) = judged.live.requests[&ONE].shortened().unwrap();
        assert_eq!(approval.at, Play::new().now, "the first counts");
        assert_eq!(judged.in_vain(), Some(Refusal::Over), "and the second is answered");
        assert_eq!(judged.promises("reply"), 1);
    }
}

#[test]
fn who_has_no_say_in_one_step_may_have_one_in_the_next() {
    let play = Play::new().guarded().levels(|level| {
        level.approval = vec![StepRule::Owner, StepRule::Approvers(soc())];
    });
    let play = play.with(|catalogue| {
        catalogue.approvers.insert(soc(), vec![Who::Person(email("bob"))]);
        catalogue.fallback = None;
    });
    let owners = |play: Play, names: &[&str]| {
        let owners: Vec<Who> = names.iter().map(|name| Who::Person(email(name))).collect();
        play.with(|catalogue| catalogue.applications.values_mut().for_each(|one| one.owners = owners.clone()))
    };
    let play = owners(play.put_to(&["bob", "dana"]), &["dana"]).approves("bob");
    assert_eq!(play.in_vain(), Some(Refusal::NotApprover));
    assert!(!play.live.requests[&ONE].is_undecided_by(&slack("bob")), "an owner no more");
    let play = play.approves("dana");
    assert_eq!(play.stands(), "pending");
    assert!(play.live.requests[&ONE].is_undecided_by(&slack("bob")), "of the SOC all the same");
    assert_eq!(play.approves("bob").stands(), "approved/checking");
}

#[test]
fn who_is_missing_is_told_to_admins_and_the_others_are_asked() {
    let found = Outcome::Found { approvers: vec![approver("dana")], missing: vec![email("bob")], members: Vec::new() };
    let play = Play::new().asked().settled("find_approvers", found);
    assert_eq!(play.steps()[0].1, ["dana"]);
    assert!(play.alerts().iter().any(|alert| matches!(alert, Alert::ApproversMissing { .. })));
}

/// What stood in the way of a request was read for hours: what its requester is by then counts.
#[test]
fn rules_alone_approve_nobody_by_what_they_were_before_they_were_read_again() {
    let oncall = OktaGroupId::parse("00gONCALL").unwrap();
    let named = oncall.clone();
    let rules = Rules::new(
        move |question| {
            let auto = question.person.groups.contains(&named).then(|| rule("oncall"));
            Ok(Ruling { auto: auto.into_iter().collect(), ..Ruling::default() })
        },
        |_, _| Ok(Vec::new()),
    );
    let prod = OktaGroupId::parse("00gPROD").unwrap();
    let person = Identity { groups: [oncall.clone(), prod].into(), ..identity("alice") };
    let asked = Play::new().ruled(rules).goes(&ask("db/rw", "form"));
    let doubted = asked.settled("identify_person", Outcome::identified(person));
    let read = |groups: Vec<OktaGroupId>, inactive: Option<&str>| {
        let facts = Facts { groups: groups.into_iter().collect(), ..Facts::default() };
        let inactive = inactive.map(str::to_owned);
        let standing = Standing { member: false, inactive, unfit_group: None, facts: Some(facts), lapsed: Vec::new() };
        doubted.clone().settled("check_standing", Outcome::Stands { standing })
    };
    assert_eq!(read(vec![oncall.clone()], None).stands(), "approved/checking");
    assert_eq!(read(Vec::new(), None).promises("find_approvers"), 1, "its own steps are asked");
    let unfit = Unfit::Inactive { status: "SUSPENDED".to_owned(), email: None };
    assert_eq!(read(vec![oncall], Some("SUSPENDED")).refused(), Some(NotSentOn::Unfit { unfit }));
}

/// It is not known now who the manager is: nobody is turned away for that, yes is refused, and no is no.
#[test]
fn while_it_cannot_be_read_who_the_manager_is_yes_waits_and_no_counts() {
    let asker = Identity { manager: Some(email("carol")), ..identity("alice") };
    let managed = Play::new().levels(|level| level.approval = vec![StepRule::Manager]).goes(&ask("db/rw", "form"));
    let found =
        managed.settled("identify_person", Outcome::identified(asker)).settled("find_approvers", finds(&["carol"]));
    let shown = found.shown(&["carol"]);
    let facts = Facts { manager_unread: true, ..Facts::default() };
    let unread = Outcome::Identified {
        person: identity("carol"),
        requester: Some(Requester::Fit { facts }),
        lapsed: Vec::new(),
    };
    let press = |choice: Choice| {
        let pressed = shown.clone().goes(&shown.decides("carol", choice));
        pressed.settled("check_authority", unread.clone())
    };
    let yes = press(Choice::Approve);
    assert_eq!(yes.in_vain(), Some(Refusal::Stopped { why: NotSentOn::ManagerUnread }));
    assert!(matches!(yes.live.requests[&ONE].state, State::Pending { .. }), "it waits");
    assert!(yes.live.requests[&ONE].dismissed.is_empty());
    assert_eq!(yes.promises("alert_admins"), 1);
    let no = press(Choice::Deny(text("Use the replica")));
    assert!(matches!(no.live.requests[&ONE].state, State::Ended { ending: Ending::Denied { .. }, .. }));
}

/// Whose accounts were contradicted after their yes approved nothing, also once an admin has ended the binding.
#[test]
fn an_approval_by_accounts_that_were_joined_anew_is_void() {
    let steps = vec![StepRule::Owner, StepRule::Owner];
    let play = Play::new().levels(move |level| level.approval = steps.clone()).put_to(&["bob", "dana"]);
    let first = play.approves("bob").goes(&Command::Unlink { slack: slack("bob"), uid: 501 });
    let both = first.approves("dana");
    let by = crate::domain::request::Decider::from(&identity("bob"));
    assert_eq!(both.refused(), Some(NotSentOn::ApprovalVoid { by }));
}
