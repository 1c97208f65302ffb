//! The whole program on a record of 100,000 ended requests: how long until it is connected, how much memory it then
//! takes while nothing happens, and how long until somebody who types `/jit` has the form, of whom nothing is known and
//! while Okta takes five seconds for every answer. The world outside is the sandbox's. Exits 1 if a bound is missed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "it stops where it fails, and reads time"
)]

use std::{
    fs,
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use jitney::{
    domain::{
        catalogue::Catalogue,
        command::{Ask, Command as Do},
        decide::{Decision, Limits, Mode, Today, decide},
        event::Entry,
        id::{EntitlementId, RequestId, SlackChannelId, SlackTs, SlackUserId},
        live::Live,
        port::{Posted, ViewKey},
        request::Purpose,
        said::Text,
        time::{EndRule, Timestamp},
    },
    engine::{recover, rows, shell},
    ledger::{Commit, Keys, Ledger as _, Local, Opening},
};
use world::{Company, Fault, Person, What, World};

mod offer;

use offer::{catalogue, secs};

const ENDED: usize = 100_000;
const ROUNDS: usize = 5;
const LONGEST_START: Duration = Duration::from_secs(1);
const MOST_KIB: u64 = 40 * 1024;
const ASKING: usize = 200;
const OKTA_TAKES: Duration = Duration::from_secs(5);
const LONGEST_FORM: Duration = Duration::from_millis(300);

/// What the configuration offers; the record is made with it too.
const CATALOGUE: &str = r#"
[[application]]
id = "db"
name = "Database"
owners = ["bob@acme.example"]

[[application.entitlement]]
id = "rw"
name = "Read-Write"
okta_group = "00gPRODRW"
sensitivity = "high"
approval = ["owner"]
max_duration = "8h"
requesters = ["everyone"]
"#;

#[tokio::main]
async fn main() -> ExitCode {
    let world = World::start(company()).await;
    let dir = tempfile::tempdir().unwrap();
    configure(dir.path(), &world);
    let began = Instant::now();
    record(dir.path()).await;
    println!("  {ENDED} requests were asked for and withdrawn in {:.0} s", began.elapsed().as_secs_f64());
    let mut starts = Vec::new();
    let mut sizes = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let mut bot = start(dir.path());
        world.until_connected(1).await;
        starts.push(began.elapsed());
        // At rest: its sockets are open and it has looked around.
        world.until_connected(2).await;
        sizes.push(resident_kib(&bot));
        stop(&mut bot, &world).await;
    }
    let mut bot = start(dir.path());
    world.until_connected(2).await;
    let forms = forms(&world).await;
    stop(&mut bot, &world).await;
    starts.sort();
    sizes.sort_unstable();
    let (took, kib) = (starts[ROUNDS / 2], sizes[ROUNDS / 2]);
    let (usual, slowest) = (forms[ASKING / 2], forms[ASKING - 1]);
    println!("start to connected   {took:>8.0?} (below {LONGEST_START:?})");
    println!("resident at rest     {:>6} MiB (below {} MiB)", kib / 1024, MOST_KIB / 1024);
    println!("/jit to its form     {usual:>8.0?}, the slowest of {ASKING} {slowest:.0?} (below {LONGEST_FORM:?})");
    let met = took < LONGEST_START && kib < MOST_KIB && slowest < LONGEST_FORM;
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The usual one, and people of whom nothing is known.
fn company() -> Company {
    let mut company = Company::acme();
    company.people.extend((0..ASKING).map(|number| Person::member(&key(number), "New Here", "Europe/Paris")));
    company
}

fn key(number: usize) -> String {
    format!("new{number}")
}

/// Each of those asks for the form once; how long until they have it, the shortest first. Okta has answered none of what
/// it was asked by then.
async fn forms(world: &World) -> Vec<Duration> {
    let ms = u64::try_from(OKTA_TAKES.as_millis()).unwrap();
    let slow = world.fault(Fault::okta("*", What::DelayThenDo { ms }).until_lifted());
    let mut forms = Vec::new();
    for number in 0..ASKING {
        let who = format!("U0{}", key(number).to_uppercase());
        let began = Instant::now();
        world.slash(&who, "/jit", "").await.unwrap();
        world.until_view(&who, "Request access").await;
        forms.push(began.elapsed());
    }
    world.lift(slow);
    forms.sort();
    forms
}

fn configure(dir: &Path, world: &World) {
    let text = format!(
        "[slack]\napi_url = \"{}\"\nbot_token = \"{}\"\napp_token = \"{}\"\nadmins = [\"carol@acme.example\"]\n\n\
         [okta]\norg_url = \"{}\"\ntoken = \"{}\"\n\n[store]\nurl = \"sled:{}\"\nlow_mark = \"1MiB\"\n\n\
         [audit]\nkey_file = \"{}\"\n\n[server]\nlisten = \"\"\n{CATALOGUE}",
        world.slack_api_url(),
        world::bot_token(),
        world::app_token(),
        world.okta_org_url(),
        world::okta_token(),
        dir.join("store").display(),
        dir.join("audit.key").display(),
    );
    fs::write(dir.join("jitney.toml"), text).unwrap();
}

fn start(dir: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jitney"));
    command.args(["run", "--config"]).arg(dir.join("jitney.toml")).env("RUST_LOG", "warn");
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
}

async fn stop(bot: &mut Child, world: &World) {
    bot.kill().unwrap();
    bot.wait().unwrap();
    world.until_unconnected().await;
}

/// `VmRSS` of a process, in KiB.
fn resident_kib(bot: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", bot.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Everyone asks once, reads their receipt, withdraws it, and reads that too.
async fn record(dir: &Path) {
    let keys = Keys::open(&dir.join("audit.key"), &dir.join("store")).unwrap();
    let Opening::Sound(opened) = Local::open(&dir.join("store"), &keys, 0, &recover::schema()).unwrap() else {
        panic!("a new store is sound");
    };
    let ledger = opened.start().unwrap();
    let mut teller = Teller::new();
    for from in (0..ENDED).step_by(1_000) {
        let commits: Vec<Commit> = (from..from + 1_000).flat_map(|number| teller.life(number)).collect();
        join_all(commits.into_iter().map(|commit| ledger.commit(commit))).await.into_iter().for_each(|durable| {
            durable.unwrap();
        });
        // The index is given the time to follow.
        ledger.row(&rows::request_key(RequestId::FIRST)).await.unwrap();
    }
    assert_eq!(teller.live.requests.len(), 0, "all of them are over");
    ledger.close().await;
}

struct Teller {
    live: Live,
    catalogue: Catalogue,
    limits: Limits,
    now: Timestamp,
}

impl Teller {
    fn new() -> Self {
        let limits = Limits {
            unanswered_after: secs(86_400),
            remind_after: secs(86_400),
            min_duration: secs(60),
            max_open: 20,
            tickets: jitney::domain::ticket::Tickets::None,
            audit: jitney::domain::ticket::AuditChannel::None,
            ..Limits::default()
        };
        Self { live: Live::default(), catalogue: catalogue(), limits, now: "2026-01-01T00:00:00Z".parse().unwrap() }
    }

    fn life(&mut self, number: usize) -> Vec<Commit> {
        let who = SlackUserId::parse(format!("U{:05}", number % 500)).unwrap();
        let ask = Ask {
            purpose: Purpose::Access,
            who: who.clone(),
            key: format!("view:{number}"),
            entitlement: EntitlementId::parse("db/rw").unwrap(),
            end: EndRule::After { secs: secs(7_200) },
            justification: Text::parse("Stuck migration, INC-42", format!("{number:032x}")).unwrap(),
            known: None,
        };
        let asked = self.tell(&Do::Ask(ask));
        let request = *self.live.requests.last_key_value().unwrap().0;
        let receipt = self.show(request, number);
        let withdrawn = self.tell(&Do::Cancel { who, request });
        let redrawn = self.show(request, number);
        vec![asked, receipt, withdrawn, redrawn]
    }

    fn show(&mut self, request: RequestId, number: usize) -> Commit {
        let posted = Posted {
            channel: SlackChannelId::parse("D0BENCH").unwrap(),
            ts: SlackTs::parse(format!("{}.000100", 1_700_000_000 + number)).unwrap(),
        };
        let revision = self.live.requests[&request].revision;
        self.tell(&Do::Show { view: ViewKey::Requester { request }, posted, revision })
    }

    fn tell(&mut self, command: &Do) -> Commit {
        self.now += chrono::TimeDelta::seconds(60);
        let today = Today { catalogue: &self.catalogue, limits: &self.limits, mode: Mode::Serving };
        let Decision { events, effects, words, .. } = decide(&self.live, command, today, self.now).unwrap();
        let entry = Entry { seq: self.live.seq + 1, at: self.now, events, effects, words };
        let touched = self.live.apply(&entry).unwrap();
        shell::commit(&entry, rows::touched(&self.live, &touched)).unwrap()
    }
}
