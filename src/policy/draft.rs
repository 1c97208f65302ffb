//! One rule, read by itself: its name, what it is for, which duties it adds.
//!
//! Owns which rules there can be at all; refuses to know what they are about. Law: what a rule says beside its
//! condition is understood in full, or it is a fault.

use std::{collections::BTreeMap, fmt};

use cedar_policy::{ActionConstraint, Effect, Policy, PolicyId};
use miette::Diagnostic;

use super::{
    advice,
    fault::{Fault, Place, Shown, Wrong, nearest, said},
    scan::Piece,
};
use crate::domain::{duration::Length, id::RuleId, rules::Rule, time::AccessDuration};

/// What a rule can be about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Action {
    Request,
    Require,
    AutoApprove,
    Approve,
}

impl Action {
    pub(super) const ALL: [Self; 4] = [Self::Request, Self::Require, Self::AutoApprove, Self::Approve];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Request => "Request",
            Self::Require => "Require",
            Self::AutoApprove => "AutoApprove",
            Self::Approve => "Approve",
        }
    }

    /// What to write where a permit of it means nothing.
    pub(super) const fn instead(self) -> &'static str {
        match self {
            Self::Approve => "Who may decide is said by the steps: write forbid, or take the rule out.",
            _ => "What is offered may be asked for: write forbid, or take the rule out.",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a rule does where it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Does {
    /// Refuses a request.
    Forbid,
    /// Adds duties.
    Add(Duties),
    /// Takes the own steps away.
    Spare,
    /// Demands them all the same.
    Demand,
    /// Takes a decision from somebody.
    Exclude,
}

/// The duties that a rule adds; at least one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Duties {
    /// As it is written: who that is depends on the catalogue.
    pub(super) step: Option<String>,
    pub(super) distinct: Option<u8>,
    pub(super) max_duration: Option<AccessDuration>,
}

/// A rule as far as it can be read by itself.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) file: String,
    /// The line of its first word.
    pub(super) line: usize,
    /// As it stands in its file, to find lines in it.
    pub(super) text: String,
    pub(super) rule: Rule,
    pub(super) does: Does,
    /// Under the rule's name.
    pub(super) policy: Policy,
}

impl Draft {
    /// Something that is wrong with it, so far into its text.
    pub(super) fn fault(&self, offset: usize, wrong: Wrong) -> Fault {
        let piece = Piece { line: self.line, text: &self.text, wrongs: Vec::new() };
        Fault::new(self.file.clone(), Place::Rule(piece.line_of(offset), self.rule.id.clone()), wrong)
    }
}

/// The annotations that have a meaning.
const KNOWN: [&str; 5] = ["id", "message", STEP, DISTINCT, MAX_DURATION];
const STEP: &str = "step";
const DISTINCT: &str = "distinct";
const MAX_DURATION: &str = "max_duration";

/// How many different people can be asked for.
const DISTINCT_RANGE: (u8, u8) = (2, 99);

/// Faults of one rule that are listed of Cedar's parser: what follows the first is often its echo.
const MOST_OF_A_PARSE: usize = 3;

/// Reads a rule.
pub(super) fn read(piece: &Piece<'_>, file: &str) -> Result<Draft, Vec<Fault>> {
    let policy = Policy::parse(None, piece.text).map_err(|errors| {
        let found = errors.iter().take(MOST_OF_A_PARSE);
        found.map(|error| misread(piece, file, error)).collect::<Vec<_>>()
    })?;
    let mut reader = Reader { policy: &policy, wrongs: Vec::new() };
    let name = reader.name();
    let message = reader.message();
    let duties = reader.duties();
    let does = reader.does(duties);
    let unknown = reader.unknown();
    let wrongs: Vec<Wrong> = reader.wrongs.into_iter().chain(unknown).collect();
    match (name, does) {
        (Some(id), Some(does)) if wrongs.is_empty() => {
            let policy = policy.new_id(PolicyId::new(id.as_str()));
            let (file, text, rule) = (file.to_owned(), piece.text.to_owned(), Rule { id, message });
            Ok(Draft { file, line: piece.line, text, rule, does, policy })
        }
        (name, _) => {
            let place = name.map_or(Place::Line(piece.line), |id| Place::Rule(piece.line, id));
            Err(wrongs.into_iter().map(|wrong| Fault::new(file.to_owned(), place.clone(), wrong)).collect())
        }
    }
}

fn misread(piece: &Piece<'_>, file: &str, error: &dyn Diagnostic) -> Fault {
    let line = piece.line_of(advice::offset(error));
    let place = piece.name().map_or(Place::Line(line), |id| Place::Rule(line, id));
    Fault::new(file.to_owned(), place, advice::of_parsing(error))
}

impl Piece<'_> {
    /// The name, where it can be seen without reading the rule.
    fn name(&self) -> Option<RuleId> {
        let (_, rest) = self.text.split_once("@id(\"")?;
        let (name, _) = rest.split_once('"')?;
        RuleId::parse(name).ok()
    }
}

struct Reader<'p> {
    policy: &'p Policy,
    wrongs: Vec<Wrong>,
}

impl Reader<'_> {
    fn note<T>(&mut self, wrong: Wrong) -> Option<T> {
        self.wrongs.push(wrong);
        None
    }

    fn name(&mut self) -> Option<RuleId> {
        match self.policy.annotation("id") {
            None | Some("") => self.note(Wrong::NoName),
            Some(text) => match RuleId::parse(text) {
                Ok(id) => Some(id),
                Err(_) => self.note(Wrong::NotAName(Shown::of(text))),
            },
        }
    }

    fn message(&mut self) -> Option<String> {
        let message = self.policy.annotation("message")?.trim();
        if message.is_empty() { self.note(Wrong::EmptyMessage) } else { Some(message.to_owned()) }
    }

    fn duties(&mut self) -> Duties {
        let policy = self.policy;
        let step = policy.annotation(STEP).map(|step| step.trim().to_owned());
        let distinct = policy.annotation(DISTINCT).and_then(|text| self.distinct(text));
        let max_duration = policy.annotation(MAX_DURATION).and_then(|text| self.max_duration(text));
        Duties { step, distinct, max_duration }
    }

    fn distinct(&mut self, text: &str) -> Option<u8> {
        let (least, most) = DISTINCT_RANGE;
        let count = text.parse().ok().filter(|count| (least..=most).contains(count));
        count.or_else(|| self.note(Wrong::NotACount(Shown::of(text), least, most)))
    }

    fn max_duration(&mut self, text: &str) -> Option<AccessDuration> {
        let second = AccessDuration::from_secs(1).ok()?;
        match Length::parse(text, second) {
            Ok(Length::For(length)) => Some(length),
            _ => self.note(Wrong::NotALength(Shown::of(text))),
        }
    }

    fn does(&mut self, duties: Duties) -> Option<Does> {
        let action = self.action()?;
        let none = [STEP, DISTINCT, MAX_DURATION].iter().all(|duty| self.policy.annotation(duty).is_none());
        match (self.policy.effect(), action) {
            // Whoever slipped in writing the duty is told of that alone.
            (Effect::Permit, Action::Require) if none && self.unknown().is_empty() => self.note(Wrong::NoDuty),
            (Effect::Permit, Action::Require) => Some(Does::Add(duties)),
            (effect, action) => {
                self.misplaced();
                self.plain(effect, action)
            }
        }
    }

    /// What a rule does that adds no duty.
    fn plain(&mut self, effect: Effect, action: Action) -> Option<Does> {
        match (effect, action) {
            (Effect::Forbid, Action::Request) => Some(Does::Forbid),
            (Effect::Permit, Action::AutoApprove) => Some(Does::Spare),
            (Effect::Forbid, Action::AutoApprove) => Some(Does::Demand),
            (Effect::Forbid, Action::Approve) => Some(Does::Exclude),
            (Effect::Forbid, Action::Require) => self.note(Wrong::NoForbid),
            (Effect::Permit, action) => self.note(Wrong::NoPermit(action)),
        }
    }

    fn misplaced(&mut self) {
        for duty in [STEP, DISTINCT, MAX_DURATION] {
            if self.policy.annotation(duty).is_some() {
                self.wrongs.push(Wrong::Misplaced(duty));
            }
        }
    }

    fn action(&mut self) -> Option<Action> {
        let named = match self.policy.action_constraint() {
            ActionConstraint::Any => return self.note(Wrong::EveryAction),
            ActionConstraint::In(_) => return self.note(Wrong::ManyActions),
            ActionConstraint::Eq(named) => named,
        };
        let name: &str = named.id().unescaped();
        let known = Action::ALL.into_iter().find(|action| action.name() == name);
        known.or_else(|| {
            let nearest = nearest(name, Action::ALL.map(Action::name));
            self.note(Wrong::UnknownAction { action: Shown::of(name), nearest })
        })
    }

    fn unknown(&self) -> Vec<Wrong> {
        let unknown = self.policy.annotations().map(|(name, _)| name).filter(|name| !KNOWN.contains(name));
        let unknown = unknown.map(|name| {
            let nearest = nearest(name, KNOWN).map(|near| format!("@{near}"));
            Wrong::UnknownAnnotation { name: said(name), nearest }
        });
        unknown.collect()
    }
}

/// Rules that have the name of another.
pub(super) fn alike(drafts: &[Draft]) -> Vec<Fault> {
    let mut first: BTreeMap<&RuleId, &Draft> = BTreeMap::new();
    let mut faults = Vec::new();
    for draft in drafts {
        match first.get(&draft.rule.id) {
            None => {
                first.insert(&draft.rule.id, draft);
            }
            Some(other) => {
                let place = format!("line {} of {}", other.line, other.file);
                faults.push(draft.fault(0, Wrong::SameName(place)));
            }
        }
    }
    faults
}
