//! What admins read, word by word.

use insta::assert_snapshot;

use super::*;
use crate::{
    domain::{
        id::{OktaGroupId, OktaUserId},
        port::Vendor,
    },
    say::sample::active,
};

/// The message in lines, marks left out.
fn says(alert: &Alert) -> String {
    let about = active();
    read(&card(alert, Some(&about)))
}

fn read(card: &Card) -> String {
    card.lines.iter().map(|line| flat(line)).collect::<Vec<_>>().join("\n")
}

fn membership() -> MembershipKey {
    MembershipKey { group: OktaGroupId::parse("00gPRODRW").unwrap(), user: OktaUserId::parse("00uALICE").unwrap() }
}

fn fault(vendor: Vendor, status: Option<u16>, code: &str) -> Fault {
    Fault { vendor, status, code: Some(code.to_owned()), receipt: status.map(|_| "Yx1".to_owned()) }
}

#[test]
fn what_could_not_be_opened() {
    let fault = fault(Vendor::Okta, Some(403), "E0000006");
    assert_snapshot!(says(&Alert::AddRejected { request: active().id, membership: membership(), fault }), @"
    R-142 could not be opened
    Okta refuses to change group 00gPRODRW: 403, E0000006, request id Yx1.
    Nothing stays scheduled. Once it is mended, it can be asked for again.
    ");
}

#[test]
fn credentials() {
    let refused = |vendor, status| says(&Alert::CredentialsRefused { fault: fault(vendor, Some(status), "E1") });
    assert_snapshot!(refused(Vendor::Okta, 401), @"
    Okta refuses the bot's key
    Nothing opens or ends until it is replaced: 401, E1, request id Yx1.
    ");
    assert_snapshot!(refused(Vendor::Okta, 403), @"
    Okta refuses the bot a right that it needs
    Something does not open or end until it is given: 403, E1, request id Yx1.
    ");
    assert_snapshot!(refused(Vendor::Jira, 401), @"
    Jira refuses the bot's key
    Tickets wait until it is replaced: 401, E1, request id Yx1.
    Access opens and ends as before.
    ");
    assert_snapshot!(refused(Vendor::Jira, 403), @"
    Jira refuses the bot a right that it needs
    Some tickets wait until it is given: 403, E1, request id Yx1.
    Access opens and ends as before.
    ");
    assert_snapshot!(says(&Alert::CredentialsAccepted { vendor: Vendor::Jira }), @"
    Jira takes the bot's key again
    The tickets that waited are opened and told everything, in order.
    ");
}

#[test]
fn tickets() {
    let fault = fault(Vendor::Jira, None, "no transition to Done");
    assert_snapshot!(says(&Alert::TicketRefused { request: active().id, fault }), @"
    Jira refuses something of the ticket of R-142
    It answers: no transition to Done. The rest of the ticket goes on where it can.
    Access opens and ends as before. Look at the project's fields, its workflow, and the ticket.
    ");
}

#[test]
fn the_audit_channel() {
    let fault = fault(Vendor::Slack, None, "not_in_channel");
    assert_snapshot!(says(&Alert::AuditChannelRefused { fault }), @"
    Slack takes no line for the audit channel
    It answers: not_in_channel. Invite the bot to the channel, or name another.
    The lines wait for 30 days, and keep their order. Access opens and ends as before.
    ");
    assert_snapshot!(says(&Alert::AuditChannelAccepted), @"
    The audit channel takes lines again
    Those that waited follow in their order, with the time of what they tell.
    ");
}

#[test]
fn what_no_promise_covers() {
    assert_snapshot!(read(&custody()), @"
    Jitney only ends access at the moment
    Its configuration, its audit key or its journal cannot be used as it is; its log says what is wrong.
    Nothing can be asked for or decided. Whatever is due is removed on time.
    ");
    assert_snapshot!(read(&without_key("the file jitney.key is missing")), @"
    Jitney cannot read its journal
    Its audit key cannot be used: the file jitney.key is missing.
    Until that is mended and it is started again, nothing is granted, and nothing ends by itself.
    By hand: remove whoever's time is over from the groups in Okta.
    ");
    assert_snapshot!(read(&unheard("slack.app_token is refused: invalid_auth")), @"
    Jitney hears nobody at the moment
    Slack opens no socket: slack.app_token is refused: invalid_auth.
    Nothing can be asked for or decided until it is mended. Whatever is due is removed on time.
    ");
    assert_snapshot!(read(&standing("Alice Martin", &active())), @"Alice Martin asked for Production Database · Read-Write and is in its Okta group already, not through Jitney.");
}
