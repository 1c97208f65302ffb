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
    let mut by_rules = over(json!({ "ending": "applied" }), Value::Null);
    by_rules["rules"] = json!([{ "rule": { "id": "oncall-staging" }, "does": { "does": "auto_approve" } }]);
    assert_snapshot!(says(&by_rules), @"Extended, 2026-11-24 15:10 UTC+1. Nobody needs to approve: rule oncall-staging.");
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

/// R-151, by which she asks to keep it for two hours more.
fn extension(state: Value) -> Request {
    changed(state, |request| {
        request["id"] = json!("R-151");
        request["purpose"] =
            json!({ "purpose": "extension", "of": "R-142", "opened": at("13:42"), "ends": at("15:42") });
        request["justification"] = json!({ "digest": "d", "text": "The index is still building" });
        request["ticket"] = Value::Null;
    })
}

/// It needs two, one of them by a rule.
fn of_two(approvals: [Value; 2]) -> Value {
    let [first, second] = approvals;
    let soc = json!({ "asks": "approvers", "name": "soc" });
    let mut later = json!({ "kind": soc, "approvers": [person("CAROL", "Carol Diaz")] });
    if !second.is_null() {
        later["approval"] = second;
    }
    let rule = json!({ "id": "long-requests", "message": "More than 2 hours at a stretch" });
    json!({
        "person": alice(), "steps": [step(first), later],
        "applied": [{ "rule": rule, "does": { "does": "step", "kind": soc } }],
    })
}

/// It came to this.
fn came_to(ending: Value, route: Value, time: &str) -> Request {
    extension(json!({ "state": "ended", "route": route, "ending": ending, "at": at(time) }))
}

/// Rules approved it, and nobody was asked.
fn by_rules() -> Request {
    let rule = json!({ "id": "oncall-staging", "message": "On call" });
    let route =
        json!({ "person": alice(), "steps": [], "applied": [{ "rule": rule, "does": { "does": "auto_approve" } }] });
    came_to(json!({ "ending": "applied" }), route, "14:10")
}

fn applied() -> Request {
    let both = of_two([approval("BOB", "Bob Stone"), approval("CAROL", "Carol Diaz")]);
    came_to(json!({ "ending": "applied" }), both, "14:10")
}

#[test]
fn a_ticket_is_told_in_one_sentence() {
    let comment = |request: &Request, what: &Happened| {
        let parts = ticket::comment(request, what, at("14:10"), &voice().zone);
        parts.into_iter().map(|part| format!("{part:?}")).collect::<Vec<_>>().join("\n")
    };
    let until = at("17:42");
    let pending = extension(json!({ "state": "pending", "route": of_two([Value::Null, Value::Null]), "clicks": [] }));
    assert_snapshot!(comment(&pending, &Happened::MoreAsked { until }), @r#"
    Paragraph("Alice Martin asked to keep it until 18:42:00 UTC+1, 2026-11-24 15:10:00 UTC+1 (R-151):")
    Quote("The index is still building")
    Paragraph("Who decides, step 1 of 2: Bob Stone or Dana Fox, owners of Production Database")
    Paragraph("Who decides, step 2 of 2: Carol Diaz, More than 2 hours at a stretch, rule long-requests")
    "#);
    assert_snapshot!(comment(&applied(), &Happened::Approved { step: 0 }), @r#"Paragraph("Bob Stone approved 2 hours more, 2026-11-24 15:10:00 UTC+1 (R-151, step 1 of 2, owner).")"#);
    assert_snapshot!(comment(&applied(), &Happened::Extended { ends: until }), @r#"Paragraph("Extended to 18:42:00 UTC+1 by Carol Diaz, 2026-11-24 15:10:00 UTC+1 (R-151).")"#);
    assert_snapshot!(comment(&by_rules(), &Happened::MoreAsked { until }), @r#"
    Paragraph("Alice Martin asked to keep it until 18:42:00 UTC+1, 2026-11-24 15:10:00 UTC+1 (R-151):")
    Quote("The index is still building")
    Paragraph("Nobody needs to approve: On call, rule oncall-staging")
    "#);
    assert_snapshot!(comment(&by_rules(), &Happened::Extended { ends: until }), @r#"Paragraph("Extended to 18:42:00 UTC+1, 2026-11-24 15:10:00 UTC+1 (R-151). Nobody needs to approve: On call, rule oncall-staging.")"#);
    let denied = came_to(denied(), of_two([Value::Null, Value::Null]), "14:10");
    assert_snapshot!(comment(&denied, &Happened::NotExtended), @r#"
    Paragraph("Not extended, 2026-11-24 15:10:00 UTC+1 (R-151): denied by Bob Stone.")
    Quote("Use the read replica")
    "#);
    let unanswered = |time: &str| came_to(json!({ "ending": "unanswered" }), of_two([Value::Null, Value::Null]), time);
    assert_snapshot!(comment(&unanswered("14:10"), &Happened::NotExtended), @r#"Paragraph("Not extended, 2026-11-24 15:10:00 UTC+1 (R-151): nobody decided.")"#);
    assert_snapshot!(comment(&unanswered("15:42"), &Happened::NotExtended), @r#"Paragraph("Not extended, 2026-11-24 15:10:00 UTC+1 (R-151): the access is over.")"#);
    assert_snapshot!(comment(&pending, &Happened::Withdrawn), @r#"Paragraph("Alice Martin withdrew it, 2026-11-24 15:10:00 UTC+1 (R-151).")"#);
    // What earlier programs said of what was extended, where it is not known any more of which extension they spoke.
    let first = request(active());
    assert_snapshot!(comment(&first, &Happened::MoreAsked { until }), @r#"Paragraph("Alice Martin asked to keep it until 18:42:00 UTC+1, 2026-11-24 15:10:00 UTC+1.")"#);
    assert_snapshot!(comment(&first, &Happened::Extended { ends: until }), @r#"Paragraph("Extended to 18:42:00 UTC+1, 2026-11-24 15:10:00 UTC+1.")"#);
    assert_snapshot!(comment(&first, &Happened::NotExtended), @r#"Paragraph("Not extended, 2026-11-24 15:10:00 UTC+1: its end stands.")"#);
}

#[test]
fn a_line_names_both_and_the_ticket() {
    let first = request(active());
    let line = |request: &Request, what: &Happened| {
        audit::card((request, Some(&first)), what, (at("14:10"), at("14:10")), &voice()).text
    };
    let until = at("17:42");
    assert_snapshot!(line(&applied(), &Happened::MoreAsked { until }), @"More time asked: Production Database · Read-Write for Alice Martin until 2026-11-24 18:42 UTC+1 · R-151 · R-142 · ACCESS-142");
    assert_snapshot!(line(&applied(), &Happened::Approved { step: 0 }), @"Bob Stone approved 2 hours more of Production Database · Read-Write for Alice Martin · R-151 · R-142 · ACCESS-142");
    assert_snapshot!(line(&applied(), &Happened::Extended { ends: until }), @"Extended: Production Database · Read-Write for Alice Martin until 2026-11-24 18:42 UTC+1 by Carol Diaz · R-151 · R-142 · ACCESS-142");
    assert_snapshot!(line(&by_rules(), &Happened::Extended { ends: until }), @"Extended: Production Database · Read-Write for Alice Martin until 2026-11-24 18:42 UTC+1. Nobody needs to approve: On call, rule oncall-staging · R-151 · R-142 · ACCESS-142");
    let denied = came_to(denied(), of_two([Value::Null, Value::Null]), "14:10");
    assert_snapshot!(line(&denied, &Happened::NotExtended), @"Not extended: Production Database · Read-Write for Alice Martin, denied by Bob Stone · R-151 · R-142 · ACCESS-142");
    let (from, to) = (json!({ "rule": "after", "secs": 7_200 }), json!({ "rule": "after", "secs": 2_700 }));
    let mut less = approval("BOB", "Bob Stone");
    less["less"] = json!({ "from": from, "to": to });
    let less = came_to(json!({ "ending": "applied" }), of_two([less, Value::Null]), "14:10");
    assert_snapshot!(line(&less, &Happened::Approved { step: 0 }), @"Bob Stone approved 45 minutes of 2 hours more: Production Database · Read-Write for Alice Martin · R-151 · R-142 · ACCESS-142");
}

/// Bob approved two hours, or less; what was added since is not his.
#[test]
fn what_was_approved_is_said_as_it_was_approved_and_its_holder_reads_the_whole() {
    let four = |request: &mut Value| request["extended"] = json!({ "rule": "after", "secs": 14_400 });
    let active = json!({ "state": "active", "route": by_bob(), "opened": at("13:42"), "ends": at("17:42") });
    let first = changed(active, four);
    let lines = |card: &Card| card.lines.iter().map(|line| requester::flat(line)).collect::<Vec<_>>().join("\n");
    assert_snapshot!(lines(&approver::card(&first, &slack("BOB"), None, &voice())), @"
    Approved by you, 2026-11-24 14:41 UTC+1
    Alice Martin · Production Database · Read-Write, 2 hours
    Active until 2026-11-24 18:42 UTC+1. To end it early, open Home.
    ");
    assert_snapshot!(lines(&requester::card(&first, &[], &voice())), @"
    Active until 2026-11-24 18:42 UTC+1.
    Production Database · Read-Write, 4 hours
    Bob Stone approved, 2026-11-24 14:41 UTC+1. If the application does not show it yet, sign in to it again.
    ");
    let approved = Happened::Approved { step: 0 };
    let late = audit::card((&first, None), &approved, (at("13:41"), at("14:10")), &voice());
    assert_snapshot!(late.text, @"Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-142 · ACCESS-142 · told late, this was 2026-11-24 14:41 UTC+1");
    let (from, to) = (json!({ "rule": "after", "secs": 7_200 }), json!({ "rule": "after", "secs": 2_700 }));
    let mut route = by_bob();
    route["steps"][0]["approval"]["less"] = json!({ "from": from, "to": to });
    let active = json!({ "state": "active", "route": route, "opened": at("13:42"), "ends": at("16:27") });
    let cut = changed(active, |request| {
        request["end"] = to.clone();
        request["extended"] = json!({ "rule": "after", "secs": 9_900 });
    });
    assert_snapshot!(lines(&requester::card(&cut, &[], &voice())), @"
    Active until 2026-11-24 17:27 UTC+1.
    Production Database · Read-Write, 2 h 45 min
    Bob Stone approved 45 minutes (you asked for 2 hours). If the application does not show it yet, sign in to it again.
    ");
    // It ended at its new end, and was confirmed in time.
    let over = changed(ended(json!({ "ending": "expired" }), "17:43"), four);
    assert_snapshot!(lines(&requester::card(&over, &[], &voice())), @"
    Ended 2026-11-24 18:42 UTC+1, as planned
    Production Database · Read-Write, 4 hours
    Okta confirmed it 2026-11-24 18:43 UTC+1.
    ");
}

#[test]
fn its_card_follows_the_access_to_its_end() {
    let carol =
        json!({ "cause": "person", "by": person("CAROL", "Carol Diaz"), "reason": { "digest": "r", "text": "Wrong" } });
    let lines = |over: Value| {
        let request = json_with(&applied(), "first_over", over);
        let card = approver::card(&request, &slack("BOB"), None, &voice());
        card.lines.iter().map(|line| requester::flat(line)).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(lines(Value::Null), @"
    Approved by Carol Diaz, 2026-11-24 14:41 UTC+1
    Alice Martin · Production Database · Read-Write, 2 hours more
    Kept until 2026-11-24 18:42 UTC+1
    ");
    assert_snapshot!(lines(json!({ "ending": { "ending": "returned" }, "at": at("15:00") })), @"
    Approved by Carol Diaz, 2026-11-24 14:41 UTC+1
    Alice Martin · Production Database · Read-Write, 2 hours more
    Ended 2026-11-24 16:00 UTC+1: returned
    ");
    assert_snapshot!(lines(json!({ "ending": { "ending": "revoked", "cause": carol }, "at": at("15:00") })), @"
    Approved by Carol Diaz, 2026-11-24 14:41 UTC+1
    Alice Martin · Production Database · Read-Write, 2 hours more
    Ended 2026-11-24 16:00 UTC+1: revoked by Carol Diaz
    ");
    assert_snapshot!(lines(json!({ "ending": { "ending": "expired" }, "at": at("17:43") })), @"
    Approved by Carol Diaz, 2026-11-24 14:41 UTC+1
    Alice Martin · Production Database · Read-Write, 2 hours more
    Ended 2026-11-24 18:43 UTC+1: expired
    ");
}

fn json_with(request: &Request, key: &str, value: Value) -> Request {
    let mut written = serde_json::to_value(request).unwrap();
    written[key] = value;
    serde_json::from_value(written).unwrap()
}
