//! Private answers to what is typed.

use insta::assert_snapshot;

use super::*;
use crate::{domain::id::EntitlementId, say::slash::Missing};

#[test]
fn answers() {
    assert_snapshot!(slash::saved(&request(pending()), &voice()), @"Saved as R-142: Production Database · Read-Write, 2 hours. Your messages show how it goes.");
    assert_snapshot!(slash::saved(&request(checking()), &voice()), @"Saved as R-142: prod-db/rw, 2 hours. Your messages show how it goes.");
    assert_snapshot!(slash::withdrawn("R-142"), @"R-142 is withdrawn.");
    assert_snapshot!(slash::returned("R-142"), @"R-142 is returned. Okta is asked to end it now.");
    assert_snapshot!(slash::missing(Missing::Length, "prod-db/rw", "", &voice()), @"The length is missing. Write /jit prod-db/rw 2h and why you need it.");
    assert_snapshot!(slash::missing(Missing::Why, "prod-db/rw", "2h", &voice()), @"The why is missing. Write /jit prod-db/rw 2h and your reason.");
    assert_snapshot!(slash::no_such("prod-db/rx", Some("prod-db/rw"), &voice()), @"There is no prod-db/rx you can ask for. Did you mean prod-db/rw?");
    assert_snapshot!(slash::no_such("x\n\u{202E}y", None, &voice()), @"There is no x y you can ask for. /jit shows what there is.");
    assert_snapshot!(slash::unreadable(&voice()), @"That click could not be read, so nothing was done. Open /jit again.");
    assert_snapshot!(slash::unreadable_command(&voice()), @"That could not be read, so nothing was done. Type /jit again.");
    assert_snapshot!(slash::not_opened(&voice()), @"The form could not be opened. Type /jit again.");
}

#[test]
fn help() {
    assert_snapshot!(plain::card(&slash::help(&voice())), @"
    Ask: `/jit` opens the form. `/jit prod-db/rw 2h Why you need it` asks in one line.
    Your access: `/jit list` · `/jit extend ID` · `/jit return ID` · `/jit cancel ID`
    Lengths: `45m` `2h` `1h 30m` `until 17:30` `eod` (18:00 Paris time)
    text: Ask: /jit opens the form. /jit prod-db/rw 2h Why you need it asks in one line.
    Your access: /jit list · /jit extend ID · /jit return ID · /jit cancel ID
    Lengths: 45m 2h 1h 30m until 17:30 eod (18:00 Paris time)
    ");
}

#[test]
fn no_command() {
    assert_snapshot!(plain::card(&slash::unknown("lst", Some("list"), &voice())), @"
    `/jit lst` is not a command. Did you mean `/jit list`? `/jit help` shows all.
    text: /jit lst is not a command. Did you mean /jit list? /jit help shows all.
    ");
    assert_snapshot!(plain::card(&slash::unknown("xyzzy", None, &voice())), @"
    `/jit help` shows all commands.
    text: /jit help shows all commands.
    ");
}

#[test]
fn what_was_typed_is_not_lost() {
    let finish = EntitlementId::parse("prod-db/rw").unwrap();
    let refused = slash::with_typed(slash::SAVED.to_owned(), "prod-db/rw 9h Stuck\nbadly", Some(&finish));
    assert_snapshot!(plain::card(&refused), @"
    Saved. Your messages show how it goes.
    You typed:
    │ prod-db/rw 9h Stuck
    │ badly
    buttons typed
    [Finish in the form] prod-db/rw
    text: Saved. Your messages show how it goes.
    ");
}

#[test]
fn what_is_held_and_waited_for() {
    let open = [request(active()), request(pending()), request(revoking(Value::Null))];
    assert_snapshot!(plain::card(&list::list(&open, Some(list::WHICH), at("14:02"), &voice())), @"
    Which one?
    **Active (1)**
    Production Database · Read-Write · 1 h 40 min left, until ‹2026-11-24 16:42 UTC+1› · R-142
    buttons list
    [Extend…] R-142
    [Return access] R-142 asks: Return this access? / Production Database · Read-Write ends at once. To get it back you ask again. / Return access / Keep it
    **Ending (1)**
    Production Database · Read-Write · ending access in Okta · R-142
    **Waiting (1)**
    Production Database · Read-Write · 2 hours · waiting for @Bob Stone or @Dana Fox · R-142
    buttons list
    [Cancel request] R-142
    text: Which one?
    Active (1)
    Production Database · Read-Write · 1 h 40 min left, until 2026-11-24 16:42 UTC+1 · R-142
    Ending (1)
    Production Database · Read-Write · ending access in Okta · R-142
    Waiting (1)
    Production Database · Read-Write · 2 hours · waiting for Bob Stone or Dana Fox · R-142
    ");
    assert_snapshot!(plain::card(&list::list(&[], None, at("14:02"), &voice())), @"
    You hold no temporary access and wait for none. `/jit` asks for some.
    text: You hold no temporary access and wait for none. /jit asks for some.
    ");
}
