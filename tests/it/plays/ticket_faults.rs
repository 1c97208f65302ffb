//! Jira's bad days: nothing waits for it, and every ticket ends up saying the same.

use insta::assert_snapshot;
use jitney::domain::{live::Promise, port::Effect};
use serde_json::json;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpSocket, TcpStream},
};
use world::{
    Company, Fault, Vendor, What,
    jira::{Field, Issue},
};

use super::tickets::{KEY, created, read, until_status};
use crate::house::{ALICE, BOB, CAROL, DANA, EXPIRED, HELD, House, PROD_RW, Told};

/// What the ticket of a grant that expired ends up saying.
const WHOLE: &str = "[Done]
Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

Ended, expired: removed and read back 2026-11-24 16:41:05 UTC+1, 1 minute after its end.";

/// Everything that Jira is asked from the approval on ends so, until access is over. Then it is itself again.
async fn nothing_waits_and_all_of_it_follows(what: What) {
    let house = House::with_tickets().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_message(BOB, KEY).await;
    house.settle().await;
    let fault = house.world.fault(Fault::jira("*", what).until_lifted());
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    house.world.until_called(fault).await;
    house.advance(121);
    house.until_expired(ALICE).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.lift(fault);
    until_status(&house, "Done").await;
    assert_eq!(read(&house), WHOLE);
    assert_eq!((created(&house), house.world.issues().len()), (1, 1));
    house.finish(&[], &[EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_html() {
    nothing_waits_and_all_of_it_follows(What::Html { code: 502 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_html_that_says_all_is_well() {
    nothing_waits_and_all_of_it_follows(What::Html { code: 200 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_trouble() {
    let body = json!({"errorMessages": ["Internal server error"], "errors": {}});
    nothing_waits_and_all_of_it_follows(What::Status { code: 500, body, headers: Vec::new() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_with_its_wait() {
    nothing_waits_and_all_of_it_follows(What::RateLimited { reset_in_secs: 3 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_without_a_wait() {
    nothing_waits_and_all_of_it_follows(What::Status { code: 429, body: json!(""), headers: Vec::new() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_at_all() {
    nothing_waits_and_all_of_it_follows(What::Hang).await;
}

/// What was done and not answered is not done twice.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_done_and_never_answered() {
    nothing_waits_and_all_of_it_follows(What::DropAfter).await;
}

/// An address at which nobody listens, until somebody does.
async fn nobody_listens() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let base = format!("http://{}", socket.local_addr().unwrap());
    (socket, base)
}

/// Hands everything on to Jira.
async fn hand_on(listener: TcpListener, jira: String) {
    loop {
        let (mut caller, _) = listener.accept().await.unwrap();
        let jira = jira.clone();
        tokio::spawn(async move {
            let mut world = TcpStream::connect(jira).await.unwrap();
            let _ = copy_bidirectional(&mut caller, &mut world).await;
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jira_is_down_before_the_program_starts_and_its_backlog_follows_in_order() {
    let mut house = House::closed(Company::acme()).await;
    let (socket, base) = nobody_listens().await;
    let jira = house.world.jira_base_url();
    let settings = std::fs::read_to_string(house.path("jitney.toml")).unwrap();
    std::fs::write(house.path("jitney.toml"), settings + &house.tickets().replace(&jira, &base)).unwrap();
    house.set_clocks();
    house.start().await;
    house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
    house.advance(121);
    house.until_expired(ALICE).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    assert_eq!(house.world.calls_to(Vendor::Jira, "").len(), 0);
    let address = jira.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let handing = tokio::spawn(hand_on(socket.listen(16).unwrap(), address));
    until_status(&house, "Done").await;
    assert_eq!(read(&house), WHOLE);
    assert_eq!((created(&house), house.world.issues().len()), (1, 1));
    house.settle().await;
    handing.abort();
    house.finish(&[], &[EXPIRED]).await;
}

/// Opened twice, since the search did not show the first for longer than it was looked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_twin_that_a_search_shows_late_is_closed_with_a_reference() {
    let house = House::with_tickets().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_message(BOB, KEY).await;
    house.settle().await;
    house.world.change(|state| {
        let first = state.jira.issue(KEY).unwrap().clone();
        state.jira.issues.push(Issue { id: first.id + 1, key: "ACCESS-2".into(), ..first });
    });
    house.press(ALICE, "Waiting for", "cancel").await;
    until_status(&house, "Done").await;
    house.settle().await;
    assert_snapshot!(read(&house), @"
    [Done]
    Alice Martin withdrew it, 2026-11-24 14:40:05 UTC+1.
    ");
    assert_eq!(house.world.issue_status("ACCESS-2").unwrap(), "Done");
    assert_snapshot!(house.world.issue_comments("ACCESS-2").join("\n"), @"Opened twice, since Jira did not answer. ACCESS-1 is the one that is kept.");
    house.finish_unread().await;
}

/// A right that is missing keeps what needs it waiting, and nothing else; it is told once.
#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_the_bot_lacks_in_jira_is_told_once_and_waited_for() {
    let house = House::with_tickets().await;
    let forbidden = house.world.fault(Fault::jira("POST *transitions", What::Forbidden).until_lifted());
    house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
    assert_snapshot!(house.sees(CAROL, "Jira refuses").await, @"
    ⚠️ Jira refuses the bot a right that it needs
    Some tickets wait until it is given: 403.
    Access opens and ends as before.
    ");
    house.advance(121);
    house.until_expired(ALICE).await;
    house.world.lift(forbidden);
    until_status(&house, "Done").await;
    assert_eq!(house.world.issue_comments(KEY).len(), 3);
    house.finish(&[], &[EXPIRED, &[(CAROL, "Jira refuses")]]).await;
}

/// What a project lacks is told at the start, and a ticket that it refuses waits for it to be mended.
#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_project_requires_is_told_at_the_start_and_its_tickets_wait() {
    let mut house = House::closed(Company::acme()).await;
    house.keep_tickets();
    house.change_settings(r#"granted = "In Progress""#, r#"granted = "Granted""#);
    house.world.change(|state| state.jira.project.fields.push(Field::required("customfield_10010", "Cost centre")));
    house.set_clocks();
    house.start().await;
    assert_snapshot!(house.sees(CAROL, "does not fit").await, @"
    ⚠️ Project ACCESS in Jira does not fit the tickets
    It requires Cost centre (customfield_10010), which tickets do not fill.
    Its tickets have no status Granted.
    Tickets wait, or stay where they are, until that is mended.
    Access opens and ends as before.
    ");
    house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
    let refused = house.sees(CAROL, "Jira refuses").await;
    // Jira numbers its answers.
    assert_snapshot!(refused.split(", request id ").next().unwrap(), @"
    ⚠️ Jira refuses tickets as its project is set up
    They wait for 30 days until that is mended: 400, refused customfield_10010
    ");
    house.stop().await;
    let waits = |promise: &Promise| matches!(promise.effect, Effect::CreateTicket { .. });
    assert!(house.live().promises.values().any(waits), "it is not given up");
    let table = house.tickets().replace(r#"granted = "In Progress""#, r#"granted = "Granted""#);
    house.change_settings(&table, "");
    house.start().await;
    let told: &[Told] = &[(CAROL, "does not fit"), (CAROL, "Jira refuses")];
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD, told]).await;
}

/// A key that does not work is told before anybody needs it.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_work_is_told_at_the_start() {
    let mut house = House::closed(Company::acme()).await;
    house.keep_tickets();
    house.world.change(|state| state.jira.token_revoked = true);
    house.set_clocks();
    house.start().await;
    house.world.until_message(CAROL, "Jira refuses the bot's key").await;
    house.finish(&[], &[&[(CAROL, "Jira refuses the bot's key")]]).await;
}

/// What people type is shown in the ticket as they typed it, and is nothing but text.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_type_is_text_in_the_ticket_too() {
    let house = House::with_tickets().await;
    let why = r#"*bold* [~accountid:5b10] @bob <!channel> {"type":"doc","content":[]} " OR labels = "x INC-42"#;
    house.ask(ALICE, "prod-db/rw", "2h", "*bold*").await;
    house.press(ALICE, "Waiting for", "cancel").await;
    house.ask(DANA, "staging/admin", "2h", why).await;
    house.world.until_message(BOB, "ACCESS-2").await;
    let told = house.world.issue_description("ACCESS-2").unwrap();
    assert!(told.lines().any(|line| line == why), "{told}");
    house.press(BOB, "ACCESS-2", "deny").await;
    house.world.fill(BOB, "reason", "reason", why).await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    house.world.until_message(DANA, "Denied by").await;
    house.settle().await;
    let said = house.world.issue_comments("ACCESS-2").join("\n");
    assert!(said.starts_with("Denied by Bob Stone") && said.lines().any(|line| line == why), "{said}");
    house.finish_unread().await;
}
