//! A full disk.

use super::journal::AppendError;
use super::*;

#[test]
fn a_write_that_does_not_fit_leaves_nothing_and_gives_up_the_reserve() {
    let disk = written(&[1..=2]);
    let mut log = open(&disk).unwrap().log;
    assert!(!log.low());
    disk.set_budget(Some(disk.used() + 100));
    assert!(matches!(log.append(&commits(3..=4)), Err(AppendError::Full)));
    assert!(log.low());
    assert_eq!(log.head().seq, 2);
    assert_eq!(log.append(&commits(3..=4)).unwrap().len(), 2, "the reserve has room for what ends grants");
    log.sync().unwrap();
    let log = open(&disk.crash()).unwrap().log;
    assert!(log.low(), "room is still short");
    assert_eq!(lines(&log), expected(1..=4));
}

#[test]
fn a_write_that_fails_is_undone() {
    let disk = written(&[1..=2]);
    let mut log = open(&disk).unwrap().log;
    disk.fail_next_append(io::ErrorKind::InvalidData);
    assert!(matches!(log.append(&commits(3..=4)), Err(AppendError::Io(_))));
    log.append(&commits(3..=5)).unwrap();
    log.sync().unwrap();
    assert_eq!(lines(&open(&disk.crash()).unwrap().log), expected(1..=5));
}

#[test]
fn the_reserve_goes_at_the_low_mark_and_comes_back_with_room() {
    let disk = written(&[1..=2]);
    let limits = Limits { low_mark: 10_000, ..SMALL };
    let mut log = Log::open(disk.clone(), &keys(), limits, Origin::Genesis).unwrap().log;
    assert!(!log.low());
    disk.set_budget(Some(disk.used() + 9_999));
    log.watch_space();
    assert!(log.low());
    log.watch_space();
    assert!(log.low(), "what the reserve gave back does not count as room");
    disk.set_budget(Some(disk.used() + 10_000 + 2 * limits.reserve));
    log.watch_space();
    assert!(!log.low());
    assert_eq!(disk.contents("reserve").unwrap().len() as u64, limits.reserve);
}

#[test]
fn a_start_on_a_full_disk_cuts_a_torn_tail_all_the_same() {
    let disk = written(&[1..=2]);
    let name = "00000000000000000001.log";
    let mut bytes = disk.contents(name).unwrap();
    let good = bytes.len();
    bytes.extend_from_slice(&[b'x'; 9_000]);
    disk.overwrite(name, &bytes);
    disk::Disk::remove(&disk, "reserve").unwrap();
    disk.set_budget(Some(disk.used()));
    let opened = open(&disk).unwrap();
    assert_eq!(opened.torn.unwrap().kept, None);
    assert_eq!(disk.contents(name).unwrap().len(), good);
    assert!(!disk::Disk::list(&disk).unwrap().iter().any(|name| name.starts_with("torn")));
}

#[test]
fn the_reserve_takes_its_room_really() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("journal");
    let limits = Limits { reserve: 1 << 20, ..SMALL };
    let disk = disk::FsDisk::open(&store).unwrap();
    let mut log = Log::open(disk, &keys(), limits, Origin::Genesis).unwrap().log;
    log.append(&commits(1..=1)).unwrap();
    log.sync().unwrap();
    assert!(std::fs::metadata(store.join("reserve")).unwrap().blocks() * 512 >= limits.reserve);
    assert_eq!(std::fs::metadata(&store).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in std::fs::read_dir(&store).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
