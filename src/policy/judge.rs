//! The rules in force, asked about requests.
//!
//! Law: rules that do the same are asked together, and every one that holds counts; where one cannot be evaluated there
//! is no answer at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cedar_policy::{AuthorizationError, Authorizer, Policy, PolicyId, PolicySet};

use super::{
    draft::{Action, Does, Draft},
    facts::{Directory, Facts, Scope},
    names,
};
use crate::domain::{
    catalogue::Catalogue,
    id::RuleId,
    port::Identity,
    rules::{Question, Required, Rule, Rules, Ruling, Unjudged},
};

/// Sound rules of a catalogue, as something that can be asked; nothing if Cedar does not know the types of its schema.
pub(super) fn rules(drafts: Vec<Draft>, catalogue: &Catalogue) -> Option<Rules> {
    let judge = Arc::new(Judge::new(drafts, catalogue)?);
    let same = Arc::clone(&judge);
    Some(Rules::new(move |question| judge.ask(question), move |question, approver| same.may(question, approver)))
}

/// All rules, by what they do.
pub(super) struct Judge {
    directory: Directory,
    forbid: Same,
    add: Same,
    spare: Same,
    demand: Same,
    exclude: Same,
    /// What those of `add` demand.
    duties: BTreeMap<RuleId, Required>,
}

impl Judge {
    pub(super) fn new(drafts: Vec<Draft>, catalogue: &Catalogue) -> Option<Self> {
        let mut judge = Self {
            directory: Directory::of(catalogue)?,
            forbid: Same::of(Action::Request),
            add: Same::of(Action::Require),
            spare: Same::of(Action::AutoApprove),
            demand: Same::of(Action::AutoApprove),
            exclude: Same::of(Action::Approve),
            duties: BTreeMap::new(),
        };
        drafts.into_iter().for_each(|draft| judge.take(draft, catalogue));
        Some(judge)
    }

    fn take(&mut self, draft: Draft, catalogue: &Catalogue) {
        let alike = match &draft.does {
            Does::Forbid => &mut self.forbid,
            Does::Spare => &mut self.spare,
            Does::Demand => &mut self.demand,
            Does::Exclude => &mut self.exclude,
            Does::Add(duties) => {
                let required = Required {
                    rule: draft.rule.clone(),
                    step: duties.step.as_deref().and_then(|step| names::step(step, catalogue).ok()),
                    distinct: duties.distinct,
                    max_duration: duties.max_duration,
                };
                self.duties.insert(draft.rule.id.clone(), required);
                &mut self.add
            }
        };
        alike.take(draft);
    }

    /// What the rules say to a request.
    pub(super) fn ask(&self, question: &Question<'_>) -> Result<Ruling, Unjudged> {
        let asked = [&self.forbid, &self.add, &self.spare, &self.demand];
        let facts = || Facts::of_request(question, &self.directory);
        let [forbidden, required, auto, asked_all_the_same] = holding(asked, facts)?;
        let required = required.iter().filter_map(|rule| self.duties.get(&rule.id).cloned()).collect();
        Ok(match (auto.is_empty(), asked_all_the_same.is_empty()) {
            // There is nothing that could be asked all the same.
            (true, _) => Ruling { forbidden, required, ..Ruling::default() },
            (false, true) => Ruling { forbidden, auto, required, ..Ruling::default() },
            (false, false) => Ruling { forbidden, asked_all_the_same, required, ..Ruling::default() },
        })
    }

    /// What takes the decision on a request from somebody.
    pub(super) fn may(&self, question: &Question<'_>, approver: &Identity) -> Result<Vec<Rule>, Unjudged> {
        let facts = || Facts::of_decision(question, approver, &self.directory);
        let [excluding] = holding([&self.exclude], facts)?;
        Ok(excluding)
    }
}

/// Of each of some kinds of rules those that hold, in order of their names. What cannot even be put to them is judged by
/// none of them.
fn holding<const N: usize>(
    asked: [&Same; N],
    facts: impl FnOnce() -> Option<Facts>,
) -> Result<[Vec<Rule>; N], Unjudged> {
    if asked.iter().all(|same| same.rules.is_empty()) {
        return Ok([const { Vec::new() }; N]);
    }
    let all = || asked.iter().flat_map(|same| same.rules.values()).map(|rule| rule.id.clone());
    let facts = facts().ok_or_else(|| unjudged(all()))?;
    let mut errors = BTreeSet::new();
    let held = asked.map(|same| same.holding(&facts, &mut errors));
    if errors.is_empty() { Ok(held) } else { Err(unjudged(errors)) }
}

fn unjudged(rules: impl IntoIterator<Item = RuleId>) -> Unjudged {
    let rules: BTreeSet<RuleId> = rules.into_iter().collect();
    Unjudged(rules.into_iter().collect())
}

/// Rules that do the same. They are all permits or all forbids, so that whoever decides names every one that holds.
struct Same {
    action: Action,
    /// By scope: of those whose scope names others nothing needs to be asked.
    policies: BTreeMap<Scope, PolicySet>,
    rules: BTreeMap<PolicyId, Rule>,
    /// Those that look at somebody's manager.
    led: BTreeSet<PolicyId>,
}

impl Same {
    fn of(action: Action) -> Self {
        Self { action, policies: BTreeMap::new(), rules: BTreeMap::new(), led: BTreeSet::new() }
    }

    fn take(&mut self, draft: Draft) {
        let id = draft.policy.id().clone();
        let alike = self.policies.entry(Scope::of(&draft.policy)).or_default();
        if looks_at_managers(&draft.policy) {
            self.led.insert(id.clone());
        }
        // A name comes once: two rules of one name are a fault.
        if alike.add(draft.policy).is_ok() {
            self.rules.insert(id, draft.rule);
        }
    }

    /// Those that hold, in order of their names. Those that cannot be evaluated are noted.
    fn holding(&self, facts: &Facts, errors: &mut BTreeSet<RuleId>) -> Vec<Rule> {
        let Some(request) = facts.request(self.action) else {
            errors.extend(self.rules.values().map(|rule| rule.id.clone()));
            return Vec::new();
        };
        let mut held: BTreeSet<PolicyId> = BTreeSet::new();
        for policies in facts.scopes.iter().filter_map(|scope| self.policies.get(scope)) {
            let answer = Authorizer::new().is_authorized(&request, policies, &facts.entities);
            let found = answer.diagnostics();
            held.extend(found.reason().cloned());
            let erring = found.errors().map(|AuthorizationError::PolicyEvaluationError(error)| error.policy_id());
            errors.extend(erring.filter_map(|id| self.rules.get(id)).map(|rule| rule.id.clone()));
            if facts.manager_unread {
                // Cedar would take it that there is none.
                let led = policies.policies().map(Policy::id).filter(|id| self.led.contains(*id));
                errors.extend(led.filter_map(|id| self.rules.get(id)).map(|rule| rule.id.clone()));
            }
        }
        held.iter().filter_map(|id| self.rules.get(id).cloned()).collect()
    }
}

/// Whether a rule's condition looks at somebody's manager. One that cannot be told is taken to.
fn looks_at_managers(policy: &Policy) -> bool {
    let looks = |rule: serde_json::Value| rule["conditions"].to_string().contains(r#""attr":"manager""#);
    policy.to_json().map_or(true, looks)
}
