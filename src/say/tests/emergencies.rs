//! Break-glass, in everybody's words, state by state.

use insta::assert_snapshot;

use super::*;

fn panels() -> Value {
    json!([
        { "kind": { "asks": "approvers", "name": "soc" }, "people": [
            person("CAROL", "Carol Diaz"), person("ERIN", "Erin Hale"), person("GUS", "Gus Lind"),
        ] },
        { "kind": { "asks": "owner", "application": "prod-db" }, "people": [
            person("BOB", "Bob Stone"), person("DANA", "Dana Fox"),
        ] },
    ])
}

fn open() -> Value {
    json!({ "review": "open", "panels": panels(), "since": at("13:41") })
}

fn signed(judgement: &str) -> Value {
    let note = json!({ "digest": "n", "text": "Restarted the queue" });
    let by = person("CAROL", "Carol Diaz");
    json!({ "review": "signed", "panels": panels(), "by": by, "judgement": judgement, "note": note, "at": at("16:00") })
}

/// Taken by break-glass, in a state: nobody approved it.
fn taken(mut state: Value, review: Value) -> Request {
    if state["route"]["steps"].is_array() {
        state["route"]["steps"] = json!([]);
    }
    changed(state, |request| {
        request["purpose"] = json!({ "purpose": "emergency" });
        request["review"] = review.clone();
    })
}

fn holder(request: &Request) -> String {
    plain::card(&requester::card(request, &[], &voice()))
}

fn reviewer(request: &Request, reader: &str) -> String {
    plain::card(&approver::card(request, &slack(reader), Some(&[]), &voice()))
}

fn expired() -> Value {
    ended(json!({ "ending": "expired" }), "15:42")
}

#[test]
fn whoever_took_it_follows_it_to_the_signed_review() {
    assert_snapshot!(holder(&taken(checking(), json!({ "review": "none" }))), @"
    🚨 **Opening break-glass access**
    prod-db/rw, 2 hours
    │ Stuck migration, INC-42
    buttons request
    [Cancel request] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Opening break-glass access: prod-db/rw.
    ");
    assert_snapshot!(holder(&taken(approved(), open())), @"
    🚨 **Opening break-glass access**
    Production Database · Read-Write, 2 hours
    Told: @Bob Stone, @Dana Fox and soc.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Opening break-glass access: Production Database, Read-Write. Told: Bob Stone, Dana Fox and soc.
    ");
    assert_snapshot!(holder(&taken(active(), open())), @"
    🚨 **Break-glass: active until **‹2026-11-24 16:42 UTC+1›**.**
    Production Database · Read-Write, 2 hours
    Told: @Bob Stone, @Dana Fox and soc.
    If the application does not show it yet, sign in to it again.
    │ Stuck migration, INC-42
    buttons grant
    [Return access] R-142 asks: Return this access? / Production Database · Read-Write ends at once. To get it back you ask again. / Return access / Keep it
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Break-glass: active until 2026-11-24 16:42 UTC+1: Production Database, Read-Write.
    ");
    assert_snapshot!(holder(&taken(expired(), open())), @"
    **Ended **‹2026-11-24 16:42 UTC+1›**, as planned****. Review open**
    Production Database · Read-Write, 2 hours
    Okta confirmed it ‹2026-11-24 16:42 UTC+1›.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended 2026-11-24 16:42 UTC+1, as planned. Review open: Production Database, Read-Write. Okta confirmed it 2026-11-24 16:42 UTC+1.
    ");
    assert_snapshot!(holder(&taken(expired(), signed("justified"))), @"
    **Ended **‹2026-11-24 16:42 UTC+1›**, as planned**. **Reviewed by **@Carol Diaz, ‹2026-11-24 17:00 UTC+1›
    Production Database · Read-Write, 2 hours
    Okta confirmed it ‹2026-11-24 16:42 UTC+1›.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended 2026-11-24 16:42 UTC+1, as planned. Reviewed by Carol Diaz, 2026-11-24 17:00 UTC+1: Production Database, Read-Write. Okta confirmed it 2026-11-24 16:42 UTC+1.
    ");
    let words = [active(), expired()].map(|state| holder(&taken(state, signed("not_justified"))));
    assert!(words.iter().all(|words| words.contains("not justified") && !words.contains("Restarted")), "{words:?}");
}

#[test]
fn whoever_reviews_it_reads_how_it_stands() {
    assert_snapshot!(reviewer(&taken(approved(), open()), "bob"), @"
    🚨 @Alice Martin** took Production Database · Read-Write by break-glass**
    Without approval, for 2 hours. It is being opened.
    │ Stuck migration, INC-42
    @Carol Diaz, @Erin Hale or 1 other in soc, you or @Dana Fox: one of you signs the review.
    buttons review
    [Sign review…] primary R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Alice Martin took Production Database, Read-Write by break-glass. Without approval, for 2 hours. It is being opened. Carol Diaz, Erin Hale or 1 other in soc, you or Dana Fox: one of you signs the review. Why: Stuck migration, INC-42
    ");
    assert_snapshot!(reviewer(&taken(active(), open()), "carol"), @"
    🚨 @Alice Martin** took Production Database · Read-Write by break-glass**
    Without approval, until ‹2026-11-24 16:42 UTC+1›.
    │ Stuck migration, INC-42
    You, @Erin Hale or 1 other in soc, @Bob Stone or @Dana Fox: one of you signs the review.
    buttons review
    [Sign review…] primary R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Alice Martin took Production Database, Read-Write by break-glass. Without approval, until 2026-11-24 16:42 UTC+1. You, Erin Hale or 1 other in soc, Bob Stone or Dana Fox: one of you signs the review. Why: Stuck migration, INC-42
    ");
    let second = |state| reviewer(&taken(state, open()), "bob").lines().nth(1).unwrap_or_default().to_owned();
    assert_snapshot!(second(revoking(Value::Null)), @"Ending access in Okta. Review still open.");
    assert_snapshot!(second(revoking(json!(at("15:50")))), @"Over since ‹2026-11-24 16:42 UTC+1›, but Okta has not confirmed it. Review still open.");
    assert_snapshot!(second(expired()), @"Ended ‹2026-11-24 16:42 UTC+1›. Review still open.");
    let mut checked = open();
    checked["signatures"] =
        json!([{ "slack": "U0BOB", "judgement": "justified", "note": { "digest": "n" }, "at": at("15:00") }]);
    assert_snapshot!(reviewer(&taken(active(), checked), "bob"), @"
    🚨 @Alice Martin** took Production Database · Read-Write by break-glass**
    **Checking…**
    │ Stuck migration, INC-42
    @Carol Diaz, @Erin Hale or 1 other in soc, you or @Dana Fox: one of you signs the review.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Alice Martin took Production Database, Read-Write by break-glass. Checking… Carol Diaz, Erin Hale or 1 other in soc, you or Dana Fox: one of you signs the review. Why: Stuck migration, INC-42
    ");
}

#[test]
fn a_signed_review_stands_in_every_copy() {
    assert_snapshot!(reviewer(&taken(expired(), signed("justified")), "bob"), @"
    **Reviewed by **@Carol Diaz, ‹2026-11-24 17:00 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 16:42 UTC+1›: expired
    │ Restarted the queue
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Reviewed by Carol Diaz, 2026-11-24 17:00 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    assert_snapshot!(reviewer(&taken(revoking(Value::Null), signed("not_justified")), "carol"), @"
    **Reviewed by **you, ‹2026-11-24 17:00 UTC+1›**: not justified**
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ending access in Okta
    │ Restarted the queue
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Reviewed by you, 2026-11-24 17:00 UTC+1: not justified: Production Database, Read-Write for Alice Martin.
    ");
    let erased = |review: &mut Value| review["note"] = json!({ "digest": "n" });
    let mut review = signed("justified");
    erased(&mut review);
    assert!(reviewer(&taken(expired(), review), "bob").contains("(erased)"));
    let moot = json!({ "review": "moot", "panels": panels() });
    assert_snapshot!(reviewer(&taken(ended(json!({ "ending": "returned" }), "13:42"), moot), "bob"), @"
    **Nothing to review**
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 14:42 UTC+1›: returned
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Nothing to review: Production Database, Read-Write for Alice Martin.
    ");
}

#[test]
fn the_form_of_a_review_says_what_was_taken_and_what_signing_does() {
    let form = |state| {
        let form = review::form(&taken(state, open()), &voice());
        let verdicts =
            form.verdicts.iter().map(|one| format!("{}: {}", one.label, one.description.as_deref().unwrap_or("–")));
        let lines = form.first.iter().map(plain::line).chain(verdicts).chain(form.note.hint.clone());
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(form(active()), @"
    @Alice Martin took Production Database · Read-Write by break-glass, ‹2026-11-24 14:40 UTC+1›.
    Still active until ‹2026-11-24 16:42 UTC+1›; signing it as justified does not end it.
    R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    Justified: It goes on until its end
    Not justified: It ends at once
    Your name and this note go on record. Alice Martin sees that you signed and what you find, not the note.
    ");
    assert_snapshot!(form(expired()), @"
    @Alice Martin took Production Database · Read-Write by break-glass, ‹2026-11-24 14:40 UTC+1›.
    Ended ‹2026-11-24 16:42 UTC+1›: expired.
    R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    Justified: –
    Not justified: –
    Your name and this note go on record. Alice Martin sees that you signed and what you find, not the note.
    ");
}

#[test]
fn how_long_a_review_is_open_is_told_as_it_is() {
    let late = |at: &str| review::late(&taken(expired(), open()), at.parse().unwrap()).text;
    assert_snapshot!(late("2026-11-25T13:41:00Z"), @"Review open for 24 hours: Alice Martin, Production Database, Read-Write.");
    assert_snapshot!(late("2026-11-26T20:00:00Z"), @"Review open for 54 hours: Alice Martin, Production Database, Read-Write.");
    assert_snapshot!(late("2026-12-02T13:41:00Z"), @"Review open for 8 days: Alice Martin, Production Database, Read-Write.");
}

#[test]
fn its_refusals_say_what_one_can_do() {
    use crate::domain::command::Refusal;
    let request = taken(expired(), open());
    let say = |refusal: &Refusal, about: Option<&Request>, reader| {
        refusal::sentence(refusal, about, &slack(reader), at("16:30"), &voice())
    };
    let until = at("16:00") + chrono::TimeDelta::hours(12);
    assert_snapshot!(say(&Refusal::CoolingDown { until }, None, "alice"), @"You took this by break-glass lately, and can again tomorrow 05:00 Paris time (UTC+1), the company's zone. /jit sends a normal request.");
    assert_snapshot!(say(&Refusal::ReviewOpen { request: request.id }, None, "alice"), @"The review of what you took before, R-142, is not signed yet, so nothing else can be taken by break-glass. /jit sends a normal request.");
    assert_snapshot!(say(&Refusal::NotForEmergencies, None, "alice"), @"That cannot be taken by break-glass. /jit sends a normal request.");
    assert_snapshot!(refusal::not_for_emergencies("Staging · Admin", &voice()), @"Staging · Admin cannot be taken by break-glass. /jit sends a normal request.");
    assert_snapshot!(say(&Refusal::OwnReview, Some(&request), "alice"), @"You took this access, so someone else signs the review.");
    assert_snapshot!(say(&Refusal::NotReviewer, Some(&request), "erin"), @"You cannot sign this review: it is not yours any more. Told: Carol Diaz, Gus Lind or 2 others.");
    assert_snapshot!(say(&Refusal::ReviewSigned, Some(&taken(expired(), signed("justified"))), "bob"), @"Carol Diaz signed this today 17:00 Paris time (UTC+1). Nothing changed.");
}
