//! Whom the bot serves.

use insta::assert_snapshot;
use world::{Company, Person};

use crate::house::{ALICE, BOB, CAROL, DANA, House};

#[tokio::test(flavor = "multi_thread")]
async fn everyone_who_cannot_be_served_is_told_why_and_what_to_do() {
    let house = House::open().await;
    for (who, sentence) in [
        ("U0GUS", "No Okta account has your Slack e-mail, gus@acme.example."),
        ("U0HANA", "Two Okta accounts match hana@acme.example"),
        ("U0IVY", "Your Okta account is suspended."),
        ("U0ERIN", "Only full members of Acme can request access here."),
    ] {
        let typed = house.world.slash(who, "/jit", "staging/admin 45m Please").await.unwrap().seen.unwrap();
        assert!(typed.contains(sentence) && typed.contains("Ask"), "{typed}");
        assert!(!typed.contains("Staging"), "nothing is disclosed: {typed}");
        let unknown = house.world.slash(who, "/jit", "nothing/here 45m Please").await.unwrap().seen.unwrap();
        assert_eq!(unknown.replace("nothing/here", "staging/admin"), typed, "nor that it is there");
    }
    assert_eq!(house.world.messages(BOB).len(), 0, "nobody was asked");
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_known_yet_is_told_only_what_they_typed() {
    let house = House::open().await;
    let hang = house.world.fault(world::Fault::okta("*", world::What::Hang).until_lifted());
    let typed = house.world.slash("U0GUS", "/jit", "staging/admin 45m Please").await.unwrap();
    assert!(!typed.timed_out, "{typed:?}");
    assert_eq!(typed.seen.as_deref(), Some("Saved as R-1: staging/admin, 45 minutes. Your messages show how it goes."));
    let card = house.sees("U0GUS", "Saved. Finding out who decides").await;
    assert!(card.contains("staging/admin, 45 minutes") && !card.contains("Staging"), "{card}");
    house.world.lift(hang);
    let card = house.sees("U0GUS", "No Okta account has your Slack e-mail").await;
    assert!(!card.contains("Staging"), "{card}");
    house.finish(&[], &[&[("U0GUS", "No Okta account has your Slack e-mail")]]).await;
}

/// Somebody's account changes, and they ask; what they are answered.
async fn asked_after(change: fn(&mut world::SlackAccount)) -> (House, String) {
    let house = House::open().await;
    house.world.change(|state| {
        let dana = state.people.iter_mut().find(|person| person.slack_id() == DANA).unwrap();
        change(dana.slack.as_mut().unwrap());
    });
    let typed = house.world.slash(DANA, "/jit", "staging/admin 45m Please").await.unwrap();
    (house, typed.seen.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_other_workspaces_are_not_served() {
    let (house, typed) = asked_after(|account| account.team_id = Some("T0OTHER".into())).await;
    assert!(typed.contains("Only full members"), "{typed}");
    assert_eq!(house.world.messages(BOB).len(), 0, "nobody was asked");
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_slack_does_not_vouch_for_is_none() {
    let (house, typed) = asked_after(|account| account.email_confirmed = false).await;
    assert!(typed.contains("no confirmed e-mail"), "{typed}");
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bots_strangers_and_the_deactivated_are_refused_on_record() {
    let changes: [(_, fn(&mut world::SlackAccount)); 3] = [
        ("bot", |account| account.bot = true),
        ("stranger", |account| account.stranger = true),
        ("deactivated", |account| account.deleted = true),
    ];
    for (unfit, change) in changes {
        let (house, _) = asked_after(change).await;
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
                (CAROL, "the accounts match no more"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_who_is_suspended_before_a_decision_is_not_granted_by_it() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    let card = house.world.until_message(BOB, "asks for").await;
    house.world.change(|state| {
        let alice = state.people.iter_mut().find(|person| person.slack_id() == ALICE).unwrap();
        alice.okta.as_mut().unwrap().status = "SUSPENDED".into();
    });
    house.world.press(BOB, &card, "approve").await.unwrap();
    let note = house.world.until_ephemeral(BOB, "This cannot go on").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"This cannot go on, so your decision did not count. The requester’s account is not active any more.");
    house.settle().await;
    assert_snapshot!(house.sees(ALICE, "suspended").await, @"
    ⚠️ Not sent on
    Production Database · Read-Write, 2 hours
    Your Okta account is suspended. Ask Carol Diaz to mend that, then ask again.
    R-1
    ");
    assert_eq!(house.world.writes().len(), 0);
    house.finish_unread().await;
}

/// Their account changes between the look and the addition, or is gone at the look: the group is not blamed, and admins,
/// who have nothing to mend in it, are not told.
async fn gone_inactive_before_the_addition(change: fn(&mut Vec<Person>)) -> House {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    let card = house.world.until_message(BOB, "asks for").await;
    let full = world::What::Status { code: 503, body: "".into(), headers: vec![] };
    let adding = house.world.fault(world::Fault::okta("PUT *", full).until_lifted());
    house.world.press(BOB, &card, "approve").await.unwrap();
    house.world.until_called(adding).await;
    house.world.change(|state| change(&mut state.people));
    house.world.lift(adding);
    house.world.until_message(ALICE, "Your Okta account was not active").await;
    house.settle().await;
    let told: Vec<String> = house.world.messages(CAROL).iter().map(|told| house.world.seen(told)).collect();
    assert!(told.iter().all(|told| !told.contains("Okta refuses")), "the group is not to blame: {told:?}");
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_suspended_between_the_look_and_the_addition_is_told_so() {
    let house = gone_inactive_before_the_addition(|people| {
        let alice = people.iter_mut().find(|person| person.slack_id() == ALICE).unwrap();
        alice.okta.as_mut().unwrap().status = "SUSPENDED".into();
    })
    .await;
    assert_snapshot!(house.sees(ALICE, "not active").await, @"
    ⚠️ Access could not be opened
    Production Database · Read-Write, 2 hours
    Your Okta account was not active when this was approved, so nothing was opened. Ask an admin to mend that, then ask again.
    R-1
    ");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_deleted_before_the_addition_is_told_so() {
    let house = gone_inactive_before_the_addition(|people| {
        people.iter_mut().find(|person| person.slack_id() == ALICE).unwrap().okta = None;
    })
    .await;
    house.finish_unread().await;
}

/// What cannot be read is not said to be refused a change.
#[tokio::test(flavor = "multi_thread")]
async fn a_right_to_read_that_is_missing_is_told_as_such() {
    let house = House::open().await;
    house.world.fault(world::Fault::okta("GET *groups/rules", world::What::Forbidden).until_lifted());
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Access could not be opened").await;
    let card = house.sees(CAROL, "could not be opened").await;
    assert!(card.contains("Okta refuses to let the bot read what stands in group 00gPRODRW: 403"), "{card}");
    house.finish_unread().await;
}

/// An approver who is not what they were: the decision does not count, and they, who asked for nothing, are told so.
#[tokio::test(flavor = "multi_thread")]
async fn an_approver_who_is_no_longer_active_reads_that_their_decision_did_not_count() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_message(BOB, "asks for").await;
    change(&house, BOB, |bob| bob.okta.as_mut().unwrap().status = "SUSPENDED".into());
    house.press(BOB, "asks for", "approve").await;
    let note = house.world.until_ephemeral(BOB, "suspended").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"Your Okta account is suspended, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    assert!(house.world.writes().is_empty());
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_whose_accounts_match_no_more_decides_nothing() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.ask(DANA, "staging/admin", "2h", "INC-43").await;
    change(&house, BOB, |bob| bob.okta.as_mut().unwrap().id = "00uBOB2".into());
    house.press(BOB, "INC-43", "approve").await;
    let note = house.world.until_ephemeral(BOB, "do not match").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"Your Slack account and your Okta account do not match what is on record, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    house.settle().await;
    house.finish_unread_holding(&[("00gPRODRW", "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_does_not_outlive_the_account_that_gave_it() {
    let mut house = House::closed(Company::acme()).await;
    house.change_catalogue(r#"approval     = ["owner"]"#, r#"approval     = ["owner", "owner"]"#);
    house.set_clocks();
    house.start().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.press(BOB, "INC-42", "approve").await;
    house.world.until_message(DANA, "1 of 2 approvals").await;
    change(&house, BOB, |bob| bob.okta.as_mut().unwrap().status = "DEPROVISIONED".into());
    house.press(DANA, "1 of 2 approvals", "approve").await;
    let note = house.world.until_ephemeral(DANA, "did not count").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"This cannot go on, so your decision did not count. Bob Stone approved this, but by an account that does not count any more. It can be asked for again.");
    assert_snapshot!(house.sees(ALICE, "Not sent on").await, @"
    ⚠️ Not sent on
    Production Database · Read-Write, 2 hours
    Bob Stone approved this, but by an account that does not count any more. It can be asked for again.
    R-1
    ");
    assert!(house.world.writes().is_empty());
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_it_open_anything_once_that_account_is_gone() {
    let house = House::open().await;
    let down = world::What::Status { code: 503, body: "".into(), headers: vec![] };
    let looking = house.world.fault(world::Fault::okta("GET *groups/rules", down).until_lifted());
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.press(BOB, "INC-42", "approve").await;
    house.world.until_called(looking).await;
    change(&house, BOB, |bob| bob.okta = None);
    house.world.lift(looking);
    assert_snapshot!(house.sees(ALICE, "could not be opened").await, @"
    ⚠️ Access could not be opened
    Production Database · Read-Write, 2 hours
    Bob Stone approved this, but by an account that does not count any more. It can be asked for again. Nothing was opened.
    R-1
    ");
    assert!(house.world.writes().is_empty());
    house.finish_unread().await;
}

/// Whose Slack account has become the requester's decides for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn an_approver_whose_account_is_the_requesters_by_now_decides_nothing() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_message(BOB, "asks for").await;
    change(&house, BOB, |bob| bob.slack.as_mut().unwrap().email = "alice@acme.example".into());
    house.press(BOB, "asks for", "approve").await;
    let note = house.world.until_ephemeral(BOB, "You asked for this yourself").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"You asked for this yourself, so someone else decides: Dana Fox.");
    assert!(house.world.writes().is_empty());
    // Two accounts lead to Alice by now: hers is one of them.
    house.sees(CAROL, "the accounts match no more").await;
    house.finish_unread().await;
}

/// Somebody changes.
fn change(house: &House, who: &str, how: impl Fn(&mut Person)) {
    house.world.change(|state| how(state.people.iter_mut().find(|person| person.slack_id() == who).unwrap()));
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
