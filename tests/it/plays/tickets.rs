//! The tickets in Jira, as those who audit read them.

use insta::assert_snapshot;
use jitney::domain::{event::Event, port::Outcome};
use world::{Fault, Vendor, What};

use crate::{
    house::{ALICE, BOB, CAROL, DANA, EXPIRED, HELD, House, PROD_RW, Told},
    record,
};

pub(super) const KEY: &str = "ACCESS-1";

/// What is there to be read where Bob said no.
const DENIED: &[Told] = &[
    (ALICE, "Denied by @Bob Stone"),
    (ALICE, "The reason is in the message above."),
    (BOB, "Denied by you"),
    (DANA, "Denied by @Bob Stone"),
];

pub(super) fn created(house: &House) -> usize {
    house.world.calls_to(Vendor::Jira, "POST ").iter().filter(|call| call.path == "/rest/api/3/issue").count()
}

pub(super) fn read(house: &House) -> String {
    let comments = house.world.issue_comments(KEY).join("\n\n");
    format!("[{}]\n{comments}", house.world.issue_status(KEY).unwrap())
}

pub(super) async fn until_status(house: &House, status: &str) {
    let status_name = |state: &world::State| {
        let issue = state.jira.issue(KEY)?;
        let named = state.jira.project.statuses.iter().find(|known| known.name == status)?;
        (issue.status == named.id).then_some(())
    };
    house.world.until(&format!("the ticket is {status}"), status_name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_follows_a_request_from_its_approvers_to_its_end() {
    let house = House::with_tickets().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_message(BOB, KEY).await;
    let issue = house.world.issue(KEY).unwrap();
    assert_snapshot!(issue.summary, @"Temporary access: Production Database · Read-Write for Alice Martin, 2 hours");
    assert_eq!(issue.labels, ["jitney", "jitney-R-1", "prod-db"]);
    assert_snapshot!(house.world.issue_description(KEY).unwrap(), @"
    Requester: Alice Martin (alice@acme.example)
    Access: Production Database · Read-Write (prod-db/rw)
    Length: 2 hours
    Justification:
    Stuck migration, INC-42
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database
    Request: R-1
    ");
    assert_eq!(house.world.issue_status(KEY).unwrap(), "To Do");
    let receipt = house.world.until_message(ALICE, KEY).await;
    let link = format!("<{}browse/{KEY}|{KEY}>", slashed(&house.world.jira_base_url()));
    assert!(serde_json::to_string(&receipt.blocks).unwrap().contains(&link), "{link}: {:?}", receipt.blocks);

    house.press(BOB, "asks for", "approve").await;
    until_status(&house, "In Progress").await;
    house.advance(121);
    house.until_expired(ALICE).await;
    until_status(&house, "Done").await;
    assert_snapshot!(read(&house), @"
    [Done]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Ended, expired: removed and read back 2026-11-24 16:41:05 UTC+1, 1 minute after its end.
    ");
    assert!(!read(&house).contains("INC-42"), "the justification stands in the description alone");
    assert_eq!(house.world.issues().len(), 1);
    house.finish(&[], &[EXPIRED]).await;
}

fn slashed(base: &str) -> String {
    format!("{}/", base.trim_end_matches('/'))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_closes_the_ticket_with_its_reason() {
    let house = House::with_tickets().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.press(BOB, "asks for", "deny").await;
    house.world.fill(BOB, "reason", "reason", "Use the *replica*").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    until_status(&house, "Done").await;
    assert_snapshot!(read(&house), @"
    [Done]
    Denied by Bob Stone, 2026-11-24 14:40:05 UTC+1:
    Use the *replica*
    ");
    house.finish(&[], &[DENIED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_before_it_is_pending_has_no_ticket() {
    let house = House::with_tickets().await;
    house.world.slash(BOB, "/jit", "staging/admin 45m Rollout").await.unwrap();
    house.world.until_message(BOB, "Nobody is left who could approve this").await;
    house.settle().await;
    assert_eq!(house.world.calls_to(Vendor::Jira, "POST ").len(), 0);
    house.finish(&[], &[&[(BOB, "Not sent on")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jira_lets_nobody_in_for_a_grants_whole_life_and_its_backlog_follows_in_order() {
    let house = House::with_tickets().await;
    house.world.change(|state| state.jira.token_revoked = true);
    house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
    house.advance(121);
    house.until_expired(ALICE).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    assert_eq!(house.world.issues().len(), 0);
    let refused_by = house.sees(CAROL, "Jira refuses the bot's key").await;
    // Jira numbers its answers.
    let (said, rest) = refused_by.split_once(", request id ").unwrap();
    let (_, after) = rest.split_once(".\n").unwrap();
    assert_snapshot!(format!("{said}.\n{after}"), @"
    ⚠️ Jira refuses the bot's key
    Tickets wait until it is replaced: 401.
    Access opens and ends as before.
    ");
    house.world.change(|state| state.jira.token_revoked = false);
    until_status(&house, "Done").await;
    assert_snapshot!(house.sees(CAROL, "takes the bot's key again").await, @"
    Jira takes the bot's key again
    The tickets that waited are opened and told everything, in order.
    ");
    assert_snapshot!(read(&house), @"
    [Done]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Ended, expired: removed and read back 2026-11-24 16:41:05 UTC+1, 1 minute after its end.
    ");
    assert_eq!(created(&house) - refused(&house), 1);
    let told: &[Told] = &[(CAROL, "Jira refuses the bot's key"), (CAROL, "takes the bot's key again")];
    house.finish(&[], &[EXPIRED, told]).await;
}

fn refused(house: &House) -> usize {
    let calls = house.world.calls_to(Vendor::Jira, "POST ");
    calls.iter().filter(|call| call.path == "/rest/api/3/issue" && call.status == Some(401)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn jira_is_down_from_the_approval_on_and_nothing_waits_for_it() {
    let house = House::with_tickets().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_message(BOB, KEY).await;
    house.settle().await;
    house.world.down(Vendor::Jira);
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    house.world.until_member(PROD_RW, "00uALICE").await;
    house.advance(121);
    house.until_expired(ALICE).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    assert_eq!(read(&house), "[To Do]\n");
    house.world.up(Vendor::Jira);
    until_status(&house, "Done").await;
    assert_snapshot!(read(&house), @"
    [Done]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Ended, expired: removed and read back 2026-11-24 16:41:05 UTC+1, 1 minute after its end.
    ");
    house.finish(&[], &[EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_to_the_creation_makes_one_ticket() {
    let house = House::with_tickets().await;
    house.world.fault(Fault::jira("POST /rest/api/3/issue", What::DropAfter));
    house.grant(ALICE, "prod-db/rw", "2h").await;
    assert_eq!((created(&house), house.world.issues().len()), (1, 1));
    until_status(&house, "In Progress").await;
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_between_the_creation_and_its_reply_makes_one_ticket() {
    let mut house = House::with_tickets().await;
    // Done, and never heard of: each look for it fails until the bot is gone.
    house.world.fault(Fault::jira("POST /rest/api/3/issue", What::DropAfter));
    let looks = house
        .world
        .fault(Fault::jira("GET *", What::Status { code: 503, body: "".into(), headers: vec![] }).until_lifted());
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_called(looks).await;
    house.stop().await;
    assert_eq!(house.world.issues().len(), 1);
    house.world.lift(looks);
    house.start().await;
    house.press(BOB, "asks for", "approve").await;
    until_status(&house, "In Progress").await;
    assert_eq!((created(&house), house.world.issues().len()), (1, 1));
    let opened = |event: &Event| matches!(event, Event::EffectSettled { outcome: Outcome::TicketOpened { key, .. }, .. } if key == KEY);
    house.settle().await;
    let entries = record::entries(&house.path("store/journal"));
    assert_eq!(entries.iter().flat_map(|entry| &entry.events).filter(|event| opened(event)).count(), 1);
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_transition_is_told_to_admins_once_and_given_up() {
    let house = House::with_tickets().await;
    house.world.change(|state| {
        state.jira.project.transitions.clear();
    });
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.world.until_message(CAROL, "of the ticket of R-1").await;
    house.advance(121);
    house.until_expired(ALICE).await;
    house.settle().await;
    assert_snapshot!(house.sees(CAROL, "of the ticket of R-1").await, @"
    ⚠️ Jira refuses something of the ticket of R-1
    It answers: no transition to In Progress. The rest of the ticket goes on where it can.
    Access opens and ends as before. Look at the project's fields, its workflow, and the ticket.
    ");
    assert_snapshot!(read(&house), @"
    [To Do]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Ended, expired: removed and read back 2026-11-24 16:41:05 UTC+1, 1 minute after its end.
    ");
    house.finish(&[], &[EXPIRED, &[(CAROL, "of the ticket of R-1")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_table_what_was_promised_is_settled_and_access_ends_on_time() {
    let mut house = House::with_tickets().await;
    house.world.change(|state| state.jira.token_revoked = true);
    house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
    house.world.until_message(CAROL, "Jira refuses the bot's key").await;
    house.stop().await;
    house.change_settings(&house.tickets(), "");
    house.start().await;
    house.advance(121);
    house.until_expired(ALICE).await;
    house.settle().await;
    assert_eq!(house.world.issues().len(), 0);
    house.finish(&[], &[EXPIRED, &[(CAROL, "Jira refuses the bot's key")]]).await;
}
