//! Keeping access for longer than it was opened for: asked of those who must agree to the total, on a card of its own.

use insta::assert_snapshot;
use world::Company;

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
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"
    # Extend access
    Production Database · Read-Write, active until today 16:40 Paris time (UTC+1).
    More time: [45 minutes more]
    Or another length (optional): [‹90m, 2h 30m, until 17:30›]
      (Fill this in and it counts instead of the choice above. Press Enter to see the new end.)
    Until today 17:25 Paris time (UTC+1), 2 h 45 min in total.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    Why is more time needed: [U0ALICE because of prod-db/rw, 2h]
      (The people asked, admins and the ticket show this as you type it.)
    [Back] [Ask for more time]
    ");
    house.world.fill(ALICE, "duration", "duration", "7200s").await.unwrap();
    house.world.until_view(ALICE, "in total.").await;
    house.world.until_view(ALICE, "4 hours in total").await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"
    # Extend access
    Production Database · Read-Write, active until today 16:40 Paris time (UTC+1).
    More time: [2 hours more]
    Or another length (optional): [‹90m, 2h 30m, until 17:30›]
      (Fill this in and it counts instead of the choice above. Press Enter to see the new end.)
    Until today 18:40 Paris time (UTC+1), 4 hours in total.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    Why is more time needed: [U0ALICE because of prod-db/rw, 2h]
      (The people asked, admins and the ticket show this as you type it.)
    [Back] [Ask for more time]
    ");
    house.world.fill(ALICE, "justification", "justification", "The index is still building").await.unwrap();
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    assert_snapshot!(house.sees(BOB, "asks to keep").await, @"
    ⏳ @Alice Martin asks to keep Production Database · Read-Write until today at 18:40
    2 hours more, 4 hours in total. Active until today at 16:40 now.
    │ The index is still building
    1. You or @Dana Fox, now: owners of Production Database
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-2 · closes today at 16:40 if nobody decides
    ");
    let card = house.world.until_message(BOB, "asks to keep").await;
    assert_snapshot!(card.text, @"Alice Martin asks to keep Production Database, Read-Write until 2026-11-24 18:40 UTC+1, 2 hours more. You or Dana Fox decide: owners of Production Database. Closes 2026-11-24 16:40 UTC+1 if nobody decides. Why: The index is still building");
    assert_snapshot!(house.sees(ALICE, "waiting for @Bob Stone").await, @"
    🟢 Active until today at 16:40. Until today at 18:40 asked, waiting for @Bob Stone or @Dana Fox
    Production Database · Read-Write, 2 hours
    Without an answer it ends at the first time.
    │ U0ALICE because of prod-db/rw, 2h
    [Return access]
    R-1 · ACCESS-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(typed(&house, ALICE, "list").await, @"
    Active (1)
    Production Database · Read-Write · 1 h 30 min left, until today at 16:40 · R-1
    [Return access]
    Waiting (1)
    Production Database · Read-Write · 2 hours more · waiting for @Bob Stone or @Dana Fox · R-2
    [Cancel request]
    ");
    let clicked = house.world.press(BOB, &card, "approve").await.unwrap();
    assert_snapshot!(clicked.confirm.unwrap_or_default(), @"Approve this access? / Alice Martin keeps Production Database · Read-Write (high sensitivity) for 2 hours more. / [Approve] [Back]");
    assert_snapshot!(house.sees(ALICE, "Extended until").await, @"Extended until today at 18:40: Production Database, Read-Write.");
    assert_snapshot!(house.sees(ALICE, "Extended by").await, @"
    🟢 Active until today at 18:40.
    Production Database · Read-Write, 4 hours
    Extended by @Bob Stone, today at 15:10.
    │ U0ALICE because of prod-db/rw, 2h
    [Extend…] [Return access]
    R-1 · ACCESS-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(BOB, "Kept until").await, @"
    Approved by you, today at 15:10
    @Alice Martin · Production Database · Read-Write, 2 hours more
    Kept until today at 18:40
    │ The index is still building
    R-2
    ");
    house.settle().await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1 · ACCESS-1
    Open: Production Database · Read-Write for Alice Martin until today at 16:40 · R-1 · ACCESS-1
    More time asked: Production Database · Read-Write for Alice Martin until today at 18:40 · R-1 · ACCESS-1
    Bob Stone approved 2 hours more of Production Database · Read-Write for Alice Martin · R-2
    Extended: Production Database · Read-Write for Alice Martin until today at 18:40 by Bob Stone · R-1 · ACCESS-1
    ");
    assert_snapshot!(super::tickets::read(&house), @"
    [In Progress]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Alice Martin asked to keep it until 18:40:05 UTC+1, 2026-11-24 15:10:05 UTC+1.

    Extended to 18:40:05 UTC+1 by Bob Stone, 2026-11-24 15:10:05 UTC+1.
    ");
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
    assert_snapshot!(house.world.seen_view(BOB).unwrap(), @"
    # Deny request
    @Alice Martin asks to keep Production Database · Read-Write for 1 hour more.
    Why not: [‹›]
      (Alice Martin and admins show this. Other approvers only see that you denied it.)
    [Back] [Deny request]
    ");
    house.world.fill(BOB, "reason", "reason", "Use the read replica").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    assert_snapshot!(house.sees(ALICE, "Not extended").await, @"Not extended, ends today at 16:40: Production Database, Read-Write. The message above says why.");
    assert_snapshot!(house.sees(ALICE, "did not extend it").await, @"
    🟢 Active until today at 16:40.
    Production Database · Read-Write, 2 hours
    @Bob Stone did not extend it, today at 14:40:
    │ Use the read replica
    [Extend…] [Return access]
    R-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.settle().await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1
    Open: Production Database · Read-Write for Alice Martin until today at 16:40 · R-1
    More time asked: Production Database · Read-Write for Alice Martin until today at 17:40 · R-1
    Not extended: Production Database · Read-Write for Alice Martin, denied by Bob Stone · R-1
    ");
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
    assert_snapshot!(house.sees(BOB, "the access is over").await, @"
    Closed today at 16:41: the access is over
    @Alice Martin · Production Database · Read-Write, 1 h 19 min 55 s more
    │ The index is still building
    R-2
    ");
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1
    Open: Production Database · Read-Write for Alice Martin until today at 16:40 · R-1
    More time asked: Production Database · Read-Write for Alice Martin until today at 18:00 · R-1
    Ended: Production Database · Read-Write for Alice Martin, expired, confirmed 1 minute after its end · R-1
    ");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_returned_while_more_is_asked_and_both_are_over() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    ask(&house, "1h", "The index is still building").await;
    house.press(ALICE, "🟢 Active until", "return").await;
    house.world.until_message(ALICE, "You returned this access").await;
    assert_snapshot!(house.sees(BOB, "Withdrawn by").await, @"
    Withdrawn by @Alice Martin, today at 14:40
    @Alice Martin · Production Database · Read-Write, 1 hour more
    │ The index is still building
    R-2
    ");
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
    assert_snapshot!(typed(&house, ALICE, "extend R-1").await, @"You already asked for more time today 14:40: waiting for Bob Stone or Dana Fox.");
    assert_snapshot!(typed(&house, CAROL, "extend R-1").await, @"You hold no temporary access and wait for none. /jit asks for some.");
    house.press(BOB, "asks to keep", "approve").await;
    house.world.until_message(ALICE, "Extended by").await;
    house.settle().await;
    assert_eq!(typed(&house, ALICE, "extend R-1").await, "");
    house.world.until_view(ALICE, "in total").await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"
    # Cannot be longer
    Production Database · Read-Write can be had for up to 8 hours in total, until today 22:40 Paris time (UTC+1). After that, ask again.
    [Close]
    ");
    assert!(typed(&house, ALICE, "return R-1").await.contains("R-1 is returned."));
    house.world.until_message(ALICE, "You returned this access").await;
    house.settle().await;
    house.grant(ALICE, "staging/admin", "15m").await;
    house.press(ALICE, "🟢 Active until", "return").await;
    house.settle().await;
    assert_snapshot!(typed(&house, ALICE, "extend R-3").await, @"This ended today 14:40, so it cannot be extended. Ask again with /jit.");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_before_the_end_offers_it_and_so_does_the_home_tab() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.advance(111);
    assert_snapshot!(house.sees(ALICE, "Ends today at 16:40: Production").await, @"
    Ends today at 16:40: Production Database, Read-Write.
    [Extend…]
    ");
    assert!(house.world.open_home(ALICE).await.unwrap().acked);
    house.world.until_home(ALICE, "[Extend…]").await;
    house.press(ALICE, "Ends today at 16:40: Production", "extend").await;
    house.world.until_view(ALICE, "owners of Production Database").await;
    house.world.fill(ALICE, "custom_duration", "custom_duration", "30m").await.unwrap();
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.press(BOB, "asks to keep", "approve").await;
    house.world.until_message(ALICE, "Extended until").await;
    house.settle().await;
    // The end that it named is none any more; the next has a word of its own.
    assert_snapshot!(house.sees(ALICE, "Ends today at 16:40: Production").await, @"Ends today at 16:40: Production Database, Read-Write.");
    house.finish(&[(PROD_RW, "00uALICE")], &[EXTENDED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_while_more_is_asked_is_over_and_not_left_undecided() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    ask(&house, "1h", "The index is still building").await;
    assert_eq!(
        typed(&house, CAROL, "admin revoke R-1 Wrong database").await,
        "Revoking R-1. Okta is asked now and Alice Martin is told."
    );
    house.world.until_message(ALICE, "Ended by @Carol Diaz, today").await;
    assert_snapshot!(house.sees(BOB, "Closed").await, @"
    Closed today at 14:40: the access is over
    @Alice Martin · Production Database · Read-Write, 1 hour more
    │ The index is still building
    R-2
    ");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_until_the_end_of_the_business_day() {
    let mut house = House::closed(Company::acme()).await;
    house.change_catalogue(r#"durations    = ["45m", "2h"]"#, r#"durations    = ["45m", "2h", "eod"]"#);
    house.set_clocks();
    house.start().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    open_form(&house, "🟢 Active until").await;
    house.world.fill(ALICE, "duration", "duration", "eod").await.unwrap();
    house.world.until_view(ALICE, "Until today 18:00").await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"
    # Extend access
    Production Database · Read-Write, active until today 16:40 Paris time (UTC+1).
    More time: [Until 18:00, end of business day]
    Or another length (optional): [‹90m, 2h 30m, until 17:30›]
      (Fill this in and it counts instead of the choice above. Press Enter to see the new end.)
    Until today 18:00 Paris time (UTC+1), 3 h 19 min 55 s in total.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    Why is more time needed: [U0ALICE because of prod-db/rw, 2h]
      (The people asked and admins show this as you type it.)
    [Back] [Ask for more time]
    ");
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.press(BOB, "asks to keep", "approve").await;
    house.world.until_message(ALICE, "Extended until today at 18:00").await;
    house.world.until_message(ALICE, "Extended by").await;
    open_form(&house, "🟢 Active until").await;
    assert!(!house.world.seen_view(ALICE).unwrap().contains("end of business day"), "it is open until then");
    house.world.fill(ALICE, "custom_duration", "custom_duration", "eod").await.unwrap();
    let sent = house.world.submit(ALICE).await.unwrap();
    assert!(!sent.is_closed(), "{sent:?}");
    let seen = house.world.seen_view(ALICE).unwrap();
    assert!(seen.contains("It is open until today 18:00 Paris time (UTC+1) already."), "{seen}");
    house.finish_unread_holding(&[(PROD_RW, "00uALICE")]).await;
}
