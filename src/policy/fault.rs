//! What can be wrong with rules, in sentences: where it stands, what is so, how to mend it.
//!
//! Law: no sentence holds what a terminal would obey, nor what looks like a token, whichever file was named by mistake.

use std::{fmt, io};

use super::{
    draft::Action,
    scan::{DEEPEST, LONGEST_RULE},
};
use crate::{domain::id::RuleId, file::LARGEST_TEXT};

/// One thing that is wrong, with its place and a mend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    file: String,
    place: Place,
    wrong: Wrong,
}

/// Where in its file a fault stands. Ordered as people read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Place {
    /// The file as a whole.
    File,
    /// A line, from 1.
    Line(usize),
    /// A line of a rule that has a name.
    Rule(usize, RuleId),
}

impl Fault {
    pub(super) const fn new(file: String, place: Place, wrong: Wrong) -> Self {
        Self { file, place, wrong }
    }

    pub(super) fn of_file(file: &str, wrong: Wrong) -> Self {
        Self::new(file.to_owned(), Place::File, wrong)
    }

    /// The file, as it was named.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line and the rule's name, as people would say it; empty for the file as a whole.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.place {
            Place::File => String::new(),
            Place::Line(line) => format!("line {line}"),
            Place::Rule(line, id) => format!("line {line}, {id}"),
        }
    }

    /// What is so, and how to mend it.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.wrong.to_string()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        let colon = if place.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{place}: {}", self.file, self.wrong)
    }
}

/// All that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// In the order of the lines; files stay in theirs.
    pub(super) fn ordered(mut faults: Vec<Fault>) -> Self {
        let mut files: Vec<String> = Vec::new();
        for fault in &faults {
            if !files.contains(&fault.file) {
                files.push(fault.file.clone());
            }
        }
        files.sort();
        let line = |fault: &Fault| match fault.place {
            Place::File => 0,
            Place::Line(line) | Place::Rule(line, _) => line,
        };
        faults.sort_by_key(|fault| (files.iter().position(|file| *file == fault.file), line(fault)));
        Self(faults)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| writeln!(f, "{fault}"))
    }
}

impl std::error::Error for Faults {}

/// A text of somebody's, fit to be shown in quotes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown(String);

/// What is shown of a text at most, in characters.
const LONGEST_SHOWN: usize = 48;

impl Shown {
    pub(super) fn of(text: &str) -> Self {
        Self(tame(text, LONGEST_SHOWN))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// What Cedar says is shown so far, in characters.
const LONGEST_SAID: usize = 240;

/// Words of letters, digits, `-` and `_` with a digit in them that are so long are taken for tokens.
const SHORTEST_SECRET: usize = 32;

/// What Cedar says, on one line.
pub(super) fn said(text: &str) -> String {
    tame(text, LONGEST_SAID)
}

fn tame(text: &str, longest: usize) -> String {
    let token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let secret = |word: &str| word.len() >= SHORTEST_SECRET && word.bytes().any(|b| b.is_ascii_digit());
    if text.split(|c| !token(c)).any(secret) {
        return "… (it looks like a secret, so it is not shown)".to_owned();
    }
    let shown: String = text.chars().take(longest).collect();
    let cut = if shown.len() < text.len() { "…" } else { "" };
    let shown: String = shown.chars().flat_map(plain).collect();
    format!("{shown}{cut}")
}

fn plain(c: char) -> Vec<char> {
    match c {
        '"' | '\'' | '\\' => vec![c],
        c => c.escape_debug().collect(),
    }
}

/// The nearest of some names, if one is near.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = known.into_iter().filter(|known| are_near(name, known));
    let scored = near.map(|known| (strsim::jaro_winkler(name, known), known));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known.to_owned())
}

/// Whether one name may be a slip in writing another: alike, or one letter wrong, left out, too many or out of place.
pub(super) fn are_near(one: &str, other: &str) -> bool {
    strsim::jaro_winkler(one, other) > NEAR || (one.len() > 2 && strsim::osa_distance(one, other) == 1)
}

/// Names that are less alike (of 1) are no mistyping of one another.
const NEAR: f64 = 0.8;

fn did_you_mean(nearest: Option<&String>, otherwise: &str) -> String {
    match nearest {
        Some(nearest) => format!("Did you mean {nearest}?"),
        None => otherwise.to_owned(),
    }
}

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Wrong {
    // The file.
    #[error("there is no such file. Correct policy.files, or make it.")]
    NoSuchFile,
    #[error("is no regular file. Name one that holds rules.")]
    NotAFile,
    #[error("cannot be read ({0}). Mend that, or name another file.")]
    Unreadable(io::ErrorKind),
    #[error("not text in UTF-8. Save it so, or name another file.")]
    NotText,
    #[error("is larger than {LARGEST_TEXT}, the most a file of rules may be. Split it, or name another file.")]
    TooLarge,
    #[error("there is more that is wrong here than is listed. Mend what is listed first.")]
    AndMore,
    #[error("cannot be read as rules, and how it broke is not known. Put the rule you wrote last in other words.")]
    Broken,

    // The text.
    #[error("the rule has {0} characters, and may have {LONGEST_RULE}. Make two rules of it.")]
    TooLong(usize),
    #[error("more than {DEEPEST} brackets are open here. Say it with fewer.")]
    TooDeep,
    #[error("a text in quotes goes on past the end of the line. Close it; a new line within it is written \\n.")]
    OpenText,
    #[error("the rule has no end. Write ; after it.")]
    NoEnd,
    #[error("{said}. {mend}")]
    Cedar { said: String, mend: String },

    // The annotations.
    #[error("the rule has no name. Write one before it, such as @id(\"long-requests\").")]
    NoName,
    #[error("{0} is not a name of a rule. Write lower-case letters, digits, '-', '_' or '.', such as long-requests.")]
    NotAName(Shown),
    #[error("another rule has this name, in {0}. Give one of them another.")]
    SameName(String),
    #[error("unknown annotation @{name}. {}", did_you_mean(.nearest.as_ref(), "Write @id, @message, @step, @distinct or @max_duration."))]
    UnknownAnnotation { name: String, nearest: Option<String> },
    #[error("@{0} adds a duty, and only permit Require can. Take it out, or make a rule of its own.")]
    Misplaced(&'static str),
    #[error("the message is empty. Say why, or take @message out.")]
    EmptyMessage,
    #[error("{0} is not a number of people. Write a whole number from {1} to {2}, in quotes.")]
    NotACount(Shown, u8, u8),
    #[error("{0} is not a length. Write 45m, 2h or 1h 30m.")]
    NotALength(Shown),
    #[error("{step} is nobody who could be asked. {}", did_you_mean(.nearest.as_ref(), "Write owner, manager, a name of [approvers] or an e-mail address."))]
    NotAStep { step: Shown, nearest: Option<String> },
    #[error("the rule adds no duty. Write @step(\"…\"), @distinct(\"2\") or @max_duration(\"4h\") before it.")]
    NoDuty,

    // The scope.
    #[error(
        "the rule is for every action. Write one: action == Action::\"Request\", or Require, AutoApprove, Approve."
    )]
    EveryAction,
    #[error("the rule must be for exactly one action. Write action == Action::\"…\", and a rule for each.")]
    ManyActions,
    #[error("there is no action {action}. {}", did_you_mean(.nearest.as_ref(), "Write Request, Require, AutoApprove or Approve."))]
    UnknownAction { action: Shown, nearest: Option<String> },
    #[error("permit {0} says nothing. {mend}", mend = .0.instead())]
    NoPermit(Action),
    #[error("forbid Require cannot be: a duty is added, and never taken away. Write permit, or take the rule out.")]
    NoForbid,

    // The names.
    #[error("there is no {what} {name}. {}", did_you_mean(.nearest.as_ref(), .otherwise))]
    Unknown { what: &'static str, name: Shown, nearest: Option<String>, otherwise: &'static str },
    #[error("{name} is not an e-mail address in lower case, so that nobody is meant. {}", did_you_mean(.folded.as_ref(), "Write someone@company.example."))]
    NotAPerson { name: Shown, folded: Option<String> },
    #[error(
        "of a name that is written in a rule nothing is known. Ask about principal, resource or context.requester."
    )]
    Literal,
    #[error("there is no request that this could hold for. Mend its condition, or take the rule out.")]
    Impossible,
}
