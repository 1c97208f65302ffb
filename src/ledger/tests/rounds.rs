//! The walk that looks at every line of a running ledger.

use std::sync::mpsc::sync_channel;

use super::disk::Disk;
use super::journal::Damage;
use super::local::Shared;
use super::past::Past;
use super::patrol::round;
use super::*;

/// Nine lines in three segments, and what one round over them says after somebody has meddled with them.
fn walked(meddle: impl FnOnce(&SimDisk)) -> Result<u64, ReadError> {
    let disk = written(&[1..=3, 4..=6, 7..=9]);
    let log = open(&disk).unwrap().log;
    let (past, shared) = (Past::of(&log), Shared::new(log.head(), false));
    meddle(&disk);
    let (_stop, stopped) = sync_channel(1);
    round(&past, &shared, &stopped).unwrap()
}

fn segment(first: u64) -> String {
    format!("{first:020}.log")
}

fn flaw(walked: Result<u64, ReadError>) -> (u64, Flaw) {
    match walked {
        Err(ReadError::Damage(Damage { seq, why, .. })) => (seq, why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_journal_is_walked_to_its_head() {
    assert_eq!(walked(|_| {}).unwrap(), 9);
}

#[test]
fn whatever_became_of_a_line_is_found() {
    let edit = |disk: &SimDisk| {
        let text = String::from_utf8(disk.contents(&segment(1)).unwrap()).unwrap();
        disk.overwrite(&segment(1), text.replacen("\"n\":2", "\"n\":3", 1).as_bytes());
    };
    assert_eq!(flaw(walked(edit)), (2, Flaw::Hash));
    assert_eq!(flaw(walked(|disk| disk.remove(&segment(1)).unwrap())), (1, Flaw::MissingSegment));
    assert_eq!(flaw(walked(|disk| disk.remove(&segment(7)).unwrap())), (7, Flaw::Unreadable));
    assert_eq!(flaw(walked(|disk| disk.truncate(&segment(7), 0).unwrap())), (7, Flaw::Unreadable));
    assert_eq!(flaw(walked(|disk| disk.fail_reads(&segment(4)))), (4, Flaw::Io));
}

#[test]
fn another_line_in_the_place_of_the_last_is_found() {
    let other = |disk: &SimDisk| {
        let first: Vec<u8> = disk.contents(&segment(7)).unwrap();
        disk.truncate(&segment(7), 0).unwrap();
        let mut log = open(disk).unwrap().log;
        let commits = commits(7..=9).into_iter().map(|commit| Commit { at: time(99), ..commit });
        log.append(&commits.collect::<Vec<_>>()).unwrap();
        assert_ne!(disk.contents(&segment(7)).unwrap(), first);
    };
    assert_eq!(flaw(walked(other)), (9, Flaw::Prev));
}

#[test]
fn an_empty_journal_and_an_empty_side_journal_are_good() {
    let base = Head { seq: 41, hash: Hash::of(b"41"), at: Some(time(41)) };
    for origin in [Origin::Genesis, Origin::After(base)] {
        let log = Log::open(SimDisk::new(1), &keys(), SMALL, origin).unwrap().log;
        let (_stop, stopped) = sync_channel(1);
        let shared = Shared::new(log.head(), false);
        assert_eq!(round(&Past::of(&log), &shared, &stopped).unwrap().unwrap(), 0);
    }
}

#[tokio::test]
async fn a_running_ledger_says_that_it_is_damaged() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), SimDisk::new(1));
    let opening = || sound(Local::open_on(disk.clone(), dir.path(), &keys(), SMALL, &schema()).unwrap());
    let ledger = start(opening());
    for seq in 1..=9 {
        ledger.commit(commit(seq)).await.unwrap();
    }
    assert!(!ledger.damaged());
    ledger.close().await;
    let text = String::from_utf8(disk.contents(&segment(1)).unwrap()).unwrap();
    disk.overwrite(&segment(1), text.replacen("\"n\":2", "\"n\":3", 1).as_bytes());
    let ledger = start(opening());
    while !ledger.damaged() {
        tokio::task::yield_now().await;
    }
    ledger.close().await;
}
