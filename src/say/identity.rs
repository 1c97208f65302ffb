//! Who is bound to whom: what admins are told when that is contradicted, and what the command line answers.

use super::{Line, Mark, Run, bold, text};
use crate::domain::{
    binding::{Binding, Mismatch, Trust},
    id::{Email, OktaUserId, SlackUserId},
};

/// Somebody's accounts match no more what is on record.
pub(super) fn suspended(
    (slack, name): (&SlackUserId, &str),
    (okta, email): (&OktaUserId, &Email),
    why: &Mismatch,
) -> Vec<Line> {
    let person = Run::Person { slack: slack.clone(), name: name.to_owned() };
    vec![
        vec![Run::Mark(Mark::Warning), person, bold(" neither asks nor decides for now: the accounts match no more")],
        vec![text(format!("On record: Slack account {slack}, {email}, Okta user {okta}; but {}.", differs(why)))],
        vec![text("What is open goes on, and ends as planned.")],
        vec![
            text("If the change is right, end the old binding with "),
            Run::Code(format!("jitney identity unlink {slack}")),
            text(". The next request binds anew."),
        ],
    ]
}

fn differs(why: &Mismatch) -> String {
    match why {
        Mismatch::OtherEmail { email } => format!("the Slack account's e-mail is {email} now"),
        Mismatch::OtherUser { okta, email } => {
            format!("the Slack account, now {email}, leads to Okta user {okta}")
        }
        Mismatch::OtherAccount { slack, email } => {
            format!("Slack account {slack}, {email}, leads to the same Okta user")
        }
    }
}

/// One line a binding, for `jitney identity list`.
#[must_use]
pub fn listed(binding: &Binding) -> String {
    let Binding { identity, since, trust } = binding;
    let state = match trust {
        Trust::Bound => "bound".to_owned(),
        Trust::Suspended { at, why } => format!("suspended since {}: {}", instant(*at), differs(why)),
    };
    let (slack, okta, email, name) = (&identity.slack, &identity.okta, &identity.email, &identity.name);
    format!("{slack}  {okta}  {email}  {}  since {}  {state}", flat(name), instant(*since))
}

/// An instant as the command line writes it.
fn instant(at: crate::domain::time::Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// A name from elsewhere, without what a terminal would take for an order.
fn flat(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}

/// `jitney identity list` where nobody is bound.
pub const NOBODY: &str = "Nobody is bound yet.";

/// `jitney identity unlink`, done.
#[must_use]
pub fn unlinked(slack: &SlackUserId) -> String {
    format!("{slack} is unlinked. The next request binds anew; what is open stays as it is.")
}

/// `jitney identity unlink` of somebody who is not bound.
#[must_use]
pub fn not_bound(slack: &SlackUserId) -> String {
    format!("{slack} is not bound to anyone. `jitney identity list` shows who is.")
}
