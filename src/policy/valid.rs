//! Rules held against what there is: every name known, every type right, every condition one that can be true.

use std::collections::BTreeSet;

use cedar_policy::{PolicyId, PolicySet, Schema, ValidationError, ValidationMode, ValidationWarning, Validator};
use miette::Diagnostic;

use super::{
    advice,
    draft::{Does, Draft},
    fault::{Fault, Wrong},
    names,
    schema::schema,
};
use crate::domain::catalogue::Catalogue;

/// Whose attributes rules may ask for: those of who asks or decides and of what is asked for, which are put to them,
/// and not those of a name that stands in a rule.
const DEEPEST_LOOK: u32 = 1;

/// What is wrong with rules, given what they are about.
pub(super) fn faults(drafts: &[Draft], catalogue: &Catalogue) -> Vec<Fault> {
    let mut faults: Vec<Fault> = drafts.iter().filter_map(|draft| step(draft, catalogue)).collect();
    let mut misnaming = BTreeSet::new();
    for draft in drafts {
        let found = names::faults(draft, catalogue);
        if !found.is_empty() {
            misnaming.insert(draft.policy.id());
        }
        faults.extend(found);
    }
    faults.extend(validated(drafts, &misnaming, catalogue));
    faults
}

fn step(draft: &Draft, catalogue: &Catalogue) -> Option<Fault> {
    let Does::Add(duties) = &draft.does else { return None };
    let wrong = names::step(duties.step.as_deref()?, catalogue).err()?;
    Some(draft.fault(0, wrong))
}

/// What Cedar finds. Of rules that are `misnaming` what is wrong with names is known, and said with the nearest.
fn validated(drafts: &[Draft], misnaming: &BTreeSet<&PolicyId>, catalogue: &Catalogue) -> Vec<Fault> {
    // Of two rules with one name the second is a fault already.
    let mut names = BTreeSet::new();
    let firsts: Vec<&Draft> = drafts.iter().filter(|draft| names.insert(&draft.rule.id)).collect();
    let policies = PolicySet::from_policies(firsts.iter().map(|draft| draft.policy.clone()));
    let schema = Schema::from_cedarschema_str(&schema(catalogue));
    let (Ok(policies), Ok((schema, _))) = (policies, schema) else {
        return firsts.first().map(|draft| draft.fault(0, Wrong::Broken)).into_iter().collect();
    };
    let result = Validator::new(schema).validate_with_level(&policies, ValidationMode::Strict, DEEPEST_LOOK);
    let of = |id: &PolicyId| firsts.iter().find(|draft| draft.policy.id() == id);
    let mut wrong = BTreeSet::new();
    let mut faults = Vec::new();
    for error in result.validation_errors() {
        wrong.insert(error.policy_id());
        let known = matches!(error, ValidationError::InvalidEnumEntity(_)) && misnaming.contains(error.policy_id());
        if !known {
            let literal = matches!(error, ValidationError::EntityDerefLevelViolation(_)).then_some(Wrong::Literal);
            faults.extend(of(error.policy_id()).map(|draft| fault(draft, error, literal)));
        }
    }
    for warning in result.validation_warnings() {
        // Once a rule: that it can never hold follows from most that is wrong.
        if wrong.insert(warning.policy_id()) {
            let never = matches!(warning, ValidationWarning::ImpossiblePolicy(_)).then_some(Wrong::Impossible);
            faults.extend(of(warning.policy_id()).map(|draft| fault(draft, warning, never)));
        }
    }
    faults
}

/// What Cedar found, in words of our own where there are any.
fn fault(draft: &Draft, found: &dyn Diagnostic, ours: Option<Wrong>) -> Fault {
    draft.fault(advice::offset(found), ours.unwrap_or_else(|| advice::of_validation(&draft.rule.id, found)))
}
