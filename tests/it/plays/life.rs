//! One grant's whole life.

use crate::house::{ALICE, BOB, DANA, House, PROD_RW};

#[tokio::test(flavor = "multi_thread")]
async fn from_the_form_to_the_removal() {
    let house = House::open().await;
    let asked = house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    let waiting = house.world.until_message(ALICE, "Waiting for").await;
    assert_eq!(asked.ts, waiting.ts, "one message follows the request");
    println!("{}", house.world.seen(&waiting));
    let card = house.world.until_message(BOB, "asks for").await;
    println!("{}", house.world.seen(&card));
    house.press(BOB, "asks for", "approve").await;
    house.world.until_member(PROD_RW, "00uALICE").await;
    let open = house.world.until_message(ALICE, "Active until").await;
    println!("{}", house.world.seen(&open));
    house.world.until_message(ALICE, "Open until").await;
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    let over = house.world.until_message(ALICE, "as planned").await;
    println!("{}", house.world.seen(&over));
    house.world.until_message(ALICE, "Okta confirmed it").await;
    let decided = house.world.until_message(DANA, "Approved by").await;
    println!("{}", house.world.seen(&decided));
    house.read_all();
    house.finish(&[]).await;
}
