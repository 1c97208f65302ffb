//! The bot's process: the real program, with a clock that is moved by lines on standard input.
//!
//! `advance SECS` moves it; the end of input stops the bot, so that it never outlives its supervisor.

use std::{ffi::OsString, io::BufRead as _, process::ExitCode, sync::Arc, thread};

use chrono::TimeDelta;
use jitney::clock::Steered;
use tokio::sync::oneshot;

/// Runs the program with these arguments.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let clock = Arc::new(Steered::default());
    let (end, ended) = oneshot::channel::<()>();
    let steered = Arc::clone(&clock);
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            match line
                .strip_prefix("advance ")
                .and_then(|secs| secs.trim().parse().ok())
                .and_then(TimeDelta::try_seconds)
            {
                Some(by) => steered.advance(by),
                None => complain(&format!("not understood: {line}")),
            }
        }
        drop(end);
    });
    jitney::cli::run(arguments, clock, async move { drop(ended.await) })
}

/// Says on standard error what is wrong.
#[expect(clippy::print_stderr, reason = "there is no log before the program runs")]
pub fn complain(line: &str) {
    eprintln!("{line}");
}
