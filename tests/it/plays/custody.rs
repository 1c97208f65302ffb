//! What the program still does when something it needs cannot be used: it ends what is due.

use crate::house::{ALICE, CAROL, DANA, EXPIRED, House, PROD_RW};

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_catalogue_does_not_keep_a_removal_from_happening() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    house.write_catalogue("[[application]]\nid = \"prod-db\"\nowners = [");
    house.start_unconnected();
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    house.stop().await;
    house.write_catalogue(crate::house::CATALOGUE);
    house.start().await;
    house.until_expired(ALICE).await;
    house.finish(&[], &[EXPIRED, &[(CAROL, "Jitney only ends access")]]).await;
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
    let text = std::fs::read_to_string(&journal).unwrap();
    // Somebody edits an early line.
    let edited = text.replacen("request_received", "request_recieved", 1);
    assert_ne!(text, edited);
    std::fs::write(&journal, &edited).unwrap();
    std::fs::remove_dir_all(house.path("store/sled")).unwrap();
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
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), edited, "the damaged journal is left as it is");
    house.finish_damaged().await;
}
