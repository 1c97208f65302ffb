//! The start: a good index is used, a doubtful one is set aside, a lost line is custody.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::follower::{Follower, Rows};
use super::journal::Damage;
use super::*;

struct Store(tempfile::TempDir);

impl Store {
    /// With lines 1 to `n`, closed.
    async fn with(n: u64) -> Store {
        let store = Store(tempfile::tempdir().unwrap());
        store.add(1..=n).await;
        store
    }

    async fn add(&self, seqs: std::ops::RangeInclusive<u64>) {
        let ledger = open_store(self.dir());
        for answer in join_all(commits(seqs).into_iter().map(|commit| ledger.commit(commit))).await {
            answer.unwrap();
        }
        ledger.close().await;
    }

    fn dir(&self) -> &Path {
        self.0.path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    fn segment(&self) -> PathBuf {
        self.path("journal/00000000000000000001.log")
    }

    fn open(&self) -> Opening<disk::FsDisk> {
        Local::open(self.dir(), &keys(), 0, &schema()).unwrap()
    }

    fn sound(&self) -> Sound<disk::FsDisk> {
        sound(self.open())
    }

    fn damaged(&self) -> Damaged<disk::FsDisk> {
        match self.open() {
            Opening::Damaged(damaged) => damaged,
            Opening::Sound(sound) => panic!("sound at {}", sound.head().seq),
        }
    }

    /// Opens, brings the rows up to date, and compares them with what the commits say.
    async fn rows_are_right(&self, upto: u64) {
        let ledger = open_store(self.dir());
        assert_eq!(ledger.head().seq, upto);
        let right: Vec<Pair> =
            (1..=upto).map(|seq| commit(seq).rows.remove(0)).map(|row| (row.key, row.value.unwrap())).collect();
        assert_eq!(ledger.rows(b"r", None, 10_000).await.unwrap(), right);
        ledger.close().await;
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() { copy(&entry.path(), &to) } else { drop(fs::copy(entry.path(), to)) }
    }
}

#[tokio::test]
async fn a_warm_start_gives_rows_and_no_lines() {
    let store = Store::with(30).await;
    let opening = store.sound();
    assert_eq!((opening.tail().count(), opening.doubt.clone()), (0, None));
    assert_eq!(opening.live_rows(b"r").unwrap().len(), 30);
    drop(opening);
    store.rows_are_right(30).await;
}

#[tokio::test]
async fn an_index_rolled_back_is_brought_up() {
    let store = Store::with(20).await;
    copy(&store.path("sled"), &store.path("old"));
    store.add(21..=40).await;
    fs::remove_dir_all(store.path("sled")).unwrap();
    fs::rename(store.path("old"), store.path("sled")).unwrap();
    let opening = store.sound();
    assert_eq!((opening.tail_from(), opening.tail().count(), opening.doubt.clone()), (21, 20, None));
    drop(opening);
    store.rows_are_right(40).await;
}

#[tokio::test]
async fn an_index_that_is_gone_is_built_anew() {
    let store = Store::with(20).await;
    fs::remove_dir_all(store.path("sled")).unwrap();
    assert_eq!(store.sound().tail().count(), 20);
    store.rows_are_right(20).await;
}

#[tokio::test]
async fn a_crash_while_it_is_built_anew_begins_again() {
    let store = Store::with(20).await;
    fs::remove_dir_all(store.path("sled")).unwrap();
    let mut opening = store.sound();
    opening.project(vec![row("rwrong", "half done")]).unwrap();
    drop(opening);
    assert_eq!(store.sound().doubt, Some(Doubt::Unfinished));
    assert!(!store.path("sled.bad-1").exists());
    store.rows_are_right(20).await;
}

#[tokio::test]
async fn a_crash_before_the_start_leaves_a_good_index_alone() {
    let store = Store::with(20).await;
    let mut opening = store.sound();
    opening.project(vec![row("rwrong", "never started")]).unwrap();
    drop(opening);
    assert_eq!(store.sound().doubt, None);
    store.rows_are_right(20).await;
}

#[tokio::test]
async fn another_schema_sets_the_index_aside() {
    let store = Store::with(20).await;
    let newer = Schema { version: "2".into(), ..schema() };
    let opening = sound(Local::open(store.dir(), &keys(), 0, &newer).unwrap());
    assert_eq!((opening.doubt.clone(), opening.tail().count()), (Some(Doubt::Schema), 20));
    assert!(store.path("sled.bad-1").exists());
}

#[tokio::test]
async fn few_set_aside_indexes_are_kept() {
    let store = Store::with(3).await;
    for version in 2..7 {
        let other = Schema { version: version.to_string(), ..schema() };
        start(sound(Local::open(store.dir(), &keys(), 0, &other).unwrap())).close().await;
    }
    let kept: Vec<bool> = (1..=5).map(|n| store.path(&format!("sled.bad-{n}")).exists()).collect();
    assert_eq!(kept, [false, false, false, true, true]);
}

#[tokio::test]
async fn a_row_changed_behind_our_back_is_found() {
    let store = Store::with(20).await;
    let db = sled::open(store.path("sled")).unwrap();
    db.insert(b"r0007", b"a grant without an end").unwrap();
    db.flush().unwrap();
    drop(db);
    assert_eq!(store.sound().doubt, Some(Doubt::Untrue));
    store.rows_are_right(20).await;
}

#[tokio::test]
async fn an_index_of_another_journal_is_set_aside() {
    let (store, other) = (Store::with(20).await, Store::with(10).await);
    let ledger = open_store(other.dir());
    ledger.commit(Commit { at: time(99), ..commit(11) }).await.unwrap();
    ledger.close().await;
    fs::remove_dir_all(store.path("sled")).unwrap();
    copy(&other.path("sled"), &store.path("sled"));
    let opening = store.sound();
    assert_eq!((opening.doubt.clone(), opening.tail().count()), (Some(Doubt::Stranger), 20));
    drop(opening);
    store.rows_are_right(20).await;
}

#[tokio::test]
async fn the_trap_of_a_killed_open_is_cleared() {
    let store = Store::with(20).await;
    fs::write(store.path("sled/snap.00000000000000FF.generating"), b"half a snapshot").unwrap();
    let opening = store.sound();
    assert_eq!((opening.doubt.clone(), opening.tail().count()), (None, 0), "the index itself was good");
    assert!(!store.path("sled/snap.00000000000000FF.generating").exists());
}

#[tokio::test]
async fn a_damaged_index_never_changes_what_is_read() {
    let store = Store::with(300).await;
    copy(&store.path("sled"), &store.path("good"));
    let (mut rng, mut set_aside, mut behind) = (StdRng::seed_from_u64(3), 0, 0);
    for _ in 0..25 {
        fs::remove_dir_all(store.path("sled")).unwrap();
        copy(&store.path("good"), &store.path("sled"));
        spoil(&store.path("sled"), &mut rng);
        let opening = store.sound();
        set_aside += u32::from(opening.doubt.is_some());
        behind += u32::from(opening.doubt.is_none() && opening.tail().count() > 0);
        drop(opening);
        store.rows_are_right(300).await;
    }
    assert!(set_aside > 0, "the damage reaches what it should: {set_aside} set aside, {behind} behind");
}

/// Cuts or changes one of sled's files.
fn spoil(dir: &Path, rng: &mut StdRng) {
    let mut files: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file() && fs::metadata(path).unwrap().len() > 0);
    files.sort();
    let path = &files[rng.random_range(0..files.len())];
    let mut bytes = fs::read(path).unwrap();
    // Most of a young store's file is padding: damage belongs where something is written.
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |at| at + 1);
    let at = rng.random_range(0..used);
    if rng.random() {
        bytes.truncate(at)
    } else {
        bytes[at..(at + 8).min(used)].iter_mut().for_each(|b| *b ^= 0x55)
    }
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn an_index_ahead_of_the_journal_is_custody() {
    let store = Store::with(20).await;
    let bytes = fs::read(store.segment()).unwrap();
    let cut = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(14).unwrap().0 + 1;
    fs::write(store.segment(), &bytes[..cut]).unwrap();
    let damaged = store.damaged();
    assert_eq!(damaged.why, Why::LostLines { index: 20, journal: 15 });
    assert_eq!(damaged.salvage.count(), 15);
    assert_eq!(damaged.live_rows(b"r").unwrap().len(), 20, "the index still knows");
}

#[tokio::test]
async fn a_torn_line_that_the_index_knows_is_damage_and_nothing_is_cut() {
    let store = Store::with(20).await;
    let mut bytes = fs::read(store.segment()).unwrap();
    bytes.truncate(bytes.len() - 10);
    fs::write(store.segment(), &bytes).unwrap();
    let damaged = store.damaged();
    assert!(matches!(&damaged.why, Why::Damage(Damage { seq: 20, why: Flaw::Unreadable, .. })), "{}", damaged.why);
    assert_eq!(fs::read(store.segment()).unwrap(), bytes);
    assert_eq!(damaged.live_rows(b"r").unwrap().len(), 20, "the index still knows");
}

#[tokio::test]
async fn a_journal_that_is_gone_is_custody() {
    let store = Store::with(20).await;
    fs::remove_file(store.segment()).unwrap();
    assert_eq!(store.damaged().why, Why::LostLines { index: 20, journal: 0 });
}

#[tokio::test]
async fn damage_is_custody_with_a_side_journal() {
    let store = Store::with(3).await;
    store.add(4..=6).await;
    let mut bytes = fs::read(store.segment()).unwrap();
    bytes[30] ^= 1;
    fs::write(store.segment(), bytes).unwrap();
    for life in 0..3 {
        let damaged = store.damaged();
        assert!(matches!(&damaged.why, Why::Damage(Damage { seq: 1, .. })), "{}", damaged.why);
        let seqs: Vec<u64> = damaged.salvage.lines().map(|line| line.seq).collect();
        assert_eq!(seqs, [2, 3, 4, 5, 6]);
        let side = damaged.open_side().unwrap();
        let earlier: Vec<u64> = side.lines.iter().map(|line| line.seq).collect();
        assert_eq!(earlier, (7..7 + life).collect::<Vec<_>>());
        drop(damaged);
        let ledger = side.start().unwrap();
        ledger.commit(commit(7 + life)).await.unwrap();
        assert_eq!(ledger.row(b"r").await, Err(IndexError::Absent));
        ledger.close().await;
    }
    let [(name, Ok(report))] = &verify::custody(store.dir(), Some(&keys()))[..] else {
        panic!("one good side journal")
    };
    assert_eq!(name, "custody");
    assert_eq!((report.first, report.count), (7, 3));
}

#[tokio::test]
async fn a_damaged_side_journal_is_read_and_another_begun() {
    let store = Store::with(3).await;
    fs::remove_file(store.segment()).unwrap();
    let custody = async |seqs: std::ops::RangeInclusive<u64>| {
        let ledger = store.damaged().open_side().unwrap().start().unwrap();
        for seq in seqs {
            ledger.commit(commit(seq)).await.unwrap();
        }
        ledger.close().await;
    };
    custody(1..=3).await;
    custody(4..=4).await;
    let segment = store.path("custody/00000000000000000001.log");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[30] ^= 1;
    fs::write(&segment, bytes).unwrap();
    custody(1..=2).await;
    let side = store.damaged().open_side().unwrap();
    let seqs = |lines: &[Line]| lines.iter().map(|line| line.seq).collect::<Vec<_>>();
    assert_eq!(side.earlier.iter().map(|lines| seqs(lines)).collect::<Vec<_>>(), [[2, 3, 4]]);
    assert_eq!(seqs(&side.lines), [1, 2]);
    drop(side);
    custody(3..=3).await;
    let damaged = store.damaged();
    let side = damaged.begin_another(damaged.open_side().unwrap()).unwrap();
    assert_eq!(side.earlier.iter().map(|lines| seqs(lines)).collect::<Vec<_>>(), [[2, 3, 4], [1, 2, 3]]);
    assert_eq!(side.lines.len(), 0);
}

#[tokio::test]
async fn custody_has_the_room_that_the_journal_had_in_reserve() {
    let store = Store::with(3).await;
    fs::remove_file(store.segment()).unwrap();
    assert!(store.path("journal/reserve").exists());
    let damaged = store.damaged();
    let side = damaged.open_side().unwrap();
    assert!(!store.path("journal/reserve").exists());
    assert!(store.path("custody/reserve").exists());
    drop(damaged.begin_another(side).unwrap());
    assert!(!store.path("custody/reserve").exists());
}

#[tokio::test]
async fn rows_are_the_journals_where_its_own_line_is_their_head() {
    let store = Store::with(3).await;
    store.add(4..=6).await;
    let good = fs::read(store.segment()).unwrap();
    let damaged = |byte: usize| {
        let mut bytes = good.clone();
        bytes[byte] ^= 1;
        fs::write(store.segment(), bytes).unwrap();
        store.damaged().rows_upto()
    };
    assert_eq!(damaged(30), Some(6));
    assert_eq!(damaged(good.len() - 30), None, "their head is the line that is damaged");
}

#[tokio::test]
async fn the_wrong_key_is_custody_and_changes_nothing() {
    let store = Store::with(5).await;
    let before = fs::read(store.segment()).unwrap();
    let opening = Local::open(store.dir(), &Keys::derive(&[1; 32]), 0, &schema()).unwrap();
    let Opening::Damaged(damaged) = opening else { panic!("believed") };
    assert!(matches!(&damaged.why, Why::Damage(Damage { why: Flaw::Mac, .. })), "{}", damaged.why);
    assert_eq!(fs::read(store.segment()).unwrap(), before);
    drop(damaged);
    assert!(!store.path("sled.bad-1").exists());
    let opening = store.sound();
    assert_eq!((opening.doubt.clone(), opening.tail().count()), (None, 0), "the index was good all the time");
}

#[tokio::test]
async fn one_store_one_process() {
    let store = Store::with(1).await;
    let ledger = open_store(store.dir());
    let second = Local::open(store.dir(), &keys(), 0, &schema());
    assert!(matches!(second, Err(OpenError::Locked(_))), "{second:?}");
    ledger.close().await;
    store.rows_are_right(1).await;
}

/// The rows of each line, as an engine would make them, once the other end is dropped.
fn gated() -> (mpsc::Sender<()>, Projection) {
    let (closed, gate) = mpsc::channel();
    let rows = Box::new(move |line: &Line| {
        assert_eq!(gate.recv(), Err(mpsc::RecvError));
        Ok(commit(line.seq).rows)
    });
    (closed, rows)
}

#[tokio::test]
async fn history_fills_in_behind_a_start() {
    let store = Store::with(20).await;
    fs::remove_dir_all(store.path("sled")).unwrap();
    let (gate, rows) = gated();
    let ledger = store.sound().start_filling(rows).unwrap();
    let changed = vec![row("r0001", "newer"), Row { key: b"r0002".to_vec(), value: None }];
    ledger.commit(Commit { rows: changed, ..commit(21) }).await.unwrap();
    assert_eq!(ledger.row(b"r0001").await.unwrap().unwrap(), b"newer");
    assert_eq!(ledger.row(b"r0002").await.unwrap(), None);
    assert_eq!(ledger.row(b"r0003").await, Err(IndexError::Filling), "not: there is none");
    assert_eq!(ledger.rows(b"r", None, 100).await, Err(IndexError::Filling));
    drop(gate);
    let filled = loop {
        match ledger.row(b"r0003").await {
            Err(IndexError::Filling) => tokio::task::yield_now().await,
            row => break row.unwrap().unwrap(),
        }
    };
    assert_eq!(filled, b"at 3");
    assert_eq!(ledger.row(b"r0001").await.unwrap().unwrap(), b"newer", "what a commit wrote stays");
    assert_eq!(ledger.row(b"r0002").await.unwrap(), None);
    ledger.commit(commit(22)).await.unwrap();
    ledger.close().await;
    let opening = store.sound();
    assert_eq!((opening.doubt.clone(), opening.tail().count()), (None, 0));
}

#[tokio::test]
async fn a_crash_while_history_fills_in_builds_it_anew() {
    let store = Store::with(20).await;
    fs::remove_dir_all(store.path("sled")).unwrap();
    let (gate, rows) = gated();
    let ledger = store.sound().start_filling(rows).unwrap();
    ledger.commit(commit(21)).await.unwrap();
    ledger.close().await;
    assert_eq!(store.sound().doubt, Some(Doubt::Unfinished));
    drop(gate);
    store.rows_are_right(21).await;
}

#[tokio::test]
async fn history_that_cannot_be_filled_in_is_never_taken_for_whole() {
    let store = Store::with(20).await;
    fs::remove_dir_all(store.path("sled")).unwrap();
    let (said, done) = mpsc::channel::<()>();
    let rows: Projection = Box::new(move |line| {
        let _said = &said;
        if line.seq < 7 { Ok(commit(line.seq).rows) } else { Err(IndexError::Failed("no room".into())) }
    });
    let ledger = store.sound().start_filling(rows).unwrap();
    assert_eq!(done.recv(), Err(mpsc::RecvError), "the thread has ended");
    ledger.commit(commit(21)).await.unwrap();
    assert_eq!(ledger.row(b"r0003").await, Err(IndexError::Filling));
    ledger.close().await;
    store.rows_are_right(21).await;
}

#[tokio::test]
async fn an_index_that_hangs_keeps_nobody_from_closing() {
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = index::Index::open(dir.path(), &keys(), &schema()).unwrap();
    let running = Follower::start(index, index::mark(&Head::GENESIS), Rows::Complete).unwrap();
    let (hangs, hung) = mpsc::channel();
    let (release, held) = mpsc::channel::<()>();
    let read = tokio::spawn(running.follower.clone().read(move |_| {
        hangs.send(()).unwrap();
        assert_eq!(held.recv(), Err(mpsc::RecvError));
        Ok(())
    }));
    tokio::task::yield_now().await;
    hung.recv().unwrap();
    // More than its queue holds, so that not even the word to close fits in.
    for seq in 1..=20_000 {
        running.follower.commit(Receipt { seq, hash: Hash::GENESIS }, Vec::new());
    }
    assert!(!running.close(Duration::from_millis(1)));
    drop(release);
    read.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_full_disk_answers_full_to_all_that_wait_and_then_goes_on() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), SimDisk::new(1));
    let limits = Limits { segment: 1 << 20, reserve: 8_192, low_mark: 0 };
    let ledger = start(sound(Local::open_on(disk.clone(), dir.path(), &keys(), limits, &schema()).unwrap()));
    ledger.commit(commit(1)).await.unwrap();
    disk.set_budget(Some(disk.used() + 100));
    let answers = join_all(commits(2..=5).into_iter().map(|commit| ledger.commit(commit))).await;
    assert_eq!(answers[0], Err(CommitError::Full));
    for answer in &answers[1..] {
        assert!(matches!(answer, Err(CommitError::Full | CommitError::Conflict { head: 1 })), "{answer:?}");
    }
    assert!(ledger.low());
    assert_eq!(ledger.head().seq, 1);
    assert_eq!(ledger.commit(commit(5)).await, Err(CommitError::Conflict { head: 1 }));
    ledger.commit(commit(2)).await.unwrap();
    ledger.close().await;
    assert_eq!(lines(&open(&disk.crash()).unwrap().log), expected(1..=2));
}

/// What the test below runs in a process of its own, named by this variable.
const CHILD: &str = "JITNEY_LEDGER_TEST_FAILS_ITS_SYNC";

#[tokio::test]
async fn a_failed_sync_ends_the_process() {
    if std::env::var_os(CHILD).is_some() {
        let (dir, disk) = (tempfile::tempdir().unwrap(), SimDisk::new(1));
        let ledger = start(sound(Local::open_on(disk.clone(), dir.path(), &keys(), SMALL, &schema()).unwrap()));
        disk.fail_next_sync();
        println!("answered {:?}", ledger.commit(commit(1)).await);
        return;
    }
    let test = "ledger::tests::start::a_failed_sync_ends_the_process";
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    let output = child.args([test, "--exact", "--nocapture"]).env(CHILD, "1").output().unwrap();
    let signal = std::os::unix::process::ExitStatusExt::signal(&output.status);
    assert_eq!(signal, Some(6), "SIGABRT");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("answered"));
}
