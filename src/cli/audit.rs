//! `jitney audit verify`.
//!
//! It owns which journals are checked and under which key. It refuses to know what a good line is.
//!
//! Law: what was not checked is never said to hold. A key that is configured and cannot be used is a fault; only a copy
//! may be checked without one, and then that is said.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    config::{Loaded, Record},
    ledger::{
        KeyError, Keys,
        verify::{self, Report, VerifyError},
    },
};

/// Checks the store's journals, or a copy of one, and says what was found.
#[expect(clippy::print_stdout, reason = "this is what the command is for")]
pub fn verify(file: Option<&Path>, loaded: &Loaded) -> ExitCode {
    let findings = match &loaded.record {
        Ok(record) => match file {
            Some(file) => vec![copy(file, record)],
            None => store(record),
        },
        Err(faults) => vec![Err(faults.to_string())],
    };
    let good = findings.iter().all(Result::is_ok);
    for finding in &findings {
        match finding {
            Ok(text) | Err(text) => println!("{}", text.trim_end()),
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What one journal was found to be.
type Finding = Result<String, String>;

/// The store's journal and custody's: one that is bad does not keep the others from being checked.
fn store(record: &Record) -> Vec<Finding> {
    let directory = &record.store.directory;
    if !directory.join("journal").is_dir() {
        let missing = format!("There is no journal in {}: has the bot run here?", directory.display());
        return vec![Err(missing)];
    }
    let keys = match Keys::read(&record.audit.key_file) {
        Ok(keys) => keys,
        Err(fault) => return vec![Err(format!("No seal can be checked: {fault}."))],
    };
    let journal = describe("journal", Sealed::Checked, verify::store(directory, Some(&keys)));
    let sides = verify::custody(directory, Some(&keys)).into_iter();
    let custody = sides.map(|(name, checked)| describe(&name, Sealed::Checked, checked));
    std::iter::once(journal).chain(custody).collect()
}

/// A copy, which may have come without the key.
fn copy(file: &Path, record: &Record) -> Finding {
    let name = file.display().to_string();
    match Keys::read(&record.audit.key_file) {
        Ok(keys) => describe(&name, Sealed::Checked, verify::file(file, Some(&keys))),
        Err(KeyError::Io(path, fault)) if fault.kind() == io::ErrorKind::NotFound => {
            describe(&name, Sealed::NotChecked(path), verify::file(file, None))
        }
        Err(fault) => Err(format!("No seal can be checked: {fault}.")),
    }
}

/// Whether the seals were checked too.
enum Sealed {
    Checked,
    /// There is no key of this name.
    NotChecked(PathBuf),
}

fn describe(name: &str, sealed: Sealed, checked: Result<Report, VerifyError>) -> Finding {
    let Report { count, first, head, torn } = checked.map_err(|fault| format!("{name}: {fault}"))?;
    if count == 0 {
        return Err(format!("{name}: there is no line in it, and a bot that has run has written one."));
    }
    let held = match sealed {
        Sealed::Checked => "chain and seals hold".to_owned(),
        Sealed::NotChecked(key) => {
            format!("the chain holds; no seal was checked, since there is no key {}", key.display())
        }
    };
    let torn = torn.map(|fault| format!("; a torn line at its end, never acknowledged: {fault}"));
    let (seq, hash) = (head.seq, head.hash);
    Ok(format!("{name}: {count} lines from {first} to {seq}, {held}; head {hash}{}", torn.unwrap_or_default()))
}
