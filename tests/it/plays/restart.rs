//! The bot goes away and comes back.

use jitney::clock::Clock as _;

use crate::house::{ALICE, BOB, DANA, EXPIRED, House, PROD_RW};

#[tokio::test(flavor = "multi_thread")]
async fn overdue_removals_run_at_start_before_any_addition() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.grant(DANA, "prod-db/rw", "45m").await;
    house.ask(BOB, "prod-db/rw", "1h", "INC-44").await;
    let card = house.world.until_message(DANA, "asks for").await;
    house.stop().await;
    house.advance(150);
    let before = house.world.writes().len();
    house.start().await;
    house.world.press(DANA, &card, "approve").await.unwrap();
    house.world.until_member(PROD_RW, "00uBOB").await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    let mut writes: Vec<String> =
        house.world.writes().split_off(before).iter().map(|write| write.user.clone()).collect();
    // Removals are asked for side by side, the oldest first: which of two arrives first is up to the network.
    writes[..2].sort();
    assert_eq!(writes, ["00uALICE", "00uDANA", "00uBOB"], "both removals, then the addition");
    for (who, late) in [(ALICE, ", 30 minutes late"), (DANA, ", 105 minutes late")] {
        house.world.until_message(who, late).await;
        house.world.until_message(who, ". Okta confirmed it.").await;
    }
    house.world.until_message(BOB, "Open until").await;
    house
        .finish(
            &[(PROD_RW, "00uBOB")],
            &[&[
                (ALICE, "Okta confirmed it only then."),
                (ALICE, "Open until today at 16:40"),
                (ALICE, ", 30 minutes late: Production Database, Read-Write. Okta confirmed it."),
                (BOB, "Approved by you"),
                (BOB, "🟢 Active until"),
                (BOB, "Approved by you"),
                (DANA, "Approved by @Bob Stone"),
                (BOB, "Open until today at 18:10"),
                (DANA, "Okta confirmed it only then."),
                (DANA, "Open until today at 09:25"),
                (DANA, "Approved by you"),
                (DANA, ", 105 minutes late: Production Database, Read-Write. Okta confirmed it."),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_steps_back_across_a_restart_extends_nothing() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    let head = house.live().at;
    house.clock_steps_back();
    assert!(house.clock.now() < head);
    house.start().await;
    assert!(house.clock.now() >= head, "time is not before what is on record");
    assert_eq!(house.world.members(PROD_RW), ["00uALICE"]);
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.finish(&[], &[EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_rolled_back_or_damaged_is_rebuilt() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    let old = house.path("old-index");
    copy(&house.path("store/sled"), &old);
    house.start().await;
    house.grant(DANA, "prod-db/rw", "2h").await;
    house.stop().await;
    std::fs::remove_dir_all(house.path("store/sled")).unwrap();
    copy(&old, &house.path("store/sled"));
    house.start().await;
    let typed = house.world.slash(DANA, "/jit", "return R-2").await.unwrap();
    assert_eq!(typed.seen.as_deref(), Some("R-2 is returned. Okta is asked to end it now."));
    house.world.until_message(DANA, "You returned this access").await;
    house.settle().await;
    house.stop().await;
    std::fs::remove_dir_all(house.path("store/sled")).unwrap();
    copy(&old, &house.path("store/sled"));
    house.start().await;
    // What is over is read from the index alone.
    assert!(house.live().requests.keys().all(|id| id.to_string() != "R-2"), "it is over");
    let typed = house.world.slash(DANA, "/jit", "return R-2").await.unwrap();
    assert!(typed.seen.as_deref().unwrap().contains("You returned this today"), "{typed:?}");
    house.stop().await;
    for file in std::fs::read_dir(house.path("store/sled")).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            std::fs::write(path, b"rotten").unwrap();
        }
    }
    house.start().await;
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.until_expired(ALICE).await;
    house
        .finish(
            &[],
            &[
                EXPIRED,
                &[(BOB, "Approved by you"), (DANA, "You returned this access"), (DANA, "Open until today at 10:40")],
            ],
        )
        .await;
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
