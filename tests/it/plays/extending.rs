//! Keeping access for longer than it was opened for: asked of those who must agree to the total, on a card of its own.

use std::fs;

use insta::assert_snapshot;
use world::{Company, Vendor};

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
    More time asked: Production Database · Read-Write for Alice Martin until today at 18:40 · R-2 · R-1 · ACCESS-1
    Bob Stone approved 2 hours more of Production Database · Read-Write for Alice Martin · R-2 · R-1 · ACCESS-1
    Extended: Production Database · Read-Write for Alice Martin until today at 18:40 by Bob Stone · R-2 · R-1 · ACCESS-1
    ");
    assert_snapshot!(super::tickets::read(&house), @"
    [In Progress]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Alice Martin asked to keep it until 18:40:05 UTC+1, 2026-11-24 15:10:05 UTC+1 (R-2):
    The index is still building
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database

    Bob Stone approved 2 hours more, 2026-11-24 15:10:05 UTC+1 (R-2, step 1 of 1, owner).

    Extended to 18:40:05 UTC+1 by Bob Stone, 2026-11-24 15:10:05 UTC+1 (R-2).
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
        (BOB, "Ended today at"),
        (DANA, "Ended today at"),
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
    More time asked: Production Database · Read-Write for Alice Martin until today at 17:40 · R-2 · R-1
    Not extended: Production Database · Read-Write for Alice Martin, denied by Bob Stone · R-2 · R-1
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
    More time asked: Production Database · Read-Write for Alice Martin until today at 18:00 · R-2 · R-1
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
    house.finish(&[(PROD_RW, "00uALICE")], &[EXTENDED]).await;
}

/// Denies on the newest card, for this reason.
async fn deny(house: &House, who: &str, part: &str, reason: &str) {
    house.press(who, part, "deny").await;
    house.world.until_view(who, "Why not").await;
    house.world.fill(who, "reason", "reason", reason).await.unwrap();
    assert!(house.world.submit(who).await.unwrap().is_closed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_jira_is_told_late_of_each_extension_is_told_of_that_one() {
    let house = House::with_tickets().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.world.down(Vendor::Jira);
    ask(&house, "1h", "The index is still building").await;
    house.press(BOB, "The index is still building", "approve").await;
    house.world.until_message(ALICE, "Extended by @Bob Stone").await;
    ask(&house, "30m", "And now the backup").await;
    house.press(DANA, "And now the backup", "approve").await;
    house.world.until_message(ALICE, "Extended by @Dana Fox").await;
    ask(&house, "2h", "Just in case").await;
    deny(&house, BOB, "Just in case", "Ask when you need it").await;
    house.world.until_message(ALICE, "did not extend it").await;
    ask(&house, "15m", "For good").await;
    house.world.up(Vendor::Jira);
    house.settle().await;
    assert_snapshot!(super::tickets::read(&house), @"
    [In Progress]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Alice Martin asked to keep it until 17:40:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-2):
    The index is still building
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database

    Bob Stone approved 1 hour more, 2026-11-24 14:40:05 UTC+1 (R-2, step 1 of 1, owner).

    Extended to 17:40:05 UTC+1 by Bob Stone, 2026-11-24 14:40:05 UTC+1 (R-2).

    Alice Martin asked to keep it until 18:10:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-3):
    And now the backup
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database

    Dana Fox approved 30 minutes more, 2026-11-24 14:40:05 UTC+1 (R-3, step 1 of 1, owner).

    Extended to 18:10:05 UTC+1 by Dana Fox, 2026-11-24 14:40:05 UTC+1 (R-3).

    Alice Martin asked to keep it until 20:10:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-4):
    Just in case
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database

    Not extended, 2026-11-24 14:40:05 UTC+1 (R-4): denied by Bob Stone.
    Ask when you need it

    Alice Martin asked to keep it until 18:25:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-5):
    For good
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database
    ");
    // Whoever decided an extension reads how the access ended, and what they decided.
    house.press(ALICE, "🟢 Active until", "return").await;
    house.world.until_message(ALICE, "You returned this access").await;
    house.settle().await;
    assert_snapshot!(house.sees(BOB, "The index is still building").await, @"
    Approved by you, today at 14:40
    @Alice Martin · Production Database · Read-Write, 1 hour more
    Ended today at 14:40: returned
    │ The index is still building
    R-2
    ");
    assert_snapshot!(house.sees(DANA, "And now the backup").await, @"
    Approved by you, today at 08:40
    @Alice Martin · Production Database · Read-Write, 30 minutes more
    Ended today at 08:40: returned
    │ And now the backup
    R-3
    ");
    assert_snapshot!(house.sees(BOB, "because of prod-db/rw").await, @"
    Approved by you, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended today at 14:40: returned
    │ U0ALICE because of prod-db/rw, 2h
    R-1 · ACCESS-1
    ");
    house.finish_unread().await;
}

const RULES: &str = r#"
@id("long-requests")
@step("soc")
@message("More than 2 hours at a stretch")
permit (principal, action == Action::"Require", resource)
when { context.total > duration("2h") };

@id("oncall-staging")
permit (principal in Group::"engineers", action == Action::"AutoApprove", resource in Application::"staging");
"#;

/// A house with these rules, where everybody reads elsewhere, too.
async fn ruled() -> House {
    let mut house = House::closed(Company::acme()).await;
    let groups = "[approvers]\nsoc = [\"carol@acme.example\"]\n\n[groups]\nengineers = \"00gENG\"\n\n[requests]";
    house.change_settings("[requests]", groups);
    fs::write(house.path("policy.cedar"), RULES).unwrap();
    house.keep_tickets();
    house.tell_the_channel();
    house.set_clocks();
    house.start().await;
    house
}

/// What the channel reads of R-2.
fn of_extension(house: &House) -> String {
    let lines = house.channel();
    lines.lines().filter(|line| line.contains("R-2")).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_its_steps_and_the_rule_that_demands_one_is_told() {
    let house = ruled().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    ask(&house, "1h", "The index is still building").await;
    house.press(BOB, "asks to keep", "approve").await;
    house.world.until_message(CAROL, "asks to keep").await;
    house.press(CAROL, "asks to keep", "approve").await;
    house.world.until_message(ALICE, "Extended by @Carol Diaz").await;
    house.settle().await;
    assert_snapshot!(super::tickets::read(&house), @"
    [In Progress]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Alice Martin asked to keep it until 17:40:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-2):
    The index is still building
    Who decides, step 1 of 2: Bob Stone or Dana Fox, owners of Production Database
    Who decides, step 2 of 2: Carol Diaz, More than 2 hours at a stretch, rule long-requests

    Bob Stone approved 1 hour more, 2026-11-24 14:40:05 UTC+1 (R-2, step 1 of 2, owner).

    Carol Diaz approved 1 hour more, 2026-11-24 14:40:05 UTC+1 (R-2, step 2 of 2, soc).

    Extended to 17:40:05 UTC+1 by Carol Diaz, 2026-11-24 14:40:05 UTC+1 (R-2).
    ");
    assert_snapshot!(of_extension(&house), @"
    More time asked: Production Database · Read-Write for Alice Martin until today at 17:40 · R-2 · R-1 · ACCESS-1
    Bob Stone approved 1 hour more of Production Database · Read-Write for Alice Martin · R-2 · R-1 · ACCESS-1
    Carol Diaz approved 1 hour more of Production Database · Read-Write for Alice Martin · R-2 · R-1 · ACCESS-1
    Extended: Production Database · Read-Write for Alice Martin until today at 17:40 by Carol Diaz · R-2 · R-1 · ACCESS-1
    ");
    house.finish_unread_holding(&[(PROD_RW, "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_keep_it_are_named_to_all_who_read_of_it() {
    let house = ruled().await;
    house.ask_in_vain(ALICE, "staging/admin", "1h", "On call").await;
    house.world.until_message(ALICE, "Open until").await;
    house.settle().await;
    house.press(ALICE, "🟢 Active until", "extend").await;
    house.world.until_view(ALICE, "Staging · Admin, active until").await;
    house.world.fill(ALICE, "custom_duration", "custom_duration", "30m").await.unwrap();
    house.world.fill(ALICE, "justification", "justification", "Still on call").await.unwrap();
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Extended until").await;
    house.settle().await;
    assert_snapshot!(house.sees(ALICE, "🟢 Active until").await, @"
    🟢 Active until today at 16:10.
    Staging · Admin, 1 h 30 min
    Extended, today at 14:40. Nobody needs to approve: rule oncall-staging.
    │ On call
    [Extend…] [Return access]
    R-1 · ACCESS-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(super::tickets::read(&house), @"
    [In Progress]
    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 15:40:05 UTC+1.

    Alice Martin asked to keep it until 16:10:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-2):
    Still on call
    Nobody needs to approve: rule oncall-staging

    Extended to 16:10:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-2). Nobody needs to approve: rule oncall-staging.
    ");
    assert_snapshot!(of_extension(&house), @"
    More time asked: Staging · Admin for Alice Martin until today at 16:10 · R-2 · R-1 · ACCESS-1
    Extended: Staging · Admin for Alice Martin until today at 16:10. Nobody needs to approve: rule oncall-staging · R-2 · R-1 · ACCESS-1
    ");
    house.finish_unread_holding(&[("00gSTAGING", "00uALICE")]).await;
}
