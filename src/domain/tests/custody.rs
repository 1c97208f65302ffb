//! What was under way when custody began.

use super::*;

#[test]
fn a_decision_that_was_received_before_is_not_counted() {
    let (_, mut play) = states().swap_remove(3);
    let looked_up = Outcome::identified(identity("bob"));
    play.mode = Mode::Custody;
    let settled = play.settles("check_authority", looked_up.clone());
    let play = play.goes(&settled);
    assert_eq!(play.stands(), "pending", "nothing is approved, and it can be decided again");
    let refused = |event: &Event| matches!(event, Event::DecisionRefused { why: Refusal::Custody, .. });
    assert!(play.entries.last().unwrap().events.iter().any(refused));
    // The same, served, counts.
    let (_, play) = states().swap_remove(3);
    let settled = play.settles("check_authority", looked_up);
    assert_ne!(play.goes(&settled).stands(), "pending");
}
