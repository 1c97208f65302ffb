//! What a ticket says, word by word.

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::{
    domain::id::RequestId,
    say::sample::{active, at, denied, ended, failed, paris, pending, rejected},
};

/// A comment, as it is read.
fn says(request: &Request, what: &Happened, when: &str) -> String {
    let parts = comment(request, what, at(when), &paris());
    let lines = parts.into_iter().map(|part| match part {
        Part::Paragraph(text) => text,
        Part::Quote(text) => format!("│ {text}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn removed(removal: Removal, due: &str) -> Happened {
    Happened::Removed { removal, due: at(due) }
}

#[test]
fn what_is_asked_for() {
    assert_snapshot!(summary(&pending(), &paris()), @"Temporary access: Production Database · Read-Write for Alice Martin, 2 hours");
    let shown = description(&pending(), &paris()).into_iter().map(|part| format!("{part:?}"));
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r#"
    Paragraph("Requester: Alice Martin (alice@acme.example)")
    Paragraph("Access: Production Database · Read-Write (prod-db/rw)")
    Paragraph("Length: 2 hours")
    Paragraph("Justification:")
    Quote("Stuck migration, INC-42")
    Paragraph("Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database")
    Paragraph("Request: R-142")
    "#);
    let at_a_clock_time = Request { end: EndRule::At { instant: at("18:00:00") }, ..pending() };
    assert_snapshot!(summary(&at_a_clock_time, &paris()), @"Temporary access: Production Database · Read-Write for Alice Martin, until 2026-11-24 18:00:00 UTC+1");
}

#[test]
fn approved() {
    assert_snapshot!(says(&active(), &Happened::Approved { step: 0 }, "14:41:10"), @"Bob Stone approved, 2026-11-24 14:41:10 UTC+1 (step 1 of 1, owner).");
}

#[test]
fn denied_with_a_reason() {
    assert_snapshot!(says(&denied(), &Happened::Denied, "14:41:10"), @"
    Denied by Bob Stone, 2026-11-24 14:41:10 UTC+1:
    │ Use the *replica*
    ");
}

#[test]
fn a_reason_that_was_erased() {
    let erased = ended(json!({
        "ending": "denied", "by": crate::say::sample::bob(), "reason": { "digest": "", "text": null },
    }));
    assert_snapshot!(says(&erased, &Happened::Denied, "14:41:10"), @"
    Denied by Bob Stone, 2026-11-24 14:41:10 UTC+1:
    │ (erased)
    ");
}

#[test]
fn cancelled() {
    assert_snapshot!(says(&ended(json!({ "ending": "cancelled" })), &Happened::Withdrawn, "14:50:00"), @"Alice Martin withdrew it, 2026-11-24 14:50:00 UTC+1.");
}

#[test]
fn unanswered_after_a_day() {
    assert_snapshot!(says(&ended(json!({ "ending": "unanswered" })), &Happened::Unanswered, "23:40:00"), @"Closed, 2026-11-24 23:40:00 UTC+1: nobody decided in time.");
}

#[test]
fn unanswered_at_the_time_it_was_to_end() {
    let unanswered = ended(json!({ "ending": "unanswered" }));
    let until_six = Request { end: EndRule::At { instant: at("18:00:00") }, ..unanswered };
    assert_snapshot!(says(&until_six, &Happened::Unanswered, "18:00:00"), @"Closed, 2026-11-24 18:00:00 UTC+1: nobody decided before the time it was to end.");
}

#[test]
fn closed_without_an_answer_of_anybodys() {
    assert_snapshot!(says(&pending(), &Happened::NotOffered, "14:50:00"), @"Closed, 2026-11-24 14:50:00 UTC+1: it is not offered to them any more.");
    assert_snapshot!(says(&active(), &Happened::StoodBefore, "14:50:00"), @"Not opened, 2026-11-24 14:50:00 UTC+1: Alice Martin was in the Okta group before, not through Jitney, and stays in it.");
}

#[test]
fn opened() {
    assert_snapshot!(says(&active(), &Happened::Opened { ends: at("16:44:02") }, "14:44:02"), @"Opened in Okta, 2026-11-24 14:44:02 UTC+1. Ends 16:44:02 UTC+1.");
    let tomorrow = "2026-11-25T02:44:02+01:00".parse().unwrap();
    assert_snapshot!(says(&active(), &Happened::Opened { ends: tomorrow }, "14:44:02"), @"Opened in Okta, 2026-11-24 14:44:02 UTC+1. Ends 2026-11-25 02:44:02 UTC+1.");
}

#[test]
fn expired() {
    let expired = ended(json!({ "ending": "expired" }));
    assert_snapshot!(says(&expired, &removed(Removal::Removed, "16:44:02"), "16:44:05"), @"Ended, expired: removed and read back 2026-11-24 16:44:05 UTC+1, 3 s after its end.");
    assert_snapshot!(says(&expired, &removed(Removal::Removed, "16:44:02"), "16:50:04"), @"Ended, expired: removed and read back 2026-11-24 16:50:04 UTC+1, 6 min 2 s after its end.");
    assert_snapshot!(says(&expired, &removed(Removal::UserGone, "16:44:02"), "16:44:05"), @"Ended, expired: Okta no longer shows the user, 2026-11-24 16:44:05 UTC+1.");
    assert_snapshot!(says(&expired, &removed(Removal::GroupGone, "16:44:02"), "16:44:05"), @"Ended, expired: Okta no longer shows the group, 2026-11-24 16:44:05 UTC+1.");
    assert_snapshot!(says(&expired, &Happened::Kept { by: RequestId::FIRST }, "16:44:02"), @"Ended, expired, 2026-11-24 16:44:02 UTC+1: R-1 keeps the membership, so nothing is removed.");
}

#[test]
fn returned() {
    let returned = ended(json!({ "ending": "returned" }));
    assert_snapshot!(says(&returned, &removed(Removal::Removed, "15:02:00"), "15:02:02"), @"Ended, returned by Alice Martin: removed and read back 2026-11-24 15:02:02 UTC+1.");
    assert_snapshot!(says(&returned, &Happened::Kept { by: RequestId::FIRST }, "15:02:00"), @"Ended, returned by Alice Martin, 2026-11-24 15:02:00 UTC+1: R-1 keeps the membership, so nothing is removed.");
    assert_snapshot!(says(&returned, &Happened::Nothing, "15:02:00"), @"Ended, returned by Alice Martin, 2026-11-24 15:02:00 UTC+1: nothing was given, so nothing is removed.");
}

#[test]
fn failed_before_anything_was_given() {
    assert_snapshot!(says(&rejected(), &Happened::Nothing, "14:44:02"), @"Could not be opened, 2026-11-24 14:44:02 UTC+1: Okta answers 403; nothing stays scheduled.");
    let inactive = failed(json!({ "failure": "inactive", "status": "SUSPENDED" }));
    assert_snapshot!(says(&inactive, &Happened::Nothing, "14:44:02"), @"Could not be opened, 2026-11-24 14:44:02 UTC+1: the requester's Okta account is SUSPENDED; nothing stays scheduled.");
    let unfit = failed(json!({ "failure": "unfit_group", "reason": "its type is APP_GROUP" }));
    assert_snapshot!(says(&unfit, &Happened::Nothing, "14:44:02"), @"Could not be opened, 2026-11-24 14:44:02 UTC+1: the group may not be changed: its type is APP_GROUP; nothing stays scheduled.");
    let changed = failed(json!({ "failure": "not_offered" }));
    assert_snapshot!(says(&changed, &Happened::Nothing, "14:44:02"), @"Could not be opened, 2026-11-24 14:44:02 UTC+1: it is not offered to them any more; nothing stays scheduled.");
}

#[test]
fn failed_and_taken_back() {
    let late = failed(json!({ "failure": "called_off" }));
    assert_snapshot!(says(&late, &removed(Removal::Removed, "16:40:00"), "16:41:00"), @"Could not be opened: Okta did not confirm it before its time was over; removed and read back 2026-11-24 16:41:00 UTC+1; nothing stays scheduled.");
}

#[test]
fn a_removal_that_is_late() {
    let late = ended(json!({ "ending": "expired" }));
    assert_snapshot!(says(&late, &Happened::NotConfirmed { due: at("16:44:02") }, "16:49:02"), @"Not confirmed since 2026-11-24 16:44:02 UTC+1; Okta is asked again until it is.");
}

#[test]
fn opened_twice() {
    assert_snapshot!(duplicate_of("ACCESS-142"), @"Opened twice, since Jira did not answer. ACCESS-142 is the one that is kept.");
}
