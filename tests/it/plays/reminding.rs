//! Whoever is asked and does not decide is reminded: once each time, at growing intervals, across restarts.

use insta::assert_snapshot;
use world::Company;

use crate::house::{ALICE, BOB, CAROL, DANA, House, Told};

/// A house in which people are reminded after this.
async fn house(after: &str) -> House {
    let mut house = House::closed(Company::acme()).await;
    house.change_settings(r#"remind_after = "12h""#, &format!("remind_after = \"{after}\""));
    house.set_clocks();
    house.start().await;
    house
}

/// How many reminders somebody has.
fn reminders(house: &House, who: &str) -> usize {
    let messages = house.world.messages(who);
    messages.iter().filter(|message| message.text.starts_with("Still waiting for you")).count()
}

/// Waits until somebody has so many.
async fn until(house: &House, who: &'static str, count: usize) {
    house
        .world
        .until(&format!("{count} reminders of {who}"), |state| {
            let messages = state.slack.dm(who).map(|channel| channel.messages.as_slice()).unwrap_or_default();
            let told = messages.iter().filter(|message| message.text.starts_with("Still waiting for you")).count();
            (told == count).then_some(())
        })
        .await;
}

const REMINDED: &[Told] = &[(BOB, "Still waiting for you"), (DANA, "Still waiting for you")];

#[tokio::test(flavor = "multi_thread")]
async fn at_growing_intervals_across_a_restart() {
    let mut house = house("30m").await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.advance(29);
    house.settle().await;
    assert_eq!(reminders(&house, BOB), 0);
    house.advance(1);
    until(&house, BOB, 1).await;
    until(&house, DANA, 1).await;
    assert_snapshot!(house.sees(BOB, "Still waiting").await, @"Still waiting for you: Alice Martin, Production Database · Read-Write, asked today at 14:40.");
    // An hour later, and not before; also where the program does not run at that moment.
    house.advance(59);
    house.settle().await;
    assert_eq!(reminders(&house, BOB), 1);
    house.stop().await;
    house.advance(1);
    house.start().await;
    until(&house, BOB, 2).await;
    until(&house, DANA, 2).await;
    house.settle().await;
    house.press(BOB, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    house.settle().await;
    house.advance(110);
    house.settle().await;
    assert_eq!((reminders(&house, BOB), reminders(&house, DANA)), (2, 2), "nobody is reminded of what is decided");
    let told: &[Told] = &[
        (ALICE, "⏰ Ends today at 18:10."),
        (ALICE, "Open until today at 18:10"),
        (ALICE, "Ends today at 18:10: Production"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
    ];
    house.finish(&[("00gPRODRW", "00uALICE")], &[told, REMINDED, REMINDED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_of_downtime_is_one_reminder_and_a_day_is_none() {
    let mut house = house("30m").await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.stop().await;
    house.advance(12 * 60);
    house.start().await;
    until(&house, BOB, 1).await;
    house.settle().await;
    assert_eq!((reminders(&house, BOB), reminders(&house, DANA)), (1, 1));
    house.advance(12 * 60);
    house.world.until_message(ALICE, "nobody decided in 24 hours").await;
    house.settle().await;
    let told: &[Told] =
        &[(ALICE, "Closed"), (ALICE, ", nobody decided: Production"), (BOB, "Closed"), (DANA, "Closed")];
    house.finish(&[], &[told, REMINDED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_decided_or_is_not_asked_yet_is_not_reminded() {
    let mut house = house("10m").await;
    house.stop().await;
    house.change_catalogue(r#"approval     = ["owner"]"#, r#"approval     = ["owner", "soc"]"#);
    house.change_settings("[requests]", "[approvers]\nsoc = [\"carol@acme.example\"]\n\n[requests]");
    house.set_clocks();
    house.start().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.advance(8);
    house.press(BOB, "INC-42", "approve").await;
    house.world.until_message(CAROL, "INC-42").await;
    house.settle().await;
    // The step that began eight minutes later is counted from its own beginning.
    house.advance(9);
    house.settle().await;
    assert_eq!([BOB, DANA, CAROL].map(|who| reminders(&house, who)), [0, 0, 0]);
    house.advance(1);
    until(&house, CAROL, 1).await;
    house.settle().await;
    assert_eq!([BOB, DANA, CAROL].map(|who| reminders(&house, who)), [0, 0, 1]);
    let told: &[Told] = &[
        (ALICE, "Waiting for @Carol Diaz"),
        (BOB, "You approved"),
        (DANA, "Approved by @Bob Stone"),
        (CAROL, "asks for"),
        (CAROL, "Still waiting for you"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_that_waits_for_slack_is_dropped_once_it_is_decided() {
    let house = house("30m").await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.settle().await;
    let fault = world::Fault::slack("chat.postMessage", world::What::Html { code: 503 });
    let fault = house.world.fault(fault.until_lifted());
    house.advance(30);
    house.world.until_called(fault).await;
    house.press(BOB, "INC-42", "approve").await;
    house.world.until_member("00gPRODRW", "00uALICE").await;
    house.world.lift(fault);
    house.world.until_message(ALICE, "Active until").await;
    house.settle().await;
    assert_eq!((reminders(&house, BOB), reminders(&house, DANA)), (0, 0));
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 17:10"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
    ];
    house.finish(&[("00gPRODRW", "00uALICE")], &[told]).await;
}
