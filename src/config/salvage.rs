//! Saves from a file that is no TOML as a whole the tables that removals need.
//!
//! Whoever breaks the catalogue by a slip of the finger must not keep due access from ending: where `[okta]`,
//! `[store]` and `[audit]` are sound by themselves, they are read. Law: what might have been said and cannot be read
//! is reported as lost, never taken for its default.

use std::collections::BTreeSet;

use ::config::{Map, Value};

use super::{ESSENTIAL, sources::Lost};
use crate::file::{Deep, toml};

/// The sound tables of those that matter most, each by itself, and what of them is lost.
pub(super) fn salvage(deep: &Deep, origin: &String, text: &str, lost: &mut Lost) -> Vec<Map<String, Value>> {
    lost.something = true;
    let mut saved = Vec::new();
    let mut headers = BTreeSet::new();
    for chunk in chunks(text) {
        let header = chunk.lines().next().unwrap_or_default().trim();
        let section = essential(header);
        if header.starts_with('[') && section.is_none() {
            continue;
        }
        let parsed = toml::parse(deep, Some(origin), chunk).ok();
        match (section, parsed) {
            (Some(section), _) if headers.contains(header) => {
                lost.tables.insert(section);
            }
            (_, Some(table)) => saved.push(only_essential(table)),
            (Some(section), None) => {
                lost.tables.insert(section);
            }
            (None, None) => lost.anywhere |= ESSENTIAL.iter().any(|name| chunk.contains(name)),
        }
        headers.insert(header);
    }
    saved
}

/// The text cut before each line that begins a table. The first part may be empty, and belongs to no table.
fn chunks(text: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let pieces = starts.iter().copied().zip(ends);
    pieces.filter_map(|(start, end)| text.get(start..end)).collect()
}

/// Which of the tables that matter most a header begins or belongs to.
fn essential(header: &str) -> Option<&'static str> {
    let name = header.strip_prefix('[')?;
    let name = name.trim_start_matches(['[', ' ', '\t', '"', '\'']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
    let name = name.get(..end.unwrap_or(name.len()))?;
    ESSENTIAL.into_iter().find(|section| *section == name)
}

fn only_essential(mut table: Map<String, Value>) -> Map<String, Value> {
    table.retain(|key, _| ESSENTIAL.contains(&key.as_str()));
    table
}
