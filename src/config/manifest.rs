//! A configuration as it goes on record: every key that is written somewhere, with its value; of a secret only a mark.
//!
//! Owns the names of keys there, and what counts as a difference. Refuses to know who keeps it, and under which key a
//! secret is marked.
//!
//! Law: what was read as a secret, or looks like one, never stands here in clear. Only what was found sound comes here:
//! whoever writes it out recurses, and writes the names of all tables anew for each key.

use std::collections::{BTreeMap, BTreeSet};

use ::config::{Value, ValueKind};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::fault::Shown;
use crate::domain::{
    configuration::{Difference, KeyChange},
    said::hex,
};

/// The longest text of a value that a difference shows.
const LONGEST_VALUE: usize = 200;

/// The longest name of a key in it.
const LONGEST_KEY: usize = 200;

/// How many bytes of JSON a difference has at most; what has no room is counted. Half of what a line of the journal holds.
const MOST_BYTES: usize = 32 * 1024;

/// All keys that are written, with their values.
#[derive(Clone, Debug, Default)]
pub struct Manifest(BTreeMap<String, Written>);

/// What a key says.
#[derive(Clone, Debug)]
enum Written {
    /// As JSON.
    Plainly(String),
    /// Not to be shown.
    Secretly(SecretString),
}

impl Manifest {
    /// The layered sources. Levels and applications are named by their ids, so that one more moves no others.
    pub(super) fn of(tree: &BTreeMap<String, Value>) -> Self {
        let mut manifest = Self::default();
        for (key, value) in tree {
            manifest.add(key.clone(), value);
        }
        manifest
    }

    fn add(&mut self, at: String, value: &Value) {
        match &value.kind {
            ValueKind::Table(table) => {
                for (key, value) in table {
                    self.add(format!("{at}.{key}"), value);
                }
            }
            ValueKind::Array(items) if items.iter().any(is_table) => {
                for (index, item) in items.iter().enumerate() {
                    let name = id_of(item).unwrap_or_else(|| index.to_string());
                    self.add(format!("{at}.{name}"), item);
                }
            }
            _ => {
                self.0.insert(at, Written::of(value));
            }
        }
    }

    /// Puts what was read as secrets in the place of what is written.
    pub(super) fn hide(mut self, secrets: BTreeMap<String, SecretString>) -> Self {
        self.0.extend(secrets.into_iter().map(|(key, secret)| (key, Written::Secretly(secret))));
        self
    }

    /// Another file that belongs to the configuration: by its name and the hash of what it holds.
    #[must_use]
    pub fn with_file(mut self, name: &str, contents: &[u8]) -> Self {
        let hash = hex(&Sha256::digest(contents));
        self.0.insert(format!("file {name}"), Written::Plainly(format!("sha256 {hash}")));
        self
    }

    /// The same, fit to be kept: `mark` makes of a key and its secret what shows that it is another, and nothing else.
    #[must_use]
    pub fn marked(&self, mark: impl Fn(&str, &str) -> String) -> Marked {
        let said = |(key, written): (&String, &Written)| {
            let said = match written {
                Written::Plainly(said) => said.clone(),
                Written::Secretly(secret) => format!("secret {}", mark(key, secret.expose_secret())),
            };
            (key.clone(), said)
        };
        Marked(self.0.iter().map(said).collect())
    }
}

impl Written {
    fn of(value: &Value) -> Self {
        let said = json(value).to_string();
        let secret = texts(value).any(Shown::is_secret);
        if secret { Self::Secretly(said.into()) } else { Self::Plainly(said) }
    }
}

fn is_table(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Table(_))
}

fn id_of(value: &Value) -> Option<String> {
    let ValueKind::Table(table) = &value.kind else { return None };
    match &table.get("id")?.kind {
        ValueKind::String(id) => Some(id.clone()),
        _ => None,
    }
}

/// The texts in a value that is no table.
fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match &value.kind {
        ValueKind::String(text) => Box::new(std::iter::once(text.as_str())),
        ValueKind::Array(items) => Box::new(items.iter().flat_map(texts)),
        _ => Box::new(std::iter::empty()),
    }
}

fn json(value: &Value) -> serde_json::Value {
    match &value.kind {
        ValueKind::Nil => serde_json::Value::Null,
        ValueKind::Boolean(flag) => (*flag).into(),
        ValueKind::I64(number) => (*number).into(),
        ValueKind::U64(number) => (*number).into(),
        ValueKind::I128(number) => number.to_string().into(),
        ValueKind::U128(number) => number.to_string().into(),
        ValueKind::Float(number) => (*number).into(),
        ValueKind::String(text) => text.as_str().into(),
        ValueKind::Array(items) => items.iter().map(json).collect(),
        ValueKind::Table(table) => {
            let sorted: BTreeMap<&String, &Value> = table.iter().collect();
            sorted.into_iter().map(|(key, value)| (key.clone(), json(value))).collect()
        }
    }
}

/// The same with marks in place of secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Marked(BTreeMap<String, String>);

impl Marked {
    /// The whole of it in one form: what its digest is over.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// Reads [`Marked::text`]; nothing where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// What tells it from every other.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.text()))
    }

    /// The keys that differ from an earlier one.
    #[must_use]
    pub fn changed(&self, before: &Self) -> Vec<String> {
        let keys: BTreeSet<&String> = before.0.keys().chain(self.0.keys()).collect();
        keys.into_iter().filter(|key| before.0.get(*key) != self.0.get(*key)).cloned().collect()
    }

    /// What differs from an earlier one, cut to what has room.
    #[must_use]
    pub fn difference(&self, before: &Self) -> Difference {
        let mut difference = Difference::default();
        let mut room = MOST_BYTES;
        for key in self.changed(before) {
            let value = |side: &Self| side.0.get(&key).map(|said| cut(said, LONGEST_VALUE));
            let change = KeyChange { from: value(before), to: value(self), key: cut(&key, LONGEST_KEY) };
            let weight = serde_json::to_string(&change).map_or(usize::MAX, |json| json.len() + 1);
            match room.checked_sub(weight) {
                Some(left) if difference.more == 0 => {
                    room = left;
                    difference.changes.push(change);
                }
                _ => difference.more += 1,
            }
        }
        difference
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
