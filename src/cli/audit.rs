//! `jitney audit verify`.

use std::{path::Path, process::ExitCode};

use anyhow::{Result, anyhow};

use crate::{
    config::Loaded,
    ledger::{
        Keys,
        verify::{self, Report},
    },
};

/// Checks the store's journal, or a copy of it, and says what was found.
#[expect(clippy::print_stdout, reason = "this is what the command is for")]
pub fn verify(file: Option<&Path>, loaded: &Loaded) -> ExitCode {
    match check(file, loaded) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            println!("{fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn check(file: Option<&Path>, loaded: &Loaded) -> Result<String> {
    let essentials = loaded.essentials.as_ref();
    let keys = essentials.ok().and_then(|essentials| Keys::read(&essentials.audit.key_file).ok());
    let keys = keys.as_ref();
    let sealed =
        if keys.is_some() { "chain and seals hold" } else { "the chain holds; without the key no seal was checked" };
    let Some(file) = file else {
        let store = &essentials.map_err(|faults| anyhow!("{faults}"))?.store.directory;
        if !store.join("journal").is_dir() {
            return Err(anyhow!("There is no journal in {}: has the bot run here?", store.display()));
        }
        let journal = describe("journal", sealed, &verify::store(store, keys)?);
        let custody = verify::custody(store, keys)?.map(|report| describe("custody's journal", sealed, &report));
        return Ok([Some(journal), custody].into_iter().flatten().collect::<Vec<_>>().join("\n"));
    };
    Ok(describe(&file.display().to_string(), sealed, &verify::file(file, keys)?))
}

fn describe(name: &str, sealed: &str, report: &Report) -> String {
    let Report { count, first, head, torn } = report;
    let torn = torn.as_ref().map(|fault| format!("; a torn line at its end, never acknowledged: {fault}"));
    format!(
        "{name}: {count} lines from {first} to {}, {sealed}; head {}{}",
        head.seq,
        head.hash,
        torn.unwrap_or_default()
    )
}
