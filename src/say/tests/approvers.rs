//! An approver's card, state by state.

use insta::assert_snapshot;

use super::*;

fn seen(request: &Request, reader: &str) -> String {
    plain::card(&approver::card(request, &slack(reader), Some(&[]), &voice()))
}

#[test]
fn the_question() {
    assert_snapshot!(seen(&request(pending()), "bob"), @"
    ⏳ @Alice Martin** asks for Production Database · Read-Write**
    2 hours from when access opens; asked ‹2026-11-24 14:40 UTC+1›
    │ Stuck migration, INC-42
    1. You or @Dana Fox, now: owners of Production Database
    High sensitivity. Holds nothing else now.
    buttons decide
    [Approve] primary R-142 asks: Approve this access? / Alice Martin gets Production Database · Read-Write (high sensitivity) for 2 hours. / Approve / Back
    [Approve for less…] R-142
    [Deny…] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Alice Martin asks for Production Database, Read-Write, for 2 hours. You or Dana Fox decide: owners of Production Database. Closes 2026-11-25 14:40 UTC+1 if nobody decides. Why: Stuck migration, INC-42
    ");
    assert_snapshot!(seen(&changed(pending(), until_six), "dana"), @"
    ⏳ @Alice Martin** asks for Production Database · Read-Write**
    Until ‹2026-11-24 18:00 UTC+1›, whenever it is approved
    │ Stuck migration, INC-42
    1. You or @Bob Stone, now: owners of Production Database
    High sensitivity. Holds nothing else now.
    buttons decide
    [Approve] primary R-142 asks: Approve this access? / Alice Martin gets Production Database · Read-Write (high sensitivity) until 18:00 Paris time (UTC+1). / Approve / Back
    [Approve for less…] R-142
    [Deny…] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-24 18:00 UTC+1› if nobody decides
    text: Alice Martin asks for Production Database, Read-Write, until 18:00 Paris time (UTC+1). You or Bob Stone decide: owners of Production Database. Closes 2026-11-24 18:00 UTC+1 if nobody decides. Why: Stuck migration, INC-42
    ");
    let low = changed(pending(), |request| request["access"]["sensitivity"] = json!("low"));
    assert!(!seen(&low, "bob").contains("asks:"), "nothing is asked before a tap that harms little");
}

#[test]
fn what_is_known_besides() {
    let again = changed(pending(), |request| {
        request["denied_before"] = json!({ "request": "R-140", "by": person("BOB", "Bob Stone"), "at": at("10:00") });
    });
    assert_snapshot!(seen(&again, "dana").lines().nth(2).unwrap(), @"Denied by @Bob Stone, ‹2026-11-24 11:00 UTC+1›; asked again.");
    assert_snapshot!(seen(&again, "bob").lines().nth(2).unwrap(), @"Denied by you, ‹2026-11-24 11:00 UTC+1›; asked again.");
    let held: Vec<Request> = (1..=5)
        .map(|number| {
            changed(active(), |request| {
                request["id"] = json!(format!("R-{number}"));
                request["access"]["level"] = json!(format!("Level {number}"));
            })
        })
        .collect();
    let card = approver::card(&request(pending()), &slack("bob"), Some(&held), &voice());
    assert_snapshot!(plain::line(&card.after[0]), @"High sensitivity. Holds now: Production Database · Level 1 until ‹2026-11-24 16:42 UTC+1›; Production Database · Level 2 until ‹2026-11-24 16:42 UTC+1›; Production Database · Level 3 until ‹2026-11-24 16:42 UTC+1› and 2 others.");
    let unknown = approver::card(&request(pending()), &slack("bob"), None, &voice());
    assert_snapshot!(plain::line(&unknown.after[0]), @"High sensitivity.");
    let named = changed(pending(), |request| {
        request["state"]["route"]["steps"][0]["kind"] = json!({ "asks": "approvers", "name": "soc" });
    });
    assert_snapshot!(seen(&named, "bob").lines().find(|line| line.starts_with("1. ")).unwrap(), @"1. You or @Dana Fox, now: Production Database asks soc");
    let alone = changed(pending(), |request| {
        let step = &mut request["state"]["route"]["steps"][0];
        step["kind"] = json!({ "asks": "person", "email": "bob@acme.example" });
        step["approvers"] = json!([person("BOB", "Bob Stone")]);
    });
    assert_snapshot!(seen(&alone, "bob").lines().find(|line| line.starts_with("1. ")).unwrap(), @"1. You, now: named for Production Database");
    assert_snapshot!(seen(&alone, "bob").lines().last().unwrap(), @"text: Alice Martin asks for Production Database, Read-Write, for 2 hours. You decide: named for Production Database. Closes 2026-11-25 14:40 UTC+1 if nobody decides. Why: Stuck migration, INC-42");
}

#[test]
fn what_okta_says_of_the_requester_and_nothing_where_it_says_nothing() {
    let line = |title: Value, department: Value| {
        let asked = changed(pending(), |request| {
            let person = request["state"]["route"]["person"].as_object_mut().unwrap();
            let said = [("title", title.clone()), ("department", department.clone())];
            person.extend(said.into_iter().filter(|(_, said)| !said.is_null()).map(|(key, said)| (key.into(), said)));
        });
        plain::line(&approver::card(&asked, &slack("bob"), Some(&[]), &voice()).after[0])
    };
    assert_snapshot!(line(json!("Staff Engineer"), json!("Payments")), @"Staff Engineer, Payments. High sensitivity. Holds nothing else now.");
    assert_snapshot!(line(json!("Staff Engineer"), Value::Null), @"Staff Engineer. High sensitivity. Holds nothing else now.");
    assert_snapshot!(line(Value::Null, json!("Payments")), @"Payments. High sensitivity. Holds nothing else now.");
    assert_snapshot!(line(Value::Null, Value::Null), @"High sensitivity. Holds nothing else now.");
}

#[test]
fn a_manager_is_the_requesters_to_others_and_theirs_to_the_requester() {
    let asked = changed(pending(), |request| {
        let step = &mut request["state"]["route"]["steps"][0];
        step["kind"] = json!({ "asks": "manager" });
        step["approvers"] = json!([person("BOB", "Bob Stone")]);
    });
    let step = |card: &Card| plain::line(&card.steps[0]);
    assert_snapshot!(step(&approver::card(&asked, &slack("bob"), None, &voice())), @"You, now: the requester's manager");
    assert_snapshot!(step(&requester::card(&asked, &[], &voice())), @"@Bob Stone, now: your manager");
}

#[test]
fn a_later_step() {
    let later = changed(pending(), |request| {
        let done = step(approval("BOB", "Bob Stone"));
        let mut soc = step(Value::Null);
        soc["kind"] = json!({ "asks": "approvers", "name": "soc" });
        soc["approvers"] = json!([person("CAROL", "Carol Diaz"), person("EVE", "Eve Lang"), person("GUS", "Gus Hahn")]);
        request["state"]["route"]["steps"] = json!([done, soc]);
    });
    assert_snapshot!(seen(&later, "carol"), @"
    ⏳ @Alice Martin** asks for Production Database · Read-Write**
    2 hours from when access opens; asked ‹2026-11-24 14:40 UTC+1›
    │ Stuck migration, INC-42
    1. @Bob Stone approved, ‹2026-11-24 14:41 UTC+1›
    2. You, @Eve Lang or 1 other, now: Production Database asks soc
    High sensitivity. Holds nothing else now.
    buttons decide
    [Approve] primary R-142 asks: Approve this access? / Alice Martin gets Production Database · Read-Write (high sensitivity) for 2 hours. / Approve / Back
    [Approve for less…] R-142
    [Deny…] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Alice Martin asks for Production Database, Read-Write, for 2 hours. You, Eve Lang or 1 other decide: Production Database asks soc. Closes 2026-11-25 14:40 UTC+1 if nobody decides. Why: Stuck migration, INC-42
    ");
    // Whoever was asked before it reads whose turn it is, and has nothing to press.
    assert_snapshot!(seen(&later, "bob"), @"
    **You approved**, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Now waiting for @Carol Diaz, @Eve Lang or 1 other.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: You approved, 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin. Now waiting for Carol Diaz, Eve Lang or 1 other.
    ");
    assert_snapshot!(seen(&later, "dana").lines().next().unwrap(), @"**Approved by **@Bob Stone, ‹2026-11-24 14:41 UTC+1›");
}

#[test]
fn while_their_click_is_checked_and_when_it_does_not_count() {
    let clicked = changed(pending(), |request| {
        request["state"]["clicks"] =
            json!([{ "slack": "U0BOB", "verdict": { "verdict": "approve" }, "at": at("13:41") }]);
    });
    assert_snapshot!(seen(&clicked, "bob"), @"
    ⏳ @Alice Martin** asks for Production Database · Read-Write**
    **Checking…**
    2 hours from when access opens; asked ‹2026-11-24 14:40 UTC+1›
    │ Stuck migration, INC-42
    1. @Bob Stone or @Dana Fox, now: owners of Production Database
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Checking your decision on Production Database, Read-Write for Alice Martin.
    ");
    assert!(seen(&clicked, "dana").contains("[Approve]"), "others still can");
    let dismissed = changed(pending(), |request| request["dismissed"] = json!({ "U0BOB": at("13:41") }));
    assert_snapshot!(seen(&dismissed, "bob"), @"
    **Not yours to decide any more**, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    You no longer own Production Database.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Not yours to decide any more, 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin. You no longer own Production Database.
    ");
}

#[test]
fn decided() {
    assert_snapshot!(seen(&request(approved()), "bob"), @"
    **Approved by **you, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Opening access
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved by you, 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    assert_snapshot!(seen(&request(active()), "dana"), @"
    **Approved by **@Bob Stone, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Active until ‹2026-11-24 16:42 UTC+1›. To end it early, open Home.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved by Bob Stone, 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    let lines = |state: Value| seen(&request(state), "bob").lines().take(3).collect::<Vec<_>>().join("\n");
    assert_snapshot!(lines(revoking(Value::Null)), @"
    **Approved by **you, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ending access in Okta
    ");
    assert_snapshot!(lines(ended(json!({ "ending": "expired" }), "15:42")), @"
    **Approved by **you, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 16:42 UTC+1›: expired
    ");
    assert_snapshot!(lines(ended(json!({ "ending": "returned" }), "14:10")), @"
    **Approved by **you, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 15:10 UTC+1›: returned
    ");
    assert_snapshot!(lines(ended(json!({ "ending": "failed", "why": { "failure": "called_off" } }), "15:00")), @"
    **Approved by **you, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 16:00 UTC+1›: could not be opened
    ");
    let standing = json!({ "ending": "refused", "why": { "why": "standing_member" } });
    assert_snapshot!(lines(ended(standing, "13:42")), @"
    **Approved by **you, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 14:42 UTC+1›: they have this access already, not through Jitney
    ");
}

#[test]
fn ended_undecided() {
    let next = "2026-11-25T13:40:00Z".parse().unwrap();
    assert_snapshot!(seen(&request(undecided(denied(), at("13:44"))), "bob"), @"
    **Denied by **you, ‹2026-11-24 14:44 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    │ Use the read replica
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Denied by you, 2026-11-24 14:44 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    assert_snapshot!(seen(&request(undecided(denied(), at("13:44"))), "dana"), @"
    **Denied by **@Bob Stone, ‹2026-11-24 14:44 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Denied by Bob Stone, 2026-11-24 14:44 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    let first = |request: &Request| seen(request, "bob").lines().next().unwrap().to_owned();
    assert_snapshot!(first(&request(undecided(json!({ "ending": "cancelled" }), at("13:44")))), @"**Withdrawn by **@Alice Martin, ‹2026-11-24 14:44 UTC+1›");
    assert_snapshot!(first(&request(undecided(json!({ "ending": "unanswered" }), next))), @"**Closed **‹2026-11-25 14:40 UTC+1›**: nobody decided in 24 hours**");
    assert_snapshot!(first(&changed(undecided(json!({ "ending": "unanswered" }), at("17:00")), until_six)), @"**Closed **‹2026-11-24 18:00 UTC+1›**: the time asked for has passed**");
    let withdrawn_from = json!({ "ending": "refused", "why": { "why": "not_offered" } });
    assert_snapshot!(seen(&request(undecided(withdrawn_from, at("13:44"))), "bob"), @"
    **Closed**
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 14:44 UTC+1›: it is not offered to them any more
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Closed: Production Database, Read-Write for Alice Martin.
    ");
}
