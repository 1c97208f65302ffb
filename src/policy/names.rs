//! The names that rules use, held against those that there are.

use cedar_policy::EntityUid;

use super::{
    draft::Draft,
    fault::{Fault, Shown, Wrong, nearest},
};
use crate::domain::{
    catalogue::{Catalogue, StepRule},
    id::{ApproversName, Email},
};

/// In order of rank.
pub(super) const SENSITIVITIES: [&str; 4] = ["low", "medium", "high", "critical"];

/// Names in a rule's scope and condition that mean nothing.
pub(super) fn faults(draft: &Draft, catalogue: &Catalogue) -> Vec<Fault> {
    let mut wrongs: Vec<Wrong> =
        draft.policy.entity_literals().iter().filter_map(|literal| wrong(literal, catalogue)).collect();
    wrongs.dedup();
    wrongs.into_iter().map(|wrong| draft.fault(0, wrong)).collect()
}

fn wrong(literal: &EntityUid, catalogue: &Catalogue) -> Option<Wrong> {
    let name: &str = literal.id().unescaped();
    let unknown = |what, known: Vec<&str>, otherwise| {
        let wrong = || Wrong::Unknown { what, name: Shown::of(name), nearest: nearest(name, known.clone()), otherwise };
        (!known.contains(&name)).then(wrong)
    };
    match literal.type_name().to_string().as_str() {
        "Group" => {
            let known = catalogue.groups.keys().map(|name| name.as_str()).collect();
            unknown("group", known, "Name it in [groups].")
        }
        "Application" => {
            let known = catalogue.applications.keys().map(|id| id.as_str()).collect();
            unknown("application", known, "Write the id of one in [[application]].")
        }
        "Sensitivity" => unknown("sensitivity", SENSITIVITIES.to_vec(), "Write low, medium, high or critical."),
        "Entitlement" => {
            let ids: Vec<String> =
                catalogue.entitlements().map(|(_, entitlement)| entitlement.id.to_string()).collect();
            unknown("entitlement", ids.iter().map(String::as_str).collect(), "Write it as application/level.")
        }
        "Person" if Email::parse(name).is_err() => {
            let folded = Email::fold(name).ok().map(String::from);
            Some(Wrong::NotAPerson { name: Shown::of(name), folded })
        }
        // Whatever else there is, Cedar knows.
        _ => None,
    }
}

/// Whom a step of a rule asks.
pub(super) fn step(text: &str, catalogue: &Catalogue) -> Result<StepRule, Wrong> {
    match text {
        "owner" => return Ok(StepRule::Owner),
        "manager" => return Ok(StepRule::Manager),
        _ => {}
    }
    if let Ok(email) = Email::fold(text) {
        return Ok(StepRule::Person(email));
    }
    let known = ApproversName::parse(text).ok().filter(|name| catalogue.approvers.contains_key(name));
    known.map(StepRule::Approvers).ok_or_else(|| {
        let names = catalogue.approvers.keys().map(|name| name.as_str());
        let nearest = nearest(text, ["owner", "manager"].into_iter().chain(names));
        Wrong::NotAStep { step: Shown::of(text), nearest }
    })
}
