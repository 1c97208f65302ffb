//! The ledger against a bare file: durable commits one at a time, grouped under 32 writers, and a start with 100,000
//! ended requests on record. Rounds are interleaved with their baselines; the median counts. Exits 1 if one is missed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "it stops where it fails, and reads time"
)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use chrono::DateTime;
use futures_util::future::join_all;
use jitney::ledger::disk::FsDisk;
use jitney::ledger::journal::{Limits, Log, Origin};
use jitney::ledger::{Commit, Keys, Ledger, Local, Opening, Row, Schema, Sound, Words};
use serde_json::value::RawValue;

const ROUNDS: usize = 7;
const ONE_AT_A_TIME: u64 = 400;
const GROUPED: u64 = 8_000;
const WRITERS: usize = 32;
const ENDED: u64 = 100_000;

/// Of the bare file's speed.
const LEAST_RATIO: f64 = 0.5;
const LONGEST_START: f64 = 1.0;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let one = median((0..ROUNDS).map(|_| runtime.block_on(one_at_a_time())).collect());
    let grouped = median((0..ROUNDS).map(|_| runtime.block_on(grouped())).collect());
    let start = median(runtime.block_on(starts()));
    println!("one at a time   {one:.2} of append + fdatasync   (at least {LEAST_RATIO})");
    println!("{WRITERS} writers      {grouped:.2} of the same batches    (at least {LEAST_RATIO})");
    println!("start           {start:.3} s with {ENDED} ended requests (below {LONGEST_START} s)");
    let met = one >= LEAST_RATIO && grouped >= LEAST_RATIO && start < LONGEST_START;
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Ledger's speed over the bare file's.
async fn one_at_a_time() -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path()).start().unwrap();
    let began = Instant::now();
    for seq in 1..=ONE_AT_A_TIME {
        ledger.commit(commit(seq)).await.unwrap();
    }
    let took = began.elapsed().as_secs_f64();
    ledger.close().await;
    bare(dir.path()).0 / took
}

async fn grouped() -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path()).start().unwrap();
    let next = Cell::new(1);
    let writer = async || {
        while next.get() <= GROUPED {
            let seq = next.replace(next.get() + 1);
            ledger.commit(commit(seq)).await.unwrap();
        }
    };
    let began = Instant::now();
    join_all((0..WRITERS).map(|_| writer())).await;
    let took = began.elapsed().as_secs_f64();
    ledger.close().await;
    let (bare, batches) = bare(dir.path());
    println!("  {:.0} commits/s in {batches} batches", GROUPED as f64 / took);
    bare / took
}

/// Appends the journal's bytes to a bare file, a write and an fdatasync for each batch: lines of one batch name the
/// same `durable`. Answers the seconds and the number of batches.
fn bare(store: &Path) -> (f64, usize) {
    let disk = FsDisk::at(&store.join("journal"));
    let log = Log::open(disk, &keys(), Limits::with_low_mark(0), Origin::Genesis).unwrap().log;
    let bytes = std::fs::read(store.join("journal/00000000000000000001.log")).unwrap();
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let mut batches: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    for line in log.read_from(1) {
        batches.entry(line.unwrap().durable).or_default().extend_from_slice(lines.next().unwrap());
    }
    let path = store.join("bare");
    let mut file: File = OpenOptions::new().create_new(true).append(true).open(path).unwrap();
    let began = Instant::now();
    for batch in batches.values() {
        file.write_all(batch).unwrap();
        file.sync_data().unwrap();
    }
    (began.elapsed().as_secs_f64(), batches.len())
}

/// Seconds of each start: open, read what lives, verify the last segment, begin.
async fn starts() -> Vec<f64> {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path()).start().unwrap();
    for from in (1..=ENDED).step_by(1_000) {
        let answers = (from..from + 1_000).map(|seq| ledger.commit(commit(seq)));
        join_all(answers).await.into_iter().for_each(|answer| {
            answer.unwrap();
        });
        // No company asks a thousand times at once: the index is given the time to follow.
        ledger.row(b"l000").await.unwrap();
    }
    ledger.close().await;
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let opening = open(dir.path());
        assert_eq!((opening.live_rows(b"l").unwrap().len(), opening.tail().count()), (100, 0));
        let ledger = opening.start().unwrap();
        took.push(began.elapsed().as_secs_f64());
        ledger.close().await;
    }
    let size = std::fs::metadata(dir.path().join("journal/00000000000000000001.log")).unwrap().len();
    println!("  the last segment has {} MiB of at most 64", size >> 20);
    took
}

fn open(dir: &Path) -> Sound<FsDisk> {
    let schema = Schema { version: "1".into(), live: b"l".to_vec() };
    match Local::open(dir, &keys(), 0, &schema).unwrap() {
        Opening::Sound(sound) => sound,
        Opening::Damaged(damaged) => panic!("{}", damaged.why),
    }
}

fn keys() -> Keys {
    Keys::derive(&[7; 32])
}

/// A line of about 650 bytes, a row of history of about a kilobyte, and one of a hundred rows of what lives.
fn commit(seq: u64) -> Commit {
    let row = |key: String, len: usize| Row { key: key.into_bytes(), value: Some(vec![b'x'; len]) };
    Commit {
        seq,
        at: DateTime::UNIX_EPOCH,
        events: raw(&format!(r#"[{{"event":"ended","request":{seq},"how":"{}"}}]"#, "x".repeat(240))),
        effects: raw("[]"),
        words: Words::new(),
        rows: vec![row(format!("h{seq:09}"), 1_000), row(format!("l{:03}", seq % 100), 200)],
    }
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
