//! The same table beside who there is and who stands in: each line is put to people, and approved to its end.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::{
    catalogue::Who,
    command::{Ask, Choice, Command, Decide, Refusal, Surface},
    decide::{Limits, Mode, Today, decide},
    event::{Entry, Event},
    id::{EffectId, OktaUserId, RequestId, SlackChannelId, SlackTs, SlackUserId},
    live::Live,
    port::{Approver, Effect, Identity, Outcome, Posted, ViewKey},
    request::{Ending, NotSentOn, Purpose, Request, State},
    rules::Rules,
    said::Text,
    time::{EndRule, Timestamp},
};

const ONE: RequestId = RequestId::FIRST;

/// Who asks.
const ALICE: &str = "alice";

type People = BTreeSet<&'static str>;

/// Who there is.
#[derive(Clone, Copy, Debug)]
struct Staff {
    owners: &'static [&'static str],
    manager: Option<&'static str>,
    soc: &'static [&'static str],
    /// Named, and not to be found in Slack.
    missing: &'static [&'static str],
}

const STAFFS: [Staff; 5] = [
    Staff { owners: &["bob", "dana"], manager: Some("mona"), soc: &["carol", "ed"], missing: &[] },
    // The same person in many places.
    Staff { owners: &["bob", "carol"], manager: Some("bob"), soc: &["carol"], missing: &[] },
    // Whoever asks is named too.
    Staff { owners: &["alice"], manager: Some("mona"), soc: &["alice", "carol"], missing: &[] },
    Staff { owners: &["bob"], manager: Some("mona"), soc: &["carol"], missing: &["bob", "carol"] },
    Staff { owners: &[], manager: None, soc: &[], missing: &[] },
];

/// Who stands in: by a name of their own, or as a list that steps name too.
#[derive(Clone, Copy, Debug)]
enum StandIns {
    Unset,
    Soc,
    These(&'static [&'static str]),
}

const STAND_INS: [StandIns; 7] = [
    StandIns::Unset,
    StandIns::Soc,
    StandIns::These(&[]),
    StandIns::These(&[ALICE]),
    StandIns::These(&["bob"]),
    StandIns::These(&["erin"]),
    StandIns::These(&["alice", "erin", "frank", "dana"]),
];

/// One line of the table, with everyone.
#[derive(Debug)]
struct Case {
    line: Line,
    staff: Staff,
    stand_ins: StandIns,
}

/// What is to be read of a request.
#[derive(PartialEq, Eq, Debug)]
enum Stands {
    /// Nobody is asked, and it is approved.
    Approved,
    /// It is put to nobody.
    Refused,
    /// These are asked, and whether they stand in.
    Asked(People, bool),
}

impl Case {
    /// Those of some who can be asked at all.
    fn there(&self, named: &[&'static str]) -> People {
        named.iter().copied().filter(|name| *name != ALICE && !self.staff.missing.contains(name)).collect()
    }

    fn standing_in(&self) -> People {
        match self.stand_ins {
            StandIns::Unset => People::new(),
            StandIns::Soc => self.there(self.staff.soc),
            StandIns::These(people) => self.there(people),
        }
    }

    /// Who meets each step by itself.
    fn steps(&self) -> Vec<People> {
        let people = |step: &String| match step.as_str() {
            "owner of db" => self.there(self.staff.owners),
            "manager" => self.there(self.staff.manager.as_slice()),
            "approvers soc" => self.there(self.staff.soc),
            "person carol@acme.example" => self.there(&["carol"]),
            step => panic!("{step}"),
        };
        self.line.model().iter().map(people).collect()
    }

    /// Whether the steps from one on can be met by different people, after these approved: by trying everyone.
    fn can_be_met(&self, from: usize, approved: &People) -> bool {
        let steps = self.steps();
        let Some(step) = steps.get(from) else { return true };
        let people = step | &self.standing_in();
        (&people - approved).into_iter().any(|one| self.can_be_met(from + 1, &(approved | &People::from([one]))))
    }

    /// How it is to stand once these approved, in the order of the steps.
    fn model(&self, approved: &People) -> Stands {
        match self.steps().get(approved.len()) {
            None => Stands::Approved,
            Some(_) if !self.can_be_met(approved.len(), approved) => Stands::Refused,
            Some(own) if (own - approved).is_empty() => Stands::Asked(&self.standing_in() - approved, true),
            Some(own) => Stands::Asked(own - approved, false),
        }
    }

    fn catalogue(&self) -> Catalogue {
        let people = |names: &[&str]| names.iter().map(|name| Who::Person(email(name))).collect::<Vec<_>>();
        let mut catalogue = catalogue(vec![level("db/rw", &self.line.own, 8)]);
        catalogue.applications.values_mut().for_each(|one| one.owners = people(self.staff.owners));
        let name = |name: &str| ApproversName::parse(name).unwrap();
        catalogue.approvers = BTreeMap::from([(name("soc"), people(self.staff.soc))]);
        catalogue.fallback = match self.stand_ins {
            StandIns::Unset => None,
            StandIns::Soc => Some(name("soc")),
            StandIns::These(stand_ins) => {
                catalogue.approvers.insert(name("spare"), people(stand_ins));
                Some(name("spare"))
            }
        };
        let ruling = self.line.ruling();
        catalogue.rules = Rules::new(move |_| Ok(ruling.clone()), |_, _| Ok(Vec::new()));
        catalogue
    }

    /// It is asked for, and its people are looked up.
    fn asked(&self, catalogue: &Catalogue) -> Told {
        let mut told = Told { live: Live::default() };
        let ask = Ask {
            who: slack(ALICE),
            purpose: Purpose::Access,
            key: "form".to_owned(),
            entitlement: id("db/rw"),
            end: EndRule::After { secs: hours(1) },
            justification: Text::parse("INC-42", "0".repeat(32)).unwrap(),
            known: None,
        };
        told.tell(&Command::Ask(ask), catalogue);
        let alice = Identity { manager: self.staff.manager.map(email), ..identity(ALICE) };
        told.settle(catalogue, |_| Outcome::identified(alice));
        if matches!(told.request().state, State::Checking { .. }) {
            told.settle(catalogue, |effect| self.found(effect));
        }
        told
    }

    fn found(&self, effect: &Effect) -> Outcome {
        let Effect::FindApprovers { emails, .. } = effect else { panic!("{effect:?}") };
        let is_missing = |one: &&Email| self.staff.missing.iter().any(|name| **one == email(name));
        let (missing, there): (Vec<&Email>, Vec<&Email>) = emails.iter().partition(is_missing);
        let approver = |email: &Email| {
            let Identity { slack, okta, name, .. } = identity(email.as_str().split_once('@').unwrap().0);
            Approver { email: email.clone(), slack, okta, name }
        };
        let missing = missing.into_iter().cloned().collect();
        Outcome::Found { approvers: there.into_iter().map(approver).collect(), missing, members: Vec::new() }
    }

    /// Approves it step by step, and holds each to the model: all who are asked, and then always by the first who can, or
    /// always by the last. Answers how many approved.
    fn play(&self, catalogue: &Catalogue, from_the_end: bool) -> usize {
        let mut told = self.asked(catalogue);
        let mut approved = People::new();
        loop {
            let expected = self.model(&approved);
            assert_eq!(told.stands(), expected, "after {approved:?}: {self:?}");
            let Stands::Asked(asked, _) = expected else { return approved.len() };
            let mut asked: Vec<&str> = asked.into_iter().collect();
            if from_the_end {
                asked.reverse();
            }
            let mut next = None;
            for one in asked {
                let with = &approved | &People::from([one]);
                let mut after = told.clone();
                let counts = after.approves(one, catalogue);
                assert_eq!(counts, self.can_be_met(with.len(), &with), "{one} after {approved:?}: {self:?}");
                match (counts, from_the_end) {
                    (true, true) => {
                        next = Some((after, with));
                        break;
                    }
                    (true, false) => next = next.or(Some((after, with))),
                    (false, _) => {}
                }
            }
            (told, approved) = next.unwrap_or_else(|| panic!("nobody can after {approved:?}: {self:?}"));
        }
    }
}

fn email(name: &str) -> Email {
    Email::parse(format!("{name}@acme.example")).unwrap()
}

fn slack(name: &str) -> SlackUserId {
    SlackUserId::parse(format!("U0{}", name.to_uppercase())).unwrap()
}

fn identity(name: &str) -> Identity {
    let okta = OktaUserId::parse(format!("00u{}", name.to_uppercase())).unwrap();
    Identity::new(slack(name), okta, email(name), name.to_owned())
}

/// What was decided about one request.
#[derive(Clone)]
struct Told {
    live: Live,
}

impl Told {
    fn tell(&mut self, command: &Command, catalogue: &Catalogue) -> Vec<Event> {
        let now: Timestamp = "2026-11-24T13:40:00Z".parse().unwrap();
        let today = Today { catalogue, limits: &Limits::default(), mode: Mode::Serving };
        let decision = decide(&self.live, command, today, now).unwrap();
        let (events, effects, words) = (decision.events, decision.effects, decision.words);
        let entry = Entry { seq: self.live.seq + 1, at: now, events, effects, words };
        self.live.apply(&entry).unwrap();
        entry.events
    }

    /// The look-up that is promised has this outcome.
    fn settle(&mut self, catalogue: &Catalogue, outcome: impl FnOnce(&Effect) -> Outcome) -> Vec<Event> {
        let looks_up = |effect: &Effect| {
            matches!(
                effect,
                Effect::IdentifyPerson { .. } | Effect::FindApprovers { .. } | Effect::CheckAuthority { .. }
            )
        };
        let mut promises = self.live.promises.iter();
        let (effect, promise): (EffectId, _) =
            promises.find(|(_, promise)| looks_up(&promise.effect)).map(|(id, promise)| (*id, promise)).unwrap();
        let outcome = outcome(&promise.effect);
        self.tell(&Command::Settle { effect, outcome }, catalogue)
    }

    fn request(&self) -> &Request {
        &self.live.requests[&ONE]
    }

    fn stands(&self) -> Stands {
        match &self.request().state {
            State::Pending { route, .. } => {
                let (_, step) = route.current().unwrap();
                let names = STAFFS.iter().flat_map(|staff| [staff.owners, staff.soc, staff.manager.as_slice()]);
                let everyone = names.flatten().chain(&["erin", "frank"]).copied();
                let is_asked = |name: &&str| step.approvers.iter().any(|one| one.name == **name);
                let asked: People = everyone.filter(is_asked).collect();
                assert_eq!(asked.len(), step.approvers.len(), "each is known, and asked once: {step:?}");
                Stands::Asked(asked, step.stand_in.is_some())
            }
            State::Approved { .. } => Stands::Approved,
            State::Ended { ending: Ending::Refused { why: NotSentOn::NobodyToAsk }, .. } => Stands::Refused,
            state => panic!("{state:?}"),
        }
    }

    /// Somebody's yes. Whether it counts.
    fn approves(&mut self, who: &str, catalogue: &Catalogue) -> bool {
        let posted = Posted {
            channel: SlackChannelId::parse("D0CARDS").unwrap(),
            ts: SlackTs::parse("1764000000.000100").unwrap(),
        };
        let view = ViewKey::Approver { request: ONE, slack: slack(who) };
        let revision = self.request().revision;
        self.tell(&Command::Show { view, posted: posted.clone(), revision }, catalogue);
        let digest = self.request().digest();
        let (who, place) = (identity(who), Surface::Card(posted));
        let yes = Decide { who: who.slack.clone(), request: ONE, place, digest, choice: Choice::Approve };
        self.tell(&Command::Decide(yes), catalogue);
        let events = self.settle(catalogue, |_| Outcome::identified(who));
        let refused = events.iter().find_map(|event| match event {
            Event::DecisionRefused { why, .. } => Some(why),
            _ => None,
        });
        assert!(matches!(refused, None | Some(Refusal::NeededLater)), "{refused:?}");
        refused.is_none()
    }
}

#[test]
fn whoever_is_asked_stands_in_or_is_missing_each_step_is_met_by_somebody_else_or_nothing_is_asked() {
    let (mut cases, mut approvals, mut refused) = (0, 0, 0);
    for line in table(None) {
        for staff in STAFFS {
            for stand_ins in STAND_INS {
                let case = Case { line: line.clone(), staff, stand_ins };
                let catalogue = case.catalogue();
                for from_the_end in [false, true] {
                    approvals += case.play(&catalogue, from_the_end);
                }
                cases += 1;
                refused += usize::from(case.model(&People::new()) == Stands::Refused);
            }
        }
    }
    assert_eq!((cases, approvals, refused), (7_875, 14_690, 4_843));
}
