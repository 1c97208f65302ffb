//! Whom the bot serves.

use crate::house::{BOB, House};

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
    house.read_all();
    house.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bots_strangers_and_people_of_other_workspaces_are_not_served() {
    let changes: [(fn(&mut world::SlackAccount), &str); 4] = [
        (|account| account.bot = true, "Only full members"),
        (|account| account.stranger = true, "Only full members"),
        (|account| account.team_id = Some("T0OTHER".into()), "Only full members"),
        (|account| account.email_confirmed = false, "no confirmed e-mail"),
    ];
    for (change, sentence) in changes {
        let house = House::open().await;
        house.world.change(|state| {
            let dana = state.people.iter_mut().find(|person| person.slack_id() == crate::house::DANA).unwrap();
            change(dana.slack.as_mut().unwrap());
        });
        house.world.slash(crate::house::DANA, "/jit", "staging/admin 45m Please").await.unwrap();
        house.world.until_message(crate::house::DANA, sentence).await;
        assert_eq!(house.world.messages(BOB).len(), 0, "nobody was asked");
        house.read_all();
        house.finish(&[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_deactivated_before_the_grant_is_not_granted() {
    let house = House::open().await;
    house.ask(crate::house::ALICE, "prod-db/rw", "2h", "INC-42").await;
    let card = house.world.until_message(BOB, "asks for").await;
    house.world.change(|state| {
        let alice = state.people.iter_mut().find(|person| person.slack_id() == crate::house::ALICE).unwrap();
        alice.okta.as_mut().unwrap().status = "SUSPENDED".into();
    });
    house.world.press(BOB, &card, "approve").await.unwrap();
    house.world.until_message(crate::house::ALICE, "Your Okta account was not active").await;
    house.world.until_message(crate::house::ALICE, "Could not be opened").await;
    assert_eq!(house.world.writes().len(), 0);
    house.read_all();
    house.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_for_themselves() {
    let house = House::open().await;
    house.world.slash(BOB, "/jit", "staging/admin 45m Rollout").await.unwrap();
    house.world.until_message(BOB, "Nobody is left who could approve this").await;
    house.world.slash(BOB, "/jit", "prod-db/rw 45m Rollout").await.unwrap();
    house.world.until_message(crate::house::DANA, "asks for").await;
    let own = house.world.until_message(BOB, "Waiting for").await;
    assert!(!house.world.seen(&own).contains("[Approve]"));
    house.read_all();
    house.finish(&[]).await;
}
