//! The configuration and the rules it names, read as one.
//!
//! It owns that whoever needs settings has both; refuses to know what either means. Law: settings are sound only where
//! the rules are, and one run finds the faults of both.

use std::path::PathBuf;

use crate::{
    config::{self, Environment, Fault, Loaded},
    policy::{self, Faults},
};

/// Reads the configuration as [`config::load`] does, and then the rules for what it offers.
#[must_use]
pub fn load(paths: &[PathBuf], environment: &Environment) -> Loaded {
    let loaded = config::load(paths, environment);
    let written = policy::read(&loaded.rule_files);
    let read = match &loaded.catalogue {
        Ok(catalogue) => written.for_catalogue(catalogue).map(|sound| (sound.rules, sound.count)).map_err(faults),
        // Without a catalogue nobody knows which names there are; what is wrong all the same is said.
        Err(_) => Err(faults(written.faults())),
    };
    loaded.judged_by(read)
}

fn faults(found: Faults) -> Vec<Fault> {
    found.iter().map(|fault| Fault::in_rules(fault.file(), fault.place(), fault.sentence())).collect()
}
