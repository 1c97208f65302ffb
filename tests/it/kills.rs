//! SIGKILL of the real program, where it hurts.

use std::{
    collections::BTreeSet,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use jitney::clock::{self, Clock, System};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use world::{Company, Fault, What, World};

use crate::house::{ALICE, BOB, CAROL, DANA, House, PROD_RW};

/// The real program in a process of its own.
struct Process(Child);

impl Process {
    fn start(house: &House) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jitney"));
        command.arg("run");
        for file in house.files() {
            command.arg("--config").arg(file);
        }
        let log = std::fs::File::options().create(true).append(true).open(house.path("log")).unwrap();
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    async fn connected(house: &House) -> Self {
        let process = Self::start(house);
        house.world.until_connected(1).await;
        process
    }

    async fn kill(mut self, world: &World) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        let gone = async {
            while !world.connections().is_empty() {
                tokio::task::yield_now().await
            }
        };
        clock::timeout(Duration::from_secs(10), gone).await.unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_the_kill_right_after_it() {
    let house = House::closed(Company::acme()).await;
    let process = Process::connected(&house).await;
    let typed = house.world.slash(ALICE, "/jit", "prod-db/rw 2h Stuck migration").await.unwrap();
    assert!(typed.seen.unwrap().starts_with("Saved as R-1"));
    process.kill(&house.world).await;
    let process = Process::connected(&house).await;
    house.world.until_message(ALICE, "Waiting for").await;
    let card = house.world.until_message(BOB, "asks for").await;
    house.world.until_message(DANA, "asks for").await;
    let clicked = house.world.press(BOB, &card, "approve").await.unwrap();
    assert!(!clicked.timed_out);
    process.kill(&house.world).await;
    let process = Process::connected(&house).await;
    house.world.until_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "Active until").await;
    house.world.until_message(ALICE, "Open until").await;
    process.kill(&house.world).await;
    house.finish(&[(PROD_RW, "00uALICE")], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_addition_that_nobody_recorded_still_ends_in_its_removal() {
    let house = House::closed(Company::acme()).await;
    let process = Process::connected(&house).await;
    house.world.slash(ALICE, "/jit", "prod-db/rw 5s Stuck migration").await.unwrap();
    let card = house.world.until_message(BOB, "asks for").await;
    let held = house.world.fault(Fault::okta("PUT *", What::HoldThenDo));
    house.world.press(BOB, &card, "approve").await.unwrap();
    house.world.until_called(held).await;
    process.kill(&house.world).await;
    house.world.release(held);
    house.world.until_member(PROD_RW, "00uALICE").await;
    let process = Process::connected(&house).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "Ended 20").await;
    house.world.until_message(ALICE, "as planned").await;
    process.kill(&house.world).await;
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_outlived_its_end_while_the_program_was_dead_is_removed_first_of_all() {
    let house = House::closed(Company::acme()).await;
    let process = Process::connected(&house).await;
    house.world.slash(ALICE, "/jit", "prod-db/rw 2s Stuck migration").await.unwrap();
    let card = house.world.until_message(BOB, "asks for").await;
    house.world.press(BOB, &card, "approve").await.unwrap();
    house.world.until_message(ALICE, "Active until").await;
    process.kill(&house.world).await;
    let clock = System::default();
    clock.until(clock.now() + chrono::TimeDelta::seconds(3)).await;
    assert_eq!(house.world.members(PROD_RW), ["00uALICE"]);
    let before = house.world.calls_to(world::Vendor::Okta, "").len();
    let process = Process::connected(&house).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    let calls = house.world.calls_to(world::Vendor::Okta, "").split_off(before);
    assert_eq!(calls[0].method, "DELETE", "before anything else is asked of Okta: {calls:?}");
    house.world.until_message(ALICE, "as planned").await;
    process.kill(&house.world).await;
    house.finish(&[], &[]).await;
}

/// How often the program is killed.
const KILLS: u32 = 200;

/// The longest a program lives in the loop: from before its store is open to well into its work.
const LONGEST_LIFE_MS: u64 = 350;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_lose_nothing_that_was_acknowledged_and_leave_nobody_inside() {
    let house = Arc::new(House::closed(Company::acme()).await);
    let mut random = SmallRng::seed_from_u64(20_261_124);
    let mut acknowledged = BTreeSet::new();
    for round in 0..KILLS {
        let process = Process::start(&house);
        let life = Duration::from_millis(random.random_range(1..LONGEST_LIFE_MS));
        let seed = random.random();
        let mut saved = Vec::new();
        // Whatever people have begun when the time is over goes on against a dead program.
        let _ = clock::timeout(life, people(&house.world, round, seed, &mut saved)).await;
        acknowledged.extend(saved);
        process.kill(&house.world).await;
    }
    let process = Process::connected(&house).await;
    for group in [PROD_RW, "00gSTAGING"] {
        for user in ["00uALICE", "00uDANA", "00uCAROL"] {
            house.world.until_not_member(group, user).await;
        }
    }
    assert!(acknowledged.len() >= 20, "the loop got somewhere: {} acknowledged", acknowledged.len());
    for (who, id) in &acknowledged {
        house.world.until_message(who, id).await;
    }
    let written =
        std::fs::read_to_string(house.path("log")).unwrap() + &std::fs::read_to_string(house.journal()).unwrap();
    for token in [world::bot_token(), world::app_token(), world::okta_token()] {
        assert!(!written.contains(token), "a token in the log or the journal");
    }
    let granted = house.world.writes().len();
    println!("{KILLS} kills, {} acknowledged, 0 lost; {granted} changes of membership", acknowledged.len());
    process.kill(&house.world).await;
    Arc::into_inner(house).unwrap().finish(&[], &[]).await;
}

/// People who ask, and approve whatever they see, until they are stopped. What was acknowledged is in `saved`.
async fn people(world: &World, round: u32, seed: u64, saved: &mut Vec<(String, String)>) {
    let mut random = SmallRng::seed_from_u64(seed);
    world.until_connected(1).await;
    loop {
        let who = [ALICE, DANA, CAROL][random.random_range(0..3)];
        let what = ["staging/admin", "prod-db/rw", "prod-db/debug"][random.random_range(0..3)];
        let line = format!("{what} {}s Round {round}", random.random_range(1..3));
        let typed = world.slash(who, "/jit", &line).await.unwrap();
        let id =
            typed.seen.as_deref().and_then(|seen| seen.strip_prefix("Saved as ")?.split_once(':').map(|(id, _)| id));
        saved.extend(id.map(|id| (who.to_owned(), id.to_owned())));
        for owner in [BOB, DANA] {
            for card in world.messages(owner) {
                // A card that was decided meanwhile has no such button.
                let _ = world.press(owner, &card, "approve").await;
            }
        }
    }
}
