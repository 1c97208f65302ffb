//! Every state that somebody can be shown and every refusal there is, and the play that reads it. A row without its play,
//! or whose play does not read its words, is seen here.

use std::{collections::BTreeSet, fs};

use crate::wording::{Literal, taken_apart};

/// What is shown or said, in a part of its words, and the play that reads it.
type Row = (&'static str, &'static str, &'static str);

/// The requester's one message.
const REQUESTER: &[Row] = &[
    ("saved", "Saved. Finding out who decides", "states::a_receipt_says_that_okta_is_slow_and_that_nothing_is_lost"),
    ("saved, Okta is slow", "Nothing is lost.", "states::a_receipt_says_that_okta_is_slow_and_that_nothing_is_lost"),
    ("nobody was asked", "so nobody was asked", "states::whoever_nobody_was_asked_for_is_told_so"),
    ("waiting", "⏳ Waiting for", "life::from_the_form_to_the_removal"),
    (
        "waiting, until a clock time",
        "whenever it is approved.",
        "states::a_request_until_a_clock_time_closes_when_that_has_passed",
    ),
    (
        "approved",
        "⏳ Approved. Opening access in Okta",
        "states::between_the_approval_and_the_opening_both_sides_see_that_it_is_under_way",
    ),
    ("active", "🟢 Active until", "life::from_the_form_to_the_removal"),
    ("more time asked", "asked, waiting for", "extending::it_is_asked_on_the_total_and_the_end_moves"),
    ("more time given", "Extended by @Bob Stone", "extending::it_is_asked_on_the_total_and_the_end_moves"),
    ("more time denied", "did not extend it", "extending::a_denial_leaves_the_end_as_it_was_and_says_why"),
    (
        "stood there before",
        "You already have this access",
        "taking::whoever_stood_there_before_gets_no_grant_and_stays",
    ),
    ("ending", "Ending access in Okta", "outage::okta_is_down_for_a_grants_whole_life"),
    ("removal late", "Over since", "taking::refused_credentials_never_count_as_removed"),
    ("denied", "Denied by @Bob Stone", "states::a_denial_in_everybodys_words"),
    ("withdrawn", "You withdrew this request", "taking::a_requester_withdraws"),
    (
        "unanswered",
        "nobody decided in 24 hours",
        "deciding::a_request_nobody_decides_closes_by_itself_even_while_the_bot_is_down",
    ),
    (
        "its time has passed",
        "the time you asked for has passed",
        "states::a_request_until_a_clock_time_closes_when_that_has_passed",
    ),
    ("expired", "as planned", "life::from_the_form_to_the_removal"),
    ("expired, late", "30 minutes late", "restart::overdue_removals_run_at_start_before_any_addition"),
    ("expired, kept open", "R-2 keeps this access open until", "taking::overlapping_grants_last_until_the_later_end"),
    ("returned", "You returned this access", "taking::a_holder_returns_at_once_and_only_once"),
    (
        "failed: refused",
        "Access could not be opened",
        "outage::a_permanent_refusal_to_add_is_told_and_nothing_stays_scheduled",
    ),
    (
        "failed: the group",
        "Okta does not let this bot change that group.",
        "states::a_group_that_cannot_be_changed_is_told_to_both_sides",
    ),
    (
        "failed: not active",
        "Your Okta account was not active",
        "people::a_requester_suspended_between_the_look_and_the_addition_is_told_so",
    ),
    ("not sent on", "Nobody is left who could approve this", "people::nobody_decides_for_themselves"),
    (
        "approved for less",
        "approved 45 minutes (you asked for 2 hours)",
        "shortening::it_is_approved_for_less_and_everyone_reads_so",
    ),
    (
        "approved, and nothing is opened",
        "It waits: nothing is opened at the moment",
        "freezing::what_is_approved_waits_across_a_restart_and_opens_afterwards",
    ),
    (
        "failed: nothing was opened",
        "Granting was frozen until its time was over",
        "freezing::what_waits_for_longer_than_it_was_asked_for_is_called_off",
    ),
    ("ends soon", "⏰ Ends today", "shortening::a_holder_reads_once_that_it_ends_soon_also_across_a_restart"),
    ("being revoked", "@Dana Fox ended it.", "revoking::an_owner_ends_what_is_theirs_at_once_whatever_okta_does"),
    ("revoked", "Ended by @Carol Diaz, today", "revoking::an_admin_ends_it_on_the_home_tab_and_its_holder_reads_why"),
    (
        "taken, opening",
        "🚨 Opening break-glass access",
        "emergency::the_form_opens_while_okta_is_slow_and_what_was_saved_is_taken_once_it_answers",
    ),
    ("taken, active", "🚨 Break-glass: active until", "emergency::from_the_form_to_the_signed_review"),
    ("taken, over", "as planned. Review open", "emergency::from_the_form_to_the_signed_review"),
    ("taken, returned", ". Review open", "emergency::a_holder_returns_it_and_its_review_stays_open"),
    ("taken, reviewed", "as planned. Reviewed by @Carol Diaz", "emergency::from_the_form_to_the_signed_review"),
    (
        "taken, not justified",
        "Ended by @Dana Fox",
        "emergency::what_was_not_justified_ends_at_once_and_its_holder_reads_it",
    ),
];

/// A reviewer's card.
const REVIEWER: &[Row] = &[
    ("told", "by break-glass", "emergency::from_the_form_to_the_signed_review"),
    ("access is over", "Review still open", "emergency::from_the_form_to_the_signed_review"),
    ("reviewed by them", "Reviewed by you", "emergency::from_the_form_to_the_signed_review"),
    ("reviewed by another", "Reviewed by @Carol Diaz", "emergency::from_the_form_to_the_signed_review"),
    ("not justified", ": not justified", "emergency::what_was_not_justified_ends_at_once_and_its_holder_reads_it"),
    (
        "not theirs any more",
        "Not yours to sign any more",
        "emergency::whoever_reviews_no_more_and_whoever_comes_too_late_is_told_so",
    ),
    ("nothing was given", "Nothing to review", "emergency::a_refusal_of_okta_is_told_and_leaves_nothing_to_review"),
];

/// An approver's card.
const APPROVER: &[Row] = &[
    (
        "asked, shortened before",
        "(asked: 2 hours; @Bob Stone approved for less)",
        "shortening::a_later_step_is_asked_for_the_shorter_time_and_an_old_card_decides_nothing",
    ),
    (
        "approved for less, own",
        "You approved 45 minutes (asked: 2 hours)",
        "shortening::it_is_approved_for_less_and_everyone_reads_so",
    ),
    (
        "approved for less, others",
        "Approved by @Bob Stone: 45 minutes (asked: 2 hours)",
        "shortening::it_is_approved_for_less_and_everyone_reads_so",
    ),
    (
        "nothing is opened",
        "It waits: granting is frozen since",
        "freezing::what_is_approved_waits_across_a_restart_and_opens_afterwards",
    ),
    ("revoked", "revoked by @Carol Diaz", "revoking::an_admin_ends_it_on_the_home_tab_and_its_holder_reads_why"),
    ("asked", "You or @Dana Fox, now: owners of Production Database", "life::from_the_form_to_the_removal"),
    (
        "asked, denied before",
        "asked again",
        "deciding::a_denial_closes_every_card_and_is_shown_to_whoever_is_asked_again",
    ),
    (
        "asked, who holds more",
        "Holds now: Staging · Admin",
        "deciding::an_approver_reads_what_else_the_requester_holds",
    ),
    (
        "asked, until a clock time",
        "Until today at 15:30, whenever it is approved",
        "states::a_request_until_a_clock_time_closes_when_that_has_passed",
    ),
    ("their click is checked", "Checking…", "states::a_decision_that_is_checked_is_shown_to_its_maker_alone"),
    (
        "approved by them",
        "Approved by you",
        "states::between_the_approval_and_the_opening_both_sides_see_that_it_is_under_way",
    ),
    (
        "approved by another",
        "Approved by @Bob Stone",
        "states::between_the_approval_and_the_opening_both_sides_see_that_it_is_under_way",
    ),
    ("opening", "Opening access", "states::between_the_approval_and_the_opening_both_sides_see_that_it_is_under_way"),
    ("active", "Active until", "life::from_the_form_to_the_removal"),
    ("ended", ": expired", "life::from_the_form_to_the_removal"),
    ("denied by them", "Denied by you", "states::a_denial_in_everybodys_words"),
    ("denied by another", "Denied by @Bob Stone", "states::a_denial_in_everybodys_words"),
    ("withdrawn", "Withdrawn by", "taking::a_requester_withdraws"),
    (
        "unanswered",
        "nobody decided in 24 hours",
        "deciding::a_request_nobody_decides_closes_by_itself_even_while_the_bot_is_down",
    ),
    (
        "its time has passed",
        "the time asked for has passed",
        "states::a_request_until_a_clock_time_closes_when_that_has_passed",
    ),
    ("not theirs any more", "Not yours to decide any more", "states::a_card_that_is_not_theirs_any_more_says_so"),
    (
        "late click: approved",
        "Bob Stone approved this today",
        "deciding::a_late_click_is_told_who_decided_and_changes_nothing",
    ),
    ("late click: denied", "Bob Stone denied this today", "states::a_denial_in_everybodys_words"),
    ("late click: withdrawn", "before your click", "taking::a_requester_withdraws"),
    ("late click: closed", "This closed today", "states::a_request_until_a_clock_time_closes_when_that_has_passed"),
    ("late click: ended", "You approved this today", "states::a_click_after_the_end_changes_nothing"),
    ("racing clicks", "before your click", "deciding::of_two_racing_decisions_the_first_wins_and_the_other_is_told"),
    ("other terms", "The terms changed", "deciding::forged_clicks_change_nothing"),
];

/// Refusals.
const REFUSALS: &[Row] = &[
    ("a rule takes the decision", "rule not-bob", "demanding::a_rule_takes_the_decision_from_somebody"),
    (
        "a rule takes the decision on so much",
        "Approve it for less, or leave it to others.",
        "demanding::a_rule_leaves_somebody_the_decision_on_less",
    ),
    (
        "stopped by a rule, clicked",
        "This cannot go on, so your decision did not count.",
        "demanding::a_freeze_that_begins_meanwhile_stops_what_waits",
    ),
    (
        "stopped by an approval that counts no more, clicked",
        "by an account that does not count any more.",
        "people::an_approval_does_not_outlive_the_account_that_gave_it",
    ),
    ("stopped by a rule, typed", "(rule freeze)", "rules::a_rule_refuses_in_its_own_words"),
    (
        "justification blank, form",
        "Say why you need it, in a sentence.",
        "asking::faults_stand_under_their_fields_and_nothing_is_stored",
    ),
    ("justification blank, typed", "Say why you need it, in a sentence.", "refusing::every_fault_of_a_typed_line"),
    (
        "justification too long, form",
        "1,003 characters; at most 1,000 are kept.",
        "asking::faults_stand_under_their_fields_and_nothing_is_stored",
    ),
    (
        "justification too long, typed",
        "1,240 characters; at most 1,000 are kept.",
        "refusing::every_fault_of_a_typed_line",
    ),
    ("no length", "“2 horas” is not a length.", "asking::faults_stand_under_their_fields_and_nothing_is_stored"),
    ("a bare number", "Is that minutes or hours?", "refusing::every_fault_of_a_typed_line"),
    ("zero, negative", "It must last at least 1 second.", "refusing::every_fault_of_a_typed_line"),
    (
        "over the maximum, form",
        "Read-Write on Production Database can be had for up to 8 hours.",
        "asking::faults_stand_under_their_fields_and_nothing_is_stored",
    ),
    (
        "over the maximum, typed",
        "Read-Write on Production Database can be had for up to 8 hours.",
        "refusing::every_fault_of_a_typed_line",
    ),
    ("longer than anything", "Nothing can be had for longer than 366 days.", "refusing::every_fault_of_a_typed_line"),
    (
        "clock time past, form",
        "12:30 Paris time has passed today.",
        "refusing::clock_times_that_have_passed_or_that_there_are_none_of",
    ),
    ("clock time past, typed", "12:30 Paris time has passed today.", "refusing::every_fault_of_a_typed_line"),
    (
        "clock time in a gap",
        "02:30 does not exist today: the clocks go forward.",
        "refusing::clock_times_that_have_passed_or_that_there_are_none_of",
    ),
    ("clock time twice", "the first of two that night", "refusing::a_clock_time_that_comes_twice_is_the_first"),
    (
        "end of day past",
        "Your business day ended at 18:00 Paris time.",
        "refusing::clock_times_that_have_passed_or_that_there_are_none_of",
    ),
    (
        "no business day",
        "Today is no business day.",
        "refusing::clock_times_that_have_passed_or_that_there_are_none_of",
    ),
    (
        "unknown, near one",
        "There is no prod-db/rx you can ask for. Did you mean prod-db/rw?",
        "asking::the_typed_line_says_what_is_missing_and_keeps_what_was_typed",
    ),
    ("unknown", "There is no nothing/here you can ask for.", "refusing::every_fault_of_a_typed_line"),
    ("forged, form", "The offer changed while the form was open.", "asking::a_forged_choice_is_refused"),
    (
        "forged, search",
        "The offer changed while the form was open.",
        "searching::a_forged_choice_of_a_search_is_refused",
    ),
    ("missing why", "The why is missing.", "refusing::every_fault_of_a_typed_line"),
    ("missing length", "The length is missing.", "refusing::every_fault_of_a_typed_line"),
    ("nobody can approve", "Nobody is left who could approve this", "people::nobody_decides_for_themselves"),
    ("already asked, form", "Already requested", "asking::what_is_asked_or_held_already_is_shown_instead"),
    (
        "already asked, typed",
        "You asked for this today 14:40 (R-1)",
        "refusing::what_is_asked_or_held_already_says_what_one_can_do",
    ),
    ("already held, form", "You already have this", "asking::what_is_asked_or_held_already_is_shown_instead"),
    (
        "already held, typed",
        "You have this until today 16:40",
        "refusing::what_is_asked_or_held_already_says_what_one_can_do",
    ),
    ("too many open", "the most at one time.", "refusing::no_more_are_open_at_one_time_than_may_be"),
    (
        "no Okta account",
        "No Okta account has your Slack e-mail",
        "people::everyone_who_cannot_be_served_is_told_why_and_what_to_do",
    ),
    (
        "two Okta accounts",
        "Two Okta accounts match",
        "people::everyone_who_cannot_be_served_is_told_why_and_what_to_do",
    ),
    (
        "Okta account inactive",
        "Your Okta account is suspended.",
        "people::everyone_who_cannot_be_served_is_told_why_and_what_to_do",
    ),
    ("e-mail not confirmed", "no confirmed e-mail", "people::an_address_that_slack_does_not_vouch_for_is_none"),
    (
        "guest, every command",
        "Only full members of Acme",
        "listing::whoever_cannot_be_served_is_told_so_for_every_command",
    ),
    ("guest, form", "Only full members of Acme", "refusing::guests_and_strangers_press_in_vain"),
    ("another workspace", "Only full members", "people::people_of_other_workspaces_are_not_served"),
    ("bots and strangers", "unfit", "people::bots_strangers_and_the_deactivated_are_refused_on_record"),
    (
        "deactivated before the grant",
        "Your Okta account was not active",
        "people::a_requester_suspended_between_the_look_and_the_addition_is_told_so",
    ),
    (
        "group not allowed",
        "cannot be changed: it is filled by a group rule.",
        "states::a_group_that_cannot_be_changed_is_told_to_both_sides",
    ),
    ("not on record for them", "not the one on record for you", "deciding::forged_clicks_change_nothing"),
    (
        "not an approver any more",
        "You cannot decide this: you no longer own Production Database.",
        "states::a_card_that_is_not_theirs_any_more_says_so",
    ),
    (
        "cannot be looked up",
        "Okta did not answer for 5 minutes",
        "refusing::whoever_cannot_be_looked_up_decides_nothing",
    ),
    (
        "not active, who decides",
        "so your decision did not count.",
        "people::an_approver_who_is_no_longer_active_reads_that_their_decision_did_not_count",
    ),
    (
        "accounts do not match",
        "do not match what is on record, so your decision did not count.",
        "people::an_approver_whose_accounts_match_no_more_decides_nothing",
    ),
    (
        "their own request",
        "You asked for this yourself, so someone else decides: Dana Fox.",
        "people::an_approver_whose_account_is_the_requesters_by_now_decides_nothing",
    ),
    ("has approved a step", "It needs one more, different person.", "steps::two_owners_are_two_people"),
    (
        "needed for a later step",
        "Nobody but you can approve a later step of this",
        "steps::whoever_a_later_step_cannot_do_without_leaves_the_first_to_others",
    ),
    ("reason blank", "Say why; Alice Martin reads this.", "states::a_denial_in_everybodys_words"),
    ("reason too long", "1,240 characters; at most 1,000 are kept.", "states::a_denial_in_everybodys_words"),
    ("denial too late", "Already decided", "refusing::a_denial_that_comes_too_late_shows_who_decided"),
    (
        "returned twice",
        "You returned this today 14:40. Nothing more to do.",
        "refusing::what_is_asked_or_held_already_says_what_one_can_do",
    ),
    (
        "too late to withdraw",
        "It was approved today 14:40, too late to withdraw.",
        "refusing::what_is_asked_or_held_already_says_what_one_can_do",
    ),
    ("unknown id, typed", "Which one?", "listing::without_an_id_of_theirs_one_is_asked_which"),
    ("unknown id, pressed", "You have no request by that id.", "refusing::guests_and_strangers_press_in_vain"),
    (
        "no command",
        "is not a command. Did you mean",
        "listing::what_is_nearly_a_command_or_an_access_is_suggested_to_those_who_may_have_it",
    ),
    (
        "cannot be saved",
        "This could not be saved, so nothing was done.",
        "refusing::a_disk_that_is_nearly_full_takes_nothing_new_and_still_ends_what_is_due",
    ),
    ("form open through a change", "Choose the access again.", "refusing::a_form_that_is_open_while_the_offer_changes"),
    (
        "form open through a shorter maximum",
        "can be had for up to 4 hours.",
        "refusing::a_form_that_is_open_while_the_offer_changes",
    ),
    ("a tab that has changed", "look again", "home::nothing_is_decided_on_a_tab_that_does_not_show_it"),
    ("unreadable click", "could not be read", "deciding::forged_clicks_change_nothing"),
    ("unreadable metadata", "not the one on record for you", "refusing::forged_metadata_and_lengths_are_refused"),
    (
        "for no less",
        "Choose less than 2 hours, or approve it as asked.",
        "shortening::what_is_not_less_is_a_fault_under_its_field",
    ),
    (
        "not theirs to revoke",
        "Only admins and the owners of Production Database can revoke this.",
        "revoking::it_is_typed_by_an_admin_and_by_others_in_vain",
    ),
    (
        "nothing to revoke",
        "R-1 ended today 14:40 Paris time (UTC+1) (revoked). Nothing changed.",
        "revoking::it_is_typed_by_an_admin_and_by_others_in_vain",
    ),
    (
        "for admins",
        "Only admins can use this.",
        "freezing::what_is_approved_waits_across_a_restart_and_opens_afterwards",
    ),
    (
        "not open any more",
        "so it cannot be extended. Ask again with /jit.",
        "extending::what_cannot_be_extended_is_told_so",
    ),
    (
        "no later end",
        "It is open until today 16:40 Paris time (UTC+1) already.",
        "extending::what_cannot_be_extended_is_told_so",
    ),
    ("more time asked already", "You already asked for more time", "extending::what_cannot_be_extended_is_told_so"),
    (
        "not for break-glass",
        "Staging · Admin cannot be taken by break-glass.",
        "emergency::only_what_may_be_taken_so_is_offered_and_nothing_else_is_taken",
    ),
    (
        "nothing for break-glass",
        "Nothing is set up for you here.",
        "emergency::only_what_may_be_taken_so_is_offered_and_nothing_else_is_taken",
    ),
    (
        "frozen, break-glass",
        "so nothing is opened by break-glass either.",
        "emergency::while_nothing_is_opened_nothing_is_taken_either",
    ),
    (
        "cooling down",
        "You took this by break-glass lately",
        "emergency::it_is_not_taken_again_before_its_review_and_not_within_its_cool_down",
    ),
    (
        "review open",
        "is not signed yet",
        "emergency::it_is_not_taken_again_before_its_review_and_not_within_its_cool_down",
    ),
    (
        "own review",
        "You took this access, so someone else signs the review.",
        "emergency::an_owner_who_takes_it_is_no_reviewer_of_it",
    ),
    (
        "no reviewer any more",
        "You cannot sign this review",
        "emergency::whoever_reviews_no_more_and_whoever_comes_too_late_is_told_so",
    ),
    (
        "review signed before",
        "Dana Fox signed this today",
        "emergency::whoever_reviews_no_more_and_whoever_comes_too_late_is_told_so",
    ),
    ("note blank", "Say what you found; it goes on record.", "emergency::from_the_form_to_the_signed_review"),
    (
        "only ending access",
        "Jitney only ends access at the moment",
        "custody::a_broken_catalogue_does_not_keep_a_removal_from_happening",
    ),
];

/// What reads a literal that stands in it: a snapshot, an assertion, a wait for what is shown, what the end of a play checks.
const READERS: [&str; 10] = [
    "assert_snapshot!",
    "assert!",
    "assert_eq!",
    "sees",
    "until",
    "until_message",
    "until_ephemeral",
    "until_view",
    "until_home",
    "finish",
];

/// Whether a play reads these words: itself, or by the name to which they are bound. Not in a comment, and not in what it
/// only does.
fn reads(play: &str, words: &str) -> bool {
    let (bones, literals) = taken_apart(play);
    let known = names_read(&bones);
    let read = |(place, literal): (usize, &Literal)| {
        literal.text.contains(words)
            && (literal.within.iter().any(|head| READERS.contains(&head.as_str()))
                || bound(&bones, &format!("\"{place}\"")).iter().any(|name| known.contains(name)))
    };
    literals.iter().enumerate().any(read)
}

fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(|c: char| c.is_lowercase())).map(str::to_owned).collect()
}

/// The names that stand in a reader, and the lists that such a name goes through.
fn names_read(bones: &str) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for reader in READERS {
        let head = format!("{reader}(");
        for (at, _) in bones.match_indices(&head) {
            let (mut depth, mut rest) = (1_u32, bones[at + head.len()..].char_indices());
            let end = rest.find(|(_, c)| {
                depth = match c {
                    '(' => depth + 1,
                    ')' => depth - 1,
                    _ => depth,
                };
                depth == 0
            });
            known.extend(names(&bones[at + head.len()..][..end.unwrap().0]));
        }
    }
    for (at, _) in bones.match_indices(" for ") {
        let Some((pattern, list)) = bones[at + 5..].split_once(" in ") else { continue };
        if names(pattern).iter().any(|name| known.contains(name)) {
            known.extend(names(list.split('{').next().unwrap()));
        }
    }
    known
}

/// The names to which the statement that holds this binds it.
fn bound(bones: &str, what: &str) -> BTreeSet<String> {
    let before = &bones[..bones.find(what).unwrap()];
    let start = ["let ", " for "].into_iter().filter_map(|word| before.rfind(word).map(|at| at + word.len())).max();
    let pattern = start.map_or("", |start| before[start..].split(['=', ':']).next().unwrap());
    names(pattern.split(" in ").next().unwrap())
}

/// A play's text: from its name to the next one.
fn play(name: &str) -> String {
    let (file, function) = name.split_once("::").unwrap();
    let source = fs::read_to_string(format!("{}/tests/it/plays/{file}.rs", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let start = source.find(&format!("async fn {function}(")).unwrap_or_else(|| panic!("there is no play {name}"));
    let before = &source[..start];
    assert!(before.trim_end().ends_with("#[tokio::test(flavor = \"multi_thread\")]"), "{name} is not run");
    let rest = &source[start + 1..];
    rest[..rest.find("#[tokio::test").unwrap_or(rest.len())].to_owned()
}

#[test]
fn every_state_and_every_refusal_is_read_in_a_play() {
    let rows = [("requester", REQUESTER), ("approver", APPROVER), ("reviewer", REVIEWER), ("refusal", REFUSALS)];
    let mut missing = Vec::new();
    for (table, rows) in rows {
        for (what, words, name) in rows {
            if !reads(&play(name), words) {
                missing.push(format!("{table}, {what}: {name} does not read {words:?}"));
            }
        }
        println!("{} rows of {table}", rows.len());
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn a_comment_and_what_is_only_done_read_nothing() {
    let play = r#"
        // "Denied by"
        house.fill(BOB, "Denied by").await;
        let done = "Denied by";
        house.fill(BOB, done).await;
        let told = [(BOB, "before your click")];
        for (who, said) in told {
            assert!(house.seen(who).contains(said));
        }
        assert_snapshot!(house.sees(ALICE, "R-1").await, @"⏳ Waiting for");
    "#;
    assert!(!reads(play, "Denied by"));
    assert!(reads(play, "Waiting for"));
    assert!(reads(play, "before your click"));
}

/// A refusal that is added has a row, or is never said: the list follows the program's own.
#[test]
fn no_refusal_is_forgotten() {
    let source = fs::read_to_string(format!("{}/src/domain/command.rs", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let body = source.split_once("pub enum Refusal {").unwrap().1.split_once("\n}").unwrap().0;
    let name = |line: &str| {
        let line = line.strip_prefix("    ")?;
        let name: String = line.chars().take_while(|c| c.is_alphanumeric()).collect();
        name.chars().next().is_some_and(char::is_uppercase).then_some(name)
    };
    let kinds: Vec<String> = body.lines().filter_map(name).collect();
    let held = [
        ("NotOffered", "forged, form"),
        ("TooLong", "over the maximum, form"),
        ("TooShort", "zero, negative"),
        ("TimePassed", "clock time past, form"),
        ("AlreadyAsked", "already asked, typed"),
        ("AlreadyHeld", "already held, typed"),
        ("TooManyOpen", "too many open"),
        ("NotServed", "guest, form"),
        ("IdentityChanged", "accounts do not match"),
        ("NoSuchRequest", "unknown id, pressed"),
        ("Over", "denial too late"),
        ("OldTerms", ""),
        ("ForeignCard", "not on record for them"),
        ("StaleHome", "a tab that has changed"),
        ("OwnRequest", "their own request"),
        ("NotApprover", "not an approver any more"),
        ("MayNotDecide", "a rule takes the decision"),
        ("MayNotDecideSoMuch", "a rule takes the decision on so much"),
        ("Stopped", "stopped by a rule, clicked"),
        ("NeededLater", "needed for a later step"),
        ("HasApproved", "has approved a step"),
        ("TooManyClicks", ""),
        ("NotLookedUp", "cannot be looked up"),
        ("TooLateToCancel", "too late to withdraw"),
        ("NotHeld", ""),
        ("ReturnedBefore", "returned twice"),
        ("NotReadable", ""),
        ("CannotBeSaved", "cannot be saved"),
        ("Custody", "only ending access"),
        ("NotShorter", "for no less"),
        ("NotRevoker", "not theirs to revoke"),
        ("NothingToRevoke", "nothing to revoke"),
        ("NotAdmin", "for admins"),
        ("NotForEmergencies", "not for break-glass"),
        ("Frozen", "frozen, break-glass"),
        ("CoolingDown", "cooling down"),
        ("ReviewOpen", "review open"),
        ("OwnReview", "own review"),
        ("NotReviewer", "no reviewer any more"),
        ("ReviewSigned", "review signed before"),
        ("NotExtendable", "not open any more"),
        ("NotLonger", "no later end"),
        ("MoreAsked", "more time asked already"),
    ];
    // Those without a play are said in the words that `say` holds: what nobody can press by hand is refused in the core's
    // own tables.
    assert_eq!(kinds, held.map(|(kind, _)| kind.to_owned()), "a refusal without a row");
    for (kind, row) in held.into_iter().filter(|(_, row)| !row.is_empty()) {
        assert!(REFUSALS.iter().any(|(what, ..)| *what == row), "{kind} is held by no row {row}");
    }
}
