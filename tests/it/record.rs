//! The journal as a play reads it from the disk: every entry, the state they come to, and whether anything is left to do.

use std::{fs, path::Path};

use jitney::{
    domain::{
        event::Entry,
        live::Live,
        membership::Motion,
        request::{Request, State, Warning},
        time::Timestamp,
    },
    engine::recover,
    ledger::{Hash, Line, Words},
};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct OnDisk {
    sealed: Sealed,
    words: Words,
}

#[derive(Deserialize)]
struct Sealed {
    seq: u64,
    at: Timestamp,
    events: Box<RawValue>,
    effects: Box<RawValue>,
}

/// Every whole line of a directory of segments, oldest first. A line that is still being written is not there yet.
pub fn entries(directory: &Path) -> Vec<Entry> {
    let Ok(folder) = fs::read_dir(directory) else { return Vec::new() };
    let mut segments: Vec<_> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    segments.sort();
    let texts: Vec<String> =
        segments.iter().map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()).collect();
    texts.iter().flat_map(|text| text.split_inclusive('\n')).filter_map(entry).collect()
}

fn entry(line: &str) -> Option<Entry> {
    let OnDisk { sealed, words } = serde_json::from_str(line.strip_suffix('\n')?).ok()?;
    let Sealed { seq, at, events, effects } = sealed;
    // The chain is not looked at: the end of every play verifies it.
    let line = Line { seq, durable: 0, at, prev: Hash::GENESIS, hash: Hash::GENESIS, events, effects, words };
    Some(recover::entry(&line).unwrap())
}

/// What the entries come to: the program's own fold. A journal that does not begin at line 1 is folded from there.
pub fn live(entries: &[Entry]) -> Live {
    let before = entries.first().map_or(0, |first| first.seq - 1);
    let mut live = Live { seq: before, ..Live::default() };
    for entry in entries {
        live.apply(entry).unwrap();
    }
    live
}

/// What is left to do at an instant: promises without an outcome, messages that show less than is so, and everything
/// whose time has come. Nothing, where the program may rest.
pub fn left(live: &Live, now: Timestamp) -> Vec<String> {
    let promises = live.promises.iter().map(|(id, promise)| format!("promise {id}: {:?}", promise.effect));
    let messages = live
        .requests
        .values()
        .flat_map(|request| request.stale_views().into_iter().map(|view| format!("a stale message: {view:?}")));
    let requests = live.requests.values().filter(|request| is_due(request, now));
    let requests = requests.map(|request| format!("{} is overdue: {:?}", request.id, request.state));
    let holds = live.memberships.values().filter(|membership| {
        membership.holds.values().any(|until| *until <= now) || matches!(membership.motion, Motion::Removing { .. })
    });
    let holds = holds.map(|membership| format!("still held or being removed: {membership:?}"));
    promises.chain(messages).chain(requests).chain(holds).collect()
}

fn is_due(request: &Request, now: Timestamp) -> bool {
    match &request.state {
        State::Checking { .. } | State::Pending { .. } => request.closes <= now,
        State::Active { warning: Warning::Due { at }, .. } if *at <= now => true,
        State::Active { ends, .. } => *ends <= now,
        _ => false,
    }
}
