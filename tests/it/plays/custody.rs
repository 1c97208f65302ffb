//! What the program still does when something it needs cannot be used: it ends what is due.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use jitney::ledger::{Local, OpenError};

use crate::house::{ALICE, BOB, CAROL, DANA, EXPIRED, House, PROD_RW};

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_catalogue_does_not_keep_a_removal_from_happening() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.ask(DANA, "prod-db/rw", "1h", "INC-77").await;
    let card = house.world.until_message(BOB, "INC-77").await;
    house.stop().await;
    house.write_catalogue("[[application]]\nid = \"prod-db\"\nowners = [");
    house.start_unconnected();
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    house.world.until_connected(1).await;
    // Whoever tries all the same is given nothing.
    let _ = house.world.press(BOB, &card, "approve").await;
    let _ = house.world.slash(CAROL, "/jit", "staging/admin 1h Now").await;
    house.stop().await;
    let given = |house: &House| house.world.writes().iter().filter(|write| write.user != "00uALICE").count();
    assert_eq!(given(&house), 0);
    house.write_catalogue(crate::house::CATALOGUE);
    house.start().await;
    house.until_expired(ALICE).await;
    assert_eq!(given(&house), 0, "what was pressed in custody is not made up for");
    house
        .finish(
            &[],
            &[
                EXPIRED,
                &[
                    (CAROL, "Jitney only ends access"),
                    (BOB, "asks for Production Database · Read-Write"),
                    (BOB, "Jitney only ends access"),
                    (DANA, "Waiting for @Bob Stone"),
                ],
            ],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_slack_token_does_not_keep_a_removal_from_happening() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    house.change_settings(world::bot_token(), "xoxb-revoked");
    house.start_unconnected();
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.stop().await;
    house.change_settings("xoxb-revoked", world::bot_token());
    house.start().await;
    house.until_expired(ALICE).await;
    house.finish(&[], &[EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_keeps_every_grant_that_an_intact_part_names() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.grant(DANA, "prod-db/rw", "4h").await;
    house.stop().await;
    let journal = house.journal();
    let text = fs::read_to_string(&journal).unwrap();
    // Somebody edits an early line.
    let edited = text.replacen("request_received", "request_recieved", 1);
    assert_ne!(text, edited);
    fs::write(&journal, &edited).unwrap();
    fs::remove_dir_all(house.path("store/sled")).unwrap();
    house.start_unconnected();
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    assert_eq!(house.world.members(PROD_RW), ["00uDANA"]);
    // Custody is restarted in between, and remembers.
    house.stop().await;
    house.start_unconnected();
    house.advance(120);
    house.world.until_not_member(PROD_RW, "00uDANA").await;
    house.stop().await;
    assert_eq!(fs::read_to_string(&journal).unwrap(), edited, "the damaged journal is left as it is");
    house.finish_damaged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_others_may_read_grants_nothing_and_still_ends_what_is_due() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    let key = house.path("audit.key");
    fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
    house.start_unconnected();
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    house.stop().await;
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    house.start().await;
    house.until_expired(ALICE).await;
    house.finish(&[], &[EXPIRED, &[(CAROL, "Jitney only ends access")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_custody_everyone_is_answered_and_access_can_be_returned() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    house.stop().await;
    house.write_catalogue("[[application]]\nid = \"prod-db\"\nowners = [");
    house.start().await;
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    for line in ["", "staging/admin 45m Rollout", "nothing/here 45m Rollout"] {
        let typed = house.world.slash(ALICE, "/jit", line).await.unwrap().seen.unwrap_or_default();
        assert!(typed.contains("Jitney only ends access at the moment"), "{line}: {typed}");
    }
    for button in ["approve", "deny"] {
        let before = house.world.ephemerals(BOB).len();
        house.press(BOB, "asks for Staging", button).await;
        house
            .world
            .until("Bob is told", |state| {
                let notes = state.slack.ephemerals.iter().filter(|note| note.user == BOB);
                let told = notes.filter(|note| note.text.contains("Jitney only ends access at the moment"));
                (told.count() > before).then_some(())
            })
            .await;
    }
    house.press(ALICE, "Active until", "return").await;
    house.world.until_ephemeral(ALICE, "R-1 is returned.").await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.stop().await;
    house.write_catalogue(crate::house::CATALOGUE);
    house.start().await;
    house.world.until_message(ALICE, "You returned this access").await;
    house
        .finish(
            &[],
            &[&[
                (ALICE, "You returned this access"),
                (ALICE, "Open until today at 16:40"),
                (ALICE, "Waiting for @Bob Stone"),
                (ALICE, "R-1 is returned."),
                (BOB, "Approved by you"),
                (BOB, "asks for Staging"),
                (BOB, "Jitney only ends access"),
                (BOB, "Jitney only ends access"),
                (DANA, "Approved by @Bob Stone"),
                (CAROL, "Jitney only ends access"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_the_program_says_so_and_keeps_the_store_to_itself() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let key = house.path("audit.key");
    let good = fs::read(&key).unwrap();
    for (spoilt, said) in [(None, "is missing, but the store has lines"), (Some("not a key"), "is not an audit key")] {
        house.stop().await;
        match spoilt {
            Some(text) => fs::write(&key, text).unwrap(),
            None => fs::remove_file(&key).unwrap(),
        }
        house.start_unconnected();
        house.world.until_message(CAROL, said).await;
        assert!(matches!(Local::hold(&house.path("store")), Err(OpenError::Locked(_))));
        house.stop().await;
        fs::write(&key, &good).unwrap();
        fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        house.start().await;
    }
    house.advance(121);
    house.until_expired(ALICE).await;
    house
        .finish(&[], &[EXPIRED, &[(CAROL, "is missing, but the store has lines"), (CAROL, "is not an audit key")]])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_app_token_alone_is_told_to_admins_with_the_bots() {
    let mut house = House::closed(world::Company::acme()).await;
    house.change_settings(world::app_token(), "xapp-revoked");
    house.start_unconnected();
    let told = house.world.until_message(CAROL, "Jitney hears nobody at the moment").await;
    assert!(house.world.seen(&told).contains("slack.app_token is not valid"), "{}", house.world.seen(&told));
    house.stop().await;
    house.finish(&[], &[&[(CAROL, "Jitney hears nobody at the moment")]]).await;
}
