//! Taking back: by the holder, beside another grant, from someone who stood there before, and against odds.

use jitney::clock::Clock as _;
use world::{Fault, What};

use crate::{
    house::{ALICE, BOB, CAROL, DANA, EXPIRED, EXPIRED_LATE, House, PROD_RW},
    record,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_returns_at_once_and_only_once() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let open = house.world.until_message(ALICE, "Active until").await;
    house.world.press(ALICE, &open, "return").await.unwrap();
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "You returned this access").await;
    house.world.press_stale(ALICE, &open, "return").await.unwrap();
    house.world.until_ephemeral(ALICE, "Nothing more to do").await;
    let typed = house.world.slash(ALICE, "/jit", "return r-1").await.unwrap();
    assert!(typed.seen.unwrap().contains("You returned this today"));
    let late = house.world.slash(ALICE, "/jit", "cancel R-1").await.unwrap();
    assert!(!late.timed_out);
    house
        .finish(
            &[],
            &[&[
                (ALICE, "You returned this access"),
                (ALICE, "Open until today at 16:40"),
                (ALICE, "You returned this today"),
                (BOB, "Approved by you"),
                (DANA, "Approved by @Bob Stone"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_withdraws() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.world.until_message(BOB, "asks for").await;
    let bob = house.world.until_message(BOB, "asks for").await;
    let typed = house.world.slash(ALICE, "/jit", "cancel R-1").await.unwrap();
    assert_eq!(typed.seen.as_deref(), Some("R-1 is withdrawn."));
    house.world.until_message(ALICE, "You withdrew this request").await;
    house.world.until_message(BOB, "Withdrawn by").await;
    house.world.press_stale(BOB, &bob, "approve").await.unwrap();
    house.world.until_ephemeral(BOB, "Alice Martin withdrew this today").await;
    house
        .finish(
            &[],
            &[&[
                (ALICE, "You withdrew this request"),
                (BOB, "Withdrawn by"),
                (BOB, "before your click"),
                (DANA, "Withdrawn by"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn overlapping_grants_last_until_the_later_end() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.grant(ALICE, "prod-db/debug", "4h").await;
    house.advance(121);
    house.world.until_message(ALICE, "R-2 keeps").await;
    assert_eq!(house.world.members(PROD_RW), ["00uALICE"]);
    house.advance(120);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "Debugging. Okta confirmed it.").await;
    let removals = house.world.calls_to(world::Vendor::Okta, "DELETE").len();
    assert_eq!(removals, 1, "removed once, at the later end");
    let told: &[_] = &[
        (ALICE, "Ended today at 18:40, as planned"),
        (
            ALICE,
            "Ended today at 16:40: Production Database, Read-Write. R-2 keeps this access open until today at 18:40.",
        ),
        (ALICE, "Open until today at 18:40"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
    ];
    house.finish(&[], &[told, EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_return_of_one_keeps_the_other() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.grant(ALICE, "prod-db/debug", "4h").await;
    let typed = house.world.slash(ALICE, "/jit", "return R-2").await.unwrap();
    assert_eq!(typed.seen.as_deref(), Some("R-2 is returned. Okta is asked to end it now."));
    house.world.until_message(ALICE, "R-1 keeps this access open until today at 16:40.").await;
    assert_eq!(house.world.members(PROD_RW), ["00uALICE"]);
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, ". Okta confirmed it.").await;
    house
        .finish(
            &[],
            &[
                EXPIRED,
                &[
                    (ALICE, "You returned this access"),
                    (ALICE, "Open until today at 18:40"),
                    (BOB, "Approved by you"),
                    (DANA, "Approved by @Bob Stone"),
                ],
            ],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stood_there_before_gets_no_grant_and_stays() {
    let mut house = House::open().await;
    house.stands(PROD_RW, "00uALICE");
    house.ask_in_vain(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_message(ALICE, "You already have this access").await;
    house.world.until_message(BOB, "is in its Okta group already").await;
    house.world.until_message(DANA, "is in its Okta group already").await;
    house.advance(24 * 60);
    assert_eq!(house.world.calls_to(world::Vendor::Okta, "DELETE").len(), 0);
    assert_eq!(house.world.calls_to(world::Vendor::Okta, "PUT").len(), 0);
    house
        .finish(
            &[],
            &[&[
                (ALICE, "You already have this access"),
                (BOB, "is in its Okta group already"),
                (DANA, "is in its Okta group already"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_added_by_hand_while_the_request_waited_gets_no_grant_and_stays() {
    let mut house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_message(BOB, "asks for").await;
    house.stands(PROD_RW, "00uALICE");
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "You already have this access").await;
    house.world.until_message(BOB, "is in its Okta group already").await;
    house.world.until_message(DANA, "is in its Okta group already").await;
    house
        .finish(
            &[],
            &[&[
                (ALICE, "You already have this access"),
                (BOB, "Approved by you"),
                (DANA, "Approved by @Bob Stone"),
                (BOB, "is in its Okta group already"),
                (DANA, "is in its Okta group already"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_credentials_never_count_as_removed() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let refused = house.world.fault(Fault::okta("DELETE *", What::Unauthorized).until_lifted());
    house.advance(121);
    house.world.until_called(refused).await;
    house.world.until_message(CAROL, "Okta refuses the bot's key").await;
    assert_eq!(house.world.members(PROD_RW), ["00uALICE"]);
    house.advance(6);
    house.world.until_message(ALICE, "Over since").await;
    house.world.until_message(CAROL, "1 removal is not confirmed").await;
    house.world.lift(refused);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "minutes late").await;
    house.world.until_message(CAROL, "The late removal is confirmed").await;
    house
        .finish(
            &[],
            &[
                EXPIRED_LATE,
                &[
                    (CAROL, "Okta refuses the bot's key"),
                    (CAROL, "Okta takes the bot's key again"),
                    (CAROL, "The late removal is confirmed by Okta"),
                    (CAROL, "The late removal is confirmed by Okta"),
                ],
            ],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_right_never_counts_as_removed() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let refused = house.world.fault(Fault::okta("DELETE *", What::Forbidden).until_lifted());
    house.advance(121);
    house.world.until_called(refused).await;
    house.world.until_message(CAROL, "403").await;
    assert!(!record::left(&house.live(), house.clock.now()).is_empty(), "the removal is still promised");
    assert_eq!(house.world.members(PROD_RW), ["00uALICE"]);
    house.world.lift(refused);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.until_expired(ALICE).await;
    house.finish(&[], &[EXPIRED, &[(CAROL, "Okta refuses the bot a right that it needs")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_404_counts_only_where_one_of_the_two_can_be_read() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    // Rights are lost: neither user nor group is shown any more.
    let hidden = house.world.fault(
        Fault::okta("*", What::Status {
            code: 404,
            body: serde_json::json!({"errorCode": "E0000007", "errorSummary": "Not found", "errorLink": "E0000007", "errorId": "oae1", "errorCauses": []}),
            headers: Vec::new(),
        })
        .until_lifted(),
    );
    house.advance(121);
    house.world.until_called(hidden).await;
    house.advance(6);
    house.world.until_message(ALICE, "Over since").await;
    assert_eq!(house.world.members(PROD_RW), ["00uALICE"]);
    house.world.lift(hidden);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "minutes late").await;
    house.world.until_message(CAROL, "The late removal is confirmed").await;
    house
        .finish(
            &[],
            &[
                EXPIRED_LATE,
                &[(CAROL, "The late removal is confirmed by Okta"), (CAROL, "The late removal is confirmed by Okta")],
            ],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renaming_everything_does_not_keep_a_removal_from_happening() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.world.change(|state| {
        let alice = state.people.iter_mut().find(|person| person.slack_id() == ALICE).unwrap();
        alice.name = "Alice Dupont".into();
        let okta = alice.okta.as_mut().unwrap();
        (okta.email, okta.login) = ("dupont@acme.example".into(), "dupont@acme.example".into());
        state.okta.group_mut(PROD_RW).unwrap().name = "renamed".into();
    });
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.until_expired(ALICE).await;
    house.finish(&[], &[EXPIRED]).await;
}
