//! Ending access of somebody else's: by admins and by owners, with a reason.

use insta::assert_snapshot;
use jitney::domain::event::Event;
use world::{Fault, Press, What};

use crate::house::{ALICE, BOB, CAROL, DANA, HELD, House, PROD_RW, Told};

/// What is there to be read where Carol ended what Bob approved.
const REVOKED: &[Told] = &[
    (ALICE, "Ended by @Carol Diaz"),
    (ALICE, "Open until today at 16:40"),
    (ALICE, "Ended by Carol Diaz: Production Database, Read-Write."),
    (BOB, "revoked by @Carol Diaz"),
    (DANA, "revoked by @Carol Diaz"),
];

/// What somebody is answered to a typed command.
async fn typed(house: &House, who: &str, line: &str) -> String {
    let answer = house.world.slash(who, "/jit", line).await.unwrap();
    assert!(!answer.timed_out, "{answer:?}");
    answer.seen.unwrap_or_default()
}

/// Presses Revoke… on somebody's Home tab once it is there.
async fn presses_revoke(house: &House, who: &str) {
    assert!(house.world.open_home(who).await.unwrap().acked);
    house.world.until_home(who, "[Revoke…]").await;
    let clicked = house.world.click_in_home(who, "revoke").await.unwrap();
    assert!(!clicked.timed_out, "{clicked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_ends_it_on_the_home_tab_and_its_holder_reads_why() {
    let mut house = House::with_tickets().await;
    house.stop().await;
    house.tell_the_channel();
    house.start().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    presses_revoke(&house, CAROL).await;
    house.world.until_view(CAROL, "at once").await;
    assert_snapshot!(house.world.seen_home(CAROL).unwrap(), @"
    [Request access]
    ## All active access (1)
    @Alice Martin · Production Database · Read-Write
    until today at 15:40 · R-1 [Revoke…]
    As of today at 13:40. Reopen this tab to refresh.
    ");
    assert_snapshot!(house.world.seen_view(CAROL).unwrap(), @"
    # Revoke access
    @Alice Martin loses Production Database · Read-Write at once.
    Why: [‹›]
      (Alice Martin, admins and the ticket show this.)
    [Back] [Revoke now]
    ");
    let blank = house.world.submit(CAROL).await.unwrap();
    assert!(!blank.is_closed(), "{blank:?}");
    house.world.fill(CAROL, "reason", "reason", "Wrong *database*, see <!channel>").await.unwrap();
    assert!(house.world.submit(CAROL).await.unwrap().is_closed());
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    assert_snapshot!(house.sees(ALICE, "Ended by Carol Diaz").await, @"
    Ended by Carol Diaz: Production Database, Read-Write.
    │ Wrong *database*, see <!channel>
    ");
    assert_snapshot!(house.sees(ALICE, "Ended by @Carol Diaz").await, @"
    Ended by @Carol Diaz, today at 14:40
    Production Database · Read-Write, 2 hours
    │ Wrong *database*, see <!channel>
    R-1 · ACCESS-1
    ");
    let bobs = house.sees(BOB, "revoked by @Carol Diaz").await;
    assert!(!bobs.contains("Wrong"), "the reason is not for others: {bobs}");
    house.until_line("Ended").await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1 · ACCESS-1
    Open: Production Database · Read-Write for Alice Martin until today at 16:40 · R-1 · ACCESS-1
    Ended: Production Database · Read-Write for Alice Martin, revoked by Carol Diaz, confirmed 0 s later · R-1 · ACCESS-1
    ");
    house.settle().await;
    assert_snapshot!(super::tickets::read(&house), @"
    [Done]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Ended, revoked by Carol Diaz: removed and read back 2026-11-24 14:40:05 UTC+1.
    Wrong *database*, see <!channel>
    ");
    house.world.until_home(CAROL, "You hold no temporary access").await;
    assert!(house.world.open_home(ALICE).await.unwrap().acked);
    house.world.until_home(ALICE, "revoked today at 14:40").await;
    house.finish(&[], &[REVOKED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_ends_what_is_theirs_at_once_whatever_okta_does() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let removal = house.world.fault(Fault::okta("DELETE *", What::Hang).until_lifted());
    presses_revoke(&house, DANA).await;
    house.world.until_view(DANA, "at once").await;
    house.world.fill(DANA, "reason", "reason", "Wrong database").await.unwrap();
    assert!(house.world.submit(DANA).await.unwrap().is_closed());
    assert_snapshot!(house.sees(ALICE, "⏳ Ending access in Okta").await, @"
    ⏳ Ending access in Okta
    Production Database · Read-Write, 2 hours
    @Dana Fox ended it.
    │ Wrong database
    R-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.world.until_message(ALICE, "Ended by Dana Fox").await;
    house.world.until_home(DANA, "ending access in Okta").await;
    assert!(!house.world.seen_home(DANA).unwrap().contains("Revoke"));
    house.world.lift(removal);
    house.world.until_message(ALICE, "Ended by @Dana Fox").await;
    let told: &[Told] = &[
        (ALICE, "Ended by @Dana Fox"),
        (ALICE, "Open until today at 16:40"),
        (ALICE, "Ended by Dana Fox: Production Database, Read-Write."),
        (BOB, "revoked by @Dana Fox"),
        (DANA, "revoked by you"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_typed_by_an_admin_and_by_others_in_vain() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let how = typed(&house, CAROL, "admin revoke R-1").await;
    assert_snapshot!(how, @"Write /jit admin revoke ID REASON; the person reads the reason.");
    assert_snapshot!(typed(&house, CAROL, "admin revoke R-999 Gone").await, @"There is no request R-999.");
    // Whoever may not is looked up all the same, and told so.
    assert_snapshot!(typed(&house, ALICE, "admin revoke R-1 Mine").await, @"R-1 is revoked once Okta says that you may. You are told if you may not.");
    let told = house.sees(ALICE, "Only admins").await;
    assert_snapshot!(told, @"Only admins and the owners of Production Database can revoke this.");
    assert_snapshot!(typed(&house, CAROL, "admin revoke r-1 Wrong database").await, @"Revoking R-1. Okta is asked now and Alice Martin is told.");
    house.world.until_message(ALICE, "Ended by @Carol Diaz").await;
    house.settle().await;
    assert_snapshot!(typed(&house, CAROL, "admin revoke R-1 Again").await, @"R-1 ended today 14:40 Paris time (UTC+1) (revoked). Nothing changed.");
    assert_snapshot!(typed(&house, ALICE, "admin revoke R-1 Mine").await, @"Only admins and the owners of Production Database can revoke this.");
    house.ask(ALICE, "prod-db/rw", "1h", "INC-43").await;
    assert_snapshot!(typed(&house, DANA, "admin revoke R-2 Not yet").await, @"R-2 is not approved yet, so there is nothing to revoke. Whoever is asked can deny it.");
    let told: &[Told] = &[
        (ALICE, "Only admins and the owners of Production Database can revoke this."),
        (ALICE, "Waiting for @Bob Stone or @Dana Fox"),
        (BOB, "asks for Production Database · Read-Write"),
        (DANA, "asks for Production Database · Read-Write"),
    ];
    house.finish(&[], &[REVOKED, told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_opened_is_ended_too() {
    let house = House::open().await;
    let opening = house.world.fault(Fault::okta("PUT *", What::Hang).until_lifted());
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Approved. Opening access").await;
    typed(&house, CAROL, "admin revoke R-1 Wrong database").await;
    house.world.until_message(ALICE, "Ended by Carol Diaz").await;
    house.world.lift(opening);
    house.world.until_message(ALICE, "Ended by @Carol Diaz").await;
    let told: &[Told] = &[
        (ALICE, "Ended by @Carol Diaz"),
        (ALICE, "Ended by Carol Diaz: Production Database, Read-Write."),
        (BOB, "revoked by @Carol Diaz"),
        (DANA, "revoked by @Carol Diaz"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_ends_it_while_the_program_only_ends_access() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    house.write_catalogue("[[application]]\nid = \"prod-db\"\nowners = [");
    house.start_unconnected();
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    house.world.until_connected(1).await;
    assert_snapshot!(typed(&house, CAROL, "admin revoke R-1 Wrong database").await, @"Revoking R-1. Okta is asked now and Alice Martin is told.");
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.stop().await;
    house.write_catalogue(crate::house::CATALOGUE);
    house.start().await;
    house.world.until_message(ALICE, "Ended by @Carol Diaz").await;
    house.finish(&[], &[REVOKED, &[(CAROL, "Jitney only ends access")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_owns_it_no_more_when_they_are_looked_up_ends_nothing() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    presses_revoke(&house, DANA).await;
    house.world.until_view(DANA, "at once").await;
    house.world.fill(DANA, "reason", "reason", "Wrong database").await.unwrap();
    house.stop().await;
    house.change_catalogue("owners = [\"bob@acme.example\", \"dana@acme.example\"]", "owners = [\"bob@acme.example\"]");
    house.start().await;
    assert!(house.world.submit(DANA).await.unwrap().is_closed());
    house.world.until_message(DANA, "Only admins and the owners of Production Database can revoke this.").await;
    house.until_on_record("a refusal", 1, |event| matches!(event, Event::RevocationRefused { .. })).await;
    let told: &[Told] = &[(DANA, "Only admins and the owners of Production Database can revoke this.")];
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD, told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_press_shows_nobody_what_others_hold() {
    let house = House::open().await;
    house.grant(DANA, "staging/admin", "1h").await;
    let forged =
        serde_json::json!({ "type": "button", "action_id": "revoke", "block_id": "revoke:R-1", "value": "R-1" });
    house.world.forge_click_in_home(ALICE, forged).await;
    house.world.until_view(ALICE, "Only admins and the owners of Staging can revoke this.").await;
    let told: &[Told] = &[(DANA, "🟢 Active until"), (DANA, "Open until today at"), (BOB, "Approved by you")];
    house.finish(&[("00gSTAGING", "00uDANA")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_read_what_everyone_holds_and_end_it_from_there() {
    let house = House::open().await;
    assert_snapshot!(typed(&house, CAROL, "admin").await, @"Nobody holds temporary access.");
    assert_snapshot!(typed(&house, ALICE, "admin").await, @"Only admins can use this. Your own access: /jit list.");
    assert_snapshot!(typed(&house, CAROL, "admin lst").await, @"/jit admin lst is not a command. Did you mean /jit admin? /jit help shows all.");
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.grant(DANA, "staging/admin", "1h").await;
    assert_snapshot!(typed(&house, CAROL, "admin").await, @"
    2 active.
    @Dana Fox · Staging · Admin
    until today at 14:40 · R-2 [Revoke…]
    @Alice Martin · Production Database · Read-Write
    until today at 15:40 · R-1 [Revoke…]
    ");
    let list = house.world.ephemerals(CAROL).pop().unwrap();
    let clicked = house.world.click(CAROL, &list.channel, &list.ts, Press::value("revoke", "R-1")).await.unwrap();
    assert!(!clicked.timed_out, "{clicked:?}");
    house.world.until_view(CAROL, "@Alice Martin loses").await;
    house.world.fill(CAROL, "reason", "reason", "Wrong database").await.unwrap();
    assert!(house.world.submit(CAROL).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Ended by @Carol Diaz").await;
    // The list is of before: it says how things are when it is pressed.
    house.world.click(CAROL, &list.channel, &list.ts, Press::value("revoke", "R-1")).await.unwrap();
    house.world.until_ephemeral(CAROL, "R-1 ended today 14:40 Paris time (UTC+1) (revoked). Nothing changed.").await;
    assert_snapshot!(typed(&house, CAROL, "help").await, @"
    Ask: /jit opens the form. /jit prod-db/rw 2h Why you need it asks in one line.
    Your access: /jit list · /jit extend ID · /jit return ID · /jit cancel ID
    Lengths: 45m 2h 1h 30m until 17:30 eod (18:00 Paris time)
    Admins: /jit admin · /jit admin revoke ID REASON · /jit admin freeze · /jit admin unfreeze
    ");
    let told: &[Told] = &[
        (DANA, "🟢 Active until"),
        (DANA, "Open until today at"),
        (BOB, "Approved by you"),
        (CAROL, "Nothing changed."),
    ];
    house.finish(&[("00gSTAGING", "00uDANA")], &[REVOKED, told]).await;
}
