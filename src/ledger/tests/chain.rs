//! Every way to meddle with a journal is found, and what a crash can have left at its end is cut and nothing else.

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
fn every_flipped_byte_is_found_or_cuts_exactly_what_a_crash_may_leave() {
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
                assert_eq!(fault.why, Flaw::Unreadable, "byte {at}: no crash writes a whole line that is wrong");
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
        assert!(matches!(verify(&disk), Err(VerifyError::Fault(fault)) if fault.seq == bad), "{bad}");
        assert_eq!(damage(&disk).seq, bad);
        assert_eq!(disk.contents(&segment(1)).unwrap(), lines.concat(), "nothing was cut");
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

/// Changes one line, so that it is whole and wrong.
fn edited(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(line).unwrap();
    assert!(text.contains(from), "{text}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn an_edit_of_the_last_batch_is_damage_and_nothing_is_cut() {
    let (disk, good) = small();
    let starts = starts(&good);
    let lines: Vec<&[u8]> = starts.windows(2).map(|w| &good[w[0]..w[1]]).collect();
    let edits = [
        (4, edited(lines[4], r#""n":5"#, r#""n":6"#), Flaw::Hash),
        (3, edited(lines[3], r#""n":4"#, r#""n":6"#), Flaw::Hash),
        (3, edited(lines[3], "Text", "Test"), Flaw::Word(String::new())),
        (4, edited(lines[4], r#""hash":""#, r#""hash": ""#), Flaw::Form),
    ];
    for (n, line, why) in edits {
        let mut meddled: Vec<&[u8]> = lines.clone();
        meddled[n] = &line;
        disk.overwrite(&segment(1), &meddled.concat());
        let found = damage(&disk);
        assert_eq!(found.seq, n as u64 + 1);
        assert_eq!(std::mem::discriminant(&found.why), std::mem::discriminant(&why), "{found}");
        assert!(matches!(verify(&disk), Err(VerifyError::Fault(fault)) if fault.seq == n as u64 + 1));
        assert_eq!(disk.contents(&segment(1)).unwrap(), meddled.concat(), "nothing was cut");
    }
}

#[test]
fn an_edit_behind_a_torn_line_is_damage_too() {
    let (disk, good) = small();
    let starts = starts(&good);
    let last = edited(&good[starts[4]..], r#""n":5"#, r#""n":6"#);
    disk.overwrite(&segment(1), &[&good[..starts[3]], b"\0\0\0\n", &last].concat());
    assert_eq!(damage(&disk).seq, 4);
    assert!(matches!(verify(&disk), Err(VerifyError::Fault(fault)) if fault.seq == 4));
}

#[test]
fn a_segment_that_cannot_be_read_is_damage() {
    for unreadable in 0..3 {
        let disk = written(&[1..=3, 4..=6, 7..=9]);
        let names = segments(&disk);
        assert_eq!(names.len(), 3, "{names:?}");
        disk.fail_reads(&names[unreadable]);
        match open(&disk) {
            // The first of three is not looked at by a warm start; whoever reads on finds it.
            Ok(opened) => {
                let found = opened.log.read_from(1).last();
                assert!(matches!(found, Some(Err(ReadError::Damage(Damage { why: Flaw::Io, .. })))), "{found:?}");
            }
            Err(ReadError::Damage(damage)) => assert_eq!(damage.why, Flaw::Io),
            Err(e) => panic!("{e}"),
        }
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
fn salvage_reads_what_was_set_aside() {
    let (disk, good) = small();
    let starts = starts(&good);
    disk.overwrite(&segment(1), &[&good[..starts[3]], b"\0\0\0\n", &good[starts[4]..]].concat());
    let mut log = open(&disk).unwrap().log;
    assert_eq!(log.head().seq, 3);
    let found = salvage(disk.clone(), &keys()).unwrap();
    let seqs: Vec<u64> = found.lines().map(|line| line.seq).collect();
    assert_eq!((seqs, found.head.seq), (vec![1, 2, 3, 5], 5));
    log.append(&commits(4..=5).into_iter().map(|c| Commit { at: time(c.seq + 9), ..c }).collect::<Vec<_>>()).unwrap();
    log.sync().unwrap();
    let found = salvage(disk, &keys()).unwrap();
    let times: Vec<_> = found.lines().map(|line| (line.seq, line.at)).collect();
    assert_eq!(times[3..], [(4, time(13)), (5, time(5)), (5, time(14))], "what was set aside comes first");
    assert_eq!(found.head.at, Some(time(14)), "the journal's own line counts");
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
