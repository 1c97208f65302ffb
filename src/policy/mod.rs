//! The rules: found in files, checked against what can be asked for, and asked about each request.
//!
//! Owns the language they are written in (Cedar), which rules there can be, and what is wrong with one; refuses to know
//! where its files are configured, who asks, and how duties add up. Law: a rule that is not understood in full is never
//! in force, and one that cannot be evaluated never lets a request through.

use std::path::PathBuf;

mod advice;
mod cases;
mod draft;
mod explain;
mod facts;
mod fault;
mod file;
mod judge;
mod lean;
mod names;
mod scan;
mod schema;
#[cfg(test)]
mod tests;
mod valid;

pub use cases::{Tested, step, test};
pub use explain::{Asked, Refused, Slip, Told};
pub use fault::{Fault, Faults};
pub use schema::schema;

use crate::{
    domain::{catalogue::Catalogue, rules::Rules},
    file::deeply,
};
use draft::Draft;
use fault::Wrong;

/// What was read of some files, before it is known what the rules are about.
#[derive(Debug)]
pub struct Written {
    drafts: Vec<Draft>,
    faults: Vec<Fault>,
    texts: Vec<(String, String)>,
}

/// Rules without a fault.
#[derive(Clone, Debug)]
pub struct Sound {
    /// What they say.
    pub rules: Rules,
    /// How many they are.
    pub count: usize,
}

/// Reads files of rules, all together.
#[must_use]
pub fn read(files: &[PathBuf]) -> Written {
    let mut written = Written { drafts: Vec::new(), faults: Vec::new(), texts: Vec::new() };
    for file in files {
        let name = file.display().to_string();
        let read = deeply(|_| file::read(file, &name));
        let broken = || (Vec::new(), vec![Fault::of_file(&name, Wrong::Broken)], String::new());
        let (drafts, faults, text) = read.unwrap_or_else(broken);
        written.texts.push((name, text));
        written.drafts.extend(drafts);
        written.faults.extend(faults);
    }
    written.faults.extend(draft::alike(&written.drafts));
    written
}

impl Written {
    /// What was read of each file, by its name: what was judged, whatever stands on the disk by then.
    #[must_use]
    pub fn texts(&self) -> &[(String, String)] {
        &self.texts
    }

    /// The rules for a catalogue.
    ///
    /// # Errors
    /// Every fault in them, in the order of the files and their lines.
    pub fn for_catalogue(self, catalogue: &Catalogue) -> Result<Sound, Faults> {
        let Self { drafts, mut faults, .. } = self;
        let first = drafts.first().map(|draft| draft.file.clone()).unwrap_or_default();
        let broken = || Fault::of_file(&first, Wrong::Broken);
        faults.extend(deeply(|_| valid::faults(&drafts, catalogue)).unwrap_or_else(|| vec![broken()]));
        if !faults.is_empty() {
            return Err(Faults::ordered(faults));
        }
        let count = drafts.len();
        let rules = deeply(|_| judge::rules(drafts, catalogue)).flatten();
        let rules = rules.ok_or_else(|| Faults::ordered(vec![broken()]))?;
        Ok(Sound { rules, count })
    }

    /// What is wrong with them whatever they are about, in the order of the files and their lines.
    #[must_use]
    pub fn faults(self) -> Faults {
        Faults::ordered(self.faults)
    }
}
