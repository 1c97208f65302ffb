//! One value as it was found: what it is, and what it should have been.
//!
//! Variables hold only texts: there a number is written in digits, and a list with commas.

use ::config::{Value, ValueKind};

use super::fault::{ENVIRONMENT, Wrong};

/// Faults of one value, each with where inside the value it lies.
#[derive(Debug)]
pub(super) struct Wrongs(pub(super) Vec<(String, Wrong)>);

impl From<Wrong> for Wrongs {
    fn from(wrong: Wrong) -> Self {
        Self(vec![(String::new(), wrong)])
    }
}

/// What a value was read as.
pub(super) type Parsed<T> = Result<T, Wrongs>;

/// A value as it was found.
#[derive(Debug)]
pub(super) struct Raw(pub(super) Value);

impl Raw {
    fn is_of_environment(&self) -> bool {
        self.0.origin() == Some(ENVIRONMENT)
    }

    /// What it should have been, and what it is.
    pub(super) fn not(&self, wanted: &'static str) -> Wrong {
        let found = match self.0.kind {
            ValueKind::Nil => "nothing",
            ValueKind::Boolean(_) => "true or false",
            ValueKind::I64(_) | ValueKind::I128(_) | ValueKind::U64(_) | ValueKind::U128(_) => "a number",
            ValueKind::Float(_) => "a decimal number",
            ValueKind::String(_) => "a text",
            ValueKind::Table(_) => "a table",
            ValueKind::Array(_) => "a list",
        };
        Wrong::Type { wanted, found }
    }

    pub(super) fn text(self) -> Result<String, Wrong> {
        match self.0.kind {
            // What a variable holds beyond UTF-8 was replaced before it came here: it must not pass for what was meant.
            ValueKind::String(ref text) if text.contains(char::REPLACEMENT_CHARACTER) && self.is_of_environment() => {
                Err(Wrong::NotUtf8)
            }
            ValueKind::String(text) => Ok(text),
            _ => Err(self.not("a text in quotes")),
        }
    }

    pub(super) fn integer(self) -> Result<i64, Wrong> {
        match &self.0.kind {
            ValueKind::I64(number) => Some(*number),
            ValueKind::String(text) if self.is_of_environment() => text.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| self.not("a whole number"))
    }

    pub(super) fn flag(self) -> Result<bool, Wrong> {
        match &self.0.kind {
            ValueKind::Boolean(flag) => Some(*flag),
            ValueKind::String(text) if self.is_of_environment() => text.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| self.not("true or false"))
    }

    /// A list, each item read by itself. In the environment: a text with commas.
    pub(super) fn list<T>(self, parse: impl Fn(Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut read = Vec::new();
        let mut wrongs = Vec::new();
        for (index, item) in self.items()?.into_iter().enumerate() {
            match parse(Self(item)) {
                Ok(item) => read.push(item),
                Err(Wrongs(inner)) => {
                    wrongs.extend(inner.into_iter().map(|(below, wrong)| (format!("[{index}]{below}"), wrong)))
                }
            }
        }
        if wrongs.is_empty() { Ok(read) } else { Err(Wrongs(wrongs)) }
    }

    fn items(self) -> Result<Vec<Value>, Wrong> {
        let origin = self.0.origin().map(str::to_owned);
        match self.0.kind {
            ValueKind::Array(items) => Ok(items),
            ValueKind::String(ref text) if self.is_of_environment() => Ok(text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::new(origin.as_ref(), item))
                .collect()),
            _ => Err(self.not("a list")),
        }
    }
}
