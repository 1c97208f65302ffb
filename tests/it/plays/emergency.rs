//! Break-glass: taken at once, told in the same step, limited, and reviewed by somebody else.

use insta::assert_snapshot;
use serde_json::json;
use world::{Company, Fault, What, slack::Message};

use crate::house::{ALICE, BOB, CAROL, CATALOGUE, DANA, House, PROD_RW, Told};

use super::tickets;

/// How break-glass is set up: an hour at most, reviewed by Carol or an owner.
const GLASS: &str = r#"
[approvers]
soc = ["carol@acme.example"]

[emergency]
max_duration = "1h"
cooldown     = "12h"
review       = "soc"
"#;

/// A house where production may be taken by break-glass, closed.
async fn closed() -> House {
    let house = House::closed(Company::acme()).await;
    let level = "shares_group = true";
    house.write_catalogue(&format!("{GLASS}{}", CATALOGUE.replacen(level, &format!("{level}\n  emergency = true"), 1)));
    house.set_clocks();
    house
}

pub(super) async fn house() -> House {
    let mut house = closed().await;
    house.start().await;
    house
}

/// Opens the form of break-glass, and waits until it shows what may be taken.
async fn open_form(house: &House, who: &str) {
    let answer = house.world.slash(who, "/jit", "emergency").await.unwrap();
    assert!(!answer.timed_out && answer.seen.is_none(), "{answer:?}");
    house.world.until_view(who, "The owners and soc are told now").await;
}

/// Takes production for so long, and waits until everybody is told.
pub(super) async fn take(house: &House, who: &str, why: &str) {
    open_form(house, who).await;
    fill(house, who, why).await;
    let sent = house.world.submit(who).await.unwrap();
    assert!(sent.is_closed(), "{sent:?}");
    house.world.until_message(who, "Break-glass: active until").await;
    for reviewer in [BOB, DANA, CAROL].into_iter().filter(|reviewer| *reviewer != who) {
        house.world.until_message(reviewer, why).await;
    }
}

async fn fill(house: &House, who: &str, why: &str) {
    house.world.fill(who, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.fill(who, "duration", "duration", "2700s").await.unwrap();
    house.world.fill(who, "justification", "justification", why).await.unwrap();
}

/// Its time is over, and Okta confirmed the end.
async fn over(house: &House, who: &str) {
    house.advance(46);
    house.until_expired(who).await;
    house.settle().await;
}

/// Opens the form of a review on the newest card.
async fn open_review(house: &House, who: &str) {
    house.press(who, "by break-glass", "sign_review").await;
    house.world.until_view(who, "What was done, and was it right").await;
}

/// Signs a review on the newest card.
async fn sign(house: &House, who: &str, verdict: &str, note: &str) {
    open_review(house, who).await;
    house.world.fill(who, "verdict", "verdict", verdict).await.unwrap();
    house.world.fill(who, "note", "note", note).await.unwrap();
    let sent = house.world.submit(who).await.unwrap();
    assert!(sent.is_closed(), "{sent:?}");
}

/// What is there to be read where Alice took production, it ended as planned, and Carol signed.
const REVIEWED: &[Told] = &[
    (ALICE, "as planned. Reviewed by @Carol Diaz"),
    (ALICE, "Open until today at 15:25"),
    (ALICE, ". Okta confirmed it."),
    (BOB, "Reviewed by @Carol Diaz"),
    (DANA, "Reviewed by @Carol Diaz"),
    (CAROL, "Reviewed by you"),
];

#[tokio::test(flavor = "multi_thread")]
async fn from_the_form_to_the_signed_review() {
    let house = house().await;
    open_form(&house, ALICE).await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"
    # Emergency access
    🚨 Access opens at once, without approval.
    • The owners and soc are told now, with your words.
    • It ends by itself after 1 hour at most. One of them then signs a review of what was done; you cannot.
    If it can wait for an approval, cancel and use /jit.
    Access: [‹Choose an application and level›]
    For how long: [45 minutes]
    What is happening: [‹›]
      (The people told and admins show this as you type it.)
    [Cancel] [Take access now]
    ");
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.until_view(ALICE, "Bob Stone").await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"
    # Emergency access
    🚨 Access opens at once, without approval.
    • @Bob Stone, @Dana Fox and soc are told now, with your words.
    • It ends by itself after 1 hour at most. One of them then signs a review of what was done; you cannot.
    If it can wait for an approval, cancel and use /jit.
    Access: [Read-Write · Production Database]
    For how long: [45 minutes]
    What is happening: [‹›]
      (The people told and admins show this as you type it.)
    [Cancel] [Take access now]
    ");
    fill(&house, ALICE, "Checkout is down, INC-99").await;
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    for reviewer in [BOB, DANA, CAROL] {
        house.world.until_message(reviewer, "Without approval, until").await;
    }
    assert_snapshot!(house.sees(ALICE, "Break-glass: active until").await, @"
    🚨 Break-glass: active until today at 15:25.
    Production Database · Read-Write, 45 minutes
    Told: @Bob Stone, @Dana Fox and soc.
    If the application does not show it yet, sign in to it again.
    │ Checkout is down, INC-99
    [Return access]
    R-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.settle().await;
    assert_snapshot!(house.sees(BOB, "by break-glass").await, @"
    🚨 @Alice Martin took Production Database · Read-Write by break-glass
    Without approval, until today at 15:25.
    │ Checkout is down, INC-99
    @Carol Diaz in soc, you or @Dana Fox: one of you signs the review.
    [Sign review…] [Revoke now…]
    R-1
    ");
    assert_snapshot!(house.sees(CAROL, "by break-glass").await, @"
    🚨 @Alice Martin took Production Database · Read-Write by break-glass
    Without approval, until today at 14:25.
    │ Checkout is down, INC-99
    You, @Bob Stone or @Dana Fox: one of you signs the review.
    [Sign review…]
    R-1
    ");
    let card = house.world.until_message(CAROL, "by break-glass").await;
    assert_snapshot!(card.text, @"Alice Martin took Production Database, Read-Write by break-glass. Without approval, until 2026-11-24 15:25 UTC+1. You, Bob Stone or Dana Fox: one of you signs the review. Why: Checkout is down, INC-99");
    over(&house, ALICE).await;
    assert_snapshot!(house.sees(ALICE, "Review open").await, @"
    Ended today at 15:25, as planned. Review open
    Production Database · Read-Write, 45 minutes
    Okta confirmed it today at 15:26.
    R-1
    ");
    assert_snapshot!(house.sees(CAROL, "Review still open").await, @"
    🚨 @Alice Martin took Production Database · Read-Write by break-glass
    Ended today at 14:26. Review still open.
    │ Checkout is down, INC-99
    You, @Bob Stone or @Dana Fox: one of you signs the review.
    [Sign review…]
    R-1
    ");
    open_review(&house, CAROL).await;
    assert_snapshot!(house.world.seen_view(CAROL).unwrap(), @"
    # Sign review
    @Alice Martin took Production Database · Read-Write by break-glass, today at 13:40.
    Ended today at 14:26: expired.
    R-1
    What you find: [Justified]
    What was done, and was it right: [‹›]
      (Your name and this note go on record. Alice Martin sees that you signed and what you find, not the note.)
    [Back] [Sign review]
    ");
    house.world.fill(CAROL, "note", "note", "   ").await.unwrap();
    let (blank, _) = house.world.submit_unchecked(CAROL).await.unwrap();
    assert_snapshot!(blank.errors()["note"], @"Say what you found; it goes on record.");
    house.world.fill(CAROL, "note", "note", "Restarted the queue; nothing else was touched").await.unwrap();
    assert!(house.world.submit(CAROL).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Reviewed by").await;
    for reviewer in [BOB, DANA, CAROL] {
        house.world.until_message(reviewer, "Reviewed by").await;
    }
    assert_snapshot!(house.sees(ALICE, "Reviewed by").await, @"
    Ended today at 15:25, as planned. Reviewed by @Carol Diaz, today at 15:26
    Production Database · Read-Write, 45 minutes
    Okta confirmed it today at 15:26.
    R-1
    ");
    assert_snapshot!(house.sees(CAROL, "Reviewed by").await, @"
    Reviewed by you, today at 14:26
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Ended today at 14:26: expired
    │ Restarted the queue; nothing else was touched
    R-1
    ");
    assert_snapshot!(house.sees(BOB, "Reviewed by").await, @"
    Reviewed by @Carol Diaz, today at 15:26
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Ended today at 15:26: expired
    │ Restarted the queue; nothing else was touched
    R-1
    ");
    house.finish(&[], &[REVIEWED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_ticket_and_the_audit_channel_say_so_everywhere() {
    let mut house = closed().await;
    house.keep_tickets();
    house.tell_the_channel();
    house.start().await;
    let looked = |state: &world::State| state.has_answered("/project/ACCESS/statuses").then_some(());
    house.world.until("the project is looked over", looked).await;
    take(&house, ALICE, "Checkout is down, INC-99").await;
    house.world.until_message(BOB, tickets::KEY).await;
    let issue = house.world.issue(tickets::KEY).unwrap();
    assert_snapshot!(issue.summary, @"Break-glass: Production Database · Read-Write for Alice Martin, 45 minutes");
    assert_eq!(issue.labels, ["jitney", "jitney-R-1", "prod-db", "break-glass"]);
    assert_snapshot!(house.world.issue_description(tickets::KEY).unwrap(), @"
    Requester: Alice Martin (alice@acme.example)
    Access: Production Database · Read-Write (prod-db/rw)
    Length: 45 minutes
    Justification:
    Checkout is down, INC-99
    Nobody approved it: one of those who were told signs a review.
    Request: R-1
    ");
    tickets::until_status(&house, "In Progress").await;
    house.settle().await;
    over(&house, ALICE).await;
    assert_eq!(house.world.issue_status(tickets::KEY).unwrap(), "In Progress", "it waits for its review");
    sign(&house, CAROL, "justified", "Restarted the queue").await;
    tickets::until_status(&house, "Done").await;
    house.settle().await;
    assert_snapshot!(tickets::read(&house), @"
    [Done]
    Taken by break-glass, 2026-11-24 14:40:05 UTC+1. Told: Bob Stone, Dana Fox and soc.

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 15:25:05 UTC+1.

    Ended, expired: removed and read back 2026-11-24 15:26:05 UTC+1, 1 minute after its end.

    Review signed by Carol Diaz, 2026-11-24 15:26:05 UTC+1: justified.
    Restarted the queue
    ");
    assert_snapshot!(house.channel(), @"
    🚨 Break-glass: Alice Martin took Production Database · Read-Write, 45 minutes · R-1
    Open: Production Database · Read-Write for Alice Martin until today at 15:25 · R-1 · ACCESS-1
    Ended: Production Database · Read-Write for Alice Martin, expired, confirmed 1 minute after its end · R-1 · ACCESS-1
    Carol Diaz signed the review of Production Database · Read-Write for Alice Martin · R-1 · ACCESS-1
    ");
    house.finish(&[], &[REVIEWED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_justified_ends_at_once_and_its_holder_reads_it() {
    let house = house().await;
    take(&house, ALICE, "Checkout is down, INC-99").await;
    open_review(&house, DANA).await;
    assert_snapshot!(house.world.seen_view(DANA).unwrap(), @"
    # Sign review
    @Alice Martin took Production Database · Read-Write by break-glass, today at 08:40.
    Still active until today at 09:25; signing it as justified does not end it.
    R-1
    What you find: [Justified]
    What was done, and was it right: [‹›]
      (Your name and this note go on record. Alice Martin sees that you signed and what you find, not the note.)
    [Back] [Sign review]
    ");
    house.world.fill(DANA, "verdict", "verdict", "not_justified").await.unwrap();
    house.world.fill(DANA, "note", "note", "The read replica would have done").await.unwrap();
    assert!(house.world.submit(DANA).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Ended by Dana Fox: Production Database, Read-Write.").await;
    house.settle().await;
    assert_snapshot!(house.sees(ALICE, "Ended by @Dana Fox").await, @"
    Ended by @Dana Fox, today at 14:40
    Production Database · Read-Write, 45 minutes
    The review found that it was not justified to take it.
    R-1
    ");
    assert_snapshot!(house.sees(BOB, "Reviewed by @Dana Fox").await, @"
    Reviewed by @Dana Fox, today at 14:40: not justified
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Ended today at 14:40: not justified
    │ The read replica would have done
    R-1
    ");
    let told: &[Told] = &[
        (ALICE, "Ended by @Dana Fox"),
        (ALICE, "Open until today at 15:25"),
        (ALICE, "Ended by Dana Fox: Production Database, Read-Write."),
        (BOB, "Reviewed by @Dana Fox"),
        (CAROL, "Reviewed by @Dana Fox"),
        (DANA, "Reviewed by you"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_returns_it_and_its_review_stays_open() {
    let house = house().await;
    take(&house, ALICE, "Checkout is down, INC-99").await;
    house.press(ALICE, "Break-glass: active until", "return").await;
    assert_snapshot!(house.sees(ALICE, "You returned this access").await, @"
    You returned this access, today at 14:40. Review open
    Production Database · Read-Write, 45 minutes
    Okta confirmed its end.
    R-1
    ");
    let told: &[Told] = &[
        (ALICE, "You returned this access"),
        (ALICE, "Open until today at 15:25"),
        (BOB, "Review still open."),
        (DANA, "Review still open."),
        (CAROL, "Review still open."),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_takes_it_is_no_reviewer_of_it() {
    let house = house().await;
    take(&house, BOB, "Checkout is down, INC-99").await;
    let cards =
        |who: &str| house.world.messages(who).iter().filter(|card| card.text.contains("by break-glass")).count();
    assert_eq!((cards(BOB), cards(DANA), cards(CAROL)), (0, 1, 1));
    // What Dana's card carries, pressed by Bob on his own message.
    let own = house.world.until_message(BOB, "Break-glass: active until").await;
    let action = json!({ "action_id": "sign_review", "block_id": "review", "value": "R-1", "type": "button" });
    house.world.forge_click(BOB, &own.channel, &own.ts, action).await;
    house.world.until_ephemeral(BOB, "You took this access, so someone else signs the review.").await;
    let told: &[Told] = &[
        (BOB, "🚨 Break-glass: active until"),
        (BOB, "Open until today at 15:25"),
        (BOB, "You took this access, so someone else signs the review."),
        (DANA, "by break-glass"),
        (CAROL, "by break-glass"),
    ];
    house.finish(&[(PROD_RW, "00uBOB")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reviews_no_more_and_whoever_comes_too_late_is_told_so() {
    let mut house = house().await;
    take(&house, ALICE, "Checkout is down, INC-99").await;
    let card = house.world.until_message(BOB, "by break-glass").await;
    house.stop().await;
    house.change_catalogue("[\"carol@acme.example\"]", "[\"erin@acme.example\"]");
    house.start().await;
    sign(&house, CAROL, "justified", "Fine").await;
    house
        .world
        .until_ephemeral(CAROL, "You cannot sign this review: it is not yours any more. Told: Bob Stone or Dana Fox.")
        .await;
    assert_snapshot!(house.sees(CAROL, "Not yours to sign any more").await, @"
    Not yours to sign any more, today at 13:40
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Active until today at 14:25
    │ Checkout is down, INC-99
    R-1
    ");
    // Bob's form is open while Dana signs.
    open_review(&house, BOB).await;
    sign(&house, DANA, "justified", "Restarted the queue").await;
    house.world.until_message(BOB, "Reviewed by").await;
    house.world.fill(BOB, "note", "note", "The same").await.unwrap();
    house.world.submit(BOB).await.unwrap();
    house.world.until_view(BOB, "Already signed").await;
    assert_snapshot!(house.world.seen_view(BOB).unwrap(), @"
    # Already signed
    Dana Fox signed this today 14:40 Paris time (UTC+1). Nothing changed.
    [Close]
    ");
    house.world.press_stale(BOB, &card, "sign_review").await.unwrap();
    house.world.until_ephemeral(BOB, "Dana Fox signed this today").await;
    let told: &[Told] = &[
        (ALICE, "🚨 Break-glass: active until"),
        (ALICE, "Open until today at 15:25"),
        (BOB, "Reviewed by @Dana Fox"),
        (BOB, "Dana Fox signed this today"),
        (CAROL, "Reviewed by @Dana Fox"),
        (CAROL, "You cannot sign this review"),
        (DANA, "Reviewed by you"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

/// What is said under a field of the form that is sent for production.
async fn refused(house: &House, field: &str) -> String {
    open_form(house, ALICE).await;
    fill(house, ALICE, "Checkout is down again").await;
    let sent = house.world.submit(ALICE).await.unwrap();
    let sentence = sent.errors()[field].clone();
    house.world.close_view(ALICE).await.unwrap();
    sentence
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_taken_again_before_its_review_and_not_within_its_cool_down() {
    let mut house = house().await;
    take(&house, ALICE, "Checkout is down, INC-99").await;
    over(&house, ALICE).await;
    assert_snapshot!(refused(&house, "entitlement").await, @"The review of what you took before, R-1, is not signed yet, so nothing else can be taken by break-glass. /jit sends a normal request.");
    sign(&house, CAROL, "justified", "Restarted the queue").await;
    house.world.until_message(ALICE, "Reviewed by").await;
    house.settle().await;
    house.stop().await;
    house.start().await;
    assert_snapshot!(refused(&house, "entitlement").await, @"You took this by break-glass lately, and can again tomorrow 03:26 Paris time (UTC+1), the company's zone. /jit sends a normal request.");
    house.finish(&[], &[REVIEWED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_so_is_shown_and_never_extended() {
    let house = house().await;
    take(&house, ALICE, "Checkout is down, INC-99").await;
    open_form(&house, ALICE).await;
    fill(&house, ALICE, "More time").await;
    house.world.submit(ALICE).await.unwrap();
    house.world.until_view(ALICE, "You already have this").await;
    house.finish_unread_holding(&[(PROD_RW, "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_may_be_taken_so_is_offered_and_nothing_else_is_taken() {
    let house = house().await;
    // Carol may ask for nothing of production.
    house.world.slash(CAROL, "/jit", "emergency").await.unwrap();
    house.world.until_view(CAROL, "No emergency access").await;
    assert_snapshot!(house.world.seen_view(CAROL).unwrap(), @"
    # No emergency access
    Nothing is set up for you here. /jit sends a normal request.
    [Close]
    ");
    open_form(&house, ALICE).await;
    let forged = |value: &str| json!({ "type": "static_select", "selected_option": { "text": { "type": "plain_text", "text": "x" }, "value": value } });
    house.world.fill(ALICE, "justification", "justification", "Checkout is down").await.unwrap();
    for (access, length, field, words) in [
        (
            "staging/admin",
            "45m",
            "entitlement",
            "Staging · Admin cannot be taken by break-glass. /jit sends a normal request.",
        ),
        ("nothing/here", "45m", "entitlement", "The offer changed while the form was open. Choose the access again."),
        ("prod-db/rw", "8h", "duration", "Choose less."),
    ] {
        house.world.forge_fill(ALICE, "entitlement", "entitlement", &forged(access)).unwrap();
        house.world.forge_fill(ALICE, "duration", "duration", &forged(length)).unwrap();
        let (sent, _) = house.world.submit_unchecked(ALICE).await.unwrap();
        assert!(sent.errors()[field].contains(words), "{:?}", sent.errors());
    }
    assert_eq!(house.world.messages(BOB).len(), 0);
    let help = house.world.slash(ALICE, "/jit", "help").await.unwrap().seen.unwrap();
    assert!(help.contains("Emergency: /jit emergency opens access at once; it is reviewed afterwards."), "{help}");
    let help = house.world.slash(CAROL, "/jit", "help").await.unwrap().seen.unwrap();
    assert!(!help.contains("emergency"), "{help}");
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_opens_while_okta_is_slow_and_what_was_saved_is_taken_once_it_answers() {
    let house = house().await;
    // Served before: who she was then is remembered.
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    house.settle().await;
    house.advance(6);
    let hang = house.world.fault(Fault::okta("*", What::Hang).until_lifted());
    open_form(&house, ALICE).await;
    fill(&house, ALICE, "Checkout is down, INC-99").await;
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    assert_snapshot!(house.sees(ALICE, "Opening break-glass access").await, @"
    🚨 Opening break-glass access
    Production Database · Read-Write, 45 minutes
    │ Checkout is down, INC-99
    [Cancel request]
    R-2
    ");
    house.world.lift(hang);
    house.world.until_message(ALICE, "Break-glass: active until").await;
    house.finish_unread_holding(&[(PROD_RW, "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_opens_before_it_is_known_what_can_be_taken() {
    let house = house().await;
    let hang = house.world.fault(Fault::okta("*", What::Hang).until_lifted());
    house.world.slash(ALICE, "/jit", "emergency").await.unwrap();
    house.world.until_view(ALICE, "Looking up what you can take.").await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"
    # Emergency access
    🚨 Access opens at once, without approval.
    • Looking up what you can take.
    If it can wait for an approval, cancel and use /jit.
    [Cancel]
    ");
    house.world.lift(hang);
    house.world.until_view(ALICE, "The owners and soc are told now").await;
    house.finish(&[], &[]).await;
}

/// How many nudges about a late review somebody has.
fn nudges(messages: &[Message]) -> usize {
    messages.iter().filter(|message| message.text.starts_with("Review open for")).count()
}

async fn until_nudges(house: &House, who: &'static str, count: usize) {
    let awaited = format!("{count} nudges of {who}");
    let told = |state: &world::State| {
        let messages = state.slack.dm(who).map(|channel| channel.messages.as_slice()).unwrap_or_default();
        (nudges(messages) == count).then_some(())
    };
    house.world.until(&awaited, told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_that_is_late_is_told_at_growing_intervals_across_restarts_and_stands_first_at_home() {
    let mut house = house().await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    take(&house, ALICE, "Checkout is down, INC-99").await;
    over(&house, ALICE).await;
    // Before the day is over Bob is to decide something older; the review stands first.
    house.world.open_home(BOB).await.unwrap();
    house.world.until_home(BOB, "Waiting for you (2)").await;
    assert_snapshot!(house.world.seen_home(BOB).unwrap(), @"
    [Request access]
    ## Waiting for you (2)
    🚨 @Alice Martin took Production Database · Read-Write by break-glass
    Ended today at 15:26. Review still open.
    │ Checkout is down, INC-99
    @Carol Diaz in soc, you or @Dana Fox: one of you signs the review.
    [Sign review…]
    @Alice Martin asks for Staging · Admin
    45 minutes, asked today at 14:40, closes tomorrow at 14:40
    │ Rollout
    1. You, now: owner of Staging
    [Approve] [Approve for less…] [Deny…]
    As of today at 15:26. Reopen this tab to refresh.
    ");
    house.press(ALICE, "Waiting for", "cancel").await;
    house.settle().await;
    house.advance(24 * 60 - 47);
    house.settle().await;
    assert_eq!(nudges(&house.world.messages(CAROL)), 0);
    house.advance(1);
    until_nudges(&house, CAROL, 1).await;
    assert_snapshot!(house.sees(CAROL, "Review open for").await, @"Review open for 24 hours: Alice Martin, Production Database · Read-Write.");
    house.settle().await;
    house.stop().await;
    house.advance(24 * 60);
    house.start().await;
    until_nudges(&house, CAROL, 2).await;
    house.settle().await;
    house.advance(48 * 60);
    until_nudges(&house, CAROL, 3).await;
    assert_snapshot!(house.sees(CAROL, "Nobody has signed the review").await, @"
    ⚠️ Nobody has signed the review of R-2
    @Alice Martin took Production Database · Read-Write by break-glass.
    @Carol Diaz, @Bob Stone and 1 other were told, and again since. One of them signs it.
    ");
    house.settle().await;
    // It is signed where it stands first.
    house.world.open_home(DANA).await.unwrap();
    house.world.until_home(DANA, "Waiting for you (1)").await;
    house.world.click_in_home(DANA, "sign_review").await.unwrap();
    house.world.until_view(DANA, "What was done, and was it right").await;
    house.world.fill(DANA, "note", "note", "Restarted the queue").await.unwrap();
    assert!(house.world.submit(DANA).await.unwrap().is_closed());
    house.world.until_message(CAROL, "Reviewed by @Dana Fox").await;
    house.settle().await;
    house.advance(30 * 24 * 60);
    house.settle().await;
    assert_eq!(nudges(&house.world.messages(CAROL)), 3, "nobody is told of what is signed");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_was_opened_there_is_nothing_to_review() {
    let mut house = house().await;
    house.stands(PROD_RW, "00uALICE");
    open_form(&house, ALICE).await;
    fill(&house, ALICE, "Checkout is down, INC-99").await;
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.world.until_message(ALICE, "You already have this access").await;
    house.settle().await;
    assert_eq!(house.world.messages(CAROL).len(), 0, "nobody is told of what was not taken");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_okta_is_told_and_leaves_nothing_to_review() {
    let house = house().await;
    let refused = house.world.fault(Fault::okta("PUT *", What::Status { code: 403, body: json!({"errorCode": "E0000006", "errorSummary": "no", "errorCauses": [], "errorId": "x", "errorLink": "E0000006"}), headers: Vec::new() }).until_lifted());
    open_form(&house, ALICE).await;
    fill(&house, ALICE, "Checkout is down, INC-99").await;
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Access could not be opened").await;
    house.world.lift(refused);
    house.settle().await;
    assert_snapshot!(house.sees(BOB, "Nothing to review").await, @"
    Nothing to review
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Ended today at 14:40: could not be opened
    │ Checkout is down, INC-99
    R-1
    ");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_nothing_is_opened_nothing_is_taken_either() {
    let house = house().await;
    open_form(&house, ALICE).await;
    let frozen = house.world.slash(CAROL, "/jit", "admin freeze").await.unwrap();
    assert!(frozen.seen.unwrap().contains("Granting is frozen"));
    fill(&house, ALICE, "The queue is stuck").await;
    house.world.until_view(ALICE, "@Bob Stone, @Dana Fox and soc").await;
    let sent = house.world.submit(ALICE).await.unwrap();
    assert!(!sent.is_closed(), "{sent:?}");
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"
    # Emergency access
    🚨 Access opens at once, without approval.
    • @Bob Stone, @Dana Fox and soc are told now, with your words.
    • It ends by itself after 1 hour at most. One of them then signs a review of what was done; you cannot.
    If it can wait for an approval, cancel and use /jit.
    Access: [Read-Write · Production Database]
    For how long: [45 minutes]
    What is happening: [The queue is stuck]
      (The people told and admins show this as you type it.)
      ! Granting is frozen since today 14:40 Paris time (UTC+1), the company's zone, so nothing is opened by break-glass either. Ask Carol Diaz.
    [Cancel] [Take access now]
    ");
    assert!(house.world.writes().is_empty());
    house.finish_unread().await;
}
