//! Why not, and what one can do.

use insta::assert_snapshot;

use super::*;
use crate::domain::{
    command::Refusal,
    duration::{EndError, Length, LengthError},
    id::{Email, RequestId},
    port::{Fault, Unfit, Vendor},
    request::NotSentOn,
    said::TextError,
    time::AccessDuration,
};

fn secs(secs: u64) -> AccessDuration {
    AccessDuration::from_secs(secs).unwrap()
}

fn to(refusal: &Refusal, about: Option<&Request>, reader: &str) -> String {
    refusal::sentence(refusal, about, &slack(reader), at("14:00"), &voice())
}

fn id() -> RequestId {
    request(pending()).id
}

#[test]
fn of_asking() {
    assert_snapshot!(to(&Refusal::NotOffered, None, "alice"), @"There is nothing by that name that you can ask for. /jit shows what there is.");
    assert_snapshot!(to(&Refusal::NotOffered, Some(&request(pending())), "bob"), @"What can be asked for has changed, so this was closed. Nothing was opened.");
    assert_snapshot!(to(&Refusal::TooLong { most: secs(28_800), rule: None }, None, "alice"), @"That can be had for up to 8 hours. Choose less.");
    assert_snapshot!(refusal::longer_than(secs(28_800), "Read-Write", "Production Database", None), @"Read-Write on Production Database can be had for up to 8 hours. Choose less.");
    assert_snapshot!(to(&Refusal::TooShort { least: secs(60) }, None, "alice"), @"It must last at least 1 minute.");
    assert_snapshot!(to(&Refusal::TimePassed, None, "alice"), @"That time has passed. Write a length, or a later time.");
    let asked = Refusal::AlreadyAsked { request: id(), at: at("13:40") };
    assert_snapshot!(to(&asked, Some(&request(pending())), "alice"), @"You asked for this today 14:40 (R-142): waiting for Bob Stone or Dana Fox. To withdraw it: /jit cancel R-142.");
    assert_snapshot!(to(&asked, Some(&request(checking())), "alice"), @"You asked for this today 14:40 (R-142). /jit list shows how it stands.");
    let held = Refusal::AlreadyHeld { request: id(), until: at("15:42") };
    assert_snapshot!(to(&held, Some(&request(active())), "alice"), @"You have this until today 16:42 Paris time (UTC+1) (R-142). More time: /jit extend R-142.");
    assert_snapshot!(to(&held, Some(&request(active())), "frank"), @"You have this or asked for it by another Slack account of yours (R-142). Give it back there, or ask Carol Diaz to end it.");
    assert_snapshot!(to(&Refusal::TooManyOpen { most: 20 }, None, "alice"), @"You have 20 open requests, the most at one time. Cancel or return one first.");
    assert_snapshot!(to(&Refusal::CannotBeSaved, None, "alice"), @"This could not be saved, so nothing was done. Try again in a few minutes. Access still ends on time.");
    assert_snapshot!(to(&Refusal::Custody, None, "alice"), @"Jitney only ends access at the moment; nothing can be asked for or decided. Ask Carol Diaz. Access still ends on time.");
    assert_snapshot!(refusal::OFFER_CHANGED, @"The offer changed while the form was open. Choose the access again.");
    assert_snapshot!(refusal::NO_ACCESS, @"Choose an access.");
    assert_snapshot!(refusal::NO_LENGTH, @"Say for how long: 45m, 2h, until 17:30 or eod.");
}

#[test]
fn of_a_person() {
    let email = || Email::parse("alice@acme.example").unwrap();
    let told = |unfit: Unfit| to(&Refusal::NotServed { unfit }, None, "alice");
    assert_snapshot!(told(Unfit::Guest), @"Only full members of Acme can request access here. Ask the member you work with, or Carol Diaz.");
    for same in [Unfit::Bot, Unfit::Stranger, Unfit::Deactivated] {
        assert_eq!(told(same), told(Unfit::Guest), "what somebody is to Slack is told to nobody");
    }
    assert_snapshot!(told(Unfit::NoEmail), @"Slack shows no confirmed e-mail of yours, so your Okta account cannot be found. Ask Carol Diaz to mend that, then ask again.");
    assert_snapshot!(told(Unfit::NoAccount { email: email() }), @"No Okta account has your Slack e-mail, alice@acme.example. Ask Carol Diaz to mend that, then ask again.");
    assert_snapshot!(told(Unfit::Ambiguous { email: email() }), @"Two Okta accounts match alice@acme.example, so it is unclear which is yours. Ask Carol Diaz to mend that, then ask again.");
    assert_snapshot!(told(Unfit::Inactive { status: "SUSPENDED".into(), email: None }), @"Your Okta account is suspended. Ask Carol Diaz to mend that, then ask again.");
    assert_snapshot!(told(Unfit::Inactive { status: "PASSWORD_EXPIRED".into(), email: None }), @"Your Okta account is not active (password expired). Ask Carol Diaz to mend that, then ask again.");
    assert_snapshot!(to(&Refusal::IdentityChanged, None, "alice"), @"Your Slack account and your Okta account do not match what is on record, so nothing was sent on. Ask Carol Diaz to mend that, then ask again.");
    assert_snapshot!(refusal::not_sent_on(&NotSentOn::NobodyToAsk, &request(checking()), &voice()), @"Nobody is left who could approve this, so it was not sent on. Ask Carol Diaz to name an approver for Production Database.");
    assert_snapshot!(refusal::not_sent_on(&NotSentOn::NotOffered, &request(checking()), &voice()), @"There is no prod-db/rw that you can ask for. /jit shows what there is.");
    assert_snapshot!(refusal::not_sent_on(&NotSentOn::StandingMember, &request(checking()), &voice()), @"You have this access already, not through Jitney.");
}

/// Whoever was asked did not ask: they read what became of their decision.
#[test]
fn of_a_person_who_decides() {
    let email = || Email::parse("bob@acme.example").unwrap();
    let open = request(pending());
    let told = |unfit: Unfit| to(&Refusal::NotServed { unfit }, Some(&open), "bob");
    assert_snapshot!(told(Unfit::Guest), @"Only full members of Acme can decide here, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    for same in [Unfit::Bot, Unfit::Stranger, Unfit::Deactivated] {
        assert_eq!(told(same), told(Unfit::Guest), "what somebody is to Slack is told to nobody");
    }
    assert_snapshot!(told(Unfit::NoEmail), @"Slack shows no confirmed e-mail of yours, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    assert_snapshot!(told(Unfit::NoAccount { email: email() }), @"No Okta account has your Slack e-mail, bob@acme.example, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    assert_snapshot!(told(Unfit::Ambiguous { email: email() }), @"Two Okta accounts match bob@acme.example, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    assert_snapshot!(told(Unfit::Inactive { status: "SUSPENDED".into(), email: None }), @"Your Okta account is suspended, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    assert_snapshot!(to(&Refusal::IdentityChanged, Some(&open), "bob"), @"Your Slack account and your Okta account do not match what is on record, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    let own = to(&Refusal::IdentityChanged, Some(&open), "alice");
    assert!(own.ends_with("so nothing was sent on. Ask Carol Diaz to mend that, then ask again."), "{own}");
}

#[test]
fn of_deciding() {
    let open = request(pending());
    assert_snapshot!(to(&Refusal::OwnRequest, Some(&open), "alice"), @"You asked for this yourself, so someone else decides: Bob Stone or Dana Fox.");
    assert_snapshot!(to(&Refusal::NotApprover, Some(&open), "bob"), @"You cannot decide this: you no longer own Production Database. Asked: Dana Fox.");
    let alone = changed(pending(), |request| {
        request["state"]["route"]["steps"][0]["approvers"] = json!([person("BOB", "Bob Stone")]);
    });
    assert_snapshot!(to(&Refusal::NotApprover, Some(&alone), "bob"), @"You cannot decide this: you no longer own Production Database. Ask Carol Diaz.");
    assert_snapshot!(to(&Refusal::HasApproved { at: at("13:41") }, Some(&open), "bob"), @"You approved this today 14:41 Paris time (UTC+1). It needs one more, different person.");
    assert_snapshot!(to(&Refusal::OldTerms, Some(&open), "bob"), @"The terms changed since this card. It now shows 2 hours; decide again.");
    assert_snapshot!(to(&Refusal::ForeignCard, None, "bob"), @"This message is not the one on record for you, so nothing was done. Use the newest message about this request.");
    assert_snapshot!(to(&Refusal::TooManyClicks, Some(&open), "bob"), @"Many decisions on this are being checked. Wait a moment, then look at the card.");
    let fault = Fault { vendor: Vendor::Okta, status: Some(503), code: None, receipt: None };
    assert_snapshot!(to(&Refusal::NotLookedUp { fault }, Some(&open), "bob"), @"Okta did not answer for 5 minutes, so it is unclear whether you may do this, and nothing was done. Press again.");
    assert_snapshot!(refusal::reason(TextError::Blank, Some(&open)), @"Say why; Alice Martin reads this.");
    assert_snapshot!(refusal::reason(TextError::TooLong(1_001), None), @"1,001 characters; at most 1,000 are kept. Shorten it by 1.");
}

#[test]
fn of_what_is_over() {
    let over = |state: Value, reader: &str| to(&Refusal::Over, Some(&request(state)), reader);
    assert_snapshot!(over(approved(), "dana"), @"Bob Stone approved this today 14:41 Paris time (UTC+1), before your click. Nothing changed.");
    assert_snapshot!(over(approved(), "bob"), @"You approved this today 14:41 Paris time (UTC+1). Nothing more to do.");
    assert_snapshot!(over(undecided(denied(), at("13:44")), "dana"), @"Bob Stone denied this today 14:44 Paris time (UTC+1), before your click. Nothing changed.");
    assert_snapshot!(over(undecided(denied(), at("13:44")), "bob"), @"You denied this today 14:44 Paris time (UTC+1). Nothing more to do.");
    assert_snapshot!(over(undecided(json!({ "ending": "cancelled" }), at("13:44")), "bob"), @"Alice Martin withdrew this today 14:44 Paris time (UTC+1), before your click. Nothing changed.");
    assert_snapshot!(over(undecided(json!({ "ending": "cancelled" }), at("13:44")), "alice"), @"You withdrew this today 14:44. Nothing more to do.");
    assert_snapshot!(over(undecided(json!({ "ending": "unanswered" }), at("13:44")), "bob"), @"This closed today 14:44 Paris time (UTC+1), before your click. Nothing changed.");
    assert_snapshot!(over(undecided(json!({ "ending": "unanswered" }), at("13:44")), "alice"), @"This closed today 14:44. Nothing changed.");
    assert_snapshot!(over(ended(json!({ "ending": "expired" }), "13:50"), "alice"), @"This ended today 14:50. Nothing changed.");
    assert_snapshot!(over(undecided(denied(), at("13:44")), "alice"), @"Bob Stone denied this today 14:44. Nothing changed.");
    assert_snapshot!(over(revoking(Value::Null), "alice"), @"It is ending now. Nothing more to do.");
    assert_snapshot!(over(not_sent_on(json!({ "why": "not_offered" })), "bob"), @"This ended today 14:41 Paris time (UTC+1), the company's zone. Nothing changed.");
    assert_snapshot!(to(&Refusal::Over, None, "bob"), @"This is over. Nothing changed.");
}

#[test]
fn of_ending() {
    let told = |refusal: Refusal, state: Value| to(&refusal, Some(&request(state)), "alice");
    assert_snapshot!(to(&Refusal::NoSuchRequest, None, "alice"), @"You have no request by that id. /jit list shows yours.");
    assert_snapshot!(told(Refusal::TooLateToCancel, active()), @"It was approved today 14:41, too late to withdraw. You can return it: /jit return R-142.");
    assert_snapshot!(told(Refusal::NotHeld, pending()), @"R-142 is not open yet, so there is nothing to return. To withdraw it: /jit cancel R-142.");
    assert_snapshot!(told(Refusal::NotHeld, revoking(Value::Null)), @"It is ending now. Nothing more to do.");
    assert_snapshot!(told(Refusal::NotHeld, ended(json!({ "ending": "expired" }), "13:50")), @"This ended today 14:50. Nothing changed.");
    assert_snapshot!(told(Refusal::ReturnedBefore, ended(json!({ "ending": "returned" }), "13:50")), @"You returned this today 14:50. Nothing more to do.");
    assert_snapshot!(told(Refusal::ReturnedBefore, revoking(Value::Null)), @"You returned this already. Nothing more to do.");
    assert_snapshot!(to(&Refusal::NotReadable, None, "alice"), @"Requests that are over cannot be read at the moment, so nothing was done. Try again in a few minutes.");
}

#[test]
fn of_texts_and_lengths() {
    assert_snapshot!(refusal::justification(TextError::Blank), @"Say why you need it, in a sentence.");
    assert_snapshot!(refusal::justification(TextError::TooLong(1_240)), @"1,240 characters; at most 1,000 are kept. Shorten it by 240.");
    let length = |error, typed: &str| refusal::length(error, typed, secs(60));
    assert_snapshot!(length(LengthError::NotUnderstood, "2 horas"), @"“2 horas” is not a length. Write 45m, 2h, 1h 30m, until 17:30 or eod.");
    assert_snapshot!(length(LengthError::NotUnderstood, &"ab\u{202E}\n".repeat(60)), @"“ab ab ab ab ab ab ab ab ab ab ab ab ab …” is not a length. Write 45m, 2h, 1h 30m, until 17:30 or eod.");
    assert_snapshot!(length(LengthError::Bare(90), "90"), @"Is that minutes or hours? Write 90m or 2h.");
    assert_snapshot!(length(LengthError::Zero, "0m"), @"It must last at least 1 minute.");
    assert_snapshot!(refusal::length(LengthError::TooShort(secs(300)), "1m", secs(300)), @"It must last at least 5 minutes.");
    assert_snapshot!(length(LengthError::TooLong, "9999d"), @"Nothing can be had for longer than 366 days.");
    let paris = time::Zone::of(Some("Europe/Paris"), &voice().zone);
    let end = |error, typed: &str| refusal::end(error, Length::parse(typed, secs(60)).unwrap(), &paris);
    let clock = |typed: &str| match Length::parse(typed, secs(60)).unwrap() {
        Length::Until(clock) => clock,
        other => panic!("{other:?}"),
    };
    assert_snapshot!(end(EndError::Past(clock("until 12:30")), "until 12:30"), @"12:30 Paris time has passed today. Write a length, or a later time.");
    assert_snapshot!(end(EndError::Gap { suggest: clock("until 3:00") }, "until 2:30"), @"02:30 does not exist today: the clocks go forward. Write 03:00.");
    assert_snapshot!(end(EndError::DayOver { ends: clock("until 18:00") }, "eod"), @"Your business day ended at 18:00 Paris time. Choose a length.");
    assert_snapshot!(end(EndError::NotBusinessDay, "eod"), @"Today is no business day. Choose a length.");
    assert_snapshot!(end(EndError::OutOfRange, "eod"), @"That time cannot be reckoned. Write a length.");
}
