//! The catalogue changes while requests live.

use crate::house::{ALICE, BOB, EXPIRED, House, PROD_RW};

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_is_gone_from_the_catalogue_orphans_no_grant() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    let rest = crate::house::CATALOGUE.split_once("[[application]]\nid     = \"staging\"").unwrap().1;
    house.write_catalogue(&format!("[[application]]\nid     = \"staging\"{rest}"));
    house.start().await;
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.until_expired(ALICE).await;
    house.finish(&[], &[EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_re_pointed_group_stops_a_request_that_waits() {
    let mut house = House::open().await;
    house.world.slash(ALICE, "/jit", "staging/admin 45m Rollout").await.unwrap();
    house.world.until_message(BOB, "asks for").await;
    house.stop().await;
    house.change_catalogue("00gSTAGING", "00gPRODRO");
    house.start().await;
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Not sent on").await;
    house.world.until_ephemeral(BOB, "What can be asked for has changed").await;
    assert_eq!(house.world.writes().len(), 0);
    house.finish(&[], &[&[(ALICE, "Not sent on"), (BOB, "Closed"), (BOB, "What can be asked for has changed")]]).await;
}
