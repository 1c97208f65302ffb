//! Rules in files beside the configuration: in force, or in need of mending.

use std::fs;

use insta::assert_snapshot;

use crate::house::{ALICE, CAROL, EXPIRED, House, PROD_RW};

const FREEZE: &str = r#"
@id("freeze")
@message("Production is frozen until January.")
forbid (principal, action == Action::"Request", resource in Application::"prod-db");
"#;

#[tokio::test(flavor = "multi_thread")]
async fn faulty_rules_do_not_keep_a_removal_from_happening_and_let_nothing_through() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    fs::write(house.path("policy.cedar"), FREEZE.replace("prod-db", "prod-bd")).unwrap();
    house.start_unconnected();
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    house.world.until_connected(1).await;
    let _ = house.world.slash(CAROL, "/jit", "staging/admin 1h Now").await;
    house.stop().await;
    // Mended.
    fs::write(house.path("policy.cedar"), FREEZE).unwrap();
    house.start().await;
    house.until_expired(ALICE).await;
    house.finish(&[], &[EXPIRED, &[(CAROL, "Jitney only ends access")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_refuses_in_its_own_words() {
    let mut house = House::open().await;
    house.stop().await;
    fs::write(house.path("policy.cedar"), FREEZE).unwrap();
    house.start().await;
    let answer = house.world.slash(ALICE, "/jit", "list").await.unwrap();
    assert!(!answer.timed_out);
    let answer = house.world.slash(ALICE, "/jit", "prod-db/rw 1h INC-42").await.unwrap();
    assert_snapshot!(answer.seen.unwrap_or_default(), @r#"
Production is frozen until January. (rule freeze)
You typed:
│ prod-db/rw 1h INC-42
"#);
    house.finish(&[], &[]).await;
}
