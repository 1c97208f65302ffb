//! Every way to meddle with a journal is found, and a torn tail is cut and nothing else.

use super::journal::Damage;
use super::line::Flaw;
use super::salvage::salvage;
use super::verify::{Begins, Report, VerifyError};
use super::*;

fn verify(disk: &SimDisk) -> Result<Report, VerifyError> {
    verify::journal(disk, Some(&keys()), Begins::AtOne)
}

fn segment(first: u64) -> String {
    format!("{first:020}.log")
}

fn segments(disk: &SimDisk) -> Vec<String> {
    disk::Disk::list(disk).unwrap().into_iter().filter(|name| name.ends_with(".log")).collect()
}

fn damage(disk: &SimDisk) -> Damage {
    match open(disk) {
        Err(ReadError::Damage(damage)) => damage,
        Err(e) => panic!("{e}"),
        Ok(opened) => panic!("opened at {}", opened.log.head().seq),
    }
}

/// Two synced batches: the lines of the second are above what any line calls durable.
fn small() -> (SimDisk, Vec<u8>) {
    let disk = SimDisk::new(1);
    let mut log = Log::open(disk.clone(), &keys(), Limits { segment: 1 << 20, ..SMALL }, Origin::Genesis).unwrap().log;
    for batch in [1..=3, 4..=5] {
        log.append(&commits(batch)).unwrap();
        log.sync().unwrap();
    }
    let bytes = disk.contents(&segment(1)).unwrap();
    (disk, bytes)
}

/// Where each line begins, and the end.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).collect()
}

#[test]
fn every_flipped_byte_is_found_or_cuts_exactly_the_torn_tail() {
    let (_, good) = small();
    let starts = starts(&good);
    for at in 0..good.len() {
        let (disk, mut bytes) = (SimDisk::new(1), good.clone());
        bytes[at] ^= 1;
        disk.overwrite(&segment(1), &bytes);
        let line = starts.iter().rposition(|start| *start <= at).unwrap();
        match verify(&disk) {
            Err(VerifyError::Fault(fault)) => assert_eq!(fault.seq, line as u64 + 1, "byte {at}"),
            Ok(Report { torn: Some(fault), count, .. }) => {
                assert!(line >= 3, "byte {at} of line {} was durable", line + 1);
                assert_eq!((fault.seq, count), (line as u64 + 1, line as u64), "byte {at}");
                let torn = open(&disk).unwrap().torn.unwrap();
                assert_eq!((torn.seq, torn.bytes), (line as u64 + 1, (good.len() - starts[line]) as u64));
                assert_eq!(disk.contents(&torn.kept.unwrap()).unwrap(), bytes[starts[line]..]);
                assert_eq!(disk.contents(&segment(1)).unwrap(), good[..starts[line]]);
            }
            other => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn every_cut_is_found_or_is_at_the_tail() {
    let (_, good) = small();
    let starts = starts(&good);
    for len in 0..good.len() {
        let disk = SimDisk::new(1);
        disk.overwrite(&segment(1), &good[..len]);
        let whole = starts.iter().rposition(|start| *start <= len).unwrap() as u64;
        let opened = open(&disk).unwrap();
        assert_eq!(opened.log.head().seq, whole, "cut at {len}");
        assert_eq!(opened.torn.is_some(), !starts.contains(&len));
    }
}

#[test]
fn lines_deleted_doubled_or_swapped_are_found() {
    let (disk, good) = small();
    let starts = starts(&good);
    let lines: Vec<&[u8]> = starts.windows(2).map(|w| &good[w[0]..w[1]]).collect();
    let tries = |lines: Vec<&[u8]>, bad: u64| {
        disk.overwrite(&segment(1), &lines.concat());
        match verify(&disk) {
            Err(VerifyError::Fault(fault)) => assert_eq!(fault.seq, bad),
            Ok(Report { torn: Some(fault), .. }) => assert!(fault.seq == bad && bad > 3, "{fault:?}"),
            other => panic!("{bad}: {other:?}"),
        }
        if bad <= 3 {
            assert_eq!(damage(&disk).seq, bad);
        }
    };
    for n in 0..lines.len() {
        let bad = n as u64 + 1;
        if n + 1 < lines.len() {
            let mut deleted = lines.clone();
            deleted.remove(n);
            tries(deleted, bad);
            let mut swapped = lines.clone();
            swapped.swap(n, n + 1);
            tries(swapped, bad);
        }
        let mut doubled = lines.clone();
        doubled.insert(n, lines[n]);
        tries(doubled, bad + 1);
    }
}

#[test]
fn a_chain_recomputed_without_the_key_is_damage_even_at_the_tail() {
    let disk = SimDisk::new(1);
    let forger = Keys::derive(&[9; 32]);
    let mut log = Log::open(disk.clone(), &forger, SMALL, Origin::Genesis).unwrap().log;
    log.append(&commits(1..=2)).unwrap();
    log.sync().unwrap();
    let before = disk.contents(&segment(1)).unwrap();
    assert_eq!((damage(&disk).seq, damage(&disk).why), (1, Flaw::Mac));
    assert!(matches!(verify(&disk), Err(VerifyError::Fault(fault)) if fault.why == Flaw::Mac));
    assert_eq!(disk.contents(&segment(1)).unwrap(), before, "nothing was cut");
    assert_eq!(verify::journal(&disk, None, Begins::AtOne).unwrap().count, 2, "without the key nobody can tell");
}

#[test]
fn segments_turn_over_and_read_as_one() {
    let disk = written(&[1..=3, 4..=6, 7..=9, 10..=12]);
    assert!(segments(&disk).len() > 2, "{:?}", segments(&disk));
    let log = open(&disk).unwrap().log;
    assert_eq!(lines(&log), expected(1..=12));
    for from in 1..=13 {
        let seqs: Vec<u64> = log.read_from(from).map(|line| line.unwrap().seq).collect();
        assert_eq!(seqs, (from..=12).collect::<Vec<_>>());
    }
    assert_eq!(verify(&disk).unwrap().count, 12);
}

#[test]
fn a_missing_segment_is_damage() {
    let names = segments(&written(&[1..=3, 4..=6, 7..=9, 10..=12]));
    for gone in &names[..names.len() - 1] {
        let disk = written(&[1..=3, 4..=6, 7..=9, 10..=12]);
        disk::Disk::remove(&disk, gone).unwrap();
        assert_eq!(damage(&disk).why, Flaw::MissingSegment, "{gone}");
        assert!(matches!(verify(&disk), Err(VerifyError::Fault(f)) if f.why == Flaw::MissingSegment), "{gone}");
    }
}

#[test]
fn a_torn_end_of_a_sealed_segment_is_damage() {
    let disk = written(&[1..=3, 4..=6, 7..=9]);
    let first = disk.contents(&segment(1)).unwrap();
    disk.overwrite(&segment(1), &first[..first.len() - 1]);
    assert_eq!(damage(&disk).seq, 3);
    assert!(matches!(verify(&disk), Err(VerifyError::Fault(fault)) if fault.seq == 3));
}

#[test]
fn damage_in_an_old_segment_is_found_when_it_is_read() {
    let disk = written(&[1..=3, 4..=6, 7..=9]);
    let mut first = disk.contents(&segment(1)).unwrap();
    first[100] ^= 1;
    disk.overwrite(&segment(1), &first);
    let log = open(&disk).unwrap().log;
    assert!(matches!(log.read_from(1).last(), Some(Err(ReadError::Damage(damage))) if damage.seq == 1));
    assert!(matches!(verify(&disk), Err(VerifyError::Fault(fault)) if (fault.seq, fault.number) == (1, 1)));
}

#[test]
fn salvage_finds_every_intact_line_in_order() {
    let (disk, good) = small();
    let starts = starts(&good);
    let lines: Vec<&[u8]> = starts.windows(2).map(|w| &good[w[0]..w[1]]).collect();
    let torn = &lines[1][..40];
    disk.overwrite(&segment(1), &[b"\0\0\0\n", lines[4], lines[0], torn, lines[2], lines[3], lines[0]].concat());
    assert_eq!(damage(&disk).seq, 1);
    let found = salvage(disk, &keys()).unwrap();
    let seqs: Vec<u64> = found.lines().map(|line| line.seq).collect();
    assert_eq!(seqs, [1, 4, 5], "line 3 went with the torn one before it");
    assert_eq!((found.head.seq, found.bad, found.count()), (5, 2, 3));
}

#[test]
fn a_copy_verifies_as_one_file_and_as_a_part() {
    let disk = written(&[1..=3, 4..=6, 7..=9]);
    let names = segments(&disk);
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("copy.jsonl");
    let all: Vec<u8> = names.iter().flat_map(|name| disk.contents(name).unwrap()).collect();
    std::fs::write(&copy, &all).unwrap();
    let report = verify::file(&copy, Some(&keys())).unwrap();
    assert_eq!((report.count, report.first, report.head.seq, report.torn), (9, 1, 9, None));
    std::fs::write(&copy, disk.contents(&names[1]).unwrap()).unwrap();
    let report = verify::file(&copy, Some(&keys())).unwrap();
    assert_eq!((report.count, report.first, report.head.seq), (3, 4, 6));
    let middle = starts(&all)[4];
    std::fs::write(&copy, [&all[..middle], &all[starts(&all)[5]..]].concat()).unwrap();
    let Err(VerifyError::Fault(fault)) = verify::file(&copy, Some(&keys())) else { panic!("a line is missing") };
    assert_eq!(fault.to_string(), "copy.jsonl, line 5 (seq 5): it is line 6 where line 5 belongs");
}

#[test]
fn a_side_journal_follows_the_last_intact_line() {
    let base = Head { seq: 41, hash: Hash::of(b"41"), at: Some(time(41)) };
    let disk = SimDisk::new(1);
    let reopen = |base| Log::open(disk.clone(), &keys(), SMALL, Origin::After(base)).unwrap().log;
    let mut log = reopen(base);
    log.append(&commits(42..=45)).unwrap();
    log.sync().unwrap();
    for base in [base, Head { seq: 12, ..base }, Head::GENESIS] {
        let log = reopen(base);
        assert_eq!(log.head().seq, 45, "its lines say where it begins");
        assert_eq!(log.read_from(1).next().unwrap().unwrap().prev, Hash::of(b"41"));
    }
    let mut log = reopen(base);
    for seq in 46..=60 {
        log.append(&[commit(seq)]).unwrap();
        log.sync().unwrap();
    }
    assert!(segments(&disk).len() > 1);
    assert_eq!(reopen(Head::GENESIS).head().seq, 60);
    assert_eq!(verify::journal(&disk, Some(&keys()), Begins::Anywhere).unwrap().first, 42);
}
