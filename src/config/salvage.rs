//! Saves from a file that is no TOML as a whole the tables that removals need.
//!
//! Whoever breaks the catalogue by a slip of the finger must not keep due access from ending: where `[okta]`,
//! `[store]` and `[audit]` are sound by themselves, they are read; so where the file is no text as a whole, or too large.
//! Law: what might have been said and cannot be read is reported as lost, never taken for its default.

use std::collections::BTreeSet;

use ::config::{Map, Value};

use super::{ESSENTIAL, sources::Lost};
use crate::file::{Deep, toml};

/// Stands for bytes that are no text. No TOML has it, and what it stands in is never read but for comments.
const ILLEGIBLE: char = '\0';

/// What can be read of bytes that are no text, or only the beginning of one: whole lines, and [`ILLEGIBLE`] for the rest.
pub(super) fn legible(read: &[u8], whole: bool) -> String {
    let end = if whole { read.len() } else { read.iter().rposition(|byte| *byte == b'\n').unwrap_or_default() };
    let lines = read.get(..end).unwrap_or_default();
    let lines = lines.strip_prefix("\u{feff}".as_bytes()).unwrap_or(lines);
    let mut text = String::with_capacity(lines.len());
    for chunk in lines.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend((!chunk.invalid().is_empty()).then_some(ILLEGIBLE));
    }
    text
}

/// The sound tables of those that matter most, each by itself, and what of them is lost.
pub(super) fn salvage(deep: &Deep, origin: &String, text: &str, lost: &mut Lost) -> Vec<Map<String, Value>> {
    lost.something = true;
    let mut saved = Vec::new();
    let mut headers = BTreeSet::new();
    let chunks = chunks(text);
    for chunk in &chunks {
        let header = chunk.lines().next().unwrap_or_default().trim();
        let section = essential(header);
        if header.starts_with('[') && section.is_none() {
            lost.anywhere |= header.contains(ILLEGIBLE);
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
            (None, None) => lost.anywhere |= may_be_any(chunk),
        }
        headers.insert(header);
    }
    saved
}

/// Whether keys before any table, or what cannot be told from them, may be of a table that matters most.
fn may_be_any(chunk: &str) -> bool {
    chunk.contains(ILLEGIBLE) || ESSENTIAL.iter().any(|name| chunk.contains(name))
}

/// The text cut before each line that begins a table, without comments. The first part may be empty, and belongs to no
/// table.
fn chunks(text: &str) -> Vec<String> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if starts_table(line) && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let pieces = starts.iter().copied().zip(ends);
    pieces.filter_map(|(start, end)| text.get(start..end)).map(toml::bare).collect()
}

/// What is illegible at its beginning may be anything, a space too.
fn starts_table(line: &str) -> bool {
    line.trim_start_matches(|c: char| c.is_whitespace() || c == ILLEGIBLE).starts_with('[')
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
