//! What `jitney check` prints.

use super::{Loaded, Settings};

/// Whether a configuration is fit to be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// There is no fault in it.
    Sound,
    /// There is at least one.
    Faulty,
}

/// Every fault, one a line, and what the bot would do; or a short summary, if there is none.
#[must_use]
pub fn report(loaded: &Loaded) -> (String, Verdict) {
    match &loaded.settings {
        Ok(settings) => (summary(settings, loaded), Verdict::Sound),
        Err(faults) => {
            let count = counted(faults.iter().count(), "fault");
            let then = match loaded.essentials {
                Ok(_) => "`jitney run` would only end access that is due",
                Err(_) => "`jitney run` would not start",
            };
            (format!("{faults}{count}: {then}.\n"), Verdict::Faulty)
        }
    }
}

fn summary(settings: &Settings, loaded: &Loaded) -> String {
    let files = counted(loaded.files.len(), "file");
    let applications = counted(settings.catalogue.applications.len(), "application");
    let levels = counted(settings.catalogue.entitlements().count(), "level");
    let rules = counted(loaded.rules, "rule");
    let store = settings.store.directory.display();
    let key = settings.audit.key_file.display();
    format!("No fault in {files}: {applications}, {levels} of access, {rules}.\nThe store is {store}, its key {key}.\n")
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
