//! The audit channel, as everybody in it reads it.

use insta::assert_snapshot;
use jitney::domain::{event::Event, port::Effect};
use world::{AUDIT_CHANNEL, Fault, Vendor, What};

use crate::{
    house::{ALICE, BOB, CAROL, DANA, EXPIRED, HELD, House, PROD_RW, Told},
    record,
};

/// What is there to be read where Bob said no.
const DENIED: &[Told] = &[
    (ALICE, "Denied by @Bob Stone"),
    (ALICE, "The reason is in the message above."),
    (BOB, "Denied by you"),
    (DANA, "Denied by @Bob Stone"),
];

/// What Carol reads of a channel that took nothing, and takes lines again.
const MENDED: &[Told] =
    &[(CAROL, "Slack takes no line for the audit channel"), (CAROL, "The audit channel takes lines again")];

/// What becomes of the channel.
fn channel(house: &House, change: impl FnOnce(&mut world::slack::Channel)) {
    house.world.change(|state| change(state.slack.channel_mut(AUDIT_CHANNEL).unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_is_a_line_each_for_its_decision_its_grant_and_its_end() {
    let house = House::with_audit_channel().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.advance(120);
    house.until_expired(ALICE).await;
    house.until_line("Ended").await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1
    Open: Production Database · Read-Write for Alice Martin until today at 16:40 · R-1
    Ended: Production Database · Read-Write for Alice Martin, expired, confirmed 0 s after its end · R-1
    ");
    let texts: Vec<String> =
        house.world.channel_messages(AUDIT_CHANNEL).into_iter().map(|message| message.text).collect();
    assert_snapshot!(texts.join("\n"), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1
    Open: Production Database · Read-Write for Alice Martin until 2026-11-24 16:40 UTC+1 · R-1
    Ended: Production Database · Read-Write for Alice Martin, expired, confirmed 0 s after its end · R-1
    ");
    house.finish(&[], &[EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_is_told_without_its_reason_and_a_ticket_by_its_key() {
    let mut house = House::with_tickets().await;
    house.stop().await;
    house.tell_the_channel();
    house.start().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_message(BOB, "ACCESS-1").await;
    house.press(BOB, "asks for", "deny").await;
    house.world.fill(BOB, "reason", "reason", "Use the *replica*").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    house.until_line("denied").await;
    assert_snapshot!(house.channel(), @"Bob Stone denied Production Database · Read-Write for Alice Martin, 2 hours · R-1 · ACCESS-1");
    house.finish(&[], &[DENIED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_opened_is_told_and_not_why_okta_says_so() {
    let house = House::with_audit_channel().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.fault(Fault::okta("PUT *", What::Forbidden).until_lifted());
    house.press(BOB, "asks for", "approve").await;
    house.until_line("Failed").await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1
    Failed: Production Database · Read-Write for Alice Martin, since Okta refuses it; nothing stays scheduled · R-1
    ");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_is_late_is_told_and_so_is_its_end_and_a_return_and_nobodys_answer() {
    let house = House::with_audit_channel().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let refused = house.world.fault(Fault::okta("DELETE *", What::Html { code: 503 }).until_lifted());
    house.advance(120);
    house.world.until_called(refused).await;
    house.advance(5);
    house.until_line("Not confirmed").await;
    house.world.lift(refused);
    house.until_line("Ended").await;
    house.ask(DANA, "staging/admin", "2h", "Rollout").await;
    house.press(BOB, "Rollout", "approve").await;
    house.world.until_message(DANA, "Open until").await;
    house.press(DANA, "Active until", "return").await;
    house.until_line("returned").await;
    house.ask(DANA, "staging/admin", "2h", "Again").await;
    house.advance(24 * 60);
    house.until_line("Unanswered").await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1
    Open: Production Database · Read-Write for Alice Martin until yesterday at 16:40 · R-1
    ⚠️ Not confirmed for 5 minutes: Production Database · Read-Write for Alice Martin; it was to end yesterday at 16:40 · R-1
    Ended: Production Database · Read-Write for Alice Martin, expired, confirmed 5 minutes after its end · R-1
    Bob Stone approved Staging · Admin for Dana Fox, 2 hours · R-2
    Open: Staging · Admin for Dana Fox until yesterday at 18:45 · R-2
    Ended: Staging · Admin for Dana Fox, returned, confirmed 0 s later · R-2
    Unanswered: Staging · Admin for Dana Fox, 2 hours · R-3
    ");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_is_down_over_several_facts_and_they_follow_in_their_order() {
    let house = House::with_audit_channel().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.grant(DANA, "staging/admin", "45m").await;
    house.world.down(Vendor::Slack);
    let ended = |event: &Event| matches!(event, Event::GrantEnded { .. });
    house.advance(45);
    house.until_on_record("the end of Dana's", 1, ended).await;
    house.advance(75);
    house.until_on_record("the end of Alice's", 2, ended).await;
    house.world.up(Vendor::Slack);
    house.until_line("Read-Write for Alice Martin, expired").await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1
    Open: Production Database · Read-Write for Alice Martin until today at 16:40 · R-1
    Bob Stone approved Staging · Admin for Dana Fox, 45 minutes · R-2
    Open: Staging · Admin for Dana Fox until today at 15:25 · R-2
    Ended: Staging · Admin for Dana Fox, expired, confirmed 0 s after its end · R-2 · told late, this was today at 15:25
    Ended: Production Database · Read-Write for Alice Martin, expired, confirmed 0 s after its end · R-1
    ");
    house.finish_unread().await;
}

/// The bot was never invited: admins hear of it once, nothing else waits, and once it is in the channel everything
/// follows in order.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_without_the_bot_is_told_to_admins_once_and_its_lines_wait() {
    let house = House::with_audit_channel().await;
    channel(&house, |channel| channel.bot_is_in = false);
    house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
    house.world.until_message(CAROL, "takes no line").await;
    assert_snapshot!(house.sees(CAROL, "takes no line").await, @"
    ⚠️ Slack takes no line for the audit channel
    It answers: not_in_channel. Invite the bot to the channel, or name another.
    The lines wait for 30 days, and keep their order. Access opens and ends as before.
    ");
    house.advance(120);
    house.until_expired(ALICE).await;
    assert_eq!(house.channel(), "");
    channel(&house, |channel| channel.bot_is_in = true);
    house.until_line("Ended").await;
    assert_snapshot!(house.sees(CAROL, "takes lines again").await, @"
    The audit channel takes lines again
    Those that waited follow in their order, with the time of what they tell.
    ");
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1 · told late, this was today at 14:40
    Open: Production Database · Read-Write for Alice Martin until today at 16:40 · R-1 · told late, this was today at 14:40
    Ended: Production Database · Read-Write for Alice Martin, expired, confirmed 0 s after its end · R-1
    ");
    house.finish(&[], &[EXPIRED, MENDED]).await;
}

/// What was promised before a stop is told after it; also where the channel was named wrong and is named right now.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_promised_before_a_stop_is_told_after_it_in_order() {
    for (error, mend) in [("is_archived", AUDIT_CHANNEL), ("channel_not_found", "C0GENERAL")] {
        let mut house = House::with_audit_channel().await;
        house.world.change(|state| {
            let audit = state.slack.channel_mut(AUDIT_CHANNEL).unwrap();
            audit.archived = error == "is_archived";
            if error == "channel_not_found" {
                audit.id = "C0ELSE".into();
            }
            state.slack.channel_mut("C0GENERAL").unwrap().bot_is_in = true;
        });
        house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
        let alert = house.world.until_message(CAROL, "takes no line").await;
        assert!(house.world.seen(&alert).contains(error), "{}", house.world.seen(&alert));
        house.stop().await;
        house.world.change(|state| {
            if let Some(audit) = state.slack.channel_mut(AUDIT_CHANNEL) {
                audit.archived = false;
            }
        });
        house.change_settings(AUDIT_CHANNEL, mend);
        house.start().await;
        house.world.until_message(CAROL, "takes lines again").await;
        house.settle().await;
        let told: Vec<String> = house.world.channel_messages(mend).iter().map(|line| house.world.seen(line)).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("Bob Stone approved") && told[1].starts_with("Open: "), "{told:?}");
        house.finish(&[(PROD_RW, "00uALICE")], &[HELD, MENDED]).await;
    }
}

/// A kind of refusal that Slack has no code of ours for is the channel's too: posting is kept to some.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_only_some_may_post_to_keeps_its_lines_waiting() {
    let house = House::with_audit_channel().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.settle().await;
    let what = What::SlackError { error: "restricted_action_read_only_channel".into() };
    // The approver's and the requester's cards are redrawn, and nothing else is posted before the channel's line but
    // the nudge, whose turn comes with the grant.
    house.world.fault(Fault::okta("PUT *", What::HoldThenDo));
    let refused = house.world.fault(Fault::slack("chat.postMessage", what));
    house.press(BOB, "asks for", "approve").await;
    house.world.until_called(refused).await;
    house.world.until_message(CAROL, "restricted_action_read_only_channel").await;
    house.world.faults().iter().for_each(|fault| house.world.release(fault.id));
    house.until_line("Open").await;
    assert!(house.channel().starts_with("Bob Stone approved"), "{}", house.channel());
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD, MENDED]).await;
}

/// A channel that is named no more is told nothing, and nobody waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_what_was_promised_is_settled() {
    let mut house = House::with_audit_channel().await;
    channel(&house, |channel| channel.archived = true);
    house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
    house.world.until_message(CAROL, "takes no line").await;
    house.stop().await;
    house.change_settings(&format!("audit_channel = \"{AUDIT_CHANNEL}\""), "");
    house.start().await;
    house.advance(120);
    house.until_expired(ALICE).await;
    house.settle().await;
    let entries = record::entries(&house.path("store/journal"));
    let lines = entries.iter().flat_map(|entry| &entry.effects);
    assert_eq!(lines.filter(|effect| matches!(effect, Effect::TellAudit { .. })).count(), 2, "none since");
    assert_eq!(house.channel(), "");
    house.finish(&[], &[EXPIRED, &[(CAROL, "takes no line")]]).await;
}
