//! Everything a journal line may hold, as it is for ever: each of these must be read by every later program. A new variant
//! needs a line here; what was promised once and is promised no more keeps its own.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::*;
use crate::domain::{port::Alert, ticket::Happened};

const EVENTS: &[&str] = &[
    r#"{"event":"program_started","version":"0.1.0"}"#,
    r#"{"event":"custody_began","held":[{"membership":{"group":"00g1","user":"00u1"},"until":"2026-11-24T15:40:00Z"}]}"#,
    r#"{"event":"request_received","request":"R-1","key":"form","asker":"U0A","access":{"entitlement":"db/rw","application":"Database","level":"db/rw","group":"00g1","sensitivity":"high"},"end":{"rule":"after","secs":7200},"justification":"970c","closes":"2026-11-25T13:40:00Z"}"#,
    r#"{"event":"person_identified","request":"R-1","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a"}}"#,
    r#"{"event":"person_bound","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a","zone":"Europe/Paris","groups":["00g1"]},"told":"R-1"}"#,
    r#"{"event":"person_bound","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a"}}"#,
    r#"{"event":"standing_doubted","request":"R-1","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a"}}"#,
    r#"{"event":"approvers_sought","request":"R-1","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a"},"sought":[{"kind":{"asks":"owner","application":"db"},"emails":["b@acme.example"]},{"kind":{"asks":"approvers","name":"security"},"emails":[]},{"kind":{"asks":"person","email":"c@acme.example"},"emails":[]}]}"#,
    r#"{"event":"request_pending","request":"R-1","steps":[{"kind":{"asks":"owner","application":"db"},"approvers":[{"email":"b@acme.example","slack":"U0B","okta":"00u2","name":"b"}]}]}"#,
    r#"{"event":"approvers_sought","request":"R-1","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a","groups":["00g1"],"slack_groups":["S1"],"title":"Engineer","department":"Payments","manager":"m@acme.example"},"sought":[{"kind":{"asks":"manager"},"emails":["m@acme.example"],"groups":["okta:00g2","slack:S2"]}],"fallback":{"kind":{"asks":"approvers","name":"soc"},"emails":["c@acme.example"]},"applied":[{"rule":{"id":"long","message":"Long"},"does":{"does":"step","kind":{"asks":"approvers","name":"soc"}}},{"rule":{"id":"two"},"does":{"does":"distinct","people":2}},{"rule":{"id":"cap"},"does":{"does":"max_duration","most":60}},{"rule":{"id":"auto"},"does":{"does":"auto_approve"}},{"rule":{"id":"same"},"does":{"does":"ask_all_the_same"}}]}"#,
    r#"{"event":"request_pending","request":"R-1","steps":[],"fallback":{"name":"soc","approvers":[]},"applied":[{"rule":{"id":"auto"},"does":{"does":"auto_approve"}}]}"#,
    r#"{"event":"fallback_asked","request":"R-1","step":0,"why":{"stands_in":"nobody_else"}}"#,
    r#"{"event":"fallback_asked","request":"R-1","step":0,"why":{"stands_in":"no_answer","after":7200}}"#,
    r#"{"event":"fallback_told","request":"R-1"}"#,
    r#"{"event":"escalation_set","request":"R-1","at":"2026-11-24T14:10:00Z"}"#,
    r#"{"event":"request_refused","request":"R-1","why":{"why":"forbidden","rules":[{"id":"freeze","message":"Frozen"}]}}"#,
    r#"{"event":"request_refused","request":"R-1","why":{"why":"unjudged","rules":["overflow"]}}"#,
    r#"{"event":"request_refused","request":"R-1","why":{"why":"too_long","most":60,"rule":{"id":"cap"}}}"#,
    r#"{"event":"request_refused","request":"R-1","why":{"why":"approval_void","by":{"okta":"00u2","slack":"U0B","email":"b@acme.example","name":"b"}}}"#,
    r#"{"event":"decision_received","request":"R-1","slack":"U0B","verdict":{"verdict":"approve"},"terms":"0102"}"#,
    r#"{"event":"decision_refused","request":"R-1","slack":"U0B","why":{"refusal":"may_not_decide","rules":[{"id":"contractors"}]}}"#,
    r#"{"event":"decision_refused","request":"R-1","slack":"U0B","why":{"refusal":"may_not_decide_so_much","rules":[{"id":"juniors"}]}}"#,
    r#"{"event":"decision_refused","request":"R-1","slack":"U0B","why":{"refusal":"stopped","why":{"why":"not_offered"}}}"#,
    r#"{"event":"grant_failed","request":"R-1","why":{"failure":"stopped","why":{"why":"forbidden","rules":[{"id":"freeze"}]}},"then":{"then":"nothing"}}"#,
    r#"{"event":"request_received","request":"R-1","key":"form","asker":"U0A","access":{"entitlement":"db/rw","application":"Database","level":"db/rw","group":"00g1","sensitivity":"high"},"purpose":{"purpose":"extension","of":"R-1","opened":"2026-11-24T13:40:00Z","ends":"2026-11-24T15:40:00Z"},"end":{"rule":"after","secs":7200},"justification":"970c","closes":"2026-11-25T13:40:00Z"}"#,
    r#"{"event":"reminder_set","request":"R-1","at":"2026-11-24T14:10:00Z","told":0}"#,
    r#"{"event":"look_up_slow","request":"R-1"}"#,
    r#"{"event":"request_refused","request":"R-1","why":{"why":"not_offered"}}"#,
    r#"{"event":"decision_received","request":"R-1","slack":"U0B","verdict":{"verdict":"approve"}}"#,
    r#"{"event":"decision_received","request":"R-1","slack":"U0B","verdict":{"verdict":"deny","reason":"970c"},"spot":"home"}"#,
    r#"{"event":"decision_received","request":"R-1","slack":"U0B","verdict":{"verdict":"approve_for_less","end":{"rule":"at","instant":"2026-11-24T15:00:00Z"}}}"#,
    r#"{"event":"grant_extended","request":"R-1","ends":"2026-11-24T17:40:00Z","warn":"2026-11-24T17:30:00Z"}"#,
    r#"{"event":"extension_applied","request":"R-2"}"#,
    r#"{"event":"request_shortened","request":"R-1","step":0,"end":{"rule":"after","secs":2700}}"#,
    r#"{"event":"decision_refused","request":"R-1","slack":"U0B","why":{"refusal":"not_approver"}}"#,
    r#"{"event":"step_approved","request":"R-1","step":0,"by":{"okta":"00u2","slack":"U0B","email":"b@acme.example","name":"b"}}"#,
    r#"{"event":"request_approved","request":"R-1","membership":{"group":"00g1","user":"00u1"},"until":"2026-11-24T15:40:00Z"}"#,
    r#"{"event":"request_denied","request":"R-1","by":{"okta":"00u2","slack":"U0B","email":"b@acme.example","name":"b"},"reason":"970c"}"#,
    r#"{"event":"request_cancelled","request":"R-1"}"#,
    r#"{"event":"request_lapsed","request":"R-1"}"#,
    r#"{"event":"grant_opened","request":"R-1","ends":"2026-11-24T15:40:00Z"}"#,
    r#"{"event":"grant_opened","request":"R-1","ends":"2026-11-24T15:40:00Z","warn":"2026-11-24T15:30:00Z"}"#,
    r#"{"event":"grant_ends_soon","request":"R-1"}"#,
    r#"{"event":"revocation_received","request":"R-1","slack":"U0C","reason":"970c"}"#,
    r#"{"event":"revocation_refused","request":"R-1","slack":"U0C","why":{"refusal":"not_revoker"}}"#,
    r#"{"event":"grant_revoked","request":"R-1","cause":{"cause":"person","by":{"okta":"00u3","slack":"U0C","email":"c@acme.example","name":"c"},"reason":"970c"},"then":{"then":"removal"}}"#,
    r#"{"event":"granting_frozen","by":{"okta":"00u3","slack":"U0C","email":"c@acme.example","name":"c"}}"#,
    r#"{"event":"granting_resumed","by":{"okta":"00u3","slack":"U0C","email":"c@acme.example","name":"c"}}"#,
    r#"{"event":"grant_expired","request":"R-1","then":{"then":"removal"}}"#,
    r#"{"event":"grant_returned","request":"R-1","then":{"then":"kept","by":"R-2"}}"#,
    r#"{"event":"grant_failed","request":"R-1","why":{"failure":"called_off"},"then":{"then":"nothing"}}"#,
    r#"{"event":"request_received","request":"R-1","key":"form","asker":"U0A","access":{"entitlement":"db/rw","application":"Database","level":"db/rw","group":"00g1","sensitivity":"high"},"purpose":{"purpose":"emergency"},"end":{"rule":"after","secs":2700},"justification":"970c","closes":"2026-11-25T13:40:00Z"}"#,
    r#"{"event":"request_refused","request":"R-1","why":{"why":"forbidden","rules":[{"id":"freeze","message":"Frozen."}]}}"#,
    r#"{"event":"request_refused","request":"R-1","why":{"why":"unjudged","rules":["freeze"]}}"#,
    r#"{"event":"emergency_taken","request":"R-1","membership":{"group":"00g1","user":"00u1"},"until":"2026-11-24T14:25:00Z","panels":[{"kind":{"asks":"approvers","name":"soc"},"people":[{"email":"c@acme.example","slack":"U0C","okta":"00u3","name":"c"}]}]}"#,
    r#"{"event":"review_received","request":"R-1","slack":"U0C","judgement":"justified","note":"970c"}"#,
    r#"{"event":"review_received","request":"R-1","slack":"U0C","judgement":"not_justified","note":"970c","spot":"home"}"#,
    r#"{"event":"review_refused","request":"R-1","slack":"U0C","why":{"refusal":"own_review"}}"#,
    r#"{"event":"review_signed","request":"R-1","by":{"okta":"00u3","slack":"U0C","email":"c@acme.example","name":"c"},"judgement":"justified"}"#,
    r#"{"event":"review_late","request":"R-1","told":1}"#,
    r#"{"event":"reviewers_found","request":"R-1","panels":[{"kind":{"asks":"approvers","name":"secops"},"people":[{"email":"c@acme.example","slack":"U0C","okta":"00u3","name":"c"}]}]}"#,
    r#"{"event":"grant_not_justified","request":"R-1","by":{"okta":"00u3","slack":"U0C","email":"c@acme.example","name":"c"},"then":{"then":"removal"}}"#,
    r#"{"event":"command_refused","who":"U0A","command":"sign","request":"R-1","why":{"refusal":"own_review"}}"#,
    r#"{"event":"command_refused","who":"U0A","command":"ask","why":{"refusal":"cooling_down","until":"2026-11-24T15:40:00Z"}}"#,
    r#"{"event":"grant_ended","request":"R-1"}"#,
    r#"{"event":"standing_found","request":"R-1"}"#,
    r#"{"event":"hold_ended","request":"R-1","membership":{"group":"00g1","user":"00u1"}}"#,
    r#"{"event":"removal_late","membership":{"group":"00g1","user":"00u1"},"told":1}"#,
    r#"{"event":"effect_settled","effect":"1.0","outcome":{"outcome":"told"}}"#,
    r#"{"event":"effect_advanced","effect":"1.0","outcome":{"outcome":"rung","cards":{},"rung":2,"behind":1}}"#,
    r#"{"event":"effect_withdrawn","effect":"1.0"}"#,
    r#"{"event":"addition_put_off","effect":"1.0"}"#,
    r#"{"event":"effect_failing","effect":"1.0","fault":{"vendor":"okta","status":503,"code":"E1","receipt":"Yx1"},"tries":2}"#,
    r#"{"event":"view_shown","view":{"view":"requester","request":"R-1"},"posted":{"channel":"D0A","ts":"5.0"},"revision":5}"#,
    r#"{"event":"view_shown","view":{"view":"approver","request":"R-1","slack":"U0B"},"posted":{"channel":"D0A","ts":"5.0"},"revision":5}"#,
    r#"{"event":"approver_unreachable","request":"R-1","slack":"U0B","fault":{"vendor":"slack"}}"#,
    r#"{"event":"credentials_refused","fault":{"vendor":"okta","status":401}}"#,
    r#"{"event":"credentials_refused","fault":{"vendor":"jira","status":403},"call":"move_ticket"}"#,
    r#"{"event":"credentials_accepted"}"#,
    r#"{"event":"credentials_accepted","vendor":"jira"}"#,
    r#"{"event":"audit_channel_refused","fault":{"vendor":"slack","code":"is_archived"}}"#,
    r#"{"event":"audit_channel_accepted"}"#,
    r#"{"event":"command_refused","who":"U0A","command":"approve","request":"R-1","why":{"refusal":"over"}}"#,
    r#"{"event":"command_refused","who":"U0A","command":"approve_for_less","request":"R-1","why":{"refusal":"not_shorter"}}"#,
    r#"{"event":"command_refused","who":"U0A","command":"revoke","request":"R-1","why":{"refusal":"nothing_to_revoke"}}"#,
    r#"{"event":"command_refused","who":"U0A","command":"freeze","why":{"refusal":"not_admin"}}"#,
    r#"{"event":"command_refused","who":"U0A","command":"unfreeze","why":{"refusal":"not_admin"}}"#,
    r#"{"event":"command_refused","who":"U0A","command":"ask","why":{"refusal":"custody"}}"#,
    r#"{"event":"binding_suspended","slack":"U0A","why":{"mismatch":"other_email","email":"b@acme.example"}}"#,
    r#"{"event":"binding_suspended","slack":"U0A","why":{"mismatch":"other_user","okta":"00u2","email":"b@acme.example"}}"#,
    r#"{"event":"binding_suspended","slack":"U0A","why":{"mismatch":"other_account","slack":"U0B","email":"b@acme.example"}}"#,
    r#"{"event":"person_unlinked","slack":"U0A","uid":1000}"#,
    r#"{"event":"configuration_changed","digest":"970c","against":{"against":"nothing"}}"#,
    r#"{"event":"configuration_changed","digest":"970c","against":{"against":"lost"},"waits":["okta.token"]}"#,
    r#"{"event":"configuration_changed","digest":"970c","against":{"against":"last","changes":[{"key":"requests.max_open","from":"20"},{"key":"slack.command","to":"\"/jit\""}],"more":3}}"#,
    r#"{"event":"account_closed","okta":"00u1","closure":"suspended"}"#,
    r#"{"event":"account_closed","okta":"00u1","closure":"deactivated"}"#,
    r#"{"event":"account_closed","okta":"00u1","closure":"deleted"}"#,
    r#"{"event":"grant_revoked","request":"R-1","cause":{"cause":"account","closure":"suspended"},"then":{"then":"removal"}}"#,
    r#"{"event":"configuration_refused","faults":{"source":1,"unknown_key":2,"missing_key":1,"not_supported":1,"secret":1,"value":4}}"#,
    r#"{"event":"configuration_refused","faults":{"right":1}}"#,
    r#"{"event":"request_refused","request":"R-2","why":{"why":"manager_unread"}}"#,
    r#"{"event":"person_identified","request":"R-1","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a","manager_unread":true,"guest":true}}"#,
    r#"{"event":"request_refused","request":"R-2","why":{"why":"already_open","request":"R-1"}}"#,
    r#"{"event":"request_refused","request":"R-2","why":{"why":"cooling_down","until":"2026-11-24T15:40:00Z"}}"#,
    r#"{"event":"request_refused","request":"R-2","why":{"why":"review_open","request":"R-1"}}"#,
];

const EFFECTS: &[&str] = &[
    r#"{"effect":"identify_person","request":"R-1","slack":"U0A"}"#,
    r#"{"effect":"check_standing","request":"R-1","membership":{"group":"00g1","user":"00u1"}}"#,
    r#"{"effect":"find_approvers","request":"R-1","emails":["b@acme.example"]}"#,
    r#"{"effect":"find_approvers","request":"R-1","emails":[],"groups":["okta:00g2","slack:S2"]}"#,
    r#"{"effect":"tell_fallback","request":"R-1","to":"U0C"}"#,
    r#"{"effect":"check_authority","request":"R-1","slack":"U0B"}"#,
    r#"{"effect":"check_member","membership":{"group":"00g1","user":"00u1"}}"#,
    r#"{"effect":"add_member","membership":{"group":"00g1","user":"00u1"}}"#,
    r#"{"effect":"remove_member","membership":{"group":"00g1","user":"00u1"},"due":"2026-11-24T15:40:00Z","addition":"may_have_happened"}"#,
    r#"{"effect":"reply","request":"R-1","to":"U0B","why":{"refusal":"over"}}"#,
    r#"{"effect":"reply","request":"R-1","to":"U0B","why":{"refusal":"over"},"spot":"home"}"#,
    r#"{"effect":"nudge","request":"R-1","nudge":"open"}"#,
    r#"{"effect":"nudge","request":"R-1","nudge":"not_justified"}"#,
    r#"{"effect":"remind","request":"R-1","to":"U0B"}"#,
    r#"{"effect":"tell_owner","request":"R-1","owner":"b@acme.example","name":"a"}"#,
    r#"{"effect":"alert_admins","alert":{"alert":"removals_late","revision":1}}"#,
    r#"{"effect":"create_ticket","request":"R-1"}"#,
    r#"{"effect":"comment_ticket","request":"R-1","what":{"happened":"denied"},"at":"2026-11-24T15:40:00Z"}"#,
    r#"{"effect":"comment_ticket","request":"R-1","what":{"happened":"approved","step":0},"at":"2026-11-24T15:40:00Z","extension":"R-2"}"#,
    r#"{"effect":"move_ticket","request":"R-1","to":"granted"}"#,
    r#"{"effect":"tell_audit","request":"R-1","what":{"happened":"denied"},"at":"2026-11-24T15:40:00Z"}"#,
    r#"{"effect":"check_revoker","request":"R-1","slack":"U0C"}"#,
    r#"{"effect":"announce_freeze","freeze":"frozen","by":"c","at":"2026-11-24T15:40:00Z"}"#,
    r#"{"effect":"announce_freeze","freeze":"resumed","by":"c","at":"2026-11-24T15:40:00Z"}"#,
    r#"{"effect":"reply","request":"R-1","to":"U0C","why":{"refusal":"not_revoker"},"spot":"apart"}"#,
    r#"{"effect":"nudge","request":"R-1","nudge":"ends_soon"}"#,
    r#"{"effect":"nudge","request":"R-1","nudge":"revoked"}"#,
    r#"{"effect":"nudge","request":"R-1","nudge":"extended"}"#,
    r#"{"effect":"nudge","request":"R-1","nudge":"not_extended"}"#,
];

const ALERTS: &[&str] = &[
    r#"{"alert":"rules_unjudged","request":"R-1","rules":["overflow"]}"#,
    r#"{"alert":"approvers_missing","request":"R-1","emails":["b@acme.example"]}"#,
    r#"{"alert":"manager_unread","request":"R-1"}"#,
    r#"{"alert":"removals_late","revision":1}"#,
    r#"{"alert":"removal_late","membership":{"group":"00g1","user":"00u1"},"requests":["R-1"],"due":"2026-11-24T15:40:00Z"}"#,
    r#"{"alert":"removal_confirmed","membership":{"group":"00g1","user":"00u1"},"requests":["R-1"],"due":"2026-11-24T15:40:00Z","at":"2026-11-24T15:50:00Z"}"#,
    r#"{"alert":"add_rejected","request":"R-1","membership":{"group":"00g1","user":"00u1"},"fault":{"vendor":"okta","status":403}}"#,
    r#"{"alert":"look_refused","request":"R-1","membership":{"group":"00g1","user":"00u1"},"fault":{"vendor":"okta","status":403}}"#,
    r#"{"alert":"group_unfit","request":"R-1","group":"00g1","reason":"it is filled by a group rule"}"#,
    r#"{"alert":"approver_unreachable","request":"R-1","slack":"U0B","fault":{"vendor":"slack"}}"#,
    r#"{"alert":"credentials_refused","fault":{"vendor":"okta","status":401}}"#,
    r#"{"alert":"credentials_accepted","vendor":"jira"}"#,
    r#"{"alert":"audit_channel_refused","fault":{"vendor":"slack","code":"is_archived"}}"#,
    r#"{"alert":"audit_channel_accepted"}"#,
    r#"{"alert":"audit_line_lost","request":"R-1","fault":{"vendor":"slack","code":"invalid_blocks"}}"#,
    r#"{"alert":"gone_from_sight","membership":{"group":"00g1","user":"00u1"},"requests":["R-1"],"removal":"user_gone"}"#,
    r#"{"alert":"review_late","request":"R-1"}"#,
    r#"{"alert":"ticket_refused","request":"R-1","fault":{"vendor":"jira","status":400}}"#,
    r#"{"alert":"binding_suspended","slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a","why":{"mismatch":"other_email","email":"b@acme.example"}}"#,
];

const OUTCOMES: &[&str] = &[
    r#"{"outcome":"identified","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a"},"requester":{"requester":"fit","facts":{"groups":["00g1"],"title":"Engineer","department":"Payments","manager":"m@acme.example"}}}"#,
    r#"{"outcome":"identified","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a"},"requester":{"requester":"unfit","why":{"unfit":"inactive","status":"SUSPENDED"}}}"#,
    r#"{"outcome":"found","approvers":[],"missing":["b@acme.example"],"members":[{"group":"okta:00g2","emails":["c@acme.example"]}]}"#,
    r#"{"outcome":"warned","ends":"2026-11-24T15:40:00Z","posted":{"channel":"D0A","ts":"1.0"},"revision":4}"#,
    r#"{"outcome":"stands","standing":{"member":false,"facts":{}}}"#,
    r#"{"outcome":"stands","standing":{"member":false,"lapsed":["00u2"]}}"#,
    r#"{"outcome":"identified","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a"},"lapsed":["00u2"]}"#,
    r#"{"outcome":"stands","standing":{"member":false,"facts":{"manager_unread":true}}}"#,
    r#"{"outcome":"identified","person":{"slack":"U0A","okta":"00u1","email":"a@acme.example","name":"a"}}"#,
    r#"{"outcome":"not_served","why":{"unfit":"ambiguous","email":"a@acme.example"}}"#,
    r#"{"outcome":"not_served","why":{"unfit":"inactive","status":"SUSPENDED","email":"a@acme.example"}}"#,
    r#"{"outcome":"found","approvers":[{"email":"b@acme.example","slack":"U0B","okta":"00u2","name":"b"}],"missing":["c@acme.example"]}"#,
    r#"{"outcome":"stands","standing":{"member":false,"inactive":"SUSPENDED","unfit_group":"it is filled by a group rule"}}"#,
    r#"{"outcome":"stands","standing":{"member":true}}"#,
    r#"{"outcome":"added"}"#,
    r#"{"outcome":"added","receipt":"Yx1"}"#,
    r#"{"outcome":"removed","removal":"removed"}"#,
    r#"{"outcome":"removed","removal":"group_gone","receipt":"Yx1"}"#,
    r#"{"outcome":"ticket_opened","id":"1","key":"ACCESS-1","link":"https://jira.example/1"}"#,
    r#"{"outcome":"told"}"#,
    r#"{"outcome":"rung","cards":{"U0C":{"channel":"D0C","ts":"5.0"}},"rung":2}"#,
    r#"{"outcome":"rung","cards":{},"gone":["U0C"],"rung":2,"behind":1}"#,
    r#"{"outcome":"moot"}"#,
    r#"{"outcome":"refused","fault":{"vendor":"slack","status":200,"code":"invalid_blocks"}}"#,
];

const HAPPENED: &[&str] = &[
    r#"{"happened":"approved_by_rules"}"#,
    r#"{"happened":"asked_too"}"#,
    r#"{"happened":"stopped","why":{"why":"nobody_to_ask"}}"#,
    r#"{"happened":"approved","step":0}"#,
    r#"{"happened":"denied"}"#,
    r#"{"happened":"withdrawn"}"#,
    r#"{"happened":"unanswered"}"#,
    r#"{"happened":"not_offered"}"#,
    r#"{"happened":"stood_before"}"#,
    r#"{"happened":"opened","ends":"2026-11-24T15:40:00Z"}"#,
    r#"{"happened":"not_confirmed","due":"2026-11-24T15:40:00Z"}"#,
    r#"{"happened":"removed","removal":"removed","due":"2026-11-24T15:40:00Z"}"#,
    r#"{"happened":"kept","by":"R-2"}"#,
    r#"{"happened":"nothing"}"#,
    r#"{"happened":"more_asked","until":"2026-11-24T17:40:00Z"}"#,
    r#"{"happened":"extended","ends":"2026-11-24T17:40:00Z"}"#,
    r#"{"happened":"not_extended"}"#,
    r#"{"happened":"taken"}"#,
    r#"{"happened":"reviewed"}"#,
];

/// All names of an enum: what its reader says that it would have taken.
fn names<T: DeserializeOwned>(tag: &str) -> BTreeSet<String> {
    let refused = serde_json::from_str::<T>(&format!(r#"{{"{tag}":"?"}}"#)).err().unwrap().to_string();
    let expected = refused.split_once("expected one of ").unwrap().1;
    expected.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

fn all_are_read<T: DeserializeOwned + serde::Serialize>(tag: &str, lines: &[&str]) {
    let mut read = BTreeSet::new();
    for line in lines {
        let value: T = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(serde_json::to_string(&value).unwrap(), *line, "it is written as it was");
        let json: serde_json::Value = serde_json::from_str(line).unwrap();
        read.insert(json[tag].as_str().unwrap().to_owned());
    }
    assert_eq!(read, names::<T>(tag), "each has its line");
}

#[test]
fn whatever_was_ever_on_record_is_read() {
    all_are_read::<Event>("event", EVENTS);
    all_are_read::<Effect>("effect", EFFECTS);
    all_are_read::<Alert>("alert", ALERTS);
    all_are_read::<Outcome>("outcome", OUTCOMES);
    all_are_read::<Happened>("happened", HAPPENED);
}

/// What earlier programs promised to tell of a single removal is told by the alarm.
#[test]
fn an_alert_of_an_earlier_program_is_moot() {
    for line in ALERTS {
        let alert: Alert = serde_json::from_str(line).unwrap();
        let single = matches!(alert, Alert::RemovalLate { .. } | Alert::RemovalConfirmed { .. });
        assert!(!single || Live::default().is_moot(&alert), "{line}");
    }
}
