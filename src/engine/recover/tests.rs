//! Starts on a store whose journal is damaged.

use std::{collections::VecDeque, fs, path::PathBuf, sync::Arc, time::Duration};

use chrono::TimeDelta;

use super::*;
use crate::{
    domain::{
        command::Command,
        decide::{Limits, Mode},
        event::Event,
        id::{OktaGroupId, OktaUserId, RequestId},
        port::Effect,
    },
    engine::{Action, Core, Input, Now, ReplyId, shell},
    ledger::{Ledger as _, disk::FsDisk, journal},
};

/// In one line of the journals that are damaged here.
const IN_A_LINE: u64 = 25;

fn limits() -> Limits {
    Limits { max_open: 0, ..Limits::default() }
}

fn keys() -> Keys {
    Keys::derive(&[7; 32])
}

fn dawn() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

fn now() -> Now {
    Now { wall: dawn() + TimeDelta::hours(1), elapsed: Duration::from_secs(10) }
}

/// Flips a letter of the first line that holds a word.
fn spoil(segment: &PathBuf, word: &str) {
    let text = fs::read_to_string(segment).unwrap();
    assert!(text.contains(word));
    fs::write(segment, text.replacen(word, &word.to_uppercase(), 1)).unwrap();
}

struct Store(tempfile::TempDir);

impl Store {
    /// So many people were given something; then somebody edits the first line.
    async fn damaged(people: u64) -> Self {
        let store = Self(tempfile::tempdir().unwrap());
        let Opening::Sound(sound) = store.open() else { panic!("damaged") };
        let ledger = sound.start().unwrap();
        let started = Event::ProgramStarted { version: "1".into() };
        let mut lines = vec![(vec![started], vec![])];
        for first in (0..people).step_by(usize::try_from(IN_A_LINE).unwrap()) {
            lines.push((first..people.min(first + IN_A_LINE)).map(given).unzip());
        }
        for (seq, (events, effects)) in (1..).zip(lines) {
            let entry = Entry { seq, at: dawn(), events, effects, words: [].into() };
            ledger.commit(shell::commit(&entry, Vec::new()).unwrap()).await.unwrap();
        }
        ledger.close().await;
        fs::remove_dir_all(store.path("sled")).unwrap();
        spoil(&store.segment("journal"), "program_started");
        store
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn segment(&self, journal: &str) -> PathBuf {
        let mut found: Vec<PathBuf> =
            fs::read_dir(self.path(journal)).unwrap().map(|entry| entry.unwrap().path()).collect();
        found.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
        found.remove(0)
    }

    fn open(&self) -> Opening<FsDisk> {
        let disk = FsDisk::open(&self.path("journal")).unwrap();
        let limits = journal::Limits { segment: journal::SEGMENT, reserve: 4_096, low_mark: 0 };
        Local::open_on(disk, self.0.path(), &keys(), limits, &schema()).unwrap()
    }

    /// A start in custody of which only the first lines become durable. Answers how many did, and what the next start
    /// would find.
    async fn lives(&self, lines: usize) -> usize {
        let Recovered { live, ledger, custody } = recover(self.open(), &keys(), now().wall).unwrap();
        let held = custody.unwrap().held;
        let mut core = Core::new(live, Arc::default(), limits(), Mode::Custody, 1).owing(held);
        let command = Command::Start { version: "2".into() };
        let start = Input::Command { command, archived: None, reply: ReplyId(1) };
        let mut actions = VecDeque::from(core.step(start, now()));
        let mut written = 0;
        while let Some(action) = actions.pop_front() {
            let Action::Save { entry, .. } = action else { continue };
            if written == lines {
                break;
            }
            written += 1;
            ledger.commit(shell::commit(&entry, Vec::new()).unwrap()).await.unwrap();
            actions.extend(core.step(Input::Durable { seq: entry.seq }, now()));
        }
        ledger.close().await;
        written
    }

    /// How many are on record to be ended, and how many are not.
    async fn holds(&self) -> (usize, usize) {
        let Recovered { live, ledger, custody } = recover(self.open(), &keys(), now().wall).unwrap();
        ledger.close().await;
        let ends = live.memberships.values().flat_map(|kept| kept.holds.values());
        assert!(ends.clone().all(|end| *end == dawn() + TimeDelta::hours(2)));
        (ends.count(), custody.unwrap().held.len())
    }
}

/// Approved, and being added.
fn given(person: u64) -> (Event, Effect) {
    let user = OktaUserId::parse(format!("00u{person:017}")).unwrap();
    let membership = MembershipKey { group: OktaGroupId::parse("00gPROD").unwrap(), user };
    let request = (0..person).fold(RequestId::FIRST, |id, _| id.next());
    let until = dawn() + TimeDelta::hours(2);
    (Event::RequestApproved { request, membership: membership.clone(), until }, Effect::AddMember { membership })
}

#[tokio::test]
async fn a_kill_after_any_line_of_the_side_journal_forgets_nobody() {
    const PEOPLE: usize = 2_050;
    let store = Store::damaged(2_050).await;
    let mut lines = 0;
    loop {
        let written = store.lives(lines).await;
        let (on_record, owed) = store.holds().await;
        assert_eq!(on_record + owed, PEOPLE, "after {lines} lines");
        store.lives(usize::MAX).await;
        assert_eq!(store.holds().await, (PEOPLE, 0), "after {lines} lines and another start");
        if written < lines {
            break;
        }
        fs::remove_dir_all(store.path("custody")).unwrap();
        lines += 1;
    }
    assert!(lines > 20, "they do not fit into fewer: {lines}");
}

#[tokio::test]
async fn a_damaged_side_journal_is_still_custody() {
    let store = Store::damaged(250).await;
    store.lives(usize::MAX).await;
    store.lives(usize::MAX).await;
    spoil(&store.segment("custody"), "custody_began");
    assert_eq!(store.holds().await, (0, 250));
    store.lives(usize::MAX).await;
    store.lives(usize::MAX).await;
    assert_eq!(store.holds().await, (250, 0));
}

#[tokio::test]
async fn a_side_journal_of_another_damage_is_still_custody() {
    let store = Store::damaged(250).await;
    store.lives(usize::MAX).await;
    let journal = store.segment("journal");
    let text = fs::read_to_string(&journal).unwrap();
    let cut = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(&journal, &text[..cut]).unwrap();
    assert_eq!(store.holds().await, (0, 250), "also those whose lines only the side journal remembers");
    store.lives(usize::MAX).await;
    assert_eq!(store.holds().await, (250, 0));
}
