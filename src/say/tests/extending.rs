//! What a holder reads of their wish to keep access for longer, and what others read of it.

use insta::assert_snapshot;

use super::*;
use crate::domain::{command::Refusal, ticket::Happened, time::Timestamp};

/// What Alice holds, and what has become of her wish.
fn held(extension: &Value) -> Request {
    changed(active(), |request| request["extension"] = extension.clone())
}

fn over(ending: Value, approval: Value) -> Value {
    let mut over = json!({ "extension": "over", "request": "R-151", "ending": ending, "at": at("14:10") });
    if !approval.is_null() {
        over["approval"] = approval;
    }
    over
}

/// The second line of the holder's message.
fn says(extension: &Value) -> String {
    let card = requester::card(&held(extension), &[], &voice());
    card.lines.get(2).map(|line| requester::flat(line)).unwrap_or_default()
}

fn refusal(refusal: &Refusal, about: &Request, now: &str) -> String {
    refusal::sentence(refusal, Some(about), &slack("ALICE"), at(now), &voice())
}

#[test]
fn what_became_of_it() {
    assert_snapshot!(says(&over(json!({ "ending": "applied" }), approval("BOB", "Bob Stone"))), @"Extended by Bob Stone, 2026-11-24 15:10 UTC+1.");
    assert_snapshot!(says(&over(json!({ "ending": "applied" }), Value::Null)), @"Extended, 2026-11-24 15:10 UTC+1. Nobody needed to approve it.");
    assert_snapshot!(says(&over(denied(), Value::Null)), @"Bob Stone did not extend it, 2026-11-24 15:10 UTC+1:");
    assert_snapshot!(says(&over(json!({ "ending": "unanswered" }), Value::Null)), @"Not extended, 2026-11-24 15:10 UTC+1: nobody decided.");
    let frozen = json!({ "why": "forbidden", "rules": [{ "id": "freeze", "message": "Frozen until January." }] });
    assert_snapshot!(says(&over(json!({ "ending": "refused", "why": frozen }), Value::Null)), @"Not extended, 2026-11-24 15:10 UTC+1: Frozen until January. (rule freeze)");
    assert_snapshot!(says(&over(json!({ "ending": "cancelled" }), Value::Null)), @"Bob Stone approved, 2026-11-24 14:41 UTC+1. If the application does not show it yet, sign in to it again.");
}

#[test]
fn why_it_cannot_be() {
    let no = Refusal::NotExtendable;
    assert_snapshot!(refusal(&no, &request(ended(json!({ "ending": "expired" }), "13:50")), "14:00"), @"This ended today 14:50, so it cannot be extended. Ask again with /jit.");
    assert_snapshot!(refusal(&no, &request(revoking(Value::Null)), "14:00"), @"It is ending now. Ask again with /jit.");
    assert_snapshot!(refusal(&no, &request(active()), "15:42"), @"It is ending now. Ask again with /jit.");
    assert_snapshot!(refusal(&no, &request(pending()), "14:00"), @"R-142 is not open yet, so there is nothing to extend.");
    let taken = changed(active(), |request| request["purpose"] = json!({ "purpose": "emergency" }));
    assert_snapshot!(refusal(&no, &taken, "14:00"), @"Access by break-glass is never extended. Who needs longer asks with /jit.");
    assert!(extend::keep(&taken).is_none());
    let asked = json!({
        "extension": "asked", "request": "R-151", "at": at("13:50"), "until": at("16:42"), "left": [step(Value::Null)],
    });
    let at: Timestamp = at("13:50");
    assert_snapshot!(refusal(&Refusal::MoreAsked { at }, &held(&asked), "14:00"), @"You already asked for more time today 14:50: waiting for Bob Stone or Dana Fox.");
    assert_snapshot!(refusal(&Refusal::NotLonger, &request(active()), "14:00"), @"It is open until today 16:42 Paris time (UTC+1) already. Write a later time, or a length.");
}

#[test]
fn a_ticket_is_told_in_one_sentence() {
    let comment = |extension: &Value, what: &Happened| {
        let parts = ticket::comment(&held(extension), what, at("14:10"), &voice().zone);
        parts.into_iter().map(|part| format!("{part:?}")).collect::<Vec<_>>().join("\n")
    };
    let none = json!({ "extension": "none" });
    assert_snapshot!(comment(&none, &Happened::MoreAsked { until: at("16:42") }), @r#"Paragraph("Alice Martin asked to keep it until 17:42:00 UTC+1, 2026-11-24 15:10:00 UTC+1.")"#);
    let applied = over(json!({ "ending": "applied" }), approval("BOB", "Bob Stone"));
    assert_snapshot!(comment(&applied, &Happened::Extended { ends: at("16:42") }), @r#"Paragraph("Extended to 17:42:00 UTC+1 by Bob Stone, 2026-11-24 15:10:00 UTC+1.")"#);
    assert_snapshot!(comment(&over(denied(), Value::Null), &Happened::NotExtended), @r#"
    Paragraph("Not extended, 2026-11-24 15:10:00 UTC+1: denied by Bob Stone.")
    Quote("Use the read replica")
    "#);
}
