//! Jitney on one machine with nothing else: `cargo run -p sandbox`, then http://127.0.0.1:8080.
//!
//! It starts a local Slack, Okta and Jira, the real bot connected to them in a process of its own, and a page to play
//! every role. The bot is this same program, executed anew as `sandbox bot …`.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::Parser;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use world::{Company, World};

mod bot;
mod company;
mod desk;
mod supervisor;

use supervisor::Supervisor;

/// Play Jitney on one machine: local Slack, Okta and Jira, the real bot, and a page.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the page is served; port 0 takes any that is free
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let own = arguments.next();
    if arguments.next().is_some_and(|first| first == "bot") {
        return bot::run(own.into_iter().chain(arguments));
    }
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            bot::complain(&format!("{fault:#}"));
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve() -> Result<()> {
    let Arguments { listen } = Arguments::parse();
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("{listen} is taken; choose another with --listen 127.0.0.1:0"))?;
    let world = World::start(Company::acme()).await;
    let directory = company::settle(&world).context("no directory for the bot")?;
    let supervisor = Supervisor::new(world.clone(), directory.path().to_owned());
    supervisor.start().context("the bot does not start")?;
    announce(&format!("Jitney's sandbox is ready: http://{}", listener.local_addr()?));
    let router = desk::router(supervisor.clone()).merge(world::control_router(world));
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = axum::serve(listener, router) => ended?,
        _ = terminate.recv() => {}
        pressed = tokio::signal::ctrl_c() => pressed?,
    }
    supervisor.stop();
    Ok(())
}

#[expect(clippy::print_stdout, reason = "whoever starts it wants to know where it is")]
fn announce(line: &str) {
    println!("{line}");
}
