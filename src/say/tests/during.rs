//! What is said while access is asked for or held: less than was asked, the word before the end, the end by somebody
//! else's word, and a freeze.

use insta::assert_snapshot;

use super::*;
use crate::domain::{
    catalogue::{Entitlement, Offer, Requesters, Sensitivity, StepRule},
    command::Refusal,
    home::{Home, Pages, Section, Sight},
    id::{EntitlementId, OktaGroupId, RequestId},
    live::Freeze,
    port::Nudge,
    request::{Decider, State},
    ticket::{Freezing, Happened},
    time::{AccessDuration, Timestamp},
};

fn own(request: &Request) -> String {
    plain::card(&requester::card(request, &[], &voice()))
}

fn to(request: &Request, reader: &str) -> String {
    plain::card(&approver::card(request, &slack(reader), Some(&[]), &voice()))
}

fn nudged(nudge: Nudge, request: &Request) -> String {
    plain::card(&nudge::card(nudge, request, &[], &voice()))
}

fn zone() -> time::Zone {
    time::Zone::of(Some("Europe/Paris"), &voice().zone)
}

/// Bob approved 45 minutes of two hours.
fn shorter(mut state: Value) -> Request {
    let (from, to) = (json!({ "rule": "after", "secs": 7_200 }), json!({ "rule": "after", "secs": 2_700 }));
    state["route"]["steps"][0]["approval"] =
        json!({ "by": person("BOB", "Bob Stone"), "at": at("13:41"), "less": { "from": from, "to": to } });
    changed(state, |request| request["end"] = to.clone())
}

/// The same, and Carol is asked next.
fn shorter_and_asked() -> Request {
    let mut state = pending();
    let carol = json!({
        "kind": { "asks": "approvers", "name": "soc" }, "approvers": [person("CAROL", "Carol Diaz")],
    });
    state["route"]["steps"].as_array_mut().unwrap().push(carol);
    shorter(state)
}

fn by_carol() -> Value {
    let cause = json!({
        "cause": "person", "by": person("CAROL", "Carol Diaz"), "reason": { "digest": "r", "text": "Wrong *database*" },
    });
    json!({ "ending": "revoked", "cause": cause })
}

fn being_revoked() -> Value {
    let mut state = revoking(Value::Null);
    state["ending"] = by_carol();
    state
}

fn waiting() -> Request {
    let mut state = approved();
    state["frozen"] = json!(at("13:30"));
    request(state)
}

fn carol() -> Freeze {
    let by: Decider = serde_json::from_value(person("CAROL", "Carol Diaz")).unwrap();
    Freeze { by, since: at("13:30") }
}

#[test]
fn the_form_of_an_approval_for_less() {
    let entitlement = Entitlement {
        id: EntitlementId::parse("prod-db/rw").unwrap(),
        name: "Read-Write".to_owned(),
        group: OktaGroupId::parse("00gPRODRW").unwrap(),
        sensitivity: Sensitivity::High,
        approval: vec![StepRule::Owner],
        durations: vec![Offer::For(AccessDuration::from_secs(5_400).unwrap()), Offer::EndOfDay],
        max_duration: AccessDuration::from_secs(28_800).unwrap(),
        requesters: Requesters::Everyone,
        allow_admin_group: false,
        escalates: false,
        emergency: false,
    };
    let form = |request: &Request, entitlement: Option<&Entitlement>| {
        plain::shorten(&less::form(request, entitlement, at("13:40"), &zone(), &voice()))
    };
    assert_snapshot!(form(&request(pending()), Some(&entitlement)), @"
    # Approve for less
    @Alice Martin asks for Production Database · Read-Write for 2 hours.
    For how long:
      ○ 1 h 30 min (now: until today 16:10 Paris time) = 5400s
      ○ 1 hour (now: until today 15:40 Paris time) = 3600s
      ○ 45 minutes (now: until today 15:25 Paris time) = 2700s
      ○ 30 minutes (now: until today 15:10 Paris time) = 1800s
      ○ 15 minutes (now: until today 14:55 Paris time) = 900s
      ○ 10 minutes (now: until today 14:50 Paris time) = 600s
      ○ 5 minutes (now: until today 14:45 Paris time) = 300s
    Or another length: ‹90m, 2h 30m, until 17:30›
      (Fill this in and it counts instead of the choice above.)
    @Alice Martin is told. Later steps see the shorter time.
    [Back] [Approve for less]
    ");
    let until = changed(pending(), |request| request["end"] = json!({ "rule": "at", "instant": at("17:30") }));
    assert_snapshot!(form(&until, Some(&entitlement)), @"
    # Approve for less
    @Alice Martin asks for Production Database · Read-Write until 18:30 Paris time (UTC+1).
    For how long:
      ○ Until 18:00, end of business day = eod
      ○ 2 hours (now: until today 16:40 Paris time) = 7200s
      ○ 1 h 30 min (now: until today 16:10 Paris time) = 5400s
      ○ 1 hour (now: until today 15:40 Paris time) = 3600s
      ○ 45 minutes (now: until today 15:25 Paris time) = 2700s
      ○ 30 minutes (now: until today 15:10 Paris time) = 1800s
      ○ 15 minutes (now: until today 14:55 Paris time) = 900s
      ○ 10 minutes (now: until today 14:50 Paris time) = 600s
      ○ 5 minutes (now: until today 14:45 Paris time) = 300s
    Or another length: ‹90m, 2h 30m, until 17:30›
      (Fill this in and it counts instead of the choice above.)
    @Alice Martin is told. Later steps see the shorter time.
    [Back] [Approve for less]
    ");
    let short = changed(pending(), |request| request["end"] = json!({ "rule": "after", "secs": 60 }));
    assert_snapshot!(form(&short, None), @"
    # Approve for less
    @Alice Martin asks for Production Database · Read-Write for 1 minute.
    For how long:
    Or another length: ‹90m, 2h 30m, until 17:30›
    @Alice Martin is told. Later steps see the shorter time.
    [Back] [Approve for less]
    ");
}

#[test]
fn less_than_was_asked() {
    assert_snapshot!(own(&shorter_and_asked()), @"
    ⏳ **Waiting for **@Carol Diaz
    Production Database · Read-Write, 45 minutes
    The 45 minutes start when access opens.
    @Bob Stone approved 45 minutes (you asked for 2 hours).
    │ Stuck migration, INC-42
    1. @Bob Stone approved, ‹2026-11-24 14:41 UTC+1›
    2. @Carol Diaz, now: Production Database asks soc
    buttons request
    [Cancel request] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Waiting for Carol Diaz: Production Database, Read-Write, 45 minutes. Closes 2026-11-25 14:40 UTC+1 if nobody decides.
    ");
    assert_snapshot!(to(&shorter_and_asked(), "carol"), @"
    ⏳ @Alice Martin** asks for Production Database · Read-Write**
    45 minutes (asked: 2 hours; @Bob Stone approved for less) from when access opens
    │ Stuck migration, INC-42
    1. @Bob Stone approved, ‹2026-11-24 14:41 UTC+1›
    2. You, now: Production Database asks soc
    High sensitivity. Holds nothing else now.
    buttons decide
    [Approve] primary R-142 asks: Approve this access? / Alice Martin gets Production Database · Read-Write (high sensitivity) for 45 minutes. / Approve / Back
    [Approve for less…] R-142
    [Deny…] R-142
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Alice Martin asks for Production Database, Read-Write, for 45 minutes. You decide: Production Database asks soc. Closes 2026-11-25 14:40 UTC+1 if nobody decides. Why: Stuck migration, INC-42
    ");
    assert_snapshot!(to(&shorter_and_asked(), "bob"), @"
    **You approved 45 minutes** (asked: 2 hours), ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Now waiting for @Carol Diaz.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: You approved 45 minutes (asked: 2 hours), 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin. Now waiting for Carol Diaz.
    ");
    assert_snapshot!(to(&shorter_and_asked(), "dana"), @"
    **Approved by **@Bob Stone: 45 minutes (asked: 2 hours), ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Now waiting for @Carol Diaz.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142) · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
    text: Approved by Bob Stone: 45 minutes (asked: 2 hours), 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin. Now waiting for Carol Diaz.
    ");
    assert_snapshot!(own(&shorter(approved())), @"
    ⏳ **Approved. Opening access in Okta**
    Production Database · Read-Write, 45 minutes
    @Bob Stone approved 45 minutes (you asked for 2 hours).
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved. Opening access in Okta: Production Database, Read-Write. Bob Stone approved 45 minutes (you asked for 2 hours).
    ");
    assert_snapshot!(own(&shorter(active())), @"
    🟢 **Active until **‹2026-11-24 16:42 UTC+1›**.**
    Production Database · Read-Write, 45 minutes
    @Bob Stone approved 45 minutes (you asked for 2 hours). If the application does not show it yet, sign in to it again.
    │ Stuck migration, INC-42
    buttons grant
    [Extend…] R-142
    [Return access] R-142 asks: Return this access? / Production Database · Read-Write ends at once. To get it back you ask again. / Return access / Keep it
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Active until 2026-11-24 16:42 UTC+1: Production Database, Read-Write.
    ");
    assert_snapshot!(to(&shorter(active()), "bob"), @"
    **You approved 45 minutes** (asked: 2 hours), ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Active until ‹2026-11-24 16:42 UTC+1›. To end it early, open Home.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: You approved 45 minutes (asked: 2 hours), 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    assert_snapshot!(to(&shorter(active()), "dana"), @"
    **Approved by **@Bob Stone: 45 minutes (asked: 2 hours), ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Active until ‹2026-11-24 16:42 UTC+1›. To end it early, open Home.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved by Bob Stone: 45 minutes (asked: 2 hours), 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    assert_snapshot!(nudged(Nudge::Open, &shorter(active())), @"
    Open until ‹2026-11-24 16:42 UTC+1›: Production Database, Read-Write. Bob Stone approved 45 minutes (you asked for 2 hours).
    text: Open until 2026-11-24 16:42 UTC+1: Production Database, Read-Write. Bob Stone approved 45 minutes (you asked for 2 hours).
    ");
    let done = Happened::Approved { step: 0 };
    let (now, company) = (at("13:41"), voice().zone);
    assert_snapshot!(plain::card(&audit::card((&shorter(active()), None), &done, (now, now), &voice())), @"
    **Bob Stone** approved 45 minutes of 2 hours: Production Database · Read-Write for Alice Martin · R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Bob Stone approved 45 minutes of 2 hours: Production Database · Read-Write for Alice Martin · R-142 · ACCESS-142
    ");
    assert_snapshot!(format!("{:?}", ticket::comment(&shorter(active()), &done, now, &company)), @r#"[Paragraph("Bob Stone approved 45 minutes of 2 hours, 2026-11-24 14:41:00 UTC+1 (step 1 of 1, owner).")]"#);
}

#[test]
fn it_ends_soon() {
    let mut state = active();
    state["warning"] = json!({ "warning": "given" });
    assert_snapshot!(own(&request(state.clone())), @"
    ⏰ **Ends **‹2026-11-24 16:42 UTC+1›**.**
    Production Database · Read-Write, 2 hours
    @Bob Stone approved, ‹2026-11-24 14:41 UTC+1›. If the application does not show it yet, sign in to it again.
    │ Stuck migration, INC-42
    buttons grant
    [Extend…] R-142
    [Return access] R-142 asks: Return this access? / Production Database · Read-Write ends at once. To get it back you ask again. / Return access / Keep it
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ends 2026-11-24 16:42 UTC+1: Production Database, Read-Write.
    ");
    assert_snapshot!(nudged(Nudge::EndsSoon, &request(state)), @"
    Ends ‹2026-11-24 16:42 UTC+1›: Production Database, Read-Write.
    buttons keep
    [Extend…] R-142
    text: Ends 2026-11-24 16:42 UTC+1: Production Database, Read-Write.
    ");
}

#[test]
fn somebody_else_ended_it() {
    assert_snapshot!(plain::revoke(&admin::revoking(&request(active()), &voice())), @"
    # Revoke access
    @Alice Martin loses Production Database · Read-Write at once.
    Why:
      (Alice Martin, admins and the ticket show this.)
    [Back] [Revoke now]
    ");
    let (ending, over) = (request(being_revoked()), request(ended(by_carol(), "14:20")));
    assert_snapshot!(own(&ending), @"
    ⏳ **Ending access in Okta**
    Production Database · Read-Write, 2 hours
    @Carol Diaz ended it.
    │ Wrong *database*
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ending access in Okta: Production Database, Read-Write. Carol Diaz ended it.
    ");
    assert_snapshot!(own(&over), @"
    **Ended by **@Carol Diaz, ‹2026-11-24 15:20 UTC+1›
    Production Database · Read-Write, 2 hours
    │ Wrong *database*
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended by Carol Diaz, 2026-11-24 15:20 UTC+1: Production Database, Read-Write.
    ");
    assert_snapshot!(nudged(Nudge::Revoked, &ending), @"
    Ended by Carol Diaz: Production Database, Read-Write.
    │ Wrong *database*
    text: Ended by Carol Diaz: Production Database, Read-Write.
    ");
    assert_snapshot!(to(&over, "bob"), @"
    **Approved by **you, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 15:20 UTC+1›: revoked by @Carol Diaz
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved by you, 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    assert_snapshot!(to(&over, "carol"), @"
    **Approved by **@Bob Stone, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended ‹2026-11-24 15:20 UTC+1›: revoked by you
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved by Bob Stone, 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    let removal = crate::domain::port::Removal::Removed;
    let done = Happened::Removed { removal, due: at("14:20") };
    let (now, company) = (at("14:20") + chrono::TimeDelta::seconds(3), voice().zone);
    assert_snapshot!(plain::card(&audit::card((&over, None), &done, (now, now), &voice())), @"
    **Ended**: Production Database · Read-Write for Alice Martin, revoked by Carol Diaz, confirmed 3 s later · R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Ended: Production Database · Read-Write for Alice Martin, revoked by Carol Diaz, confirmed 3 s later · R-142 · ACCESS-142
    ");
    assert_snapshot!(format!("{:?}", ticket::comment(&over, &done, now, &company)), @r#"[Paragraph("Ended, revoked by Carol Diaz: removed and read back 2026-11-24 15:20:03 UTC+1."), Quote("Wrong *database*")]"#);
}

#[test]
fn nothing_is_opened() {
    assert_snapshot!(own(&waiting()), @"
    ⏳ **Approved. It waits: nothing is opened at the moment**
    Production Database · Read-Write, 2 hours
    Granting is frozen since ‹2026-11-24 14:30 UTC+1›. This opens once that is over, or is called off ‹2026-11-24 16:41 UTC+1›.
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved. It waits: nothing is opened at the moment: Production Database, Read-Write. Granting is frozen since 2026-11-24 14:30 UTC+1. This opens once that is over, or is called off 2026-11-24 16:41 UTC+1.
    ");
    assert_snapshot!(to(&waiting(), "bob"), @"
    **Approved by **you, ‹2026-11-24 14:41 UTC+1›
    @Alice Martin · Production Database · Read-Write, 2 hours
    It waits: granting is frozen since ‹2026-11-24 14:30 UTC+1›
    │ Stuck migration, INC-42
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Approved by you, 2026-11-24 14:41 UTC+1: Production Database, Read-Write for Alice Martin.
    ");
    assert_snapshot!(plain::card(&list::list(&[waiting()], None, at("14:00"), &voice())), @"
    **Waiting (1)**
    Production Database · Read-Write · 2 hours · approved, waits for the end of the freeze · R-142
    buttons list
    [Return access] R-142 asks: Return this access? / Production Database · Read-Write ends at once. To get it back you ask again. / Return access / Keep it
    text: Waiting (1)
    Production Database · Read-Write · 2 hours · approved, waits for the end of the freeze · R-142
    ");
    let called_off = json!({ "ending": "failed", "why": { "failure": "frozen" } });
    assert_snapshot!(own(&request(ended(called_off, "15:41"))), @"
    ⚠️ **Access could not be opened**
    Production Database · Read-Write, 2 hours
    Granting was frozen until its time was over, so it was called off; nothing stays scheduled. You can ask again.
    ~ R-142 · [ACCESS-142](https://acme.example/ACCESS-142)
    text: Access could not be opened: Production Database, Read-Write. Granting was frozen until its time was over, so it was called off; nothing stays scheduled. You can ask again.
    ");
    assert_snapshot!(plain::card(&admin::frozen(&carol(), &zone())), @"
    ⚠️ **Granting is frozen** since ‹2026-11-24 14:30 UTC+1›, by Carol Diaz. Requests can be made and decided; what is approved opens once that is over.
    text: Granting is frozen since 2026-11-24 14:30 UTC+1, by Carol Diaz. Requests can be made and decided; what is approved opens once that is over.
    ");
    assert_snapshot!(plain::line(&admin::frozen_in_form()), @"⚠️ **Granting is frozen.** Requests can be made and decided; what is approved opens once that is over.");
    assert_snapshot!(admin::freezes(&voice()), @"Granting is frozen: nothing is opened until /jit admin unfreeze. Requests are still decided, and access still ends on time.");
    assert_snapshot!(admin::UNFREEZES, @"Granting is not frozen. What is approved is opened.");
    let said = |freeze| {
        let told = audit::freeze(freeze, "Carol Diaz", at("13:30"), at("13:30"), &voice());
        plain::card(&told)
    };
    assert_snapshot!(said(Freezing::Frozen), @"
    **Carol Diaz** froze granting: nothing is opened until an admin ends that
    text: Carol Diaz froze granting: nothing is opened until an admin ends that
    ");
    assert_snapshot!(said(Freezing::Resumed), @"
    **Carol Diaz** ended the freeze: what was approved is opened
    text: Carol Diaz ended the freeze: what was approved is opened
    ");
    let late = audit::freeze(Freezing::Frozen, "Carol Diaz", at("13:30"), at("14:30"), &voice());
    assert_snapshot!(plain::card(&late), @"
    **Carol Diaz** froze granting: nothing is opened until an admin ends that · told late, this was ‹2026-11-24 14:30 UTC+1›
    text: Carol Diaz froze granting: nothing is opened until an admin ends that · told late, this was 2026-11-24 14:30 UTC+1
    ");
}

fn overview(rows: Vec<Request>, total: usize, from: usize, sight: Sight) -> Home {
    let unconfirmed = rows.iter().filter(|request| matches!(request.state, State::Revoking { .. })).count();
    Home {
        who: slack("carol"),
        zone: Some("Europe/Paris".to_owned()),
        sight,
        waiting: Section::default(),
        held: Section::default(),
        asked: Section::default(),
        past: Vec::new(),
        others: Section { total, from, rows },
        unconfirmed,
        pages: Pages::NONE,
        mode: crate::domain::decide::Mode::Serving,
        frozen: None,
        now: at("14:00"),
    }
}

#[test]
fn what_everyone_holds() {
    let list = |home: &Home| plain::card(&admin::grants(home, &voice()));
    let rows = vec![request(revoking(json!(at("15:47")))), request(active())];
    assert_snapshot!(list(&overview(rows.clone(), 43, 0, Sight::Admin)), @"
    43 active. 1 removal is not confirmed.
    @Alice Martin · Production Database · Read-Write
    ⚠️ over since ‹2026-11-24 16:42 UTC+1›, not confirmed by Okta · R-142
    @Alice Martin · Production Database · Read-Write
    until ‹2026-11-24 16:42 UTC+1› · R-142
    [Revoke…] R-142
    buttons home
    [Next 20] others:2
    text: 43 active. 1 removal is not confirmed.
    Alice Martin · Production Database · Read-Write
    over since 2026-11-24 16:42 UTC+1, not confirmed by Okta · R-142
    Alice Martin · Production Database · Read-Write
    until 2026-11-24 16:42 UTC+1 · R-142
    ");
    assert_snapshot!(list(&overview(vec![request(active())], 43, 40, Sight::Admin)), @"
    43 active.
    @Alice Martin · Production Database · Read-Write
    until ‹2026-11-24 16:42 UTC+1› · R-142
    [Revoke…] R-142
    buttons home
    [Next 2] others:41
    buttons home
    [First 20] others:0
    text: 43 active.
    Alice Martin · Production Database · Read-Write
    until 2026-11-24 16:42 UTC+1 · R-142
    ");
    let frozen = Home { frozen: Some(carol()), ..overview(Vec::new(), 0, 0, Sight::Admin) };
    assert_snapshot!(list(&frozen), @"
    ⚠️ **Granting is frozen** since ‹2026-11-24 14:30 UTC+1›, by Carol Diaz. Requests can be made and decided; what is approved opens once that is over.
    Nobody holds temporary access.
    text: Granting is frozen since 2026-11-24 14:30 UTC+1, by Carol Diaz. Requests can be made and decided; what is approved opens once that is over.
    Nobody holds temporary access.
    ");
    assert_snapshot!(list(&overview(rows, 2, 0, Sight::Owner)), @"
    Only admins can use this. Your own access: /jit list.
    text: Only admins can use this. Your own access: /jit list.
    ");
}

#[test]
fn what_is_typed() {
    assert_snapshot!(plain::card(&slash::help_for_admins(&voice())), @"
    Ask: `/jit` opens the form. `/jit prod-db/rw 2h Why you need it` asks in one line.
    Your access: `/jit list` · `/jit extend ID` · `/jit return ID` · `/jit cancel ID`
    Lengths: `45m` `2h` `1h 30m` `until 17:30` `eod` (18:00 Paris time)
    Admins: `/jit admin` · `/jit admin revoke ID REASON` · `/jit admin freeze` · `/jit admin unfreeze`
    text: Ask: /jit opens the form. /jit prod-db/rw 2h Why you need it asks in one line.
    Your access: /jit list · /jit extend ID · /jit return ID · /jit cancel ID
    Lengths: 45m 2h 1h 30m until 17:30 eod (18:00 Paris time)
    Admins: /jit admin · /jit admin revoke ID REASON · /jit admin freeze · /jit admin unfreeze
    ");
    assert_snapshot!(admin::revokes(&request(active())), @"Revoking R-142. Okta is asked now and Alice Martin is told.");
    assert_snapshot!(admin::revokes_if_allowed(RequestId::FIRST), @"R-1 is revoked once Okta says that you may. You are told if you may not.");
    assert_snapshot!(admin::no_such("R-999"), @"There is no request R-999.");
    assert_snapshot!(plain::card(&admin::how_to_revoke(&voice())), @"
    Write `/jit admin revoke ID REASON`; the person reads the reason.
    text: Write /jit admin revoke ID REASON; the person reads the reason.
    ");
    assert_snapshot!(admin::UNKNOWN, @"It could not be looked up in time whether you are an admin, so nothing was changed. Send it again.");
    assert_snapshot!(admin::ASKING, @"It is still being looked up whether you are an admin. You are told what comes of this.");
    assert_snapshot!(admin::frozen_since("Dana Fox"), @"Dana Fox froze granting after you sent this, so it stays frozen. Send it again if that is to end.");
}

#[test]
fn why_not() {
    let said = |refusal: &Refusal, about: Option<&Request>, now: Timestamp| {
        refusal::sentence(refusal, about, &slack("carol"), now, &voice())
    };
    let now = at("16:00");
    assert_snapshot!(said(&Refusal::NotShorter, Some(&request(pending())), now), @"Choose less than 2 hours, or approve it as asked.");
    assert_snapshot!(said(&Refusal::NotShorter, Some(&changed(pending(), until_six)), now), @"It is asked until 18:00 Paris time (UTC+1). Choose less, or approve it as asked.");
    assert_snapshot!(said(&Refusal::NotRevoker, Some(&request(active())), now), @"Only admins and the owners of Production Database can revoke this.");
    let over = request(ended(json!({ "ending": "expired" }), "15:42"));
    assert_snapshot!(said(&Refusal::NothingToRevoke, Some(&over), now), @"R-142 ended today 16:42 Paris time (UTC+1) (expired). Nothing changed.");
    assert_snapshot!(said(&Refusal::NothingToRevoke, Some(&request(ended(by_carol(), "15:42"))), now), @"R-142 ended today 16:42 Paris time (UTC+1) (revoked). Nothing changed.");
    assert_snapshot!(said(&Refusal::NothingToRevoke, Some(&request(being_revoked())), now), @"R-142 is ending now. Nothing more to do.");
    assert_snapshot!(said(&Refusal::NothingToRevoke, Some(&request(pending())), now), @"R-142 is not approved yet, so there is nothing to revoke. Whoever is asked can deny it.");
    assert_snapshot!(said(&Refusal::NotAdmin, None, now), @"Only admins can use this. Your own access: /jit list.");
}
