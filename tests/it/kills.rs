//! SIGKILL of the program in a process of its own, where it hurts.

use std::{collections::BTreeMap, time::Duration};

use jitney::{
    clock::{Clock as _, System, pause},
    domain::{
        command::CommandKind,
        event::{Entry, Event},
    },
    ledger::{Keys, verify},
};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use world::{AUDIT_CHANNEL, Company, Fault, Person, State, Vendor, What, World};

use crate::{
    house::{ALICE, ASKED, BOB, DANA, EXPIRED, HELD, House, PROD_RW},
    process::Process,
    record,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_the_kill_right_after_it() {
    let house = House::closed(Company::acme()).await;
    house.set_clocks();
    let process = Process::steered(&house).await;
    let typed = house.world.slash(ALICE, "/jit", "prod-db/rw 2h Stuck migration").await.unwrap();
    assert!(typed.seen.unwrap().starts_with("Saved as R-1"));
    process.kill(&house.world).await;
    let process = Process::steered(&house).await;
    let card = house.world.until_message(BOB, "asks for").await;
    let clicked = house.world.press(BOB, &card, "approve").await.unwrap();
    assert!(!clicked.timed_out);
    process.kill(&house.world).await;
    let process = Process::steered(&house).await;
    house.world.until_member(PROD_RW, "00uALICE").await;
    house.settle().await;
    process.kill(&house.world).await;
    house.read_twins();
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD]).await;
}

/// Alice stands in the group, and the program was killed before it heard so.
async fn added_and_not_recorded() -> House {
    let house = House::closed(Company::acme()).await;
    house.set_clocks();
    let process = Process::steered(&house).await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let card = house.world.until_message(BOB, "asks for").await;
    let held = house.world.fault(Fault::okta("PUT *", What::HoldThenDo));
    house.world.press(BOB, &card, "approve").await.unwrap();
    house.world.until_called(held).await;
    process.kill(&house.world).await;
    house.world.release(held);
    house.world.until_member(PROD_RW, "00uALICE").await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn an_addition_that_nobody_recorded_is_found_and_ends_in_its_removal() {
    let house = added_and_not_recorded().await;
    let mut process = Process::steered(&house).await;
    house.world.until_message(ALICE, "Active until").await;
    house.advance(121);
    process.tell_the_time(&house);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.settle().await;
    process.kill(&house.world).await;
    house.read_twins();
    house.finish(&[], &[EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_addition_that_nobody_recorded_before_its_end_is_removed_too() {
    let house = added_and_not_recorded().await;
    house.advance(121);
    let process = Process::steered(&house).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.settle().await;
    process.kill(&house.world).await;
    let told: &[_] = &[
        (ALICE, "Access could not be opened"),
        (ALICE, "Could not be opened: "),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
    ];
    house.read_twins();
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_outlived_its_end_while_the_program_was_dead_is_removed_first_of_all() {
    let house = House::closed(Company::acme()).await;
    house.set_clocks();
    let process = Process::steered(&house).await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    process.kill(&house.world).await;
    house.advance(121);
    assert_eq!(house.world.members(PROD_RW), ["00uALICE"]);
    let before = house.world.calls_to(Vendor::Okta, "").len();
    let process = Process::steered(&house).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    let calls = house.world.calls_to(Vendor::Okta, "").split_off(before);
    assert_eq!(calls[0].method, "DELETE", "before anything else is asked of Okta: {calls:?}");
    house.settle().await;
    process.kill(&house.world).await;
    house.read_twins();
    house.finish(&[], &[EXPIRED]).await;
}

/// Jira has opened the ticket, and the program is killed before it hears so. A search does not show it for two minutes.
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_nobody_recorded_is_found_and_is_the_only_one_however_late_a_search_shows_it() {
    for lag_secs in [0, 120] {
        let house = House::closed(Company::acme()).await;
        house.keep_tickets();
        house.set_clocks();
        house.world.change(|state| state.jira.search_lag_secs = lag_secs);
        let process = Process::steered(&house).await;
        let held = house.world.fault(Fault::jira("POST /rest/api/3/issue", What::HoldThenDo));
        house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
        house.world.until_called(held).await;
        process.kill(&house.world).await;
        house.world.release(held);
        house.world.until("the ticket is there", |state| state.jira.issue("ACCESS-1").map(drop)).await;

        let looked = house.world.fault(Fault::jira("GET *search*", What::DelayThenDo { ms: 1 }));
        let process = Process::steered(&house).await;
        house.world.until_called(looked).await;
        house.world.advance(lag_secs);
        house.world.until_message(BOB, "ACCESS-1").await;
        house.settle().await;
        let creates = house.world.calls_to(Vendor::Jira, "POST ").into_iter();
        let creates = creates.filter(|call| call.path == "/rest/api/3/issue").count();
        assert_eq!((creates, house.world.issues().len()), (1, 1), "{lag_secs}");
        process.kill(&house.world).await;
        house.read_twins();
        house.finish(&[], &[ASKED]).await;
    }
}

/// The line of a fact is durable, and the program is killed before the audit channel is told: it is told after the next
/// start, in order.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_promised_and_not_posted_is_posted_after_the_kill() {
    let house = House::closed(Company::acme()).await;
    house.tell_the_channel();
    house.set_clocks();
    house.world.change(|state| state.slack.channel_mut(AUDIT_CHANNEL).unwrap().archived = true);
    let process = Process::steered(&house).await;
    house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
    house
        .until_on_record("that the channel takes nothing", 1, |e| matches!(e, Event::AuditChannelRefused { .. }))
        .await;
    process.kill(&house.world).await;
    house.world.change(|state| state.slack.channel_mut(AUDIT_CHANNEL).unwrap().archived = false);
    let process = Process::steered(&house).await;
    house.until_line("Open: ").await;
    house.settle().await;
    process.kill(&house.world).await;
    assert!(house.channel().starts_with("Bob Stone approved"), "{}", house.channel());
    assert_eq!(house.channel().lines().count(), 2);
    house.read_twins();
    house.finish_unread_holding(&[(PROD_RW, "00uALICE")]).await;
}

/// The real signal to the real program: a sound configuration is in force, a faulty one is not, and each of its faults is in
/// the log. What a killed program leaves of its socket is in nobody's way.
#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_reads_the_configuration_again_all_or_nothing() {
    let house = House::closed(Company::acme()).await;
    let changed = |event: &Event| matches!(event, Event::ConfigurationChanged { .. });
    let refused = |event: &Event| matches!(event, Event::ConfigurationRefused { .. });
    let process = Process::connected(&house).await;
    house.until_on_record("the first configuration", 1, changed).await;
    house.change_catalogue("owners = [\"bob@acme.example\"]", "owners = [\"dana@acme.example\"]");
    process.hang_up();
    house.until_on_record("the second", 2, changed).await;
    house.change_settings("min_duration = \"1s\"", "min_duration = \"soon\"\nmax_opne = 3");
    house.change_catalogue("sensitivity  = \"low\"", "sensitivity  = \"medium-rare\"");
    process.hang_up();
    house.until_on_record("that the third is refused", 1, refused).await;
    let log = std::fs::read_to_string(house.path("log")).unwrap();
    for fault in ["requests.min_duration: \"soon\" is not a length", "max_opne: unknown key", "is not one of the words"]
    {
        assert!(log.contains(fault), "{fault}\n{log}");
    }
    house.world.slash(ALICE, "/jit", "staging/admin 45m Rollout").await.unwrap();
    house.world.until_message(DANA, "asks for Staging").await;
    process.kill(&house.world).await;
    assert!(house.path("store.sock").exists(), "nobody took it away");
    let (said, done) = house.command(&["identity", "list"]).await;
    assert!(!done && said.contains("max_opne") || said.contains("alice@acme.example"), "{said}");
    house.change_settings("min_duration = \"soon\"\nmax_opne = 3", "min_duration = \"1s\"");
    house.change_catalogue("medium-rare", "low");
    let process = Process::connected(&house).await;
    let (said, done) = house.command(&["identity", "list"]).await;
    assert!(done && said.contains("alice@acme.example"), "{said}");
    process.kill(&house.world).await;
    no_tokens(&house);
    house.finish_unread().await;
}

/// How often the program is killed.
const KILLS: u32 = 200;

/// Of so many kills one comes at a moment of its own, within the milliseconds that follow the start: while the store
/// opens. The others come as soon as the program has got so far: a slow machine kills no earlier than a fast one.
const TIMED: (u32, u64) = (5, 150);

/// The furthest, in calls to a vendor and acknowledgements, from the first instant. A start among open requests makes a
/// dozen of them, and more to draw their messages.
const FROM_THE_START: u64 = 40;

/// The furthest from when people are heard: a request from its first word to its removal makes about fifty of them.
const FROM_CONNECTED: u64 = 120;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_lose_nothing_that_was_acknowledged_and_leave_nobody_inside() {
    let house = House::closed(crowd()).await;
    let mut random = SmallRng::seed_from_u64(20_261_124);
    let mut heard = Acknowledged::default();
    for round in 0..KILLS {
        let process = Process::start(&house);
        let people = people(&house.world, round, random.random(), &mut heard);
        // Whatever people have begun when it is killed goes on against a dead program.
        tokio::select! {
            () = people => {}
            () = death(&house.world, round, &mut random) => {}
        }
        process.kill(&house.world).await;
    }
    let process = Process::connected(&house).await;
    let host = System::default();
    house.settle_by(|| host.now() + chrono::TimeDelta::minutes(1)).await;
    process.kill(&house.world).await;
    let entries = record::entries(&house.path("store/journal"));
    heard.stands_in(&entries);
    let count =
        |wanted: fn(&Event) -> bool| entries.iter().flat_map(|entry| &entry.events).filter(|e| wanted(e)).count();
    let opened = count(|event| matches!(event, Event::GrantOpened { .. }));
    let ended = count(|event| matches!(event, Event::GrantEnded { .. }));
    assert!(opened > 0, "some were granted");
    let live = record::live(&entries);
    assert!(live.memberships.values().all(|held| held.holds.is_empty()), "nobody is held: {:?}", live.memberships);
    let keys = Keys::read(&house.path("audit.key")).unwrap();
    let report = verify::store(&house.path("store"), Some(&keys)).unwrap();
    assert_eq!((report.torn, report.count), (None, entries.len() as u64), "no partial line");
    no_tokens(&house);
    println!("{KILLS} kills, {heard} and all on record; {opened} opened, {ended} removals");
    house.finish_unread().await;
}

/// So many more who may ask: a removal that a kill left in doubt is read for 15 s, and its membership is not given anew
/// before.
const CROWD: usize = 40;

fn crowd() -> Company {
    let mut company = Company::acme();
    let people: Vec<Person> =
        (0..CROWD).map(|n| Person::member(&format!("w{n}"), &format!("Worker {n}"), "UTC")).collect();
    let engineers = company.groups.iter_mut().find(|group| group.id == "00gENG").unwrap();
    engineers.members.extend(people.iter().map(|person| person.okta_id().to_owned()));
    company.people.extend(people);
    company
}

/// Ends when this round's program is to die.
async fn death(world: &World, round: u32, random: &mut SmallRng) {
    let (each, within) = TIMED;
    if round.is_multiple_of(each) {
        return pause(Duration::from_millis(random.random_range(1..within))).await;
    }
    // Half of them count from the first instant, the others from when people are heard.
    let furthest = if round.is_multiple_of(2) {
        world.until_connected(1).await;
        FROM_CONNECTED
    } else {
        FROM_THE_START
    };
    let at = world.look(progress) + random.random_range(1..=furthest);
    world.until("a program that gets on", |state| (progress(state) >= at).then_some(())).await;
}

/// Calls that reached a vendor, and acknowledgements.
fn progress(state: &State) -> u64 {
    state.called() + state.slack.envelopes.iter().map(|envelope| envelope.acks.len() as u64).sum::<u64>()
}

/// What people were told is done.
#[derive(Default)]
struct Acknowledged {
    /// Request, asker, why.
    asks: Vec<(String, String, String)>,
    /// How often somebody's approval of a request was taken.
    clicks: BTreeMap<(String, String), usize>,
}

impl std::fmt::Display for Acknowledged {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let clicks: usize = self.clicks.values().sum();
        write!(formatter, "{} requests and {clicks} approvals acknowledged", self.asks.len())
    }
}

impl Acknowledged {
    /// Every request that was acknowledged is on record once, as that person's with those words; every click is, as a
    /// decision or as one that was refused.
    fn stands_in(&self, entries: &[Entry]) {
        let mut asks: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        let mut clicks: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (entry, event) in entries.iter().flat_map(|entry| entry.events.iter().map(move |event| (entry, event))) {
            match event {
                Event::RequestReceived { request, asker, justification, .. } => {
                    let text = entry.words[justification].parts().1.to_owned();
                    asks.entry(request.to_string()).or_default().push((asker.to_string(), text));
                }
                Event::DecisionReceived { request, slack, .. }
                | Event::CommandRefused { who: slack, command: CommandKind::Approve, request: Some(request), .. } => {
                    *clicks.entry((request.to_string(), slack.to_string())).or_default() += 1;
                }
                _ => {}
            }
        }
        for (id, who, why) in &self.asks {
            assert_eq!(asks.get(id), Some(&vec![(who.clone(), why.clone())]), "{id}");
        }
        for (click, times) in &self.clicks {
            let found = clicks.get(click).copied().unwrap_or_default();
            assert!(found >= *times, "{click:?} was acknowledged {times} times, {found} are on record");
        }
        assert!(!self.asks.is_empty() && !self.clicks.is_empty(), "the loop got nowhere: {self}");
    }
}

#[test]
fn help_shows_no_token_that_the_environment_holds() {
    let asked: [&[&str]; 4] = [&["--help"], &["run", "--help"], &["check", "--help"], &["audit", "verify", "--help"]];
    for arguments in asked {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_jitney"));
        command.env("JITNEY__SLACK__BOT_TOKEN", world::bot_token()).env("JITNEY__OKTA__TOKEN", world::okta_token());
        let output = command.args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("Usage: "), "{said}");
        assert!(!said.contains(world::bot_token()) && !said.contains(world::okta_token()), "{said}");
    }
}

/// No token in the log, the journal, or anything that anybody sees.
fn no_tokens(house: &House) {
    let mut written = std::fs::read_to_string(house.path("log")).unwrap();
    for segment in std::fs::read_dir(house.path("store/journal")).unwrap() {
        written += &String::from_utf8_lossy(&std::fs::read(segment.unwrap().path()).unwrap());
    }
    written += &house.world.look(|state| serde_json::to_string(&state.slack.channels).unwrap());
    for token in [world::bot_token(), world::app_token(), world::okta_token()] {
        assert!(!written.contains(token), "a token in the log, the journal or a message");
    }
}

/// People who ask, and approve whatever they see, without end.
async fn people(world: &World, round: u32, seed: u64, heard: &mut Acknowledged) {
    let mut random = SmallRng::seed_from_u64(seed);
    world.until_connected(1).await;
    for turn in 0_u32.. {
        let who = format!("U0W{}", random.random_range(0..CROWD));
        let what = ["staging/admin", "prod-db/rw", "prod-db/debug"][random.random_range(0..3)];
        let why = format!("Round {round}, turn {turn}");
        let line = format!("{what} {}s {why}", random.random_range(1..3));
        let typed = world.slash(&who, "/jit", &line).await.unwrap();
        let seen = typed.seen.unwrap_or_default();
        if let Some((id, _)) = seen.strip_prefix("Saved as ").and_then(|rest| rest.split_once(':')) {
            heard.asks.push((id.to_owned(), who, why));
        }
        for owner in [BOB, DANA] {
            approve_all(world, owner, heard).await;
        }
    }
}

async fn approve_all(world: &World, owner: &str, heard: &mut Acknowledged) {
    for card in world.messages(owner) {
        let buttons = card.blocks.iter().filter_map(|block| block["elements"].as_array()).flatten();
        let Some(button) = buttons.clone().find(|element| element["action_id"] == "approve") else { continue };
        let request = button["value"].as_str().unwrap().to_owned();
        // A card that was redrawn meanwhile has no such button.
        if world.press(owner, &card, "approve").await.is_ok_and(|clicked| !clicked.timed_out) {
            *heard.clicks.entry((request, owner.to_owned())).or_default() += 1;
        }
    }
}
