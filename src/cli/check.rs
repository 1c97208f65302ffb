//! `jitney check`.

use std::process::ExitCode;

use crate::config::{
    Loaded,
    check::{Verdict, report},
};

/// Prints every fault of the configuration, or what it amounts to.
#[expect(clippy::print_stdout, reason = "this is what the command is for")]
pub fn check(loaded: &Loaded) -> ExitCode {
    let (text, verdict) = report(loaded);
    println!("{}", text.trim_end());
    match verdict {
        Verdict::Sound => ExitCode::SUCCESS,
        Verdict::Faulty => ExitCode::FAILURE,
    }
}
