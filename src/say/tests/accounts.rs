//! What is said where access ended with its holder's Okta account.

use insta::assert_snapshot;

use super::*;
use crate::domain::{
    account::Closure,
    port::{Nudge, Removal},
    ticket::Happened,
};

fn by(closure: &str) -> Value {
    json!({ "ending": "revoked", "cause": { "cause": "account", "closure": closure } })
}

fn being_ended() -> Request {
    let mut state = revoking(Value::Null);
    state["ending"] = by("suspended");
    request(state)
}

fn over(closure: &str) -> Request {
    request(ended(by(closure), "14:20"))
}

fn own(request: &Request) -> String {
    plain::card(&requester::card(request, &[], &voice()))
}

#[test]
fn to_its_holder() {
    assert_snapshot!(own(&being_ended()), @"
    ⏳ **Ending access in Okta**
    Production Database · Read-Write, 2 hours
    Your Okta account is suspended.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ending access in Okta: Production Database, Read-Write. Your Okta account is suspended.
    ");
    assert_snapshot!(own(&over("suspended")), @"
    **Ended **‹2026-11-24 15:20 UTC+1›**: your Okta account is suspended**
    Production Database · Read-Write, 2 hours
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended 2026-11-24 15:20 UTC+1: your Okta account is suspended: Production Database, Read-Write.
    ");
    assert_snapshot!(plain::card(&nudge::card(Nudge::Revoked, &being_ended(), &[], &voice())), @"
    Ended: Production Database, Read-Write. Your Okta account is suspended.
    text: Ended: Production Database, Read-Write. Your Okta account is suspended.
    ");
}

#[test]
fn each_way_in_which_it_was_taken() {
    let said = [Closure::Suspended, Closure::Deactivated, Closure::Deleted].map(requester::taken);
    assert_snapshot!(said.join("\n"), @"
    is suspended
    is deactivated
    was deleted
    ");
    assert!(own(&over("deleted")).contains(": your Okta account was deleted"));
}

#[test]
fn to_those_who_approved_it_the_channel_and_the_ticket() {
    let request = over("deactivated");
    assert_snapshot!(plain::card(&approver::card(&request, &slack("bob"), Some(&[]), &voice())), @"
    **Approved by **you, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 15:20 UTC+1›: their Okta account is deactivated
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved by you, 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    let done = Happened::Removed { removal: Removal::Removed, due: at("14:20") };
    let (now, company) = (at("14:20") + chrono::TimeDelta::seconds(3), voice().zone);
    assert_snapshot!(plain::card(&audit::card((&request, None), &done, (now, now), &voice())), @"
    **Ended**: Production Database · Read-Write for Alice Martin, since their Okta account is deactivated, confirmed 3 s later · R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended: Production Database · Read-Write for Alice Martin, since their Okta account is deactivated, confirmed 3 s later · R-142 · ACCESS-142
    ");
    assert_snapshot!(format!("{:?}", ticket::comment(&request, &done, now, &company)), @r#"[Paragraph("Ended, since the Okta account of Alice Martin is deactivated: removed and read back 2026-11-24 15:20:03 UTC+1.")]"#);
    let gone = Happened::Removed { removal: Removal::UserGone, due: at("14:20") };
    assert_snapshot!(plain::card(&audit::card((&over("deleted"), None), &gone, (now, now), &voice())), @"
    **Ended**: Production Database · Read-Write for Alice Martin, since their Okta account was deleted; Okta no longer shows the user · R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended: Production Database · Read-Write for Alice Martin, since their Okta account was deleted; Okta no longer shows the user · R-142 · ACCESS-142
    ");
    assert_snapshot!(format!("{:?}", ticket::comment(&over("deleted"), &gone, now, &company)), @r#"[Paragraph("Ended, since the Okta account of Alice Martin was deleted: Okta no longer shows the user, 2026-11-24 15:20:03 UTC+1.")]"#);
}
