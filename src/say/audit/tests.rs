//! What the channel reads, word by word.

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::{
    domain::id::RequestId,
    say::sample::{active, at, denied, ended, failed, pending, rejected, voice},
    slack::blocks,
};

/// A line that is told at once.
fn line(request: &Request, what: &Happened, when: &str) -> String {
    card((request, None), what, (at(when), at(when)), &voice()).text
}

fn expired() -> Request {
    ended(json!({ "ending": "expired" }))
}

fn returned() -> Request {
    ended(json!({ "ending": "returned" }))
}

fn removed(removal: Removal, due: &str) -> Happened {
    Happened::Removed { removal, due: at(due) }
}

#[test]
fn decisions() {
    let approved = Happened::Approved { step: 0 };
    assert_snapshot!(line(&active(), &approved, "14:41:10"), @"Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-142 · ACCESS-142");
    assert_snapshot!(line(&denied(), &Happened::Denied, "14:41:10"), @"Bob Stone denied Production Database · Read-Write for Alice Martin, 2 hours · R-142 · ACCESS-142");
    assert_snapshot!(line(&pending(), &Happened::Unanswered, "14:40:00"), @"Unanswered: Production Database · Read-Write for Alice Martin, 2 hours · R-142 · ACCESS-142");
    let at_a_clock_time = Request { end: EndRule::At { instant: at("18:00:00") }, ticket: None, ..active() };
    assert_snapshot!(line(&at_a_clock_time, &approved, "14:41:10"), @"Bob Stone approved Production Database · Read-Write for Alice Martin, until 2026-11-24 18:00 UTC+1 · R-142");
}

#[test]
fn what_was_approved_and_not_opened() {
    assert_snapshot!(line(&pending(), &Happened::NotOffered, "14:41:10"), @"Closed: Production Database · Read-Write for Alice Martin; it is not offered to them any more · R-142 · ACCESS-142");
    assert_snapshot!(line(&active(), &Happened::StoodBefore, "14:41:10"), @"Not opened: Production Database · Read-Write for Alice Martin, who was in its Okta group before, not through Jitney · R-142 · ACCESS-142");
    assert_snapshot!(line(&rejected(), &Happened::Nothing, "14:41:10"), @"Failed: Production Database · Read-Write for Alice Martin, since Okta refuses it; nothing stays scheduled · R-142 · ACCESS-142");
    let late = failed(json!({ "failure": "called_off" }));
    assert_snapshot!(line(&late, &removed(Removal::Removed, "16:40:00"), "16:41:00"), @"Failed: Production Database · Read-Write for Alice Martin, since Okta did not confirm it in time; removed and read back · R-142 · ACCESS-142");
    let inactive = failed(json!({ "failure": "inactive", "status": "SUSPENDED" }));
    assert_snapshot!(line(&inactive, &Happened::Nothing, "14:41:10"), @"Failed: Production Database · Read-Write for Alice Martin, since their Okta account is not active; nothing stays scheduled · R-142 · ACCESS-142");
    let unfit = failed(json!({ "failure": "unfit_group", "reason": "its type is APP_GROUP" }));
    assert_snapshot!(line(&unfit, &Happened::Nothing, "14:41:10"), @"Failed: Production Database · Read-Write for Alice Martin, since the Okta group may not be changed; nothing stays scheduled · R-142 · ACCESS-142");
    let changed = failed(json!({ "failure": "not_offered" }));
    assert_snapshot!(line(&changed, &Happened::Nothing, "14:41:10"), @"Failed: Production Database · Read-Write for Alice Martin, since it is not offered to them any more; nothing stays scheduled · R-142 · ACCESS-142");
}

#[test]
fn grants_and_their_ends() {
    assert_snapshot!(line(&active(), &Happened::Opened { ends: at("16:44:02") }, "14:44:02"), @"Open: Production Database · Read-Write for Alice Martin until 2026-11-24 16:44 UTC+1 · R-142 · ACCESS-142");
    assert_snapshot!(line(&expired(), &removed(Removal::Removed, "16:44:02"), "16:44:05"), @"Ended: Production Database · Read-Write for Alice Martin, expired, confirmed 3 s after its end · R-142 · ACCESS-142");
    assert_snapshot!(line(&expired(), &removed(Removal::UserGone, "16:44:02"), "16:50:04"), @"Ended: Production Database · Read-Write for Alice Martin, expired; Okta no longer shows the user · R-142 · ACCESS-142");
    assert_snapshot!(line(&expired(), &removed(Removal::GroupGone, "16:44:02"), "16:50:04"), @"Ended: Production Database · Read-Write for Alice Martin, expired; Okta no longer shows the group · R-142 · ACCESS-142");
    assert_snapshot!(line(&returned(), &removed(Removal::Removed, "15:02:00"), "15:02:02"), @"Ended: Production Database · Read-Write for Alice Martin, returned, confirmed 2 s later · R-142 · ACCESS-142");
    let by = RequestId::FIRST;
    assert_snapshot!(line(&expired(), &Happened::Kept { by }, "16:44:05"), @"Ended: Production Database · Read-Write for Alice Martin, expired; R-1 keeps the membership · R-142 · ACCESS-142");
    assert_snapshot!(line(&returned(), &Happened::Nothing, "15:02:00"), @"Ended: Production Database · Read-Write for Alice Martin, returned; nothing was given · R-142 · ACCESS-142");
    assert_snapshot!(line(&expired(), &Happened::NotConfirmed { due: at("16:44:02") }, "16:49:02"), @"Not confirmed for 5 minutes: Production Database · Read-Write for Alice Martin; it was to end 2026-11-24 16:44 UTC+1 · R-142 · ACCESS-142");
}

#[test]
fn a_line_that_comes_late_says_when_that_was() {
    let approved = Happened::Approved { step: 0 };
    let told = |when: &str| card((&active(), None), &approved, (at("14:41:10"), at(when)), &voice()).text;
    assert_eq!(told("14:42:10"), told("14:41:10"));
    assert_snapshot!(told("15:50:00"), @"Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-142 · ACCESS-142 · told late, this was 2026-11-24 14:41 UTC+1");
}

/// Whatever happens: nobody is pinged, nobody's words are shown, nothing of the vendors' is.
#[test]
fn no_mention_and_no_words_of_anybodys_are_in_any_line() {
    let all = [
        Happened::Approved { step: 0 },
        Happened::Approved { step: 7 },
        Happened::Denied,
        Happened::Withdrawn,
        Happened::Unanswered,
        Happened::NotOffered,
        Happened::StoodBefore,
        Happened::Opened { ends: at("16:44:02") },
        Happened::NotConfirmed { due: at("16:44:02") },
        removed(Removal::Removed, "16:44:02"),
        Happened::Kept { by: RequestId::FIRST },
        Happened::Nothing,
    ];
    for request in [active(), denied(), rejected(), expired(), pending()] {
        for what in &all {
            let card = card((&request, None), what, (at("14:40:00"), at("16:00:00")), &voice());
            let sent = serde_json::to_string(&blocks::message(&card)).unwrap();
            for wrong in ["U0", "user", "Stuck", "INC-42", "replica", "acme.example", "403", "E0000006", "00g"] {
                assert!(!sent.contains(wrong), "{wrong}: {sent}");
            }
            assert!(sent.contains("R-142") && sent.contains("ACCESS-142"), "{sent}");
        }
    }
}
