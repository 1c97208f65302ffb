//! `jitney run`.

use std::{future::Future, io::IsTerminal as _, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result};
use futures_util::{Stream, stream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{Level, error, warn};
use tracing_subscriber::{
    EnvFilter,
    filter::{ParseError, filter_fn},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use super::Configured;
use crate::{
    app,
    clock::Clock,
    config::{Loaded, LogFormat},
};

/// What is logged where `RUST_LOG` says nothing.
const DEFAULT_FILTER: &str = "info";

/// What says more than warnings: this program alone, whatever `RUST_LOG` asks for. Others write whole requests with
/// their tokens, the addresses of sockets with their tickets, and rows of the index with people's words in them.
const OURS: &str = env!("CARGO_PKG_NAME");

/// Runs the bot.
pub fn run(configured: Configured, clock: Arc<dyn Clock>, stop: impl Future<Output = ()> + Send) -> ExitCode {
    let loaded = configured.load();
    log(loaded.essentials.as_ref().map_or(LogFormat::Text, |essentials| essentials.log.format));
    match serve(loaded, configured, clock, stop) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            error!("{fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(
    loaded: Loaded,
    configured: Configured,
    clock: Arc<dyn Clock>,
    stop: impl Future<Output = ()> + Send,
) -> Result<()> {
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
        let hangup = signal(SignalKind::hangup()).context("no signals")?;
        app::run(loaded, again(hangup, configured), clock, stop).await
    })
}

/// The configuration, read anew at each SIGHUP. Reading waits for files, so it keeps no other task waiting.
fn again(hangup: Signal, configured: Configured) -> impl Stream<Item = Loaded> + Send {
    stream::unfold((hangup, Arc::new(configured)), |(mut hangup, configured)| async move {
        loop {
            hangup.recv().await?;
            let reader = Arc::clone(&configured);
            match tokio::task::spawn_blocking(move || reader.load()).await {
                Ok(loaded) => return Some((loaded, (hangup, configured))),
                Err(fault) => error!(%fault, "the configuration could not be read: the one before stays in force"),
            }
        }
    })
}

/// What is logged, and what is wrong with `RUST_LOG`: an empty one says nothing, and a mistyped one is not guessed at.
fn filter(wanted: Option<&str>) -> (EnvFilter, Option<ParseError>) {
    let wanted = wanted.map(str::trim).filter(|wanted| !wanted.is_empty());
    match wanted.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(fault)) => (EnvFilter::new(DEFAULT_FILTER), Some(fault)),
        None => (EnvFilter::new(DEFAULT_FILTER), None),
    }
}

fn log(format: LogFormat) {
    let wanted = std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let (filter, fault) = filter(wanted.as_deref());
    let quiet = filter_fn(|line| *line.level() <= Level::WARN || is_ours(line.target()));
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_ansi(colours).with_writer(std::io::stderr);
    let log = tracing_subscriber::registry().with(filter).with(quiet);
    // Whoever runs this in their own program may log already.
    let _ = match format {
        LogFormat::Text => log.with(lines).try_init(),
        LogFormat::Json => log.with(lines.json()).try_init(),
    };
    if let Some(fault) = fault {
        warn!(%fault, "RUST_LOG cannot be read: the usual is logged");
    }
}

fn is_ours(target: &str) -> bool {
    target.strip_prefix(OURS).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_wish_for_the_log_is_none_and_a_mistyped_one_is_said() {
        let read = |wanted| {
            let (filter, fault) = filter(wanted);
            (filter.to_string(), fault.is_some())
        };
        assert_eq!(read(None), ("info".to_owned(), false));
        assert_eq!(read(Some("")), ("info".to_owned(), false));
        assert_eq!(read(Some(" ")), ("info".to_owned(), false));
        assert_eq!(read(Some("jitney=loud")), ("info".to_owned(), true));
        assert_eq!(read(Some("debug")), ("debug".to_owned(), false));
    }
}
