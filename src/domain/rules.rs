//! What the rules say about a request: which forbid it, which add duties, which take its own steps away.
//!
//! Owns the questions that are put to the rules and the form of their answers; refuses to know in which language they
//! are written.
//!
//! Law: a rule that cannot be evaluated is an answer of its own, and it never lets a request through.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    catalogue::{Application, Entitlement, StepRule},
    id::RuleId,
    port::Identity,
    time::{AccessDuration, Timestamp},
};

/// A rule as people read of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// What it says to people, where its author wrote something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A request as it is put to the rules.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Who asks, with the groups they stand in.
    pub person: &'a Identity,
    /// Of which application.
    pub application: &'a Application,
    /// For which of its levels.
    pub entitlement: &'a Entitlement,
    /// How long.
    pub duration: AccessDuration,
    /// How long at a stretch: with what they held through the same group shortly before, and what they hold.
    pub total: AccessDuration,
    /// When it is asked.
    pub at: Timestamp,
    /// Why, in their words; empty where these were erased.
    pub justification: &'a str,
    /// Whether it is taken by break-glass.
    pub emergency: bool,
}

/// What the rules say to a request.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ruling {
    /// What forbids it, by name. Nothing else of a ruling matters where this is not empty.
    pub forbidden: Vec<Rule>,
    /// What lets it go without its own steps, by name: empty where something forbids that.
    pub auto: Vec<Rule>,
    /// What demands its own steps although a rule would take them away, by name.
    pub asked_all_the_same: Vec<Rule>,
    /// What is demanded beyond its own steps, in order of the rules' names.
    pub required: Vec<Required>,
}

impl Ruling {
    /// What either of two rulings forbids or demands, and what both let go without its own steps.
    #[must_use]
    pub fn stricter(mut self, other: Self) -> Self {
        self.auto.retain(|rule| other.auto.contains(rule));
        self.forbidden = either(self.forbidden, other.forbidden, |rule| rule);
        self.asked_all_the_same = either(self.asked_all_the_same, other.asked_all_the_same, |rule| rule);
        self.required = either(self.required, other.required, |required| &required.rule);
        self
    }
}

/// What stands in either, in order of the rules' names, each once.
fn either<T>(mut one: Vec<T>, other: Vec<T>, rule: impl Fn(&T) -> &Rule) -> Vec<T> {
    one.extend(other);
    one.sort_by(|a, b| rule(a).id.cmp(&rule(b).id));
    one.dedup_by(|a, b| rule(a).id == rule(b).id);
    one
}

/// The duties that one rule adds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Required {
    /// Which rule.
    pub rule: Rule,
    /// Another step.
    pub step: Option<StepRule>,
    /// So many different people in the own steps; at least 2.
    pub distinct: Option<u8>,
    /// No longer than this.
    pub max_duration: Option<AccessDuration>,
}

/// Rules that could not be evaluated, by name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("rules that could not be evaluated: {0:?}")]
pub struct Unjudged(pub Vec<RuleId>);

type Ask = dyn Fn(&Question<'_>) -> Result<Ruling, Unjudged> + Send + Sync;
type May = dyn Fn(&Question<'_>, &Identity) -> Result<Vec<Rule>, Unjudged> + Send + Sync;

/// The rules in force. The same question always has the same answer.
#[derive(Clone)]
pub struct Rules {
    ask: Arc<Ask>,
    may: Arc<May>,
}

impl Rules {
    /// Rules that answer so: what they say to a request, and which of them take a decision on it from somebody.
    pub fn new(
        ask: impl Fn(&Question<'_>) -> Result<Ruling, Unjudged> + Send + Sync + 'static,
        may: impl Fn(&Question<'_>, &Identity) -> Result<Vec<Rule>, Unjudged> + Send + Sync + 'static,
    ) -> Self {
        Self { ask: Arc::new(ask), may: Arc::new(may) }
    }

    /// What they say to a request.
    ///
    /// # Errors
    /// If one of them cannot be evaluated.
    pub fn of(&self, question: &Question<'_>) -> Result<Ruling, Unjudged> {
        (self.ask)(question)
    }

    /// Those that take the decision on a request from an approver, by name; none where they may decide. That nobody
    /// decides their own needs no rule.
    ///
    /// # Errors
    /// If one of them cannot be evaluated.
    pub fn forbid_deciding(&self, question: &Question<'_>, approver: &Identity) -> Result<Vec<Rule>, Unjudged> {
        (self.may)(question, approver)
    }
}

/// None: whatever is offered can be asked for, with its own steps.
impl Default for Rules {
    fn default() -> Self {
        Self::new(|_| Ok(Ruling::default()), |_, _| Ok(Vec::new()))
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rules")
    }
}

/// The very same rules; others may say the same.
impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ask, &other.ask) && Arc::ptr_eq(&self.may, &other.may)
    }
}

impl Eq for Rules {}
