//! Keeping access for longer than it was opened for: asked of those who must agree to the total, on a card of its own.

use insta::assert_snapshot;

use crate::house::{ALICE, BOB, CAROL, DANA, House, PROD_RW, Told};

/// What is there to be read once Bob has extended what Alice holds.
const EXTENDED: &[Told] = &[
    (ALICE, "🟢 Active until"),
    (ALICE, "Open until today at 16:40"),
    (ALICE, "Ends today at 16:40: Production Database, Read-Write."),
    (ALICE, "Extended until today at"),
    (BOB, "Active until"),
    (DANA, "Active until"),
    (BOB, "Kept until"),
    (DANA, "Kept until"),
];

/// Opens the form on Alice's card, and waits until it shows who would be asked.
async fn open_form(house: &House, part: &str) {
    house.press(ALICE, part, "extend").await;
    house.world.until_view(ALICE, "owners of Production Database").await;
}

/// Asks for more time in the form.
async fn ask(house: &House, length: &str, why: &str) {
    open_form(house, "🟢 Active until").await;
    house.world.fill(ALICE, "custom_duration", "custom_duration", length).await.unwrap();
    house.world.fill(ALICE, "justification", "justification", why).await.unwrap();
    let sent = house.world.submit(ALICE).await.unwrap();
    assert!(sent.is_closed(), "{sent:?}");
    house.world.until_message(BOB, why).await;
}

/// What somebody is answered to a typed command.
async fn typed(house: &House, who: &str, line: &str) -> String {
    let answer = house.world.slash(who, "/jit", line).await.unwrap();
    assert!(!answer.timed_out, "{answer:?}");
    answer.seen.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_on_the_total_and_the_end_moves() {
    let mut house = House::with_tickets().await;
    house.stop().await;
    house.tell_the_channel();
    house.start().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.advance(30);
    open_form(&house, "🟢 Active until").await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"");
    house.world.fill(ALICE, "duration", "duration", "7200s").await.unwrap();
    house.world.until_view(ALICE, "in total.").await;
    house.world.until_view(ALICE, "4 hours in total").await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"");
    house.world.fill(ALICE, "justification", "justification", "The index is still building").await.unwrap();
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    assert_snapshot!(house.sees(BOB, "asks to keep").await, @"");
    let card = house.world.until_message(BOB, "asks to keep").await;
    assert_snapshot!(card.text, @"");
    assert_snapshot!(house.sees(ALICE, "waiting for @Bob Stone").await, @"");
    assert_snapshot!(typed(&house, ALICE, "list").await, @"");
    let clicked = house.world.press(BOB, &card, "approve").await.unwrap();
    assert_snapshot!(clicked.confirm.unwrap_or_default(), @"");
    assert_snapshot!(house.sees(ALICE, "Extended until").await, @"");
    assert_snapshot!(house.sees(ALICE, "Extended by").await, @"");
    assert_snapshot!(house.sees(BOB, "Kept until").await, @"");
    house.settle().await;
    assert_snapshot!(house.channel(), @"");
    assert_snapshot!(super::tickets::read(&house), @"");
    // Nothing was given anew, and at the old end nothing ends.
    house.advance(100);
    house.settle().await;
    assert_eq!(house.world.writes().len(), 1);
    house.advance(111);
    house.until_expired(ALICE).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    let told: &[Told] = &[
        (ALICE, "as planned"),
        (ALICE, "Open until today at 16:40"),
        (ALICE, "Extended until today at"),
        (ALICE, "Ends today at"),
        (ALICE, ". Okta confirmed it."),
        (BOB, "Kept until"),
        (DANA, "Kept until"),
        (BOB, "Ended today at"),
        (DANA, "Ended today at"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_leaves_the_end_as_it_was_and_says_why() {
    let house = House::with_audit_channel().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    ask(&house, "1h", "The index is still building").await;
    house.press(BOB, "asks to keep", "deny").await;
    house.world.until_view(BOB, "Why not").await;
    assert_snapshot!(house.world.seen_view(BOB).unwrap(), @"");
    house.world.fill(BOB, "reason", "reason", "Use the read replica").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    assert_snapshot!(house.sees(ALICE, "Not extended").await, @"");
    assert_snapshot!(house.sees(ALICE, "did not extend it").await, @"");
    house.settle().await;
    assert_snapshot!(house.channel(), @"");
    house.advance(121);
    house.until_expired(ALICE).await;
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn undecided_it_ends_with_the_access() {
    let house = House::with_audit_channel().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    ask(&house, "until 18:00", "The index is still building").await;
    house.settle().await;
    house.advance(121);
    house.until_expired(ALICE).await;
    house.settle().await;
    assert_snapshot!(house.sees(BOB, "the access is over").await, @"");
    assert_snapshot!(house.channel(), @"");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_returned_while_more_is_asked_and_both_are_over() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    ask(&house, "1h", "The index is still building").await;
    house.press(ALICE, "🟢 Active until", "return").await;
    house.world.until_message(ALICE, "You returned this access").await;
    assert_snapshot!(house.sees(BOB, "Withdrawn by").await, @"");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_extended_is_told_so() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    open_form(&house, "🟢 Active until").await;
    for (typed, said) in [
        ("until 16:00", "It is open until today 16:40 Paris time (UTC+1) already."),
        ("9h", "That can be had for up to 8 hours. Choose less."),
        ("2 horas", "“2 horas” is not a length."),
    ] {
        house.world.fill(ALICE, "custom_duration", "custom_duration", typed).await.unwrap();
        let sent = house.world.submit(ALICE).await.unwrap();
        assert!(!sent.is_closed(), "{typed}: {sent:?}");
        let seen = house.world.seen_view(ALICE).unwrap();
        assert!(seen.contains(said), "{typed}: {seen}");
    }
    house.world.fill(ALICE, "custom_duration", "custom_duration", "6h").await.unwrap();
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.world.until_message(BOB, "asks to keep").await;
    assert_snapshot!(typed(&house, ALICE, "extend R-1").await, @"");
    assert_snapshot!(typed(&house, CAROL, "extend R-1").await, @"");
    house.press(BOB, "asks to keep", "approve").await;
    house.world.until_message(ALICE, "Extended by").await;
    house.settle().await;
    assert_eq!(typed(&house, ALICE, "extend R-1").await, "");
    house.world.until_view(ALICE, "in total").await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"");
    assert!(typed(&house, ALICE, "return R-1").await.contains("R-1 is returned."));
    house.world.until_message(ALICE, "You returned this access").await;
    house.settle().await;
    house.grant(ALICE, "staging/admin", "15m").await;
    house.press(ALICE, "🟢 Active until", "return").await;
    house.settle().await;
    assert_snapshot!(typed(&house, ALICE, "extend R-3").await, @"");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_before_the_end_offers_it_and_so_does_the_home_tab() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.advance(111);
    assert_snapshot!(house.sees(ALICE, "Ends today").await, @"");
    assert!(house.world.open_home(ALICE).await.unwrap().acked);
    house.world.until_home(ALICE, "[Extend…]").await;
    house.press(ALICE, "Ends today at 16:40: Production", "extend").await;
    house.world.until_view(ALICE, "owners of Production Database").await;
    house.world.fill(ALICE, "custom_duration", "custom_duration", "30m").await.unwrap();
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.press(BOB, "asks to keep", "approve").await;
    house.world.until_message(ALICE, "Extended until").await;
    house.finish(&[(PROD_RW, "00uALICE")], &[EXTENDED]).await;
}
