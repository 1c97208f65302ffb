//! What ends by itself next, folded over the whole journal as it grows.
//!
//! It reads events and nothing else, as the bot itself does. Law: nothing is forgotten because it was long ago; a line
//! that is not whole yet is read when it is.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::journal::segments;

/// What happens by itself at an instant, unless something else happens before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Due {
    at: DateTime<Utc>,
    request: String,
    what: What,
}

/// What it is that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// A request closes that nobody decided.
    Closes,
    /// Access ends.
    Ends,
}

/// The fold.
#[derive(Debug, Default)]
pub struct Promises {
    /// Bytes of each segment that were read, up to the end of a line.
    read: BTreeMap<PathBuf, u64>,
    open: BTreeMap<String, Due>,
}

#[derive(Deserialize)]
struct Line {
    sealed: Sealed,
}

#[derive(Deserialize)]
struct Sealed {
    events: Vec<Said>,
}

/// An event, as far as it promises an end or keeps the promise.
#[derive(Deserialize)]
struct Said {
    event: String,
    #[serde(default)]
    request: String,
    closes: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    ends: Option<DateTime<Utc>>,
}

impl Promises {
    /// What is due next, by the journal as it stands in this directory now.
    pub fn next(&mut self, directory: &Path) -> Option<Due> {
        let segments = segments(directory);
        if self.read.iter().any(|(path, read)| fs::metadata(path).map_or(0, |file| file.len()) < *read) {
            *self = Self::default();
        }
        for path in segments {
            let read = self.read.get(&path).copied().unwrap_or_default();
            let text = whole_lines(&path, read).unwrap_or_default();
            text.lines().filter_map(|line| serde_json::from_str(line).ok()).for_each(|line| self.take(line));
            self.read.insert(path, read + text.len() as u64);
        }
        self.open.values().min().cloned()
    }

    fn take(&mut self, line: Line) {
        for Said { event, request, closes, until, ends } in line.sealed.events {
            let (at, what) = match event.as_str() {
                "request_received" => (closes, What::Closes),
                "request_approved" | "emergency_taken" => (until, What::Ends),
                "grant_opened" | "grant_extended" => (ends, What::Ends),
                "request_refused"
                | "request_denied"
                | "request_cancelled"
                | "request_lapsed"
                | "grant_expired"
                | "grant_returned"
                | "grant_revoked"
                | "extension_applied"
                | "grant_failed"
                | "grant_not_justified"
                | "grant_ended"
                | "standing_found" => (None, What::Ends),
                _ => continue,
            };
            match at {
                Some(at) => self.open.insert(request.clone(), Due { at, request, what }),
                None => self.open.remove(&request),
            };
        }
    }
}

/// What stands in a file from here up to its last line's end.
fn whole_lines(path: &Path, from: u64) -> Option<String> {
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1));
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        io::Write as _,
        path::Path,
    };

    use serde_json::{Value, json};

    use super::Promises;
    use crate::journal;

    fn line(event: &Value) -> String {
        format!(
            "{}\n",
            json!({"sealed": {"v": 1, "seq": 1, "at": "2026-03-02T09:00:00Z", "events": [event], "effects": []}})
        )
    }

    fn write(directory: &Path, segment: &str, text: &str) {
        let path = directory.join(segment);
        let mut file = File::options().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn next(promises: &mut Promises, directory: &Path) -> Value {
        serde_json::to_value(promises.next(directory)).unwrap()
    }

    #[test]
    fn a_grant_of_an_older_segment_is_due_however_much_was_written_since() {
        let place = tempfile::tempdir().unwrap();
        let (old, new) = ("00000000000000000001.log", "00000000000000000002.log");
        write(
            place.path(),
            old,
            &line(&json!({"event": "grant_opened", "request": "R-1", "ends": "2026-03-02T17:00:00Z"})),
        );
        write(place.path(), new, &line(&json!({"event": "person_identified", "request": "R-2"})).repeat(4000));
        assert!(!journal::tail(place.path()).iter().any(|line| line["events"][0]["event"] == "grant_opened"));
        let due = json!({"request": "R-1", "at": "2026-03-02T17:00:00Z", "what": "ends"});
        assert_eq!(next(&mut Promises::default(), place.path()), due);
    }

    /// Access that is extended ends later, and its extension is over; what is revoked is due no more.
    #[test]
    fn an_extension_moves_the_end_and_a_revocation_forgets_it() {
        let place = tempfile::tempdir().unwrap();
        let (segment, mut promises) = ("00000000000000000001.log", Promises::default());
        let extended = [
            json!({"event": "grant_opened", "request": "R-1", "ends": "2026-03-02T11:00:00Z"}),
            json!({"event": "request_received", "request": "R-2", "closes": "2026-03-02T11:00:00Z"}),
            json!({"event": "grant_extended", "request": "R-1", "ends": "2026-03-02T12:00:00Z"}),
            json!({"event": "extension_applied", "request": "R-2"}),
        ];
        extended.iter().for_each(|event| write(place.path(), segment, &line(event)));
        let due = json!({"request": "R-1", "at": "2026-03-02T12:00:00Z", "what": "ends"});
        assert_eq!(next(&mut promises, place.path()), due);
        write(place.path(), segment, &line(&json!({"event": "grant_revoked", "request": "R-1"})));
        assert_eq!(next(&mut promises, place.path()), Value::Null);
    }

    #[test]
    fn what_is_due_follows_the_journal_line_by_line() {
        let place = tempfile::tempdir().unwrap();
        let (segment, mut promises) = ("00000000000000000001.log", Promises::default());
        assert_eq!(next(&mut promises, place.path()), Value::Null);
        let steps = [
            (json!({"event": "request_received", "request": "R-1", "closes": "2026-03-03T09:00:00Z"}), "closes"),
            (json!({"event": "request_approved", "request": "R-1", "until": "2026-03-02T11:00:00Z"}), "ends"),
            (json!({"event": "grant_opened", "request": "R-1", "ends": "2026-03-02T11:00:01Z"}), "ends"),
        ];
        for (event, what) in &steps {
            write(place.path(), segment, &line(event));
            assert_eq!(next(&mut promises, place.path())["what"], *what, "{event}");
        }
        let ended = line(&json!({"event": "grant_returned", "request": "R-1"}));
        let (half, rest) = ended.split_at(40);
        write(place.path(), segment, half);
        assert_eq!(next(&mut promises, place.path())["at"], "2026-03-02T11:00:01Z", "half a line says nothing yet");
        write(place.path(), segment, rest);
        assert_eq!(next(&mut promises, place.path()), Value::Null);
        fs::write(place.path().join(segment), line(&steps[0].0)).unwrap();
        assert_eq!(next(&mut promises, place.path())["what"], "closes", "a shorter journal is read anew");
    }
}
