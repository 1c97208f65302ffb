//! What goes on record of a configuration: which one is in force, and what makes it another than the one before.
//!
//! Owns the names of that; refuses to know where it was written, and how secrets are marked.
//!
//! Law: no secret stands here, and no list is longer than a line has room for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A configuration as it was read, to be put on record if it is another than the last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// What tells it from every other: SHA-256 over its keys and values, in hexadecimal digits.
    pub digest: String,
    /// What differs from an earlier one that is still at hand.
    pub beside: Option<Beside>,
    /// Keys that take effect at the next start.
    pub waits: Vec<String>,
}

/// How a configuration differs from one that is still at hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beside {
    /// The digest of that one.
    pub digest: String,
    /// What differs.
    pub difference: Difference,
}

/// What differs between two configurations, by key.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// In the order of the keys.
    pub changes: Vec<KeyChange>,
    /// How many more there are, where not all have room.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
const fn is_none(more: &u32) -> bool {
    *more == 0
}

/// One key whose value is another; of a secret its marks, which show that it is another and nothing else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    /// Its path.
    pub key: String,
    /// What it was, cut where it is long; nothing where the key is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is; nothing where the key is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What a configuration is compared with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "against", rename_all = "snake_case", deny_unknown_fields)]
pub enum Against {
    /// It is the first on record.
    Nothing,
    /// The last on record, whose keys are not at hand any more.
    Lost,
    /// The last on record.
    Last(Difference),
}

/// What kind of fault keeps a configuration from being used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A file that is missing, cannot be read, or is no TOML.
    Source,
    /// A key that nobody knows.
    UnknownKey,
    /// A key that must be there and is not.
    MissingKey,
    /// Something that this release does not do.
    NotSupported,
    /// A secret that cannot be used. Nothing of it is told.
    Secret,
    /// A value that does not fit, by itself or beside the others.
    Value,
    /// A right at a vendor that it takes, and that the bot has not.
    Right,
}

/// How many faults there are of each kind.
pub type FaultCounts = BTreeMap<FaultKind, u32>;
