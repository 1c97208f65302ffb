//! The whole table of how duties add up, against a model that says it another way.

use std::collections::BTreeMap;

use super::*;
use crate::domain::{
    catalogue::{Offer, Requesters, Sensitivity, StepRule},
    id::{ApproversName, Email, OktaGroupId},
};

mod people;

const HOUR: u64 = 3_600;

fn hours(hours: u64) -> AccessDuration {
    AccessDuration::from_secs(hours * HOUR).unwrap()
}

fn soc() -> StepRule {
    StepRule::Approvers(ApproversName::parse("soc").unwrap())
}

fn carol() -> StepRule {
    StepRule::Person(Email::parse("carol@acme.example").unwrap())
}

fn rule(id: &str) -> Rule {
    Rule { id: RuleId::parse(id).unwrap(), message: None }
}

fn level(id: &str, approval: &[StepRule], most: u64) -> Entitlement {
    Entitlement {
        id: EntitlementId::parse(id).unwrap(),
        name: id.to_owned(),
        group: OktaGroupId::parse("00gDB").unwrap(),
        sensitivity: Sensitivity::High,
        approval: approval.to_vec(),
        durations: vec![Offer::For(hours(1))],
        max_duration: hours(most),
        requesters: Requesters::Everyone,
        allow_admin_group: false,
        escalates: true,
        emergency: false,
    }
}

fn catalogue(levels: Vec<Entitlement>) -> Catalogue {
    let mut catalogue = Catalogue::default();
    for level in levels {
        let id = level.id.application().clone();
        let fresh =
            || Application { id: id.clone(), name: id.to_string(), owners: Vec::new(), entitlements: Vec::new() };
        catalogue.applications.entry(id.clone()).or_insert_with(fresh).entitlements.push(level);
    }
    catalogue
}

fn id(text: &str) -> EntitlementId {
    EntitlementId::parse(text).unwrap()
}

/// The steps in words, as the table names them.
fn steps(duties: &Duties) -> Vec<String> {
    duties.steps.iter().map(ToString::to_string).collect()
}

/// One line of the table.
#[derive(Clone, Debug)]
struct Line {
    own: Vec<StepRule>,
    auto: bool,
    all_the_same: bool,
    required: Vec<(&'static str, Option<StepRule>)>,
    distinct: Option<u8>,
    bound: Option<u64>,
}

impl Line {
    fn ruling(&self) -> Ruling {
        let mut required: Vec<Required> = Vec::new();
        for (id, step) in &self.required {
            required.push(Required { rule: rule(id), step: step.clone(), distinct: None, max_duration: None });
        }
        if self.distinct.is_some() || self.bound.is_some() {
            let max_duration = self.bound.map(hours);
            required.push(Required { rule: rule("k-bounds"), step: None, distinct: self.distinct, max_duration });
        }
        let holds = self.auto && !self.all_the_same;
        Ruling {
            forbidden: Vec::new(),
            auto: if holds { vec![rule("auto")] } else { Vec::new() },
            asked_all_the_same: if self.auto && self.all_the_same { vec![rule("same")] } else { Vec::new() },
            required,
        }
    }

    /// The contract's sentences, one after the other, on plain texts.
    fn model(&self) -> Vec<String> {
        let word = |step: &StepRule| match step {
            StepRule::Owner => "owner of db".to_owned(),
            StepRule::Manager => "manager".to_owned(),
            StepRule::Approvers(name) => format!("approvers {name}"),
            StepRule::Person(email) => format!("person {email}"),
        };
        let n = usize::from(self.distinct.unwrap_or(0));
        let own_asked = !self.auto || self.all_the_same || n > 0;
        let mut out: Vec<String> = if own_asked { self.own.iter().map(word).collect() } else { Vec::new() };
        while own_asked && out.len() < n {
            out.push(out.last().unwrap().clone());
        }
        let mut by_id: BTreeMap<&str, String> = BTreeMap::new();
        for (id, step) in &self.required {
            step.iter().for_each(|step| drop(by_id.insert(id, word(step))));
        }
        for step in by_id.into_values() {
            if !out.contains(&step) {
                out.push(step);
            }
        }
        out
    }
}

/// Every line of the table, bounded so.
fn table(bound: Option<u64>) -> Vec<Line> {
    let owns = [
        vec![StepRule::Owner],
        vec![soc()],
        vec![StepRule::Owner, soc()],
        vec![StepRule::Owner, StepRule::Owner],
        vec![StepRule::Manager, StepRule::Owner, carol()],
    ];
    let requires: [Vec<(&'static str, Option<StepRule>)>; 5] = [
        vec![],
        vec![("long", Some(soc()))],
        vec![("z", Some(carol())), ("a", Some(soc()))],
        vec![("b", Some(soc())), ("a", Some(soc()))],
        vec![("m", Some(StepRule::Manager)), ("o", Some(StepRule::Owner))],
    ];
    let mut lines = Vec::new();
    for own in &owns {
        for (auto, all_the_same) in [(false, false), (true, false), (true, true)] {
            for required in &requires {
                for distinct in [None, Some(2), Some(3)] {
                    let (own, required) = (own.clone(), required.clone());
                    lines.push(Line { own, auto, all_the_same, required, distinct, bound });
                }
            }
        }
    }
    lines
}

#[test]
fn own_steps_rules_and_numbers_add_up_as_the_contract_says() {
    let lines: Vec<Line> = [None, Some(4), Some(12)].into_iter().flat_map(table).collect();
    for line in &lines {
        let catalogue = catalogue(vec![level("db/rw", &line.own, 8)]);
        let sum = duties(&catalogue, &id("db/rw"), |_, _| Ok(line.ruling())).unwrap();
        assert_eq!(steps(&sum), line.model(), "{line:?}");
        assert_eq!(sum.most, hours(line.bound.unwrap_or(8).min(8)), "{line:?}");
        assert_eq!(sum.bounded_by().is_some(), line.bound == Some(4), "{line:?}");
        let takes = sum.applied.iter().any(|applied| applied.does == Does::AutoApprove);
        assert_eq!(takes, line.auto && !line.all_the_same && line.distinct.is_none(), "{line:?}");
        assert!(!sum.steps.is_empty() || takes, "nothing is approved by nothing: {line:?}");
    }
    assert_eq!(lines.len(), 675);
}

#[test]
fn what_a_rule_did_is_on_record_in_the_order_of_names() {
    let line = Line {
        own: vec![StepRule::Owner],
        auto: false,
        all_the_same: false,
        required: vec![("long", Some(soc())), ("b-also", Some(soc()))],
        distinct: Some(2),
        bound: Some(4),
    };
    let catalogue = catalogue(vec![level("db/rw", &line.own, 8)]);
    let sum = duties(&catalogue, &id("db/rw"), |_, _| Ok(line.ruling())).unwrap();
    let told: Vec<String> =
        sum.applied.iter().map(|applied| format!("{} {:?}", applied.rule.id, applied.does)).collect();
    assert_eq!(
        told,
        [
            "b-also Step { kind: Approvers { name: soc } }",
            "k-bounds Distinct { people: 2 }",
            "k-bounds MaxDuration { most: 14400s }",
            "long Step { kind: Approvers { name: soc } }",
        ]
    );
}

#[test]
fn who_holds_one_level_of_a_group_holds_all_and_their_duties_apply() {
    let own = [StepRule::Owner];
    let twice = [StepRule::Owner, StepRule::Owner, soc()];
    let levels = vec![level("db/rw", &own, 8), level("db/admin", &twice, 4), level("other/x", &own, 6)];
    let catalogue = catalogue(levels);
    let none = duties(&catalogue, &id("db/rw"), |_, _| Ok(Ruling::default())).unwrap();
    assert_eq!(steps(&none), ["owner of db", "owner of db", "approvers soc", "owner of other"]);
    assert_eq!(none.most, hours(4));
    // What approves one of them by itself leaves the steps of the others.
    let auto = |_: &Application, entitlement: &Entitlement| {
        let auto = if entitlement.id == id("db/rw") { vec![rule("auto")] } else { Vec::new() };
        Ok(Ruling { auto, ..Ruling::default() })
    };
    let some = duties(&catalogue, &id("db/rw"), auto).unwrap();
    assert_eq!(steps(&some), ["owner of db", "owner of db", "approvers soc", "owner of other"]);
    // What forbids another does not forbid this one; what cannot be evaluated stops it, wherever.
    let forbidden = |_: &Application, entitlement: &Entitlement| {
        let forbidden = if entitlement.id == id("db/admin") { vec![rule("freeze")] } else { Vec::new() };
        Ok(Ruling { forbidden, ..Ruling::default() })
    };
    assert!(duties(&catalogue, &id("db/rw"), forbidden).is_ok());
    assert_eq!(duties(&catalogue, &id("db/admin"), forbidden), Err(Barred::Forbidden(vec![rule("freeze")])));
    let broken = |_: &Application, entitlement: &Entitlement| match entitlement.id == id("db/admin") {
        true => Err(Unjudged(vec![RuleId::parse("overflow").unwrap()])),
        false => Ok(Ruling::default()),
    };
    assert_eq!(
        duties(&catalogue, &id("db/rw"), broken),
        Err(Barred::Unjudged(vec![RuleId::parse("overflow").unwrap()]))
    );
    assert_eq!(duties(&catalogue, &id("db/none"), broken), Err(Barred::NotOffered));
}
