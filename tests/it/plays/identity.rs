//! One person, one identity: accounts that match no more, and the command line that mends it.

use insta::assert_snapshot;
use jitney::domain::event::Event;
use world::{Company, Person};

use crate::house::{ALICE, BOB, CAROL, DANA, House, PROD_RW};

/// Somebody changes.
fn change(house: &House, who: &str, how: impl Fn(&mut Person)) {
    house.world.change(|state| how(state.people.iter_mut().find(|person| person.slack_id() == who).unwrap()));
}

/// Their Slack account has another address.
fn moves(house: &House, who: &str, address: &str) {
    change(house, who, |person| person.slack.as_mut().unwrap().email = address.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_address_changes_is_suspended_admins_are_told_once_and_an_admin_ends_it() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.ask(DANA, "staging/admin", "2h", "INC-43").await;
    // Nobody in Okta has that address.
    moves(&house, BOB, "robert@acme.example");
    house.press(BOB, "INC-43", "approve").await;
    let note = house.world.until_ephemeral(BOB, "No Okta account").await;
    assert!(house.world.look(|state| world::seen::ephemeral(state, &note)).contains("did not count"));
    assert_snapshot!(house.sees(CAROL, "match no more").await, @"
    ⚠️ @Bob Stone neither asks nor decides for now: the accounts match no more
    On record: Slack account U0BOB, bob@acme.example, Okta user 00uBOB; but the Slack account's e-mail is robert@acme.example now.
    What is open goes on, and ends as planned.
    If the change is right, end the old binding with jitney identity unlink U0BOB. The next request binds anew.
    ");

    // As it was before: what was seen once stays.
    moves(&house, BOB, "bob@acme.example");
    house.press(BOB, "INC-43", "approve").await;
    let note = house.world.until_ephemeral(BOB, "do not match").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"Your Slack account and your Okta account do not match what is on record, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    let typed = house.world.slash(BOB, "/jit", "prod-db/rw 45m Rollout").await.unwrap().seen.unwrap();
    assert!(typed.starts_with("Your Slack account and your Okta account do not match what is on record"), "{typed}");
    assert!(house.world.writes().iter().all(|write| write.user == "00uALICE"), "nothing was given");

    assert_snapshot!(house.command(&["identity", "list"]).await.0, @"
    U0ALICE  00uALICE  alice@acme.example  Alice Martin  since 2026-11-24 13:40 UTC  bound
    U0BOB  00uBOB  bob@acme.example  Bob Stone  since 2026-11-24 13:40 UTC  suspended since 2026-11-24 13:40 UTC: the Slack account's e-mail is robert@acme.example now
    U0DANA  00uDANA  dana@acme.example  Dana Fox  since 2026-11-24 13:40 UTC  bound
    ");
    assert_snapshot!(house.command(&["identity", "unlink", BOB]).await.0, @"U0BOB is unlinked. The next request binds anew; what is open stays as it is.");
    let (said, done) = house.command(&["identity", "unlink", BOB]).await;
    assert!(!done);
    assert_snapshot!(said, @"U0BOB is not bound to anyone. `jitney identity list` shows who is.");
    let uid = rustix::process::getuid().as_raw();
    let unlinked = |event: &Event| matches!(event, Event::PersonUnlinked { uid: by, .. } if *by == uid);
    house.until_on_record("that Bob is unlinked", 1, unlinked).await;

    house.press(BOB, "INC-43", "approve").await;
    house.world.until_message(DANA, "Active until").await;
    house.settle().await;
    let (said, done) = house.command(&["identity", "list"]).await;
    assert!(done && said.contains("U0BOB  00uBOB  bob@acme.example") && !said.contains("suspended"), "{said}");
    let alerts = house.world.messages(CAROL).len();
    assert_eq!(alerts, 1, "admins were told once");
    house.stop().await;
    house.finish_unread_holding(&[(PROD_RW, "00uALICE"), ("00gSTAGING", "00uDANA")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_suspended_gives_back_what_is_theirs_and_what_is_open_ends_as_planned() {
    let mut company = Company::acme();
    let alice = company.people.iter_mut().find(|person| person.slack_id() == ALICE).unwrap();
    alice.okta.as_mut().unwrap().login = "alice2@acme.example".into();
    company.people.push(Person { okta: None, ..Person::member("alice2", "Alice Again", "Europe/Paris") });
    let mut house = House::closed(company).await;
    house.set_clocks();
    house.start().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    // Another Slack account that leads to Alice's Okta user.
    house.world.slash("U0ALICE2", "/jit", "staging/admin 45m Please").await.unwrap();
    let alert = house.sees(CAROL, "match no more").await;
    assert!(alert.contains("Slack account U0ALICE2, alice2@acme.example, leads to the same Okta user"), "{alert}");
    let typed = house.world.slash(ALICE, "/jit", "staging/admin 45m Please").await.unwrap().seen.unwrap();
    assert!(typed.starts_with("Your Slack account and your Okta account do not match"), "{typed}");
    house.press(ALICE, "Active until", "return").await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.settle().await;
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_bot_running_the_commands_take_the_store_themselves() {
    let mut house = House::open().await;
    let (said, done) = house.command(&["identity", "list"]).await;
    assert_eq!((said.as_str(), done), ("Nobody is bound yet.\n", true));
    house.grant(ALICE, "prod-db/rw", "2h").await;
    // The command goes by the host's clock, and time never goes back behind it: nobody holds anything by then.
    house.press(ALICE, "Active until", "return").await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.settle().await;
    house.stop().await;
    assert!(!house.path("store.sock").exists());
    let (said, done) = house.command(&["identity", "list", "--json"]).await;
    assert!(done, "{said}");
    assert_snapshot!(said, @r#"
    [
      {
        "slack": "U0ALICE",
        "okta": "00uALICE",
        "email": "alice@acme.example",
        "name": "Alice Martin",
        "since": "2026-11-24T13:40:05Z",
        "state": "bound",
        "suspended_at": null,
        "why": null
      },
      {
        "slack": "U0BOB",
        "okta": "00uBOB",
        "email": "bob@acme.example",
        "name": "Bob Stone",
        "since": "2026-11-24T13:40:05Z",
        "state": "bound",
        "suspended_at": null,
        "why": null
      }
    ]
    "#);
    let (said, done) = house.command(&["identity", "unlink", "U0NOBODY"]).await;
    assert_eq!(
        (said.as_str(), done),
        ("U0NOBODY is not bound to anyone. `jitney identity list` shows who is.\n", false)
    );
    let (said, done) = house.command(&["identity", "unlink", ALICE]).await;
    assert!(done && said.starts_with("U0ALICE is unlinked."), "{said}");
    house.verify();
    house.start().await;
    let (said, _) = house.command(&["identity", "list"]).await;
    assert!(said.contains(BOB) && !said.contains(ALICE), "{said}");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_never_was_and_wrong_usage_are_said() {
    let house = House::closed(Company::acme()).await;
    let (said, done) = house.command(&["identity", "list"]).await;
    assert_eq!((said.as_str(), done), ("There is no journal in HOUSE/store: has the bot run here?\n", false));
    let (said, done) = house.command(&["identity", "unlink", "bob@acme.example"]).await;
    assert!(!done && said.contains("Usage") || said.contains("error: invalid value"), "{said}");
    assert!(!house.path("store").exists(), "looking made nothing");
}

/// One line to the bot over its socket, and its answer.
async fn ordered(house: &House, line: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::UnixStream::connect(house.path("store.sock")).await.unwrap();
    stream.write_all(line.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_approves_or_grants_and_what_is_no_order_does_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.settle().await;
    let mode = std::fs::metadata(house.path("store.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let lines = house.live().seq;
    let mut orders = vec![
        "approve R-1\n".to_owned(),
        r#"{"order":"approve","request":"R-1"}"#.to_owned() + "\n",
        r#"{"order":"grant","request":"R-1"}"#.to_owned() + "\n",
        r#"{"order":"unlink_identity","slack":"U0ALICE","as":"root"}"#.to_owned() + "\n",
        "\n".to_owned(),
    ];
    orders.push("x".repeat(64 * 1024));
    for order in orders {
        assert_eq!(ordered(&house, &order).await, "{\"report\":\"unknown\"}\n", "{:.40}", order);
    }
    let listed = ordered(&house, "{\"order\":\"list_identities\"}\n").await;
    assert!(listed.starts_with(r#"{"report":"identities","bindings":[{"identity":{"slack":"U0ALICE""#), "{listed}");
    assert_eq!(house.live().seq, lines, "nothing is on record");
    house.finish(&[], &[crate::house::ASKED]).await;
}
