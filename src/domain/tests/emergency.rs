//! Break-glass: taken without approval, told at once, limited, and reviewed by somebody else.

use super::*;
use crate::domain::{
    catalogue::Emergency,
    command::Sign,
    id::{ApproversName, RuleId},
    port::{Alert, Nudge},
    request::{NotSentOn, Spot},
    review::{Judgement, Review},
    rules::{Required, Rule, Rules, Ruling, Unjudged},
    ticket::{Column, Happened},
};

/// What Alice and Bob may take of production: an hour at most, reviewed by Carol or an owner.
fn catalogue_with_glass() -> Catalogue {
    let mut catalogue = catalogue();
    let soc = ApproversName::parse("soc").unwrap();
    catalogue.approvers.insert(soc.clone(), vec![Who::Person(email("carol"))]);
    catalogue.emergency = Some(Emergency { max_duration: secs(3_600), cooldown: secs(12 * 3_600), review: soc });
    for entitlement in catalogue.applications.values_mut().flat_map(|application| &mut application.entitlements) {
        entitlement.emergency = true;
        entitlement.requesters = Requesters::Only(vec![Who::Person(email("alice")), Who::Person(email("bob"))]);
    }
    catalogue
}

fn take(entitlement: &str, key: &str, length: u64, known: Option<Identity>) -> Command {
    let Command::Ask(asked) = ask(entitlement, key) else { unreachable!() };
    let end = EndRule::After { secs: secs(length) };
    Command::Ask(Ask { purpose: Purpose::Emergency, end, known: known.map(Ok), ..asked })
}

fn told() -> Outcome {
    let one = |name: &str| Approver { email: email(name), slack: slack(name), okta: okta(name), name: name.to_owned() };
    let approvers = ["carol", "bob", "dana"].map(one).to_vec();
    Outcome::Found { approvers, missing: Vec::new(), members: Vec::new() }
}

fn sign(who: &str, judgement: Judgement) -> Command {
    let (who, place) = (slack(who), Surface::Card(card(who)));
    Command::Sign(Sign { who, request: ONE, place, judgement, note: text("Restarted the queue") })
}

impl Play {
    fn with_glass() -> Self {
        Self { catalogue: catalogue_with_glass(), ..Self::new() }
    }

    fn taking() -> Self {
        let asked = Self::with_glass().goes(&take("db/rw", "glass", 2_700, None));
        asked.settled("identify_person", Outcome::identified(identity("alice")))
    }

    /// Taken, and shown to those who are told.
    pub(super) fn taken() -> Self {
        Self::taking().settled("find_approvers", told()).all_shown()
    }

    /// Every message that is stale is shown.
    fn all_shown(mut self) -> Self {
        let requests: Vec<_> = self.live.requests.values().cloned().collect();
        for (request, view) in
            requests.iter().flat_map(|request| request.stale_views().into_iter().map(move |v| (request, v)))
        {
            let posted = match &view {
                ViewKey::Requester { .. } | ViewKey::Warning { .. } => card("alice"),
                ViewKey::Approver { slack, .. } => card(&slack.as_str()[2..].to_lowercase()),
            };
            self = self.goes(&Command::Show { view, posted, revision: request.revision });
        }
        self
    }

    fn review(&self) -> &Review {
        &self.live.requests[&ONE].review
    }

    fn signed(self, who: &str, judgement: Judgement) -> Self {
        self.goes(&sign(who, judgement)).settled("check_authority", Outcome::identified(identity(who)))
    }

    /// Its time is over, and Okta confirmed the removal.
    fn over(self) -> Self {
        self.after(2_700).due().settled("remove_member", REMOVED)
    }

    fn refuses(&self, command: &Command) -> Refusal {
        self.clone().run(command).unwrap_err()
    }

    fn last_effects(&self) -> &[Effect] {
        &self.entries.last().unwrap().effects
    }
}

#[test]
fn it_is_taken_and_told_in_one_line_and_nobody_approves_it() {
    let taken = Play::taking().settled("find_approvers", told());
    let names = |review: &Review| review.people().iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(taken.review()), ["carol", "bob", "dana"]);
    let views = taken.live.requests[&ONE].stale_views();
    let cards = views.iter().filter(|view| matches!(view, ViewKey::Approver { .. })).count();
    assert_eq!((cards, views.len()), (3, 4), "their cards are due with the line that took it");
    assert!(matches!(taken.last_effects(), [Effect::CheckMember { .. }]));
    let open = taken.all_shown().opened();
    assert_eq!(open.stands(), "active/inside");
    assert_eq!(open.live.requests[&ONE].ends(), Some(open.now + TimeDelta::seconds(2_700)));
}

#[test]
fn whoever_took_it_is_told_nothing_as_a_reviewer() {
    let bob = |play: Play| {
        let Command::Ask(asked) = take("db/rw", "glass", 2_700, Some(identity("bob"))) else { unreachable!() };
        play.goes(&Command::Ask(Ask { who: slack("bob"), ..asked })).settled("find_approvers", told())
    };
    let taken = bob(Play::with_glass());
    assert!(taken.review().people().iter().all(|one| one.name != "bob"), "{:?}", taken.review());
    // Nobody else could sign: nothing is taken.
    let mut alone = Play::with_glass();
    alone.catalogue.approvers.values_mut().for_each(|people| *people = vec![Who::Person(email("bob"))]);
    let owners = alone.catalogue.applications.values_mut();
    owners.for_each(|application| application.owners = vec![Who::Person(email("bob"))]);
    let Command::Ask(asked) = take("db/rw", "glass", 2_700, Some(identity("bob"))) else { unreachable!() };
    let refused = alone.goes(&Command::Ask(Ask { who: slack("bob"), ..asked }));
    assert!(refused.last().contains(&Event::RequestRefused { request: ONE, why: NotSentOn::NobodyToAsk }));
}

#[test]
fn it_has_its_limits() {
    let free = Play::with_glass();
    assert_eq!(free.refuses(&take("db/rw", "a", 3_601, None)), Refusal::TooLong { most: secs(3_600), rule: None });
    for (mode, refusal) in [(Mode::LowDisk, Refusal::CannotBeSaved), (Mode::Custody, Refusal::Custody)] {
        assert_eq!(Play { mode, ..free.clone() }.refuses(&take("db/rw", "a", 60, None)), refusal);
    }
    let mut unset = free;
    unset.catalogue.emergency = None;
    assert_eq!(unset.refuses(&take("db/rw", "a", 60, None)), Refusal::NotForEmergencies);
    assert_eq!(Play::new().refuses(&take("db/rw", "a", 60, None)), Refusal::NotForEmergencies);
    // One open review a person, also of another access, from the first moment on.
    for play in [Play::taking(), Play::taken(), Play::taken().opened().over()] {
        assert_eq!(play.refuses(&take("db/debug", "b", 60, None)), Refusal::ReviewOpen { request: ONE });
    }
    let until = Play::taken().opened().live.requests[&ONE].ends().unwrap();
    let held = Play::taken().opened().refuses(&take("db/rw", "b", 60, None));
    assert_eq!(held, Refusal::AlreadyHeld { request: ONE, until });
}

#[test]
fn who_took_something_cools_down_from_its_end_on() {
    let over = Play::taken().opened().over();
    let end = over.now;
    let reviewed = over.all_shown().signed("carol", Judgement::Justified);
    let again = take("db/rw", "again", 60, None);
    assert_eq!(reviewed.refuses(&again), Refusal::CoolingDown { until: end + TimeDelta::hours(12) });
    assert!(reviewed.clone().run(&take("db/debug", "other", 60, None)).is_ok(), "of another access");
    let later = reviewed.clone().after(12 * 3_600 - 1);
    assert!(matches!(later.refuses(&again), Refusal::CoolingDown { .. }));
    assert!(later.after(1).run(&again).is_ok());
    // The memory of it is the fold's, and today's configuration compares.
    let mut shorter = reviewed;
    shorter.catalogue.emergency.as_mut().unwrap().cooldown = secs(1);
    assert!(shorter.after(1).run(&again).is_ok());
}

/// Alice's binding is ended, and she asks by another Slack account.
fn unlinked(play: Play, by: &str, asks: Command) -> (Play, Command) {
    let play = play.goes(&Command::Unlink { slack: slack("alice"), uid: 0 });
    let Command::Ask(asked) = asks else { unreachable!() };
    let known = asked.known.map(|_| Ok(Identity { slack: slack(by), ..identity("alice") }));
    (play, Command::Ask(Ask { who: slack(by), known, ..asked }))
}

fn other_alice() -> Outcome {
    Outcome::identified(Identity { slack: slack("alice2"), ..identity("alice") })
}

#[test]
fn its_limits_are_a_persons_whichever_account_they_use() {
    let open = Play::taken().opened();
    let over = open.clone().over();
    let reviewed = over.clone().all_shown().signed("carol", Judgement::Justified);
    let until = over.now + TimeDelta::hours(12);
    let held = open.live.requests[&ONE].ends().unwrap();
    for (play, entitlement, refusal, why) in [
        (&over, "db/debug", Refusal::ReviewOpen { request: ONE }, NotSentOn::ReviewOpen { request: ONE }),
        (&reviewed, "db/rw", Refusal::CoolingDown { until }, NotSentOn::CoolingDown { until }),
        (&open, "db/rw", Refusal::AlreadyHeld { request: ONE, until: held }, NotSentOn::AlreadyOpen { request: ONE }),
    ] {
        // Known before it is sent, or only afterwards; by another account, or by the same one.
        for by in ["alice2", "alice"] {
            let known = take(entitlement, "again", 60, Some(identity("alice")));
            let (play, command) = unlinked(play.clone(), by, known);
            assert_eq!(play.refuses(&command), refusal, "{by}");
        }
        let (play, command) = unlinked(play.clone(), "alice2", take(entitlement, "again", 60, None));
        let asked = play.goes(&command).settled("identify_person", other_alice());
        assert!(asked.last().contains(&Event::RequestRefused { request: TWO, why }), "{:?}", asked.last());
    }
}

#[test]
fn one_request_is_open_for_the_same_access_whichever_account_asks() {
    let waits = Play::with_glass().goes(&ask("db/rw", "form"));
    let waits =
        waits.settled("identify_person", Outcome::identified(identity("alice"))).settled("find_approvers", found());
    let (waits, again) = unlinked(waits, "alice2", ask("db/rw", "again"));
    let asked = waits.goes(&again).settled("identify_person", other_alice());
    let why = NotSentOn::AlreadyOpen { request: ONE };
    assert!(asked.last().contains(&Event::RequestRefused { request: TWO, why }), "{:?}", asked.last());
}

#[test]
fn where_nothing_was_given_there_is_nothing_to_review() {
    let taken = Play::taken();
    let stood = taken.clone().settled("check_member", stands(true));
    assert!(matches!(stood.review(), Review::Moot { .. }));
    let returned = taken.goes(&Command::Return { who: slack("alice"), request: ONE });
    assert!(matches!(returned.review(), Review::Moot { .. }));
    assert!(returned.clone().run(&take("db/rw", "again", 60, None)).is_ok(), "nothing cools down");
    assert!(matches!(returned.refuses(&sign("carol", Judgement::Justified)), Refusal::Over));
    // What may have been given is reviewed.
    let adding = Play::taken().settled("check_member", stands(false));
    let perhaps = adding.goes(&Command::Return { who: slack("alice"), request: ONE });
    assert!(perhaps.review().is_open());
}

#[test]
fn whoever_signed_what_was_never_opened_is_told_so() {
    let unopened = Outcome::Stands { standing: Standing { inactive: Some("SUSPENDED".into()), ..standing(false) } };
    for (outcome, ending) in [(unopened, "ended failed"), (stands(true), "ended refused")] {
        let sent =
            Play::taken().goes(&sign("carol", Judgement::Justified)).goes(&sign("dana", Judgement::NotJustified));
        let over = sent.settled("check_member", outcome);
        assert!(over.stands().starts_with(ending), "{}", over.stands());
        assert!(matches!(over.review(), Review::Moot { .. }));
        assert_eq!(over.promise("check_authority"), None, "there is nothing to look up for");
        let told = |name: &str| {
            let told = Effect::Reply { request: ONE, to: slack(name), why: Refusal::Over, spot: Spot::Card };
            over.last_effects().contains(&told)
        };
        assert!(told("carol") && told("dana"), "{:?}", over.last_effects());
    }
}

/// A rule that says something about break-glass alone.
fn ruled(says: impl Fn() -> Result<Ruling, Unjudged> + Send + Sync + 'static) -> Rules {
    Rules::new(move |question| if question.emergency { says() } else { Ok(Ruling::default()) }, |_, _| Ok(Vec::new()))
}

fn freeze() -> Rule {
    Rule { id: RuleId::parse("freeze").unwrap(), message: Some("Production is frozen.".to_owned()) }
}

#[test]
fn rules_that_forbid_hold_at_each_step_and_no_others() {
    let forbids = ruled(|| Ok(Ruling { forbidden: vec![freeze()], ..Ruling::default() }));
    let breaks = ruled(|| Err(Unjudged(vec![freeze().id])));
    let required = Required { rule: freeze(), step: None, distinct: Some(2), max_duration: Some(secs(1)) };
    let demands =
        ruled(move || Ok(Ruling { required: vec![required.clone()], auto: vec![freeze()], ..Ruling::default() }));
    let with = |rules: &Rules, mut play: Play| {
        play.catalogue.rules = rules.clone();
        play
    };
    let known = take("db/rw", "glass", 60, Some(identity("alice")));
    let (forbidden, unjudged) = (vec![freeze()], vec![freeze().id]);
    let at_once = with(&forbids, Play::with_glass()).refuses(&known);
    assert_eq!(at_once, Refusal::Stopped { why: NotSentOn::Forbidden { rules: forbidden.clone() } });
    // On record, so that admins are told.
    let unclear = with(&breaks, Play::with_glass()).goes(&known);
    let why = NotSentOn::Unjudged { rules: unjudged.clone() };
    assert!(unclear.last().contains(&Event::RequestRefused { request: ONE, why }));
    assert!(matches!(unclear.last_effects(), [Effect::AlertAdmins { alert: Alert::RulesUnjudged { .. } }]));
    for (rules, why) in
        [(&forbids, NotSentOn::Forbidden { rules: forbidden }), (&breaks, NotSentOn::Unjudged { rules: unjudged })]
    {
        let late = with(rules, Play::taking()).settled("find_approvers", told());
        assert!(late.last().contains(&Event::RequestRefused { request: ONE, why }));
        // Right before the addition today stops it, too.
        let stopped = with(rules, Play::taken()).settled("check_member", stands(false));
        assert_eq!(stopped.stands(), "ended failed");
    }
    assert_eq!(with(&demands, Play::taken()).opened().stands(), "active/inside", "nobody else is asked");
}

#[test]
fn only_those_who_may_ask_take_it_today() {
    let mut asked = Play::with_glass().goes(&take("db/rw", "glass", 60, None));
    let stranger = Identity { slack: slack("alice"), ..identity("carol") };
    asked.run(&asked.settles("identify_person", Outcome::identified(stranger))).unwrap();
    assert!(asked.last().contains(&Event::RequestRefused { request: ONE, why: NotSentOn::NotOffered }));
    let mut changed = Play::taken();
    changed.catalogue.applications.values_mut().for_each(|application| {
        application.entitlements.iter_mut().for_each(|entitlement| entitlement.emergency = false);
    });
    assert_eq!(changed.settled("check_member", stands(false)).stands(), "ended failed");
}

#[test]
fn whoever_waits_for_an_answer_may_break_glass_meanwhile() {
    let waits = Play::with_glass().goes(&ask("db/rw", "form"));
    let waits =
        waits.settled("identify_person", Outcome::identified(identity("alice"))).settled("find_approvers", found());
    let taken = waits.goes(&take("db/rw", "glass", 60, Some(identity("alice")))).settled("find_approvers", told());
    assert!(taken.live.requests[&TWO].review.is_open());
    assert!(matches!(taken.live.requests[&ONE].state, State::Pending { .. }));
}

#[test]
fn nobody_signs_their_own_by_any_account() {
    let taken = Play::taken().opened().all_shown();
    let own = Command::Sign(Sign {
        who: slack("alice"),
        request: ONE,
        place: Surface::Home,
        judgement: Judgement::Justified,
        note: text("Fine"),
    });
    assert_eq!(taken.refuses(&own), Refusal::OwnReview);
    // Carol's Slack account leads to Alice's Okta user by now.
    let sent = taken.goes(&sign("carol", Judgement::Justified));
    let same = Identity { slack: slack("carol"), ..identity("alice") };
    let refused = sent.clone().settled("check_authority", Outcome::identified(same));
    let why = Refusal::OwnReview;
    assert!(refused.last().contains(&Event::ReviewRefused { request: ONE, slack: slack("carol"), why: why.clone() }));
    let told = |effect: &Effect| matches!(effect, Effect::Reply { why: told, .. } if *told == why);
    assert!(refused.last_effects().iter().any(told));
    let suspended =
        |event: &Event| matches!(event, Event::BindingSuspended { slack: who, .. } if *who == slack("alice"));
    assert!(refused.last().iter().any(suspended), "{:?}", refused.last());
    assert!(refused.review().is_open());
    // Who reviews no more is told so, and their card is theirs no more.
    let mut moved = sent;
    moved.catalogue.approvers.values_mut().for_each(|people| *people = vec![Who::Person(email("erin"))]);
    let gone = moved.settled("check_authority", Outcome::identified(identity("carol")));
    assert!(gone.review().is_open());
    assert!(gone.live.requests[&ONE].dismissed.contains_key(&slack("carol")));
}

#[test]
fn the_first_signature_counts_and_the_next_is_told_so() {
    let taken = Play::taken().opened().all_shown();
    let both = taken.goes(&sign("carol", Judgement::Justified)).goes(&sign("bob", Judgement::NotJustified));
    let again = both.clone().goes(&sign("carol", Judgement::Justified));
    assert_eq!(again.live.seq, both.live.seq, "pressed twice");
    let signed = both.settled("check_authority", Outcome::identified(identity("carol")));
    let Review::Signed { by, judgement, note, .. } = signed.review() else { panic!("{:?}", signed.review()) };
    assert_eq!((by.name.as_str(), *judgement), ("carol", Judgement::Justified));
    assert_eq!(note.text.as_deref(), Some("Restarted the queue"));
    let late = |event: &Event| matches!(event, Event::ReviewRefused { why: Refusal::ReviewSigned, .. });
    assert!(signed.last().iter().any(late));
    assert_eq!(signed.stands(), "active/inside", "it goes on");
    assert_eq!(signed.refuses(&sign("dana", Judgement::NotJustified)), Refusal::ReviewSigned);
}

#[test]
fn what_was_not_justified_ends_at_once() {
    let signed = Play::taken().opened().all_shown().signed("carol", Judgement::NotJustified);
    assert_eq!(signed.stands(), "revoking/removing");
    assert!(signed.last_effects().contains(&Effect::Nudge { request: ONE, nudge: Nudge::NotJustified }));
    let over = signed.settled("remove_member", REMOVED);
    assert!(
        matches!(&over.live.requests[&ONE].state, State::Ended { ending: Ending::NotJustified { by }, .. } if by.name == "carol")
    );
    // Before it was opened, and after its end.
    let opening = Play::taken().signed("carol", Judgement::NotJustified);
    assert_eq!(opening.stands(), "ended notjustified");
    let late = Play::taken().opened().over().all_shown().signed("carol", Judgement::NotJustified);
    assert!(matches!(&late.live.requests[&ONE].state, State::Ended { ending: Ending::Expired, .. }));
}

#[test]
fn it_stays_in_memory_until_it_is_signed_and_shown() {
    let mut play = Play::taken().opened().over().all_shown();
    while let Some(effect) = play.live.promises.keys().next().copied() {
        play = play.goes(&Command::Settle { effect, outcome: Outcome::Told });
    }
    assert!(play.live.requests[&ONE].stale_views().is_empty());
    let later = play.after(20 * 3_600);
    assert!(later.review().is_open());
    let signed = later.signed("dana", Judgement::Justified);
    assert_eq!(signed.live.requests[&ONE].stale_views().len(), 4, "every copy, and the message of who took it");
    assert_eq!(signed.all_shown().live.requests.get(&ONE), None);
}

#[test]
fn a_review_that_is_late_is_told_at_growing_intervals_and_to_admins_from_the_third_on() {
    const DUE: Command = Command::RequestDue { request: ONE };
    let mut play = Play::taken().opened().over().all_shown();
    let since = Play::taken().now;
    let (mut hours, mut admins) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let due = crate::domain::decide::request_due(&play.live.requests[&ONE]).unwrap();
        play.now = due - TimeDelta::seconds(1);
        let before = play.live.seq;
        play = play.goes(&DUE);
        assert_eq!(play.live.seq, before, "not before its time");
        play = play.after(1).goes(&DUE);
        hours.push((play.now - since).num_hours());
        let told = play.last_effects();
        assert_eq!(told.iter().filter(|effect| matches!(effect, Effect::Remind { .. })).count(), 3);
        let alert = Effect::AlertAdmins { alert: Alert::ReviewLate { request: ONE } };
        admins.push(told.contains(&alert));
        for _ in 0..3 {
            play = play.settled("remind", Outcome::Told);
        }
    }
    assert_eq!((hours, admins), (vec![24, 48, 96, 192, 360], vec![false, false, true, true, true]));
    // A long sleep is one telling; and whoever cannot sign any more is not told.
    let mut slept = Play::taken().opened().over().all_shown().after(200 * 3_600);
    slept.catalogue.approvers.clear();
    let told = slept.goes(&DUE);
    assert!(told.last().contains(&Event::ReviewLate { request: ONE, told: 4 }));
    assert_eq!(told.last_effects().iter().filter(|effect| matches!(effect, Effect::Remind { .. })).count(), 2);
    let alert = Alert::ReviewLate { request: ONE };
    assert!(!told.live.is_moot(&alert));
    assert!(told.signed("bob", Judgement::Justified).live.is_moot(&alert));
}

/// The reviewers have another name by now, and other owners; nobody who was told is among them any more.
#[test]
fn whoever_is_to_review_by_now_is_told_once_it_is_late_and_may_sign() {
    let mut play = Play::taken().opened().over().all_shown().after(24 * 3_600);
    let secops = ApproversName::parse("secops").unwrap();
    play.catalogue.approvers = BTreeMap::from([(secops.clone(), vec![Who::Person(email("erin"))])]);
    play.catalogue.emergency.as_mut().unwrap().review = secops;
    play.catalogue.applications.values_mut().for_each(|one| one.owners = vec![Who::Person(email("alice"))]);
    let late = play.goes(&Command::RequestDue { request: ONE });
    let erin = Approver { email: email("erin"), slack: slack("erin"), okta: okta("erin"), name: "erin".to_owned() };
    let alice = Approver { email: email("alice"), slack: slack("alice"), okta: okta("alice"), ..erin.clone() };
    let approvers = vec![erin, alice];
    let found = late.settled("find_approvers", Outcome::Found { approvers, missing: Vec::new(), members: Vec::new() });
    let card = ViewKey::Approver { request: ONE, slack: slack("erin") };
    assert!(found.live.requests[&ONE].stale_views().contains(&card));
    let told: Vec<_> = found.review().people().iter().map(|one| one.slack.clone()).collect();
    assert_eq!(told, ["carol", "bob", "dana", "erin"].map(slack), "and whoever took it is not");
    // The next time nothing is new.
    let again = found.clone().all_shown().after(24 * 3_600).goes(&Command::RequestDue { request: ONE });
    let Review::Open { panels, .. } = found.review() else { panic!("{:?}", found.review()) };
    let people = panels.iter().flat_map(|panel| panel.people.clone()).collect();
    let again =
        again.settled("find_approvers", Outcome::Found { approvers: people, missing: Vec::new(), members: Vec::new() });
    assert_eq!(again.review().people().len(), 4);
    assert!(matches!(found.all_shown().signed("erin", Judgement::Justified).review(), Review::Signed { .. }));
}

/// A look-up that fails keeps nobody from signing; and whoever was turned away by mistake is asked again.
#[test]
fn a_signature_waits_for_no_look_up_and_a_reviewer_who_is_one_again_is_asked_again() {
    let late = Play::taken().opened().over().all_shown().after(24 * 3_600).goes(&Command::RequestDue { request: ONE });
    assert!(late.promise("find_approvers").is_some());
    let signing = late.goes(&sign("carol", Judgement::Justified));
    assert_eq!(signing.promise("find_approvers"), None);
    assert!(signing.promise("check_authority").is_some());
    let mut turned = Play::taken().opened().over().all_shown();
    let people = turned.catalogue.approvers.clone();
    turned.catalogue.approvers.values_mut().for_each(|group| *group = vec![Who::Person(email("erin"))]);
    let turned = turned
        .goes(&sign("carol", Judgement::Justified))
        .settled("check_authority", Outcome::identified(identity("carol")));
    let mut turned = turned.all_shown().after(24 * 3_600);
    assert!(turned.live.requests[&ONE].dismissed.contains_key(&slack("carol")));
    turned.catalogue.approvers = people;
    let again = turned.goes(&Command::RequestDue { request: ONE }).settled("find_approvers", told());
    assert!(again.live.requests[&ONE].dismissed.is_empty());
    assert_eq!(again.review().people().len(), 3);
    assert!(matches!(again.all_shown().signed("carol", Judgement::Justified).review(), Review::Signed { .. }));
}

#[test]
fn its_ticket_is_closed_once_it_is_over_and_reviewed() {
    let with = |tickets, play: Play| Play { tickets, audit: AuditChannel::Told, ..play };
    let taken = with(Tickets::Kept, Play::taking()).settled("find_approvers", told());
    let at = taken.now;
    let effects = taken.last_effects();
    assert!(
        matches!(effects, [
        Effect::CheckMember { .. },
        Effect::CreateTicket { .. },
        Effect::CommentTicket { what: Happened::Taken, .. },
        Effect::TellAudit { what: Happened::Taken, at: when, .. },
    ] if *when == at),
        "{effects:?}"
    );
    let closes = |play: &Play| play.last_effects().contains(&Effect::MoveTicket { request: ONE, to: Column::Closed });
    let open = taken.all_shown().opened();
    let over = open.clone().over();
    assert!(!closes(&over), "it waits for its review");
    assert!(closes(&over.all_shown().signed("carol", Judgement::Justified)));
    let signed = open.all_shown().signed("carol", Judgement::Justified);
    assert!(!closes(&signed), "access is open");
    assert!(closes(&signed.over()));
    let nothing = with(Tickets::Kept, Play::taking()).settled("find_approvers", told());
    assert!(closes(&nothing.settled("check_member", stands(true))), "there is nothing to review");
}

/// Everything that can be done about what Alice takes.
fn gestures(play: &Play) -> Vec<Command> {
    let others = ["alice", "carol", "bob", "dana", "erin"];
    let identified = others.map(|name| play.settles("check_authority", Outcome::identified(identity(name))));
    let mut all = commands(play);
    all.retain(|(name, _)| !name.contains("dana") && !name.contains("ask"));
    let signs =
        others.into_iter().flat_map(|who| [sign(who, Judgement::Justified), sign(who, Judgement::NotJustified)]);
    let glass = [take("db/rw", "again", 60, None), take("db/debug", "other", 2_700, Some(identity("alice")))];
    let told = [play.settles("find_approvers", told())];
    let all = all.into_iter().map(|(_, command)| command).chain(identified).chain(signs).chain(glass).chain(told);
    all.filter(|command| is_of_whom_it_asks(play, command)).collect()
}

/// Whoever is looked up is the one who was asked about.
fn is_of_whom_it_asks(play: &Play, command: &Command) -> bool {
    let Command::Settle { effect, outcome: Outcome::Identified { person, .. } } = command else { return true };
    match play.live.promises.get(effect).map(|promise| &promise.effect) {
        Some(Effect::CheckAuthority { slack, .. }) => *slack == person.slack,
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_261_127),
        ..ProptestConfig::default()
    })]

    /// Whatever is done in whatever order: replay gives the same, no two are unreviewed at once, nobody signs their
    /// own, and what is held ends.
    #[test]
    fn random_emergencies_keep_the_laws(moves in prop::collection::vec((0..64_usize, 0..40_000_i64), 1..60)) {
        let mut play = Play::with_glass();
        let _ = play.run(&take("db/rw", "glass", 2_700, None));
        for (place, secs) in moves {
            let mut given = gestures(&play);
            if place < given.len() {
                let command = given.swap_remove(place);
                let before = play.live.clone();
                if play.run(&command).is_err() {
                    prop_assert_eq!(&before, &play.live, "a refusal changes nothing");
                }
            } else {
                play.now += TimeDelta::seconds(secs);
                play = play.all_shown();
            }
            laws(&play)?;
            let open = play.live.requests.values().filter(|request| request.review.is_open()).count();
            prop_assert!(open <= 1, "two reviews are open");
            for request in play.live.requests.values() {
                if let Review::Signed { by, .. } = &request.review {
                    prop_assert!(by.okta != okta("alice") && by.slack != request.asker, "signed by {:?}", by);
                    prop_assert!(by.okta != okta("erin"), "who was never to review");
                }
                let over = matches!(&request.state, State::Ended { opened: Some(_), .. });
                let moot = matches!(request.review, Review::Moot { .. });
                prop_assert!(!(request.purpose.is_emergency() && over && moot), "what was open is reviewed");
            }
        }
        let mut again = Live::default();
        for entry in &play.entries {
            again.apply(entry).unwrap();
        }
        prop_assert_eq!(again, play.live);
    }
}

#[test]
fn who_needs_it_for_longer_asks_in_the_normal_way() {
    let mut taken = Play::taken().settled("check_member", stands(false)).settled("add_member", ADDED);
    let asked = taken.run(&ask("db/rw", "form"));
    assert_eq!(asked, Ok(Answer::Saved { request: TWO }), "beside what was taken");
    let refused = taken.run(&ask("db/rw", "form 2"));
    assert!(matches!(refused, Err(Refusal::AlreadyAsked { request: TWO, .. })), "{refused:?}");
}
