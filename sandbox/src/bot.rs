//! The child's half: the real program, with a clock that is moved from outside.
//!
//! It owns the reading of stdin. Law: the end of stdin ends the bot, so that it never outlives its supervisor.

use std::{
    ffi::OsString,
    io::{BufRead as _, BufReader, Stdin, stdin},
    process::ExitCode,
    sync::Arc,
};

use chrono::TimeDelta;
use jitney::clock::Steered;
use tokio::sync::oneshot;

/// The one order: `advance SECS`.
pub const ADVANCE: &str = "advance ";

/// Runs `jitney` with these arguments. The first line of stdin says how far the clock stands from real time, and is
/// awaited: the bot must not begin in the past.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let clock = Arc::new(Steered::default());
    let mut orders = BufReader::new(stdin());
    if !obey(&mut orders, &clock) {
        return ExitCode::SUCCESS;
    }
    let (ended, end) = oneshot::channel::<()>();
    let steered = Arc::clone(&clock);
    std::thread::spawn(move || {
        while obey(&mut orders, &steered) {}
        drop(ended);
    });
    jitney::cli::run(arguments, clock, async { drop(end.await) })
}

/// Reads and obeys one line; false at the end. What is no order is left alone: nobody but the supervisor writes here.
fn obey(orders: &mut BufReader<Stdin>, clock: &Steered) -> bool {
    let mut line = String::new();
    if !matches!(orders.read_line(&mut line), Ok(1..)) {
        return false;
    }
    let secs = line.strip_prefix(ADVANCE).and_then(|secs| secs.trim().parse().ok());
    if let Some(by) = secs.and_then(TimeDelta::try_seconds) {
        clock.advance(by);
    }
    true
}
