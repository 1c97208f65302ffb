//! Walks the value tree: every key is asked for by name, every fault is kept, what nobody asked for is unknown.
//!
//! Owns faults and their places; refuses to know what any key means. Law: one run finds every fault.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use ::config::{Value, ValueKind};
use secrecy::SecretString;

use super::{
    fault::{ENVIRONMENT, Fault, Shown, Wrong},
    raw::{Parsed, Raw, Wrongs},
};

/// One walk: what was found wrong so far, and which keys were asked for.
#[derive(Default, Debug)]
pub(super) struct Walk {
    pub(super) faults: RefCell<Vec<Fault>>,
    /// Key paths without places, such as `application.entitlement.id`.
    pub(super) known: RefCell<BTreeSet<String>>,
    /// What was read as secrets, by the paths of their keys.
    pub(super) secrets: RefCell<BTreeMap<String, SecretString>>,
}

/// Where a table stands.
#[derive(Clone, Debug)]
pub(super) struct Place<'w> {
    walk: &'w Walk,
    /// The path as people say it.
    at: String,
    /// The path without places.
    shape: String,
    /// Where a key is said to be missing.
    origin: String,
}

impl<'w> Place<'w> {
    /// What the table is called in faults.
    pub(super) fn at(&self) -> &str {
        &self.at
    }

    /// The source it stands in.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// Notes that a key is wrong, in the source of the table; the empty key is the table itself.
    pub(super) fn fault(&self, key: &str, wrong: Wrong) {
        self.fault_in(self.origin.clone(), key, wrong);
    }

    fn fault_in(&self, origin: String, key: &str, wrong: Wrong) {
        let shape = joined(&self.shape, key);
        let section = shape.split('.').next().unwrap_or_default();
        self.walk.faults.borrow_mut().push(Fault {
            origin,
            section: section.to_owned(),
            key: joined(&self.at, key),
            wrong,
        });
    }

    /// Notes what was read as a secret: it never goes on record in clear.
    pub(super) fn keep_secret(&self, key: &str, secret: &SecretString) {
        self.walk.secrets.borrow_mut().insert(joined(&self.at, key), secret.clone());
    }

    fn below(&self, at: &str, key: &str, origin: Option<String>) -> Self {
        Self {
            walk: self.walk,
            at: joined(&self.at, at),
            shape: joined(&self.shape, key),
            origin: origin.unwrap_or_else(|| self.origin.clone()),
        }
    }

    fn know(&self, key: &str) {
        let shape = joined(&self.shape, key);
        self.walk.known.borrow_mut().insert(shape);
    }
}

/// A table that is being read. It ends with [`Section::finish`].
#[must_use]
#[derive(Debug)]
pub(super) struct Section<'w> {
    place: Place<'w>,
    left: BTreeMap<String, Value>,
    asked: BTreeSet<&'static str>,
    written: Written,
}

/// Whether a table was written at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Written {
    Nowhere,
    Empty,
    Filled,
}

impl<'w> Section<'w> {
    /// The outermost table.
    pub(super) fn root(walk: &'w Walk, table: BTreeMap<String, Value>, origin: String) -> Self {
        let (at, shape) = (String::new(), String::new());
        let place = Place { walk, at, shape, origin };
        Self::over(place, Written::Filled, table)
    }

    fn over(place: Place<'w>, written: Written, left: BTreeMap<String, Value>) -> Self {
        Self { place, left, asked: BTreeSet::new(), written }
    }

    /// A table in it; an empty one where there is none.
    pub(super) fn section(&mut self, key: &'static str) -> Self {
        let Some(value) = self.pull(key) else {
            let place = self.place.below(key, key, None);
            return Self::over(place, Written::Nowhere, BTreeMap::new());
        };
        let place = self.place.below(key, key, origin_of(&value));
        Self::of(place, value)
    }

    fn of(place: Place<'w>, value: Value) -> Self {
        let table = match value.kind {
            ValueKind::Table(table) => BTreeMap::from_iter(table),
            _ => {
                place.fault("", Raw(value).not("a table"));
                BTreeMap::new()
            }
        };
        let written = match table.is_empty() {
            true => Written::Empty,
            false => Written::Filled,
        };
        Self::over(place, written, table)
    }

    /// The tables of an array of tables. Each is called by its place in its file, until [`Section::call`].
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Self> {
        let Some(value) = self.pull(key) else {
            return Vec::new();
        };
        let ValueKind::Array(items) = value.kind else {
            let origin = self.origin_or_own(&value);
            let wanted = "an array of tables, each begun with its name in [[ ]]";
            self.place.fault_in(origin, key, Raw(value).not(wanted));
            return Vec::new();
        };
        let mut indexes: BTreeMap<Option<String>, usize> = BTreeMap::new();
        let items = items.into_iter().map(|item| {
            let origin = origin_of(&item);
            let index = indexes.entry(origin.clone()).or_default();
            let at = format!("{key}[{index}]");
            *index += 1;
            Self::of(self.place.below(&at, key, origin), item)
        });
        items.collect()
    }

    /// Where it stands.
    pub(super) const fn place(&self) -> &Place<'w> {
        &self.place
    }

    /// From now on it is called so in faults.
    pub(super) fn call(&mut self, at: String) {
        self.place.at = at;
    }

    /// Whether the table was written at all.
    pub(super) fn is_written(&self) -> bool {
        self.written != Written::Nowhere
    }

    /// Whether a key is written and not yet taken.
    pub(super) fn has(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    /// Whether a list is not written, or written without anything in it.
    pub(super) fn lists_nothing(&self, key: &str) -> bool {
        self.left.get(key).is_none_or(|value| matches!(&value.kind, ValueKind::Array(items) if items.is_empty()))
    }

    /// Whether a key of a table in it is written.
    pub(super) fn tells(&self, table: &str, key: &str) -> bool {
        match self.left.get(table).map(|value| &value.kind) {
            Some(ValueKind::Table(table)) => table.contains_key(key),
            _ => false,
        }
    }

    /// The keys of a table in it.
    pub(super) fn keys_of(&self, table: &str) -> BTreeSet<String> {
        match self.left.get(table).map(|value| &value.kind) {
            Some(ValueKind::Table(table)) => table.keys().cloned().collect(),
            _ => BTreeSet::new(),
        }
    }

    /// The value of a key, if there is one without fault.
    pub(super) fn take<T>(&mut self, key: &'static str, parse: impl FnOnce(Raw) -> Parsed<T>) -> Option<T> {
        let value = self.pull(key)?;
        self.read(key, value, parse)
    }

    /// The value of a key, or of the default, which is written as people would write it.
    pub(super) fn take_or<T>(
        &mut self,
        key: &'static str,
        default: impl Into<ValueKind>,
        parse: impl FnOnce(Raw) -> Parsed<T>,
    ) -> Option<T> {
        let value = self.pull(key);
        let value = value.unwrap_or_else(|| Value::new(None, default));
        self.read(key, value, parse)
    }

    /// The value of a key that must be there; `example` is what one could write.
    pub(super) fn need<T>(
        &mut self,
        key: &'static str,
        example: &str,
        parse: impl FnOnce(Raw) -> Parsed<T>,
    ) -> Option<T> {
        if !self.has(key) {
            let mend = format!("{key} = {example}.");
            self.place.fault(key, Wrong::Missing(mend));
        }
        self.take(key, parse)
    }

    /// All that is left, where people choose the keys; nothing for what is faulty.
    pub(super) fn named<T>(&mut self, parse: impl Fn(Raw) -> Parsed<T>) -> BTreeMap<String, Option<T>> {
        self.place.know("*");
        let left = std::mem::take(&mut self.left).into_iter();
        left.map(|(key, value)| {
            let read = self.read(&key, value, &parse);
            (key, read)
        })
        .collect()
    }

    /// Keys that have a meaning, but not yet.
    pub(super) fn not_yet(&mut self, keys: &[&'static str]) {
        for key in keys {
            if let Some(value) = self.pull(key) {
                let origin = self.origin_or_own(&value);
                self.place.fault_in(origin, key, Wrong::NotSupported);
            }
        }
    }

    /// Ends the table: what is left over is unknown.
    pub(super) fn finish(mut self) -> Place<'w> {
        for (key, value) in std::mem::take(&mut self.left) {
            let nearest = nearest(&key, self.asked.iter().copied());
            let origin = self.origin_or_own(&value);
            let key = Shown::of(&key).key();
            self.place.fault_in(origin, &key, Wrong::Unknown(nearest));
        }
        self.place
    }

    fn pull(&mut self, key: &'static str) -> Option<Value> {
        self.asked.insert(key);
        self.place.know(key);
        self.left.remove(key)
    }

    fn read<T>(&self, key: &str, value: Value, parse: impl FnOnce(Raw) -> Parsed<T>) -> Option<T> {
        let origin = self.origin_or_own(&value);
        let key = Shown::of(key).key();
        let Wrongs(wrongs) = match parse(Raw(value)) {
            Ok(read) => return Some(read),
            Err(wrongs) => wrongs,
        };
        for (below, wrong) in wrongs {
            self.place.fault_in(origin.clone(), &format!("{key}{below}"), wrong);
        }
        None
    }

    fn origin_or_own(&self, value: &Value) -> String {
        origin_of(value).unwrap_or_else(|| self.place.origin.clone())
    }
}

/// The nearest of some names, if one is near.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let short = |name: &str| name.len() <= LONGEST_NAME;
    known
        .filter(|known| short(known) && short(name))
        .take(MOST_NAMES)
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness > NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known.to_owned())
}

/// Longer names, in bytes, are near to none: to compare them takes their lengths multiplied.
const LONGEST_NAME: usize = 64;

/// A name is compared with so many at most: a file may hold very many faulty ones.
const MOST_NAMES: usize = 256;

/// Names that are less alike (of 1) are no mistyping of one another.
const NEAR: f64 = 0.8;

fn joined(path: &str, key: &str) -> String {
    match (path, key) {
        ("", key) => key.to_owned(),
        (path, "") => path.to_owned(),
        (path, key) => format!("{path}.{key}"),
    }
}

/// Where a value was written. Tables that were layered have no origin of their own: that of a key counts, of one in a
/// file if there is one.
fn origin_of(value: &Value) -> Option<String> {
    match &value.kind {
        _ if value.origin().is_some() => value.origin().map(str::to_owned),
        ValueKind::Table(table) => {
            table.values().filter_map(origin_of).min_by_key(|origin| (origin == ENVIRONMENT, origin.clone()))
        }
        ValueKind::Array(items) => items.iter().find_map(origin_of),
        _ => None,
    }
}
