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
    assert_snapshot!(says(&over(json!({ "ending": "applied" }), approval("BOB", "Bob Stone"))), @"");
    assert_snapshot!(says(&over(json!({ "ending": "applied" }), Value::Null)), @"");
    assert_snapshot!(says(&over(denied(), Value::Null)), @"");
    assert_snapshot!(says(&over(json!({ "ending": "unanswered" }), Value::Null)), @"");
    let frozen = json!({ "why": "forbidden", "rules": [{ "id": "freeze", "message": "Frozen until January." }] });
    assert_snapshot!(says(&over(json!({ "ending": "refused", "why": frozen }), Value::Null)), @"");
    assert_snapshot!(says(&over(json!({ "ending": "cancelled" }), Value::Null)), @"");
}

#[test]
fn why_it_cannot_be() {
    let no = Refusal::NotExtendable;
    assert_snapshot!(refusal(&no, &request(ended(json!({ "ending": "expired" }), "13:50")), "14:00"), @"");
    assert_snapshot!(refusal(&no, &request(revoking(Value::Null)), "14:00"), @"");
    assert_snapshot!(refusal(&no, &request(active()), "15:42"), @"");
    assert_snapshot!(refusal(&no, &request(pending()), "14:00"), @"");
    let taken = changed(active(), |request| request["purpose"] = json!({ "purpose": "emergency" }));
    assert_snapshot!(refusal(&no, &taken, "14:00"), @"");
    assert!(extend::keep(&taken).is_none());
    let asked = json!({
        "extension": "asked", "request": "R-151", "at": at("13:50"), "until": at("16:42"), "left": [step(Value::Null)],
    });
    let at: Timestamp = at("13:50");
    assert_snapshot!(refusal(&Refusal::MoreAsked { at }, &held(&asked), "14:00"), @"");
    assert_snapshot!(refusal(&Refusal::NotLonger, &request(active()), "14:00"), @"");
}

#[test]
fn a_ticket_is_told_in_one_sentence() {
    let comment = |extension: &Value, what: &Happened| {
        let parts = ticket::comment(&held(extension), what, at("14:10"), &voice().zone);
        parts.into_iter().map(|part| format!("{part:?}")).collect::<Vec<_>>().join("\n")
    };
    let none = json!({ "extension": "none" });
    assert_snapshot!(comment(&none, &Happened::MoreAsked { until: at("16:42") }), @"");
    let applied = over(json!({ "ending": "applied" }), approval("BOB", "Bob Stone"));
    assert_snapshot!(comment(&applied, &Happened::Extended { ends: at("16:42") }), @"");
    assert_snapshot!(comment(&over(denied(), Value::Null), &Happened::NotExtended), @"");
}
