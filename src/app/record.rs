//! The configuration on record: its digest is in the journal, and what it said is kept beside it, to be compared with.
//!
//! Owns a folder in the store with the last configuration that was put on record, its secrets marked, in a file that is
//! named by the digest. Refuses to know what the keys mean.
//!
//! Law: nothing is believed of that folder but what has the digest that stands in the journal.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
};

use tracing::{error, warn};

use crate::{
    config::{Manifest, Marked},
    domain::{
        command::Command,
        configuration::{Beside, FaultCounts, Reading},
    },
    engine::Door,
    ledger::Keys,
};

/// The folder's name in the store.
const FOLDER: &str = "configuration";

/// The way of a configuration to the record.
pub(super) struct Record {
    folder: PathBuf,
    keys: Keys,
    door: Door,
    /// The digest that is on record.
    last: Option<String>,
}

impl Record {
    /// In this store, whose journal names `last`.
    pub(super) fn new(store: &std::path::Path, keys: Keys, last: Option<String>, door: Door) -> Self {
        Self { folder: store.join(FOLDER), keys, door, last }
    }

    /// Puts a configuration on record, if it is another than the last. Answers whether it is there.
    pub(super) async fn configure(&mut self, written: &Manifest, waits: Vec<String>) -> bool {
        let marked = written.marked(|key, secret| self.keys.mark(key, secret));
        let digest = marked.digest();
        // First: whatever happens after the line is durable, what it names is at hand.
        if let Err(fault) = self.keep(&digest, &marked) {
            warn!(%fault, "what the configuration says cannot be kept: the next change is on record without its keys");
        }
        let beside = self.last.as_deref().and_then(|last| self.beside(last, &marked));
        let reading = Reading { digest: digest.clone(), beside, waits };
        if let Err(refusal) = self.door.submit(Command::Configure(reading)).await.result {
            error!(%refusal, "the configuration could not be put on record");
            return false;
        }
        self.forget_all_but(&digest);
        self.last = Some(digest);
        true
    }

    /// Puts on record that a configuration cannot be used.
    pub(super) async fn refuse(&self, faults: FaultCounts) {
        if let Err(refusal) = self.door.submit(Command::Misconfigured { faults }).await.result {
            error!(%refusal, "it could not be put on record that the configuration is refused");
        }
    }

    fn file(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}.json"))
    }

    fn beside(&self, last: &str, marked: &Marked) -> Option<Beside> {
        let text = fs::read_to_string(self.file(last)).ok()?;
        let before = Marked::parse(&text).filter(|before| before.digest() == last)?;
        Some(Beside { digest: last.to_owned(), difference: marked.difference(&before) })
    }

    /// Whole or not at all, and for the owner's eyes.
    fn keep(&self, digest: &str, marked: &Marked) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let unfinished = self.folder.join("unfinished");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(marked.text().as_bytes())?;
        file.sync_all()?;
        fs::rename(unfinished, self.file(digest))
    }

    fn forget_all_but(&self, digest: &str) {
        let kept = self.file(digest);
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.path() != kept {
                // It is of no use, and does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}
