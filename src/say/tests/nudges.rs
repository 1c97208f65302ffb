//! The sentences that notify.

use insta::assert_snapshot;

use super::*;
use crate::domain::port::Nudge;

fn seen(nudge: Nudge, state: Value) -> String {
    plain::card(&nudge::card(nudge, &request(state), &[], &voice()))
}

#[test]
fn each_is_one_sentence_that_stands_alone() {
    assert_snapshot!(seen(Nudge::Open, active()), @"
    Open until ‹2026-11-24 16:42 UTC+1›: Production Database, Read-Write.
    text: Open until 2026-11-24 16:42 UTC+1: Production Database, Read-Write.
    ");
    assert_snapshot!(seen(Nudge::Denied, undecided(denied(), at("13:44"))), @"
    Denied: Production Database, Read-Write. The reason is in the message above.
    text: Denied: Production Database, Read-Write. The reason is in the message above.
    ");
    let closed = "2026-11-25T13:40:00Z".parse().unwrap();
    assert_snapshot!(seen(Nudge::Unanswered, undecided(json!({ "ending": "unanswered" }), closed)), @"
    Closed ‹2026-11-25 14:40 UTC+1›, nobody decided: Production Database, Read-Write. You can ask again.
    text: Closed 2026-11-25 14:40 UTC+1, nobody decided: Production Database, Read-Write. You can ask again.
    ");
    let unasked = json!({ "state": "ended", "ending": { "ending": "unanswered" }, "at": closed });
    assert_snapshot!(seen(Nudge::Unanswered, unasked), @"
    Closed ‹2026-11-25 14:40 UTC+1›, Okta did not answer, so nobody was asked: Production Database, Read-Write. You can ask again.
    text: Closed 2026-11-25 14:40 UTC+1, Okta did not answer, so nobody was asked: Production Database, Read-Write. You can ask again.
    ");
    let failed = json!({ "ending": "failed", "why": { "failure": "called_off" } });
    assert_snapshot!(seen(Nudge::Failed, ended(failed, "15:00")), @"
    Could not be opened: Production Database, Read-Write. The message above says what to do.
    text: Could not be opened: Production Database, Read-Write. The message above says what to do.
    ");
    assert_snapshot!(seen(Nudge::Expired, ended(json!({ "ending": "expired" }), "15:42")), @"
    Ended ‹2026-11-24 16:42 UTC+1›: Production Database, Read-Write. Okta confirmed it.
    text: Ended 2026-11-24 16:42 UTC+1: Production Database, Read-Write. Okta confirmed it.
    ");
    assert_snapshot!(seen(Nudge::Expired, ended(json!({ "ending": "expired" }), "17:00")), @"
    Ended ‹2026-11-24 18:00 UTC+1›, 78 minutes late: Production Database, Read-Write. Okta confirmed it.
    text: Ended 2026-11-24 18:00 UTC+1, 78 minutes late: Production Database, Read-Write. Okta confirmed it.
    ");
    assert_snapshot!(seen(Nudge::Revoked, ended(json!({ "ending": "expired" }), "14:42")), @"
    Ended by someone else: Production Database, Read-Write.
    text: Ended by someone else: Production Database, Read-Write.
    ");
    assert_snapshot!(seen(Nudge::RemovalLate, revoking(json!(at("15:47")))), @"
    Over since ‹2026-11-24 16:42 UTC+1›, but Okta has not confirmed it: Production Database, Read-Write. Do not use this access any more.
    text: Over since 2026-11-24 16:42 UTC+1, but Okta has not confirmed it: Production Database, Read-Write. Do not use this access any more.
    ");
}

#[test]
fn access_that_goes_on_by_another_request_says_until_when() {
    let mut kept = ended(json!({ "ending": "expired" }), "15:42");
    kept["kept"] = json!("R-151");
    let keeper = changed(active(), |request| {
        request["id"] = json!("R-151");
        request["state"]["ends"] = json!(at("17:40"));
    });
    let known = nudge::card(Nudge::Expired, &request(kept.clone()), &[keeper], &voice());
    assert_snapshot!(plain::card(&known), @"
    Ended ‹2026-11-24 16:42 UTC+1›: Production Database, Read-Write. R-151 keeps this access open until ‹2026-11-24 18:40 UTC+1›.
    text: Ended 2026-11-24 16:42 UTC+1: Production Database, Read-Write. R-151 keeps this access open until 2026-11-24 18:40 UTC+1.
    ");
    assert_snapshot!(seen(Nudge::Expired, kept), @"
    Ended ‹2026-11-24 16:42 UTC+1›: Production Database, Read-Write. R-151 keeps this access open until its own end.
    text: Ended 2026-11-24 16:42 UTC+1: Production Database, Read-Write. R-151 keeps this access open until its own end.
    ");
}

/// They stand on lock screens.
#[test]
fn none_names_a_reason_or_a_justification() {
    for nudge in [
        Nudge::Open,
        Nudge::Denied,
        Nudge::Unanswered,
        Nudge::Failed,
        Nudge::Expired,
        Nudge::Revoked,
        Nudge::RemovalLate,
    ] {
        for state in [active(), undecided(denied(), at("13:44")), revoking(Value::Null), ended(denied(), "15:00")] {
            let card = nudge::card(nudge, &request(state), &[], &voice());
            assert!(!card.text.contains("INC-42") && !card.text.contains("replica"), "{}", card.text);
            assert!(card.lines.len() == 1 && card.text.chars().count() <= 160, "{}", card.text);
        }
    }
}

#[test]
fn to_whoever_has_not_decided() {
    assert_snapshot!(plain::card(&nudge::still_waiting(&request(pending()), &voice())), @"
    Still waiting for you: Alice Martin, Production Database · Read-Write, asked ‹2026-11-24 14:40 UTC+1›.
    text: Still waiting for you: Alice Martin, Production Database, Read-Write, asked 2026-11-24 14:40 UTC+1.
    ");
}
