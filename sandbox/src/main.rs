//! Jitney on one machine with nothing else: a local Slack, Okta and Jira, the real bot, and a page to play every role.
//!
//! It owns the company that is played, the bot's configuration, the bot's process and the page. It refuses to know how
//! the bot works: the bot meets the same wire, disk and signals here as anywhere else. Law: when this ends, however it
//! ends, the bot ends too.

use std::{
    ffi::OsString,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    sync::Mutex,
};

use anyhow::{Context as _, Result, anyhow};
use clap::Parser;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use world::{Company, Person, World, okta::Group};

use crate::home::Offer;

mod api;
mod bot;
mod home;
mod journal;
mod page;
mod promises;
mod supervisor;

/// The argument after which this program is the bot.
const BOT: &str = "bot";

/// Jitney on one machine with nothing else: a local Slack, Okta and Jira, the bot, and a page to play every role.
#[derive(Debug, Parser)]
#[command(name = "sandbox", version)]
struct Arguments {
    /// Where the page is served on 127.0.0.1; 0 takes any free port
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// What can be asked for, in place of the sandbox's own: a file of `[[application]]` tables
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
}

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == BOT) {
        return bot::run(arguments.split_off(1));
    }
    match play(&Arguments::parse_from(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            say(&format!("The sandbox could not run: {fault:#}"));
            ExitCode::FAILURE
        }
    }
}

fn play(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(serve(arguments.port, &offer(arguments)?))
}

fn offer(arguments: &Arguments) -> Result<Offer> {
    let Some(file) = &arguments.catalogue else { return Ok(Offer::own()) };
    let catalogue = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(Offer::of(catalogue))
}

/// Plays until a signal comes; then the bot is stopped as SIGTERM stops it, and its directory removed.
async fn serve(port: u16, offer: &Offer) -> Result<()> {
    let ended = signals()?;
    let (listener, address) = listen(port).await?;
    let world = World::try_start(company()).await.context("no free port for the world")?;
    people_the_channel(&world);
    let home = home::Home::new(&world, offer)?;
    let (supervisor, supervising) = supervisor::start(home.files(), world.clone())?;
    let place = api::Place {
        world,
        supervisor: supervisor.clone(),
        journal: home.journal(),
        promises: Mutex::default(),
        run: home.name(),
        granted: offer.groups(),
    };
    let router = world::guarded(page::router().merge(api::router(place)), address.port());
    say(&format!(
        "Jitney's sandbox: open http://{address} in a browser. Ctrl-C ends everything.\n\
         The bot's configuration, journal and key are in {} until then.",
        home.path().display()
    ));
    tokio::select! {
        served = async { axum::serve(listener, router).await } => served.context("the page can no longer be served")?,
        () = ended => say("Stopping the bot…"),
    }
    supervisor.quit();
    supervising.await.context("the bot's supervisor failed")?;
    Ok(())
}

/// The company of the examples, with a second person in the SOC, and a group for what needs two people's yes.
fn company() -> Company {
    let mut company = Company::acme();
    let carol = company.people.iter().position(|person| person.slack_id() == "U0CAROL").unwrap_or_default();
    company.people.insert(carol + 1, Person::member("nora", "Nora Quinn", "Europe/London"));
    company.groups.insert(0, Group::okta("00gPRODADMIN", "prod-db-admin", &[]));
    company
}

/// Who reads what is decided: the owners and the SOC.
fn people_the_channel(world: &World) {
    world.change(|state| {
        if let Some(channel) = state.slack.channel_mut("C0AUDIT") {
            channel.members = ["U0BOB", "U0DANA", "U0CAROL", "U0NORA"].map(str::to_owned).to_vec();
        }
    });
}

/// Ends at SIGINT or SIGTERM.
fn signals() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("no signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("no signals")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

async fn listen(port: u16) -> Result<(TcpListener, SocketAddr)> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address).await.map_err(|fault| match fault.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "another program already uses {address}. End it (perhaps a sandbox in another terminal), or choose \
             another port: cargo run -p sandbox -- --port 8081"
        ),
        _ => anyhow!("the page cannot be served on {address}: {fault}"),
    })?;
    let address = listener.local_addr().context("the page's own address is not known")?;
    Ok((listener, address))
}

/// One thing to the person at the terminal.
#[expect(clippy::print_stdout, reason = "this is the program's conversation with whoever started it")]
fn say(text: &str) {
    println!("{text}");
}
