//! The requester's one message, state by state.

use insta::assert_snapshot;

use super::*;

fn seen(request: &Request) -> String {
    plain::card(&requester::card(request, &[], &voice()))
}

#[test]
fn while_it_is_found_out_who_decides() {
    assert_snapshot!(seen(&request(checking())), @"
    ⏳ **Saved. Finding out who decides**
    prod-db/rw, 2 hours
    │ Stuck migration, INC-42
    buttons request
    [Cancel request] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Saved. Finding out who decides: prod-db/rw.
    ");
    let mut slow = checking();
    slow["slow"] = json!(at("13:41"));
    assert_snapshot!(seen(&request(slow)), @"
    ⏳ **Saved. Finding out who decides**
    prod-db/rw, 2 hours
    Okta is slow to answer. Nothing is lost.
    │ Stuck migration, INC-42
    buttons request
    [Cancel request] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Saved. Finding out who decides: prod-db/rw. Okta is slow to answer. Nothing is lost.
    ");
}

#[test]
fn while_it_waits() {
    assert_snapshot!(seen(&request(pending())), @"
    ⏳ **Waiting for **@Bob Stone or @Dana Fox
    Production Database · Read-Write, 2 hours
    The 2 hours start when access opens.
    │ Stuck migration, INC-42
    1. @Bob Stone or @Dana Fox, now: owners of Production Database
    buttons request
    [Cancel request] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Waiting for Bob Stone or Dana Fox: Production Database, Read-Write, 2 hours. Closes 2026-11-25 14:40 UTC+1 if nobody decides.
    ");
    assert_snapshot!(seen(&changed(pending(), until_six)), @"
    ⏳ **Waiting for **@Bob Stone or @Dana Fox
    Production Database · Read-Write, until 18:00 Paris time (UTC+1)
    Until ‹2026-11-24 18:00 UTC+1›, whenever it is approved.
    │ Stuck migration, INC-42
    1. @Bob Stone or @Dana Fox, now: owners of Production Database
    buttons request
    [Cancel request] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-24 18:00 UTC+1› if nobody decides
    text: Waiting for Bob Stone or Dana Fox: Production Database, Read-Write, until 18:00 Paris time (UTC+1). Closes 2026-11-24 18:00 UTC+1 if nobody decides.
    ");
    let joined = changed(pending(), |request| request["joined"] = json!({ "U0ALICE": "alice@acme.example" }));
    assert_snapshot!(plain::card(&requester::card(&joined, &[], &voice())).lines().rev().nth(1).unwrap(), @"~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.");
}

#[test]
fn while_it_is_open() {
    assert_snapshot!(seen(&request(approved())), @"
    ⏳ **Approved. Opening access in Okta**
    Production Database · Read-Write, 2 hours
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved. Opening access in Okta: Production Database, Read-Write.
    ");
    assert_snapshot!(seen(&request(active())), @"
    🟢 **Active until **‹2026-11-24 16:42 UTC+1›**.**
    Production Database · Read-Write, 2 hours
    @Bob Stone approved, ‹2026-11-24 14:41 UTC+1›. If the application does not show it yet, sign in to it again.
    │ Stuck migration, INC-42
    buttons grant
    [Extend…] R-142
    [Return access] R-142 asks: Return this access? / Production Database · Read-Write ends at once. To get it back you ask again. / Return access / Keep it
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Active until 2026-11-24 16:42 UTC+1: Production Database, Read-Write.
    ");
    assert_snapshot!(seen(&request(revoking(Value::Null))), @"
    ⏳ **Ending access in Okta**
    Production Database · Read-Write, 2 hours
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ending access in Okta: Production Database, Read-Write.
    ");
    assert_snapshot!(seen(&request(revoking(json!(at("15:47"))))), @"
    ⚠️ **Over since **‹2026-11-24 16:42 UTC+1›**, but Okta has not confirmed it**
    Production Database · Read-Write, 2 hours
    It is retried until it does, and admins know. Do not use this access any more.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Over since 2026-11-24 16:42 UTC+1, but Okta has not confirmed it: Production Database, Read-Write. It is retried until it does, and admins know. Do not use this access any more.
    ");
}

#[test]
fn when_it_was_not_granted() {
    let next = "2026-11-25T13:40:00Z".parse().unwrap();
    assert_snapshot!(seen(&request(undecided(denied(), at("13:44")))), @"
    **Denied by **@Bob Stone, ‹2026-11-24 14:44 UTC+1›
    Production Database · Read-Write, 2 hours
    You can talk to @Bob Stone, or ask again with more detail.
    │ Use the read replica
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Denied by Bob Stone, 2026-11-24 14:44 UTC+1: Production Database, Read-Write. You can talk to Bob Stone, or ask again with more detail.
    ");
    assert_snapshot!(seen(&request(undecided(json!({ "ending": "cancelled" }), at("13:44")))), @"
    **You withdrew this request**, ‹2026-11-24 14:44 UTC+1›
    Production Database · Read-Write, 2 hours
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: You withdrew this request, 2026-11-24 14:44 UTC+1: Production Database, Read-Write.
    ");
    assert_snapshot!(seen(&request(undecided(json!({ "ending": "unanswered" }), next))), @"
    **Closed **‹2026-11-25 14:40 UTC+1›**: nobody decided in 24 hours**
    Production Database · Read-Write, 2 hours
    Asked: @Bob Stone and @Dana Fox. You can ask again.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Closed 2026-11-25 14:40 UTC+1: nobody decided in 24 hours: Production Database, Read-Write. Asked: Bob Stone and Dana Fox. You can ask again.
    ");
    assert_snapshot!(seen(&changed(undecided(json!({ "ending": "unanswered" }), at("17:00")), until_six)), @"
    **Closed **‹2026-11-24 18:00 UTC+1›**: the time you asked for has passed**
    Production Database · Read-Write, until 18:00 Paris time (UTC+1)
    Asked: @Bob Stone and @Dana Fox. You can ask again.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Closed 2026-11-24 18:00 UTC+1: the time you asked for has passed: Production Database, Read-Write. Asked: Bob Stone and Dana Fox. You can ask again.
    ");
    let unasked = json!({ "state": "ended", "ending": { "ending": "unanswered" }, "at": next });
    assert_snapshot!(seen(&request(unasked)), @"
    **Closed **‹2026-11-25 14:40 UTC+1›**: Okta did not answer, so nobody was asked**
    prod-db/rw, 2 hours
    You can ask again.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Closed 2026-11-25 14:40 UTC+1: Okta did not answer, so nobody was asked: prod-db/rw. You can ask again.
    ");
}

#[test]
fn when_it_could_not_be_opened() {
    let failed = |failure: Value| seen(&request(ended(json!({ "ending": "failed", "why": failure }), "13:43")));
    let fault = json!({ "vendor": "okta", "status": 403, "code": "E0000006", "receipt": "Yx1" });
    assert_snapshot!(failed(json!({ "failure": "rejected", "fault": fault })), @"
    ⚠️ **Access could not be opened**
    Production Database · Read-Write, 2 hours
    Okta does not let this bot change that group. Admins were told; nothing stays scheduled. Ask again once they have mended it.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Access could not be opened: Production Database, Read-Write. Okta does not let this bot change that group. Admins were told; nothing stays scheduled. Ask again once they have mended it.
    ");
    let second = |failure: Value| failed(failure).lines().nth(2).unwrap().to_owned();
    assert_snapshot!(second(json!({ "failure": "unfit_group", "reason": "it is filled by a group rule" })), @"Okta does not let this bot change that group. Admins were told; nothing stays scheduled. Ask again once they have mended it.");
    assert_snapshot!(second(json!({ "failure": "called_off" })), @"Okta did not confirm it before its time was over, so it was called off; nothing stays scheduled. You can ask again.");
    assert_snapshot!(second(json!({ "failure": "inactive", "status": "SUSPENDED" })), @"Your Okta account was not active when this was approved, so nothing was opened. Ask an admin to mend that, then ask again.");
    assert_snapshot!(second(json!({ "failure": "not_offered" })), @"What can be asked for changed before it was opened, so nothing was opened. Ask again with what is offered now.");
}

#[test]
fn when_it_is_over() {
    assert_snapshot!(seen(&request(ended(json!({ "ending": "expired" }), "15:42"))), @"
    **Ended **‹2026-11-24 16:42 UTC+1›**, as planned**
    Production Database · Read-Write, 2 hours
    Okta confirmed it ‹2026-11-24 16:42 UTC+1›.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended 2026-11-24 16:42 UTC+1, as planned: Production Database, Read-Write. Okta confirmed it 2026-11-24 16:42 UTC+1.
    ");
    assert_snapshot!(seen(&request(ended(json!({ "ending": "expired" }), "15:54"))), @"
    **Ended **‹2026-11-24 16:54 UTC+1›**, 12 minutes late**
    Production Database · Read-Write, 2 hours
    Okta confirmed it only then.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended 2026-11-24 16:54 UTC+1, 12 minutes late: Production Database, Read-Write. Okta confirmed it only then.
    ");
    assert_snapshot!(seen(&request(ended(json!({ "ending": "returned" }), "14:10"))), @"
    **You returned this access**, ‹2026-11-24 15:10 UTC+1›
    Production Database · Read-Write, 2 hours
    Okta confirmed its end.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: You returned this access, 2026-11-24 15:10 UTC+1: Production Database, Read-Write. Okta confirmed its end.
    ");
    let mut kept = ended(json!({ "ending": "expired" }), "15:42");
    kept["kept"] = json!("R-151");
    let keeper = changed(active(), |request| {
        request["id"] = json!("R-151");
        request["state"]["ends"] = json!(at("17:40"));
    });
    assert_snapshot!(plain::card(&requester::card(&request(kept), &[keeper], &voice())), @"
    **Ended **‹2026-11-24 16:42 UTC+1›**, as planned**
    Production Database · Read-Write, 2 hours
    R-151 keeps this access open until ‹2026-11-24 18:40 UTC+1›.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended 2026-11-24 16:42 UTC+1, as planned: Production Database, Read-Write. R-151 keeps this access open until 2026-11-24 18:40 UTC+1.
    ");
}

#[test]
fn when_it_was_not_sent_on() {
    assert_snapshot!(seen(&request(not_sent_on(json!({ "why": "nobody_to_ask" })))), @"
    ⚠️ **Not sent on**
    Production Database · Read-Write, 2 hours
    Nobody is left who could approve this, so it was not sent on. Ask Carol Diaz to name an approver for Production Database.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Not sent on: Production Database, Read-Write. Nobody is left who could approve this, so it was not sent on. Ask Carol Diaz to name an approver for Production Database.
    ");
    assert_snapshot!(seen(&request(not_sent_on(json!({ "why": "not_offered" })))), @"
    ⚠️ **Not sent on**
    prod-db/rw, 2 hours
    There is no prod-db/rw that you can ask for. /jit shows what there is.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Not sent on: prod-db/rw. There is no prod-db/rw that you can ask for. /jit shows what there is.
    ");
    assert_snapshot!(seen(&request(not_sent_on(json!({ "why": "identity_changed" })))), @"
    ⚠️ **Not sent on**
    prod-db/rw, 2 hours
    Your Slack account and your Okta account do not match what is on record, so nothing was sent on. Ask Carol Diaz to mend that, then ask again.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Not sent on: prod-db/rw. Your Slack account and your Okta account do not match what is on record, so nothing was sent on. Ask Carol Diaz to mend that, then ask again.
    ");
    let unfit = json!({ "why": "unfit", "unfit": { "unfit": "no_account", "email": "alice@acme.example" } });
    assert_snapshot!(seen(&request(not_sent_on(unfit))), @"
    ⚠️ **Not sent on**
    prod-db/rw, 2 hours
    No Okta account has your Slack e-mail, alice@acme.example. Ask Carol Diaz to mend that, then ask again.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Not sent on: prod-db/rw. No Okta account has your Slack e-mail, alice@acme.example. Ask Carol Diaz to mend that, then ask again.
    ");
    assert_snapshot!(seen(&request(not_sent_on(json!({ "why": "standing_member" })))), @"
    **You already have this access**
    Production Database · Read-Write, 2 hours
    You were in the Okta group before, not through Jitney, so nothing was opened and nothing will be taken away. The owner was told.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: You already have this access: Production Database, Read-Write. You were in the Okta group before, not through Jitney, so nothing was opened and nothing will be taken away. The owner was told.
    ");
}
