//! The bot.

use std::{process::ExitCode, sync::Arc};

fn main() -> ExitCode {
    jitney::cli::run(std::env::args_os(), Arc::new(jitney::clock::System::default()), std::future::pending())
}
