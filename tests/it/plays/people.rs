//! Whom the bot serves.

use world::{Company, Person};

use crate::house::{ALICE, BOB, DANA, House};

#[tokio::test(flavor = "multi_thread")]
async fn everyone_who_cannot_be_served_is_told_why_and_what_to_do() {
    let house = House::open().await;
    for (who, sentence) in [
        ("U0GUS", "No Okta account has your Slack e-mail, gus@acme.example."),
        ("U0HANA", "Two Okta accounts match hana@acme.example"),
        ("U0IVY", "Your Okta account is suspended."),
        ("U0ERIN", "Only full members can request access here."),
    ] {
        house.world.slash(who, "/jit", "staging/admin 45m Please").await.unwrap();
        let card = house.world.until_message(who, sentence).await;
        assert!(house.world.seen(&card).contains("Ask"), "{}", house.world.seen(&card));
    }
    assert_eq!(house.world.messages(BOB).len(), 0, "nobody was asked");
    house
        .finish(
            &[],
            &[&[
                ("U0ERIN", "Not sent on"),
                ("U0GUS", "Not sent on"),
                ("U0IVY", "Not sent on"),
                ("U0HANA", "Not sent on"),
            ]],
        )
        .await;
}

/// Somebody's account changes, and they ask.
async fn asked_after(change: fn(&mut world::SlackAccount)) -> House {
    let house = House::open().await;
    house.world.change(|state| {
        let dana = state.people.iter_mut().find(|person| person.slack_id() == DANA).unwrap();
        change(dana.slack.as_mut().unwrap());
    });
    house.world.slash(DANA, "/jit", "staging/admin 45m Please").await.unwrap();
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_other_workspaces_are_not_served() {
    let house = asked_after(|account| account.team_id = Some("T0OTHER".into())).await;
    house.world.until_message(DANA, "Only full members").await;
    assert_eq!(house.world.messages(BOB).len(), 0, "nobody was asked");
    house.finish(&[], &[&[(DANA, "Not sent on")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_slack_does_not_vouch_for_is_none() {
    let house = asked_after(|account| account.email_confirmed = false).await;
    house.world.until_message(DANA, "no confirmed e-mail").await;
    house.finish(&[], &[&[(DANA, "Not sent on")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bots_strangers_and_the_deactivated_are_refused_on_record_though_nobody_can_tell_them() {
    let changes: [(_, fn(&mut world::SlackAccount)); 3] = [
        ("bot", |account| account.bot = true),
        ("stranger", |account| account.stranger = true),
        ("deactivated", |account| account.deleted = true),
    ];
    for (unfit, change) in changes {
        let house = asked_after(change).await;
        // Slack opens no conversation with them; what could not be said to them is nothing left to do.
        house.settle().await;
        let journal = std::fs::read_to_string(house.journal()).unwrap();
        assert!(journal.contains(&format!(r#""unfit":"{unfit}""#)), "{journal}");
        house.finish(&[], &[]).await;
    }
}

/// Alice's other Slack account: its address is the login of her one Okta user.
const OTHER_ALICE: &str = "U0ALICE2";

#[tokio::test(flavor = "multi_thread")]
async fn a_second_slack_account_of_the_same_okta_user_neither_decides_nor_asks() {
    let mut company = Company::acme();
    let login = "alice2@acme.example";
    let alice = company.people.iter_mut().find(|person| person.slack_id() == ALICE).unwrap();
    alice.okta.as_mut().unwrap().login = login.into();
    company.people.push(Person { okta: None, ..Person::member("alice2", "Alice Again", "Europe/Paris") });
    let mut house = House::closed(company).await;
    house.set_clocks();
    house.change_catalogue("owners = [\"bob@acme.example\", \"dana", &format!("owners = [\"{login}\", \"dana"));
    house.start().await;
    house.world.slash(ALICE, "/jit", "prod-db/rw 45m Rollout").await.unwrap();
    house.world.until_message(DANA, "asks for").await;
    house.settle().await;
    assert_eq!(house.world.messages(OTHER_ALICE).len(), 0, "she is not asked about herself");
    house.world.slash(OTHER_ALICE, "/jit", "staging/admin 45m Rollout").await.unwrap();
    house.settle().await;
    assert_eq!(house.world.messages(BOB).len(), 0, "nobody is asked for whoever is bound to another account");
    house
        .finish(
            &[],
            &[&[
                (ALICE, "Waiting for @Dana"),
                (DANA, "asks for Production Database · Read-Write"),
                (OTHER_ALICE, "Not sent on"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_deactivated_before_the_grant_is_not_granted() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    let card = house.world.until_message(BOB, "asks for").await;
    house.world.change(|state| {
        let alice = state.people.iter_mut().find(|person| person.slack_id() == ALICE).unwrap();
        alice.okta.as_mut().unwrap().status = "SUSPENDED".into();
    });
    house.world.press(BOB, &card, "approve").await.unwrap();
    house.world.until_message(ALICE, "Your Okta account was not active").await;
    house.world.until_message(ALICE, "Could not be opened").await;
    assert_eq!(house.world.writes().len(), 0);
    house
        .finish(
            &[],
            &[&[
                (ALICE, "Access could not be opened"),
                (ALICE, "Could not be opened: "),
                (BOB, "Approved by you"),
                (DANA, "Approved by @Bob Stone"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_for_themselves() {
    let house = House::open().await;
    house.world.slash(BOB, "/jit", "staging/admin 45m Rollout").await.unwrap();
    house.world.until_message(BOB, "Nobody is left who could approve this").await;
    house.world.slash(BOB, "/jit", "prod-db/rw 45m Rollout").await.unwrap();
    house.world.until_message(DANA, "asks for").await;
    let own = house.world.until_message(BOB, "Waiting for").await;
    assert!(!house.world.seen(&own).contains("[Approve]"));
    house
        .finish(
            &[],
            &[&[(BOB, "Not sent on"), (BOB, "Waiting for @Dana"), (DANA, "asks for Production Database · Read-Write")]],
        )
        .await;
}
