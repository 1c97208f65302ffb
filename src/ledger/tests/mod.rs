//! What the ledger promises, tried as an adversary would.

mod chain;
mod conformance;
mod crash;
mod golden;
mod key_file;
mod room;
mod rounds;
mod start;

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::value::RawValue;

use super::journal::{Limits, Log, Opened, Origin, ReadError};
use super::sim_disk::SimDisk;
use super::*;

/// Small, so that a few lines turn over a segment; no low mark.
const SMALL: Limits = Limits { segment: 2_000, reserve: 4_096, low_mark: 0 };

fn keys() -> Keys {
    Keys::derive(&[7; 32])
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

fn time(seq: u64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_000 + i64::try_from(seq % 1_000_000).unwrap())
}

/// A commit that says its `seq`, carries one person's words, and writes one row.
fn commit(seq: u64) -> Commit {
    let word = Word { salt: format!("{seq:032x}"), text: format!("Text «{seq}»") };
    let digest = word_digest(&word.salt, &word.text);
    Commit {
        seq,
        at: time(seq),
        events: raw(&format!(r#"[{{"event":"asked","n":{seq},"words":"{digest}"}}]"#)),
        effects: raw("[]"),
        words: [(digest, word)].into(),
        rows: vec![row(&format!("r{:04}", seq % 10_000), &format!("at {seq}"))],
    }
}

fn commits(seqs: impl IntoIterator<Item = u64>) -> Vec<Commit> {
    seqs.into_iter().map(commit).collect()
}

fn row(key: &str, value: &str) -> Row {
    Row { key: key.into(), value: Some(value.into()) }
}

fn schema() -> Schema {
    Schema { version: "1".into(), live: vec![b'r'] }
}

fn open(disk: &SimDisk) -> Result<Opened<SimDisk>, ReadError> {
    Log::open(disk.clone(), &keys(), SMALL, Origin::Genesis)
}

/// The `seq` and events of all lines.
fn lines(log: &Log<SimDisk>) -> Vec<(u64, String)> {
    log.read_from(1).map(|line| line.map(|line| (line.seq, line.events.get().to_owned())).unwrap()).collect()
}

/// What [`lines`] gives for these commits.
fn expected(seqs: impl IntoIterator<Item = u64>) -> Vec<(u64, String)> {
    seqs.into_iter().map(|seq| (seq, commit(seq).events.get().to_owned())).collect()
}

/// A disk with these batches, each synced.
fn written(batches: &[std::ops::RangeInclusive<u64>]) -> SimDisk {
    let disk = SimDisk::new(1);
    let mut log = open(&disk).unwrap().log;
    for batch in batches {
        log.append(&commits(batch.clone())).unwrap();
        log.sync().unwrap();
    }
    disk
}

fn sound<D: std::fmt::Debug>(opening: Opening<D>) -> Sound<D> {
    match opening {
        Opening::Sound(sound) => sound,
        Opening::Damaged(damaged) => panic!("in custody: {}", damaged.why),
    }
}

/// Opens a store and brings its rows up to the journal, as an engine would.
fn open_store(dir: &Path) -> Local {
    start(sound(Local::open(dir, &keys(), 0, &schema()).unwrap()))
}

fn start<D: disk::Disk + Clone>(mut opening: Sound<D>) -> Local {
    let rows: Vec<Row> = opening.tail().flat_map(|line| commit(line.unwrap().seq).rows).collect();
    opening.project(rows).unwrap();
    opening.start().unwrap()
}
