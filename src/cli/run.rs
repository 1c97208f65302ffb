//! `jitney run`.

use std::{future::Future, io::IsTerminal as _, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result};
use tokio::signal::unix::{SignalKind, signal};
use tracing::error;
use tracing_subscriber::EnvFilter;

use crate::{
    app,
    clock::Clock,
    config::{Loaded, LogFormat},
};

/// What is logged where `RUST_LOG` says nothing.
const DEFAULT_FILTER: &str = "info,sled=warn";

/// What never says more than warnings, whatever `RUST_LOG` asks for: at `trace` these write whole requests and the
/// addresses of sockets, with tokens and tickets in them.
const QUIET: [&str; 6] = ["tungstenite", "tokio_tungstenite", "hyper", "h2", "reqwest", "rustls"];

/// Runs the bot.
pub fn run(loaded: &Loaded, clock: Arc<dyn Clock>, stop: impl Future<Output = ()> + Send) -> ExitCode {
    log(loaded.essentials.as_ref().map_or(LogFormat::Text, |essentials| essentials.log.format));
    match serve(loaded, clock, stop) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            error!("{fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(loaded: &Loaded, clock: Arc<dyn Clock>, stop: impl Future<Output = ()> + Send) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("no signals")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("no signals")?;
        let stop = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                () = stop => {}
            }
        };
        app::run(loaded.clone(), clock, stop).await
    })
}

fn log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let quiet = QUIET.iter().filter_map(|part| format!("{part}=warn").parse().ok());
    let filter = quiet.fold(filter, EnvFilter::add_directive);
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // Whoever runs this in their own program may log already.
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}
