//! How duties add up: from an entitlement's own steps and what the rules say to the steps of one request.
//!
//! Owns that sum, and the record of which rule did what in it; refuses to know who can be asked.
//!
//! Law: rules only add, but for one that is on record with what it took away. Where two people are demanded, nothing is
//! taken away.

use serde::{Deserialize, Serialize};

use super::{
    catalogue::{Application, Catalogue, Entitlement},
    id::{EntitlementId, RuleId},
    request::StepKind,
    rules::{Required, Rule, Ruling, Unjudged},
    time::AccessDuration,
};

/// A rule that applied, and one thing that it did.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applied {
    /// Which.
    pub rule: Rule,
    /// What.
    pub does: Does,
}

/// What a rule did to a request.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case", deny_unknown_fields)]
pub enum Does {
    /// The own steps are not asked.
    AutoApprove,
    /// They are asked, although another rule would have taken them away.
    AskAllTheSame,
    /// Somebody else is asked too.
    Step {
        /// Who.
        kind: StepKind,
    },
    /// So many different people must agree in the own steps.
    Distinct {
        /// How many.
        people: u8,
    },
    /// It is had for so long at most.
    MaxDuration {
        /// How long.
        most: AccessDuration,
    },
}

/// What a request has to go through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duties {
    /// Its steps, in order. None only where a rule said so, and that is in `applied`.
    pub steps: Vec<StepKind>,
    /// Each rule that applied, with each thing that it did.
    pub applied: Vec<Applied>,
    /// The longest length: the smallest of all that bound it.
    pub most: AccessDuration,
}

impl Duties {
    /// The rule that bounds the length, where a rule does so more than the entitlement itself.
    #[must_use]
    pub fn bounded_by(&self) -> Option<&Rule> {
        let bounds = |applied: &&Applied| applied.does == Does::MaxDuration { most: self.most };
        self.applied.iter().find(bounds).map(|applied| &applied.rule)
    }
}

/// Why a request may not be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Barred {
    /// There is no such entitlement.
    NotOffered,
    /// Rules forbid it: never empty.
    Forbidden(Vec<Rule>),
    /// Rules could not be evaluated: never empty.
    Unjudged(Vec<RuleId>),
}

impl From<Unjudged> for Barred {
    fn from(Unjudged(rules): Unjudged) -> Self {
        Self::Unjudged(rules)
    }
}

/// Adds up the duties of a request for an entitlement. `ask` puts it to the rules: once for itself, and once for each
/// entitlement on the same group, since holding one is holding all of them.
///
/// 1. The own steps: of the entitlement, then what those that share its group ask for beyond these.
/// 2. A rule that approves by itself removes them, of the entitlement for which it holds, and only if nobody demands
///    different people.
/// 3. Required steps follow in order of the rules' names; one that is asked already is not asked again.
/// 4. Where so many different people are demanded and the own steps ask for fewer, the last of them is asked again.
/// 5. The smallest of all maxima holds.
///
/// # Errors
/// If it may not be asked for at all. What forbids the entitlements that share its group does not forbid this one.
pub fn duties(
    catalogue: &Catalogue,
    id: &EntitlementId,
    mut ask: impl FnMut(&Application, &Entitlement) -> Result<Ruling, Unjudged>,
) -> Result<Duties, Barred> {
    let (application, entitlement) = catalogue.find(id).ok_or(Barred::NotOffered)?;
    let asked = ask(application, entitlement)?;
    if !asked.forbidden.is_empty() {
        return Err(Barred::Forbidden(asked.forbidden));
    }
    let mut parts = vec![(application, entitlement, asked)];
    for (application, other) in catalogue.sharing(entitlement) {
        parts.push((application, other, ask(application, other)?));
    }
    let required = required(&parts);
    let distinct = required.iter().filter_map(|(_, required)| required.distinct).max().unwrap_or_default();
    let mut sum = Sum { steps: Vec::new(), applied: Vec::new() };
    for (application, entitlement, ruling) in &parts {
        sum.own(application, entitlement, ruling, distinct > 0);
    }
    sum.repeat_last(usize::from(distinct));
    let mut most =
        parts.iter().map(|(_, entitlement, _)| entitlement.max_duration).fold(entitlement.max_duration, Ord::min);
    for (application, required) in required {
        sum.require(application, required);
        most = required.max_duration.map_or(most, |bound| most.min(bound));
    }
    sum.applied.sort();
    sum.applied.dedup();
    Ok(Duties { steps: sum.steps, applied: sum.applied, most })
}

/// What is demanded beyond the own steps, in order of the rules' names.
fn required<'a>(parts: &'a [(&'a Application, &'a Entitlement, Ruling)]) -> Vec<(&'a Application, &'a Required)> {
    let each = |(application, _, ruling): &'a (&'a Application, &'a Entitlement, Ruling)| {
        ruling.required.iter().map(move |required| (*application, required))
    };
    let mut all: Vec<_> = parts.iter().flat_map(each).collect();
    all.sort_by(|(_, one), (_, other)| one.rule.id.cmp(&other.rule.id));
    all
}

/// Steps on their way to a sum.
struct Sum {
    steps: Vec<StepKind>,
    applied: Vec<Applied>,
}

impl Sum {
    /// The own steps of one entitlement. What the same entitlement asks for twice, it means twice.
    fn own(&mut self, application: &Application, entitlement: &Entitlement, ruling: &Ruling, distinct: bool) {
        if !ruling.auto.is_empty() && !distinct {
            return self.note(&ruling.auto, &Does::AutoApprove);
        }
        self.note(&ruling.asked_all_the_same, &Does::AskAllTheSame);
        let mut there = self.steps.clone();
        for kind in entitlement.approval.iter().map(|rule| StepKind::new(rule, application)) {
            match there.iter().position(|other| *other == kind) {
                Some(place) => drop(there.swap_remove(place)),
                None => self.steps.push(kind),
            }
        }
    }

    fn repeat_last(&mut self, people: usize) {
        if let Some(last) = self.steps.last().cloned() {
            let missing = people.saturating_sub(self.steps.len());
            self.steps.extend(std::iter::repeat_n(last, missing));
        }
    }

    fn require(&mut self, application: &Application, required: &Required) {
        let rule = || required.rule.clone();
        if let Some(step) = &required.step {
            let kind = StepKind::new(step, application);
            if !self.steps.contains(&kind) {
                self.steps.push(kind.clone());
            }
            self.applied.push(Applied { rule: rule(), does: Does::Step { kind } });
        }
        if let Some(people) = required.distinct {
            self.applied.push(Applied { rule: rule(), does: Does::Distinct { people } });
        }
        if let Some(most) = required.max_duration {
            self.applied.push(Applied { rule: rule(), does: Does::MaxDuration { most } });
        }
    }

    fn note(&mut self, rules: &[Rule], does: &Does) {
        let noted = rules.iter().map(|rule| Applied { rule: rule.clone(), does: does.clone() });
        self.applied.extend(noted);
    }
}

#[cfg(test)]
mod tests;
