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
    assert_snapshot!(own(&being_ended()), @"");
    assert_snapshot!(own(&over("suspended")), @"");
    assert_snapshot!(plain::card(&nudge::card(Nudge::Revoked, &being_ended(), &[], &voice())), @"");
}

#[test]
fn each_way_in_which_it_was_taken() {
    let said = [Closure::Suspended, Closure::Deactivated, Closure::Deleted].map(requester::taken);
    assert_snapshot!(said.join("\n"), @"");
    assert!(own(&over("deleted")).contains(": your Okta account was deleted"));
}

#[test]
fn to_those_who_approved_it_the_channel_and_the_ticket() {
    let request = over("deactivated");
    assert_snapshot!(plain::card(&approver::card(&request, &slack("bob"), Some(&[]), &voice())), @"");
    let done = Happened::Removed { removal: Removal::Removed, due: at("14:20") };
    let (now, company) = (at("14:20") + chrono::TimeDelta::seconds(3), voice().zone);
    assert_snapshot!(plain::card(&audit::card(&request, &done, now, now, &voice())), @"");
    assert_snapshot!(format!("{:?}", ticket::comment(&request, &done, now, &company)), @"");
    let gone = Happened::Removed { removal: Removal::UserGone, due: at("14:20") };
    assert_snapshot!(plain::card(&audit::card(&over("deleted"), &gone, now, now, &voice())), @"");
    assert_snapshot!(format!("{:?}", ticket::comment(&over("deleted"), &gone, now, &company)), @"");
}
