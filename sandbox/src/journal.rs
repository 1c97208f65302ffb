//! The end of the bot's journal, read while the bot writes it.
//!
//! It owns nothing: it looks at the files (`<seq>.log`, one JSON line a commit). It refuses to verify; `audit verify`
//! does. Law: a line that is not whole yet is not shown yet.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::{Value, json};

/// How much of the journal is shown, in bytes.
const TAIL: u64 = 256 * 1024;

/// A line as it lies on the disk, as far as it is shown.
#[derive(Deserialize)]
struct Line {
    sealed: Sealed,
    #[serde(default)]
    hash: Value,
    #[serde(default)]
    words: Value,
}

#[derive(Deserialize)]
struct Sealed {
    seq: u64,
    at: Value,
    #[serde(default)]
    prev: Value,
    events: Value,
    effects: Value,
}

/// How many bytes the journal has: a mark of its growth.
pub fn length(directory: &Path) -> u64 {
    segments(directory).iter().filter_map(|path| fs::metadata(path).ok()).map(|file| file.len()).sum()
}

/// The last lines, oldest first.
pub fn tail(directory: &Path) -> Vec<Value> {
    let (mut left, mut found) = (TAIL, Vec::new());
    for path in segments(directory).iter().rev() {
        let text = end_of(path, left).unwrap_or_default();
        left = left.saturating_sub(text.len() as u64);
        found.splice(..0, lines(&text));
    }
    found
}

/// The files of the journal, in its order.
pub fn segments(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "log")).collect();
    found.sort();
    found
}

fn end_of(path: &Path, most: u64) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most))).ok()?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A line cut at either end is not JSON, and is left out.
fn lines(text: &str) -> Vec<Value> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).map(|line| shown(&line)).collect()
}

fn shown(line: &Line) -> Value {
    let Line { sealed, hash, words } = line;
    json!({
        "seq": sealed.seq, "at": sealed.at, "prev": sealed.prev, "hash": hash, "events": sealed.events,
        "effects": sealed.effects, "words": words,
    })
}

#[cfg(test)]
mod tests {
    use super::{lines, tail};

    const WHOLE: &str = r#"{"sealed":{"v":1,"seq":7,"at":"2026-03-02T09:00:00Z","events":[],"effects":[]},"words":{}}"#;

    #[test]
    fn lines_that_are_not_whole_are_left_out() {
        let text = format!("rest of a line\n{WHOLE}\n{}", &WHOLE[..40]);
        let found = lines(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["seq"], 7);
    }

    #[test]
    fn a_segment_that_has_just_begun_does_not_hide_the_one_before() {
        let place = tempfile::tempdir().unwrap();
        for (segment, seq) in [("00000000000000000007.log", "7"), ("00000000000000000008.log", "8")] {
            let line = WHOLE.replace(r#""seq":7"#, &format!(r#""seq":{seq}"#));
            std::fs::write(place.path().join(segment), format!("{line}\n")).unwrap();
        }
        let found: Vec<_> = tail(place.path()).iter().map(|line| line["seq"].clone()).collect();
        assert_eq!(found, [7, 8]);
    }
}
