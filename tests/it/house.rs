//! A house for plays: the world outside, the bot inside, and a clock that is moved by hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Command,
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;
use jitney::{
    clock::{Clock as _, timeout},
    config::Loaded,
    domain::{event::Event, live::Live, port::Effect, time::Timestamp},
    ledger::{Keys, verify},
};
use tempfile::TempDir;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use world::{AUDIT_CHANNEL, Company, PATIENCE, Routing, SubmitAnswer, World, slack::Message};

use crate::{clock::Standing, record};

/// Alice asks.
pub const ALICE: &str = "U0ALICE";
/// Bob owns.
pub const BOB: &str = "U0BOB";
/// Dana owns too.
pub const DANA: &str = "U0DANA";
/// Carol is an admin.
pub const CAROL: &str = "U0CAROL";
/// What one person sees of one message: whose it is, and a part of what it shows.
pub type Told = (&'static str, &'static str);
/// What is there to be read where Alice has asked for production and nobody has decided.
pub const ASKED: &[Told] = &[
    (ALICE, "Waiting for @Bob Stone or @Dana Fox"),
    (BOB, "asks for Production Database · Read-Write"),
    (DANA, "asks for Production Database · Read-Write"),
];
/// What is there to be read while Alice holds what Bob approved for two hours.
pub const HELD: &[Told] = &[
    (ALICE, "🟢 Active until"),
    (ALICE, "Open until today at 16:40"),
    (BOB, "Approved by you"),
    (DANA, "Approved by @Bob Stone"),
];
/// What is there to be read after that.
pub const EXPIRED: &[Told] = &[
    (ALICE, "as planned"),
    (ALICE, "Open until today at 16:40"),
    (ALICE, ". Okta confirmed it."),
    (BOB, "Approved by you"),
    (DANA, "Approved by @Bob Stone"),
];
/// What is there to be read where Okta confirmed it only long after its time: nobody is told of it twice.
pub const EXPIRED_LATE: &[Told] = &[
    (ALICE, "minutes late"),
    (ALICE, "Open until today at 16:40"),
    (ALICE, "Over since"),
    (BOB, "Approved by you"),
    (DANA, "Approved by @Bob Stone"),
];
/// The group behind `prod-db/rw` and `prod-db/debug`.
pub const PROD_RW: &str = "00gPRODRW";

/// What the plays ask for.
pub const CATALOGUE: &str = r#"
[[application]]
id     = "prod-db"
name   = "Production Database"
owners = ["bob@acme.example", "dana@acme.example"]

  [[application.entitlement]]
  id           = "rw"
  name         = "Read-Write"
  okta_group   = "00gPRODRW"
  sensitivity  = "high"
  approval     = ["owner"]
  durations    = ["45m", "2h"]
  max_duration = "8h"
  requesters   = ["okta:00gENG"]
  shares_group = true

  [[application.entitlement]]
  id           = "debug"
  name         = "Debugging"
  okta_group   = "00gPRODRW"
  sensitivity  = "high"
  approval     = ["owner"]
  durations    = ["2h", "4h"]
  max_duration = "8h"
  requesters   = ["okta:00gENG"]
  shares_group = true

[[application]]
id     = "staging"
name   = "Staging"
owners = ["bob@acme.example"]

  [[application.entitlement]]
  id           = "admin"
  name         = "Admin"
  okta_group   = "00gSTAGING"
  sensitivity  = "low"
  approval     = ["owner"]
  max_duration = "8h"
  requesters   = ["everyone"]
"#;

struct Bot {
    stop: oneshot::Sender<()>,
    again: mpsc::UnboundedSender<Loaded>,
    task: JoinHandle<anyhow::Result<()>>,
}

/// When the plays begin, 14:40 in Paris: what people read is the same on every day.
const BEGINS: &str = "2026-11-24T13:40:05Z";

/// How often is looked whether something is so that nobody announces.
const LOOK: Duration = Duration::from_millis(20);

/// The world, the bot's directory, and the bot when it runs.
pub struct House {
    /// Outside.
    pub world: World,
    /// Where the configuration, the key and the store lie.
    pub dir: TempDir,
    /// The bot's clock.
    pub clock: Arc<Standing>,
    bot: Option<Bot>,
    standing: BTreeMap<String, Vec<String>>,
}

impl House {
    /// The usual company, with the bot running and connected.
    pub async fn open() -> Self {
        let mut house = Self::closed(Company::acme()).await;
        house.set_clocks();
        house.start().await;
        house
    }

    /// The same, with tickets.
    pub async fn with_tickets() -> Self {
        let mut house = Self::closed(Company::acme()).await;
        house.keep_tickets();
        house.set_clocks();
        house.start().await;
        // What a play does to Jira is not done to the look at its project, with which the bot begins.
        let looked = |state: &world::State| state.has_answered("/project/ACCESS/statuses").then_some(());
        house.world.until("the project is looked over", looked).await;
        house
    }

    /// Tickets are kept from the next start on.
    pub fn keep_tickets(&self) {
        let settings = fs::read_to_string(self.path("jitney.toml")).unwrap();
        fs::write(self.path("jitney.toml"), settings + &self.tickets()).unwrap();
    }

    /// The same, with a channel that is told of everything.
    pub async fn with_audit_channel() -> Self {
        let mut house = Self::closed(Company::acme()).await;
        house.tell_the_channel();
        house.set_clocks();
        house.start().await;
        house
    }

    /// The channel is told from the next start on.
    pub fn tell_the_channel(&self) {
        self.change_settings("[slack]", &format!("[slack]\naudit_channel = \"{AUDIT_CHANNEL}\""));
    }

    /// What the audit channel reads, as Alice sees it, a line each.
    pub fn channel(&self) -> String {
        let lines = self.world.channel_messages(AUDIT_CHANNEL);
        lines.iter().map(|line| self.world.seen(line)).collect::<Vec<_>>().join("\n")
    }

    /// Waits until the audit channel has a line with this text.
    pub async fn until_line(&self, part: &str) {
        let has = |message: &Message| message.text.contains(part);
        let found = |state: &world::State| state.slack.channel(AUDIT_CHANNEL)?.messages.iter().any(has).then_some(());
        self.world.until(&format!("a line in the channel with {part:?}"), found).await;
    }

    /// What is written where tickets are kept.
    pub fn tickets(&self) -> String {
        format!(
            r#"
[jira]
base_url   = "{jira}"
email      = "{email}"
token      = "{token}"
project    = "ACCESS"
issue_type = "Task"
status     = {{ granted = "In Progress", closed = "Done" }}
"#,
            jira = self.world.jira_base_url(),
            email = world::jira_email(),
            token = world::jira_token(),
        )
    }

    /// A company, and a bot that does not run yet.
    pub async fn closed(company: Company) -> Self {
        let world = World::start(company).await;
        world.change(|state| {
            let slack = &mut state.slack;
            slack.scopes = scopes();
            slack.routing = Routing::Random;
            // The machine may be slower than Slack's limits; what they are about has plays of its own.
            (slack.ack_limit, slack.trigger_life) = (PATIENCE, PATIENCE);
        });
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(Standing::at(BEGINS.parse().unwrap()));
        let house = Self { standing: everyone(&world), world, dir, clock, bot: None };
        fs::write(house.path("jitney.toml"), house.configuration()).unwrap();
        fs::write(house.path("catalogue.toml"), CATALOGUE).unwrap();
        house
    }

    /// A file of the bot's.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn configuration(&self) -> String {
        format!(
            r#"
[slack]
api_url   = "{slack}"
bot_token = "{bot}"
app_token = "{app}"
admins    = ["carol@acme.example"]

[okta]
org_url = "{okta}"
token   = "{token}"

[store]
url      = "sled:{store}"
low_mark = "1MiB"

[audit]
key_file = "{key}"

[server]
listen = ""

[requests]
min_duration = "1s"
# Plays of hours are about something else; those about reminders set it themselves.
remind_after = "12h"
business_day = {{ ends = "18:00", days = ["Mon", "Tue", "Wed", "Thu", "Fri"], timezone = "Europe/Paris" }}
"#,
            slack = self.world.slack_api_url(),
            bot = world::bot_token(),
            app = world::app_token(),
            okta = self.world.okta_org_url(),
            token = world::okta_token(),
            store = self.path("store").display(),
            key = self.path("audit.key").display(),
        )
    }

    /// The configuration files.
    pub fn files(&self) -> Vec<PathBuf> {
        vec![self.path("jitney.toml"), self.path("catalogue.toml")]
    }

    /// Starts the bot, and waits until it is connected.
    pub async fn start(&mut self) {
        self.start_unconnected();
        self.world.until_connected(1).await;
    }

    /// Starts the bot.
    pub fn start_unconnected(&mut self) {
        let loaded = self.loaded();
        let (stop, stopped) = oneshot::channel();
        let (again, mut read) = mpsc::unbounded_channel();
        let again_read = futures_util::stream::poll_fn(move |context| read.poll_recv(context));
        let clock = Arc::clone(&self.clock);
        let stopped = async move { drop(stopped.await) };
        let task = tokio::spawn(async move { jitney::app::run(loaded, again_read, clock, stopped).await });
        self.bot = Some(Bot { stop, again, task });
    }

    fn loaded(&self) -> Loaded {
        jitney::setup::load(&self.files(), &BTreeMap::new())
    }

    /// Has the bot read its configuration again, as SIGHUP does.
    pub fn hang_up(&self) {
        self.bot.as_ref().expect("the bot runs").again.send(self.loaded()).expect("the bot reads");
    }

    /// Waits until the bot is out of custody: what it answers shows it.
    pub async fn until_served(&self, who: &str) {
        let served = async {
            let mut looks = tokio::time::interval(LOOK);
            while self.world.slash(who, "/jit", "list").await.unwrap().seen.unwrap_or_default().contains("only ends") {
                looks.tick().await;
            }
        };
        assert!(timeout(PATIENCE, served).await.is_ok(), "custody goes on\n{}", self.world.dump());
    }

    /// Types a line until its answer has this in it: what is in force follows the record by a moment.
    pub async fn until_answered(&self, who: &str, line: &str, part: &str) {
        let answered = async {
            let mut looks = tokio::time::interval(LOOK);
            while !self.world.slash(who, "/jit", line).await.unwrap().seen.unwrap_or_default().contains(part) {
                looks.tick().await;
            }
        };
        assert!(timeout(PATIENCE, answered).await.is_ok(), "{part:?} is not answered\n{}", self.world.dump());
    }

    /// What a command of the program says, with what it calls its own folder, and whether it is content.
    pub async fn command(&self, arguments: &[&str]) -> (String, bool) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jitney"));
        command.args(arguments);
        for file in self.files() {
            command.arg("--config").arg(file);
        }
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (said.replace(self.dir.path().to_str().unwrap(), "HOUSE"), output.status.success())
    }

    /// Stops the bot as SIGTERM does.
    pub async fn stop(&mut self) {
        let Bot { stop, task, again: _again } = self.bot.take().expect("the bot runs");
        let _ = stop.send(());
        task.await.unwrap().unwrap();
    }

    /// Sets the world's clock to where the bot's stands.
    pub fn set_clocks(&self) {
        let now = self.world.look(|state| state.clock.now());
        self.world.advance((self.clock.now() - now).num_seconds());
    }

    /// Slack's own limits: for the plays that are about them.
    pub fn keep_slacks_limits(&self) {
        let limit = Duration::from_secs(3);
        self.world.change(|state| (state.slack.ack_limit, state.slack.trigger_life) = (limit, limit));
    }

    /// What somebody sees of their newest message that holds a text.
    pub async fn sees(&self, who: &str, part: &str) -> String {
        let message = self.world.until_message(who, part).await;
        self.world.seen(&message)
    }

    /// Moves both clocks.
    pub fn advance(&self, minutes: i64) {
        self.world.advance(minutes * 60);
        self.clock.advance(TimeDelta::minutes(minutes));
    }

    /// Asks in the form, and waits until everyone who owns it was asked; answers the receipt in the asker's messages.
    pub async fn ask(&self, who: &str, access: &str, length: &str, why: &str) -> Message {
        let receipt = self.ask_in_vain(who, access, length, why).await;
        let owners: &[&str] = if access.starts_with("prod-db") { &[BOB, DANA] } else { &[BOB] };
        for owner in owners.iter().filter(|owner| **owner != who) {
            self.world.until_message(owner, why).await;
        }
        receipt
    }

    /// Asks in the form for what will not be put to anyone.
    pub async fn ask_in_vain(&self, who: &str, access: &str, length: &str, why: &str) -> Message {
        self.open_form(who).await;
        let sent = self.fill_and_send(who, access, length, why).await;
        assert!(sent.is_closed(), "{sent:?}");
        self.world.until_message(who, why).await
    }

    /// Opens the form, and waits until it shows what this person may ask for.
    pub async fn open_form(&self, who: &str) {
        let answer = self.world.slash(who, "/jit", "").await.unwrap();
        assert!(!answer.timed_out && answer.seen.is_none(), "{answer:?}");
        self.world.until_view(who, "Choose an access to see").await;
    }

    /// Fills the form in and sends it.
    pub async fn fill_and_send(&self, who: &str, access: &str, length: &str, why: &str) -> SubmitAnswer {
        self.world.fill(who, "entitlement", "entitlement", access).await.unwrap();
        self.world.fill(who, "custom_duration", "custom_duration", length).await.unwrap();
        self.world.fill(who, "justification", "justification", why).await.unwrap();
        self.world.submit(who).await.unwrap()
    }

    /// Presses a button on the newest message of somebody's that holds a text.
    pub async fn press(&self, who: &str, part: &str, button: &str) {
        let message = self.world.until_message(who, part).await;
        let clicked = self.world.press(who, &message, button).await.unwrap();
        assert!(!clicked.timed_out, "{clicked:?}");
    }

    /// Asks, has an owner approve, and waits until it is open and nothing is left to do.
    pub async fn grant(&self, who: &str, access: &str, length: &str) {
        self.grant_unsettled(who, access, length).await;
        self.settle().await;
    }

    /// Asks, has an owner approve, and waits until it is open.
    pub async fn grant_unsettled(&self, who: &str, access: &str, length: &str) {
        let why = format!("{who} because of {access}, {length}");
        self.ask(who, access, length, &why).await;
        let owner = if who == BOB { DANA } else { BOB };
        let card = self.world.until_message(owner, &why).await;
        self.world.press(owner, &card, "approve").await.unwrap();
        self.world.until(&format!("{access} is active"), |state| active(state, &why)).await;
    }

    /// Waits until somebody was told that theirs ended as planned, in their message and by a nudge.
    pub async fn until_expired(&self, who: &str) {
        self.world.until_message(who, "as planned").await;
        self.world.until_message(who, ". Okta confirmed it.").await;
    }

    /// Changes the catalogue's text.
    pub fn change_catalogue(&self, from: &str, to: &str) {
        self.change_file("catalogue.toml", from, to);
    }

    /// Changes the settings' text.
    pub fn change_settings(&self, from: &str, to: &str) {
        self.change_file("jitney.toml", from, to);
    }

    fn change_file(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    /// Replaces the catalogue.
    pub fn write_catalogue(&self, text: &str) {
        fs::write(self.path("catalogue.toml"), text).unwrap();
    }

    /// The journal's first segment.
    pub fn journal(&self) -> PathBuf {
        let mut segments: Vec<PathBuf> = fs::read_dir(self.path("store/journal"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
            .collect();
        segments.sort();
        segments.remove(0)
    }

    /// The bot's clock is set back by a day while it does not run.
    pub fn clock_steps_back(&mut self) {
        self.clock = Arc::new(Standing::at(self.clock.now() - TimeDelta::days(1)));
    }

    /// What the journal on the disk comes to; in custody the side journal counts.
    pub fn live(&self) -> Live {
        let side = record::entries(&self.path("store/custody"));
        let entries = if side.is_empty() { record::entries(&self.path("store/journal")) } else { side };
        record::live(&entries)
    }

    /// Waits until so many such events are on record.
    pub async fn until_on_record(&self, what: &str, times: usize, is: impl Fn(&Event) -> bool) {
        let recorded = async {
            let mut looks = tokio::time::interval(LOOK);
            let count = || {
                let entries = record::entries(&self.path("store/journal"));
                entries.iter().flat_map(|entry| &entry.events).filter(|event| is(event)).count()
            };
            while count() < times {
                looks.tick().await;
            }
        };
        assert!(timeout(PATIENCE, recorded).await.is_ok(), "not on record: {what}\n{}", self.world.dump());
    }

    /// Waits until nothing is left to do: by the journal, every promise has its outcome, every message shows what is
    /// so, and nothing is overdue.
    pub async fn settle(&self) {
        self.settle_by(|| self.clock.now()).await;
    }

    /// [`House::settle`] by another clock.
    pub async fn settle_by(&self, now: impl Fn() -> Timestamp) {
        let settled = async {
            let mut looks = tokio::time::interval(LOOK);
            while !record::left(&self.live(), now()).is_empty() {
                looks.tick().await;
            }
        };
        if timeout(PATIENCE, settled).await.is_err() {
            panic!(
                "left to do: {:#?}
{}",
                record::left(&self.live(), now()),
                self.world.dump()
            );
        }
    }

    /// Waits until nothing but removals that Okta refuses is left to do.
    pub async fn settled_but_for_removals(&self) {
        self.until_recorded(|live| {
            let promised = live.promises.values().all(|promise| matches!(promise.effect, Effect::RemoveMember { .. }));
            promised && live.requests.values().all(|request| request.stale_views().is_empty())
        })
        .await;
    }

    /// Waits until the journal on the disk comes to something.
    pub async fn until_recorded(&self, is_so: impl Fn(&Live) -> bool) {
        let recorded = async {
            let mut looks = tokio::time::interval(LOOK);
            while !is_so(&self.live()) {
                looks.tick().await;
            }
        };
        assert!(timeout(PATIENCE, recorded).await.is_ok(), "{:#?}", self.live());
    }

    /// What was said in all of the play, and nothing else: for each message, whose it is and what it shows at the end.
    fn told(&self, told: &[&[Told]]) {
        let mut unread = self.world.unread();
        let missing: Vec<_> = told
            .iter()
            .copied()
            .flatten()
            .filter(|(who, part)| {
                let found = unread.iter().position(|(user, text)| user == who && text.contains(part));
                found.map(|place| unread.remove(place)).is_none()
            })
            .collect();
        assert!(missing.is_empty() && unread.is_empty(), "never said: {missing:#?}\nsaid besides: {unread:#?}");
    }

    /// After a kill: a card whose posting was not on record yet is posted once more, and the first one stays. Such a
    /// twin of a card on record is taken for read; whoever presses it is shown how things stand.
    pub fn read_twins(&self) {
        let recorded: BTreeSet<(String, String)> = record::entries(&self.path("store/journal"))
            .into_iter()
            .flat_map(|entry| entry.events)
            .filter_map(|event| match event {
                Event::ViewShown { posted, .. } => Some((posted.channel.to_string(), posted.ts.to_string())),
                _ => None,
            })
            .collect();
        let on_record = |message: &Message| recorded.contains(&(message.channel.clone(), message.ts.clone()));
        self.world.change(|state| {
            for channel in &mut state.slack.channels {
                let known = channel.messages.iter().any(on_record);
                let is_card = |message: &Message| message.blocks.iter().any(|block| block["type"] == "actions");
                for message in channel.messages.iter_mut().filter(|message| is_card(message) && !on_record(message)) {
                    assert!(known, "a card without a twin: {message:?}");
                    message.unread_by.clear();
                }
            }
        });
    }

    /// The end of a play whose people read everything, because there is too much of it.
    pub async fn finish_unread(self) {
        self.finish_unread_holding(&[]).await;
    }

    /// The same, where somebody still holds something.
    pub async fn finish_unread_holding(self, held: &[(&str, &str)]) {
        if self.bot.is_some() {
            self.settle().await;
        }
        for (user, _) in self.world.unread() {
            self.world.read(&user);
        }
        self.finish(held, &[]).await;
    }

    /// The end of every play: nothing is left to do; people were told exactly what the play says; the journal
    /// verifies; and who stands in the groups is who stood there before and whoever holds a grant.
    pub async fn finish(mut self, held: &[(&str, &str)], told: &[&[Told]]) {
        if self.bot.is_some() {
            self.settle().await;
            self.stop().await;
        }
        self.told(told);
        assert_eq!(self.world.complaints(), Vec::<String>::new());
        crate::contracts::check(&self.world);
        let mut expected = self.standing.clone();
        for (group, user) in held {
            let members = expected.entry((*group).to_owned()).or_default();
            members.push((*user).to_owned());
            members.sort();
        }
        assert_eq!(everyone(&self.world), expected);
        self.verify();
    }

    /// The end of a play whose journal was damaged on purpose.
    pub async fn finish_damaged(mut self) {
        if self.bot.is_some() {
            self.settle().await;
            self.stop().await;
        }
        crate::contracts::check(&self.world);
        assert_eq!(everyone(&self.world), self.standing);
        let keys = Keys::read(&self.path("audit.key")).unwrap();
        assert!(verify::store(&self.path("store"), Some(&keys)).is_err());
        let sides = verify::custody(&self.path("store"), Some(&keys));
        assert!(!sides.is_empty() && sides.iter().all(|(_, checked)| checked.is_ok()), "{sides:?}");
    }

    /// The journal verifies.
    pub fn verify(&self) {
        let keys = Keys::read(&self.path("audit.key")).unwrap();
        verify::store(&self.path("store"), Some(&keys)).unwrap();
    }

    /// Somebody who stands in a group no more from now on, not through Jitney.
    pub fn leaves(&mut self, group: &str, user: &str) {
        self.world.remove_by_hand(group, user, "an admin");
        self.standing = everyone(&self.world);
    }

    /// Somebody who stands in a group from now on, not through Jitney.
    pub fn stands(&mut self, group: &str, user: &str) {
        self.world.add_by_hand(group, user, "an admin");
        self.standing = everyone(&self.world);
    }
}

/// Whether the asker's message about this request, or its owner's, says that access is open.
fn active(state: &world::State, why: &str) -> Option<()> {
    let mut messages = state.slack.channels.iter().flat_map(|channel| &channel.messages);
    let found = messages.any(|message| {
        message.text.starts_with("Active until") && serde_json::to_string(&message.blocks).unwrap().contains(why)
    });
    found.then_some(())
}

/// The bot token's scopes: those of the manifest, and no more.
fn scopes() -> Vec<String> {
    let manifest = include_str!("../../manifest/slack.yaml");
    let after = manifest.split_once("    bot:\n").unwrap().1.lines();
    let listed = after.map_while(|line| line.trim().strip_prefix("- "));
    let scopes: Vec<String> = listed.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    assert!(scopes.iter().any(|scope| scope == "commands"), "{scopes:?}");
    scopes
}

fn everyone(world: &World) -> BTreeMap<String, Vec<String>> {
    let groups: Vec<String> = world.look(|state| state.okta.groups.iter().map(|group| group.id.clone()).collect());
    let sorted = |group: &String| {
        let mut members = world.members(group);
        members.sort();
        members
    };
    groups.iter().map(|group| (group.clone(), sorted(group))).collect()
}
