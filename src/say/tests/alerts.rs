//! What admins and owners are told.

use insta::assert_snapshot;

use super::*;
use crate::domain::{
    alarm::{Alarm, Confirmed},
    id::{OktaGroupId, OktaUserId, RequestId},
    port::{Alert, Fault, Late, LateRemoval, MembershipKey, Removal, UnfitGroup, Vendor},
};

fn fault(vendor: Vendor, status: u16) -> Fault {
    Fault { vendor, status: Some(status), code: Some("E0000006".into()), receipt: Some("Yx1".into()) }
}

fn membership(user: &str) -> MembershipKey {
    MembershipKey { group: OktaGroupId::parse("00gPRODRW").unwrap(), user: OktaUserId::parse(user).unwrap() }
}

fn seen(alert: &Alert) -> String {
    plain::card(&alert::card(alert, Some(&request(active()))))
}

fn late(number: usize, tries: u32, requests: Vec<Request>) -> LateRemoval {
    let fault = (tries > 0).then(|| fault(Vendor::Okta, 503));
    LateRemoval { membership: membership(&format!("00u{number}")), requests, due: at("15:42"), tries, fault }
}

fn alarm(removals: Vec<LateRemoval>) -> Late {
    Late { alarm: Alarm::begins(at("15:42"), at("15:47")), removals }
}

#[test]
fn one_late_removal() {
    let late = alarm(vec![late(1, 14, vec![request(revoking(json!(at("15:47"))))])]);
    assert_snapshot!(plain::card(&alert::late(&late, &voice())), @"
    ⚠️ **1 removal is not confirmed by Okta**
    @Alice Martin may still have Production Database · Read-Write; it was to end ‹2026-11-24 16:42 UTC+1›. R-142
    Okta answers: 503, E0000006, request id Yx1; tried 14 times, retried without end.
    By hand: remove alice@acme.example from group 00gPRODRW in Okta.
    Jitney notices what is removed by hand, and closes it.
    text: 1 removal is not confirmed by Okta. Alice Martin may still have Production Database, Read-Write; it was to end 2026-11-24 16:42 UTC+1. R-142. Okta answers: 503, E0000006, request id Yx1; tried 14 times, retried without end. By hand: remove alice@acme.example from group 00gPRODRW in Okta. Jitney notices what is removed by hand, and closes it.
    ");
    assert_snapshot!(plain::card(&alert::late_again(&late, &voice())), @"
    1 removal is still not confirmed by Okta, the first due ‹2026-11-24 16:42 UTC+1›.
    text: 1 removal is still not confirmed by Okta, the first due 2026-11-24 16:42 UTC+1.
    ");
}

#[test]
fn many_late_removals() {
    let many = alarm((0..14).map(|number| late(number, u32::try_from(number % 3).unwrap(), Vec::new())).collect());
    let card = plain::card(&alert::late(&many, &voice()));
    assert_snapshot!(card.lines().take(8).collect::<Vec<_>>().join("\n"), @"
    ⚠️ **14 removals are not confirmed by Okta**
    Okta user 00u0 may still be in group 00gPRODRW; it was to end ‹2026-11-24 16:42 UTC+1›.
    Not answered yet; tried without end.
    By hand: remove user 00u0 from group 00gPRODRW in Okta.
    Okta user 00u1 may still be in group 00gPRODRW; it was to end ‹2026-11-24 16:42 UTC+1›.
    Okta answers: 503, E0000006, request id Yx1; tried once, retried without end.
    By hand: remove user 00u1 from group 00gPRODRW in Okta.
    Okta user 00u2 may still be in group 00gPRODRW; it was to end ‹2026-11-24 16:42 UTC+1›.
    ");
    assert_snapshot!(card.lines().rev().skip(1).take(2).collect::<Vec<_>>().join("\n"), @"
    Jitney notices what is removed by hand, and closes it.
    and 4 more
    ");
    assert_eq!(card.lines().filter(|line| line.contains("may still be")).count(), 11, "ten rows, and all in the text");
    assert_snapshot!(alert::late_again(&many, &voice()).text, @"14 removals are still not confirmed by Okta, the first due 2026-11-24 16:42 UTC+1.");
}

#[test]
fn late_removals_that_are_confirmed() {
    let mut one = alarm(Vec::new());
    one.alarm.confirms(Confirmed { due: at("15:42"), at: at("15:54") }, 0);
    assert_snapshot!(plain::card(&alert::late(&one, &voice())), @"
    The late removal is confirmed by Okta, ‹2026-11-24 16:54 UTC+1›, 12 minutes late.
    text: The late removal is confirmed by Okta, 2026-11-24 16:54 UTC+1, 12 minutes late.
    ");
    let mut two = alarm(Vec::new());
    two.alarm.finds(at("15:42"), true, at("15:48"));
    two.alarm.confirms(Confirmed { due: at("15:42"), at: at("15:43") }, 1);
    two.alarm.confirms(Confirmed { due: at("15:42"), at: at("15:54") }, 0);
    assert_snapshot!(plain::card(&alert::late_again(&two, &voice())), @"
    All 2 late removals are confirmed by Okta, the last ‹2026-11-24 16:54 UTC+1›, 12 minutes late.
    text: All 2 late removals are confirmed by Okta, the last 2026-11-24 16:54 UTC+1, 12 minutes late.
    ");
}

#[test]
fn access_that_could_not_be_opened() {
    let id = request(active()).id;
    let rejected =
        Alert::AddRejected { request: id, membership: membership("00uALICE"), fault: fault(Vendor::Okta, 403) };
    assert_snapshot!(seen(&rejected), @"
    ⚠️ **R-142 could not be opened**
    Okta refuses to change group 00gPRODRW: 403, E0000006, request id Yx1.
    Nothing stays scheduled. Once it is mended, it can be asked for again.
    text: R-142 could not be opened. Okta refuses to change group 00gPRODRW: 403, E0000006, request id Yx1. Nothing stays scheduled. Once it is mended, it can be asked for again.
    ");
    let group = OktaGroupId::parse("00gPRODRW").unwrap();
    assert_snapshot!(seen(&Alert::GroupUnfit { request: id, group, reason: UnfitGroup::FilledByRule }), @"
    ⚠️ **R-142 could not be opened**
    Group 00gPRODRW cannot be changed: it is filled by a group rule.
    Nothing stays scheduled. Once it is mended, it can be asked for again.
    text: R-142 could not be opened. Group 00gPRODRW cannot be changed: it is filled by a group rule. Nothing stays scheduled. Once it is mended, it can be asked for again.
    ");
}

/// Each reason in its words; an older record's as it was told.
#[test]
fn groups_that_may_not_be_changed() {
    let why = |word: &str| alert::unfit(&UnfitGroup::from(word.to_owned()));
    let words = ["missing", "type:APP_GROUP", "filled_by_rule", "carries_roles", "it is of type BUILT_IN"].map(why);
    assert_snapshot!(words.join("\n"), @"
    it does not exist
    it is of type APP_GROUP
    it is filled by a group rule
    it carries Okta admin roles
    it is of type BUILT_IN
    ");
}

#[test]
fn a_look_that_was_refused() {
    let (request, fault) = (request(active()).id, fault(Vendor::Okta, 403));
    let refused = Alert::LookRefused { request, membership: membership("00uALICE"), fault };
    assert_snapshot!(seen(&refused).lines().nth(1).unwrap(), @"Okta refuses to let the bot read what stands in group 00gPRODRW: 403, E0000006, request id Yx1.");
}

#[test]
fn an_approver_who_cannot_be_reached() {
    let fault = Fault { vendor: Vendor::Slack, status: None, code: Some("user_disabled".into()), receipt: None };
    let alert = Alert::ApproverUnreachable { request: request(pending()).id, slack: slack("bob"), fault };
    let told = |request: &Request| plain::card(&alert::card(&alert, Some(request)));
    assert_snapshot!(told(&request(pending())), @"
    ⚠️ @Bob Stone** could not be reached for R-142**
    Slack answers: user_disabled.
    @Dana Fox can still decide it.
    text: Bob Stone could not be reached for R-142. Slack answers: user_disabled. Dana Fox can still decide it.
    ");
    let nobody = changed(pending(), |request| request["unreachable"] = json!(["U0BOB", "U0DANA"]));
    assert_snapshot!(told(&nobody).lines().nth(2).unwrap(), @"Nobody else is left to ask, so it was closed.");
}

#[test]
fn credentials_and_tickets_that_are_refused() {
    assert_snapshot!(seen(&Alert::CredentialsRefused { fault: fault(Vendor::Okta, 401) }), @"
    ⚠️ **Okta refuses the bot's key**
    Nothing opens or ends until it is replaced: 401, E0000006, request id Yx1.
    text: Okta refuses the bot's key. Nothing opens or ends until it is replaced: 401, E0000006, request id Yx1.
    ");
    assert_snapshot!(seen(&Alert::CredentialsRefused { fault: fault(Vendor::Okta, 403) }), @"
    ⚠️ **Okta refuses the bot a right that it needs**
    Something does not open or end until it is given: 403, E0000006, request id Yx1.
    text: Okta refuses the bot a right that it needs. Something does not open or end until it is given: 403, E0000006, request id Yx1.
    ");
    let refused = Alert::TicketRefused { request: request(active()).id, fault: fault(Vendor::Jira, 400) };
    assert_snapshot!(seen(&refused), @"
    ⚠️ **Jira refuses something of the ticket of R-142**
    It answers: 400, E0000006, request id Yx1. The rest of the ticket goes on where it can.
    Access opens and ends as before. Look at the project's fields, its workflow, and the ticket.
    text: Jira refuses something of the ticket of R-142. It answers: 400, E0000006, request id Yx1. The rest of the ticket goes on where it can. Access opens and ends as before. Look at the project's fields, its workflow, and the ticket.
    ");
}

/// A message in lines.
fn shown(card: &Card) -> String {
    let card = plain::card(card);
    card.split("\ntext: ").next().unwrap().to_owned()
}

#[test]
fn what_jira_refuses() {
    let refused = |status, code: &str| {
        let fault = Fault { vendor: Vendor::Jira, status, code: Some(code.into()), receipt: None };
        shown(&alert::card(&Alert::CredentialsRefused { fault }, None))
    };
    assert_snapshot!(refused(Some(401), "E1"), @"
    ⚠️ **Jira refuses the bot's key**
    Tickets wait until it is replaced: 401, E1.
    Access opens and ends as before.
    ");
    assert_snapshot!(refused(Some(403), "E1"), @"
    ⚠️ **Jira refuses the bot a right that it needs**
    Some tickets wait until it is given: 403, E1.
    Access opens and ends as before.
    ");
    assert_snapshot!(refused(Some(400), "fields_refused:customfield_10010"), @"
    ⚠️ **Jira refuses tickets as its project is set up**
    They wait for 30 days until that is mended: 400, refused customfield_10010.
    Access opens and ends as before.
    ");
    assert_snapshot!(refused(Some(404), "no_project:ACCESS"), @"
    ⚠️ **Jira refuses to show the bot the project**
    Tickets wait until it is shown: 404, the account sees no project ACCESS.
    Access opens and ends as before.
    ");
    assert_snapshot!(shown(&alert::card(&Alert::CredentialsAccepted { vendor: Vendor::Jira }, None)), @"
    **Jira takes the bot's key again**
    The tickets that waited are opened and told everything, in order.
    ");
    let gaps = vec![
        alert::gap::field("Cost centre", "customfield_10010"),
        alert::gap::issue_type("Task"),
        alert::gap::status("Granted"),
    ];
    assert_snapshot!(shown(&alert::project("ACCESS", gaps)), @"
    ⚠️ **Project ACCESS in Jira does not fit the tickets**
    It requires Cost centre (customfield_10010), which tickets do not fill.
    It has no issue type Task.
    Its tickets have no status Granted.
    Tickets wait, or stay where they are, until that is mended.
    Access opens and ends as before.
    ");
}

/// What a client finds itself, in words; what an older record says of it, as it stands.
#[test]
fn what_is_wrong_with_a_workflow() {
    let refused = |code: &str| {
        let fault = Fault { vendor: Vendor::Jira, status: None, code: Some(code.into()), receipt: None };
        let alert = Alert::TicketRefused { request: request(active()).id, fault };
        shown(&alert::card(&alert, None)).lines().nth(1).unwrap().to_owned()
    };
    assert_snapshot!(refused("no_transition:Done"), @"It answers: no transition to Done. The rest of the ticket goes on where it can.");
    assert_snapshot!(refused("transition_needs:customfield_7:Done"), @"It answers: the transition to Done needs customfield_7. The rest of the ticket goes on where it can.");
    assert_snapshot!(refused("no_issue_type:Task"), @"It answers: no issue type Task. The rest of the ticket goes on where it can.");
    assert_eq!(refused("no transition to Done"), refused("no_transition:Done"));
}

#[test]
fn the_audit_channel() {
    let fault = Fault { vendor: Vendor::Slack, status: None, code: Some("not_in_channel".into()), receipt: None };
    assert_snapshot!(shown(&alert::card(&Alert::AuditChannelRefused { fault }, None)), @"
    ⚠️ **Slack takes no line for the audit channel**
    It answers: not_in_channel. Invite the bot to the channel, or name another.
    The lines wait for 30 days, and keep their order. Access opens and ends as before.
    ");
    let fault = Fault { vendor: Vendor::Slack, status: None, code: Some("invalid_blocks".into()), receipt: None };
    let lost = Alert::AuditLineLost { request: RequestId::parse("R-142").unwrap(), fault };
    assert_snapshot!(shown(&alert::card(&lost, None)), @"
    ⚠️ **Something is missing in the audit channel**
    A line about R-142 is given up; perhaps others are. Slack answers: invalid_blocks.
    The journal holds what it was to tell.
    ");
    assert_snapshot!(shown(&alert::card(&Alert::AuditChannelAccepted, None)), @"
    **The audit channel takes lines again**
    Those that waited follow in their order, with the time of what they tell.
    ");
}

#[test]
fn what_okta_shows_no_more() {
    let gone = |removal| Alert::GoneFromSight { membership: membership("00uALICE"), requests: Vec::new(), removal };
    assert_snapshot!(seen(&gone(Removal::UserGone)), @"
    **Okta no longer shows user 00uALICE; recorded as ended**
    @Alice Martin · Production Database · Read-Write
    If it is only hidden from the bot, remove @Alice Martin from group 00gPRODRW by hand.
    text: Okta no longer shows user 00uALICE; recorded as ended. Alice Martin, Production Database, Read-Write. If it is only hidden from the bot, remove Alice Martin from group 00gPRODRW by hand.
    ");
    assert_snapshot!(seen(&gone(Removal::GroupGone)).lines().next().unwrap(), @"**Okta no longer shows group 00gPRODRW; recorded as ended**");
    assert_snapshot!(plain::card(&alert::card(&gone(Removal::UserGone), None)).lines().nth(1).unwrap(), @"Okta user 00uALICE in group 00gPRODRW");
}

#[test]
fn owners_and_starts() {
    assert_snapshot!(plain::card(&alert::standing("Alice Martin", &request(active()))), @"
    @Alice Martin asked for Production Database · Read-Write and is in its Okta group already, not through Jitney.
    ~ R-142
    text: Alice Martin asked for Production Database, Read-Write and is in its Okta group already, not through Jitney.
    ");
    assert_snapshot!(plain::card(&alert::custody()), @"
    ⚠️ **Jitney only ends access at the moment**
    Its configuration, its audit key or its journal cannot be used as it is; its log says what is wrong.
    Nothing can be asked for or decided. Whatever is due is removed on time.
    text: Jitney only ends access at the moment. Its configuration, its audit key or its journal cannot be used as it is; its log says what is wrong. Nothing can be asked for or decided. Whatever is due is removed on time.
    ");
    assert_snapshot!(plain::card(&alert::without_key("audit.key may be read by others")), @"
    ⚠️ **Jitney cannot read its journal**
    Its audit key cannot be used: audit.key may be read by others.
    Until that is mended and it is started again, nothing is granted, and nothing ends by itself.
    By hand: remove whoever's time is over from the groups in Okta.
    text: Jitney cannot read its journal. Its audit key cannot be used: audit.key may be read by others. Until that is mended and it is started again, nothing is granted, and nothing ends by itself. By hand: remove whoever's time is over from the groups in Okta.
    ");
    assert_snapshot!(plain::card(&alert::unheard("slack.app_token is not valid")), @"
    ⚠️ **Jitney hears nobody at the moment**
    Slack opens no socket: slack.app_token is not valid.
    Nothing can be asked for or decided until it is mended. Whatever is due is removed on time.
    text: Jitney hears nobody at the moment. Slack opens no socket: slack.app_token is not valid. Nothing can be asked for or decided until it is mended. Whatever is due is removed on time.
    ");
}

#[test]
fn accounts_that_match_no_more() {
    use crate::domain::{binding::Mismatch, id::Email};
    let email = |name: &str| Email::parse(format!("{name}@acme.example")).unwrap();
    let (okta, user) = (|id: &str| OktaUserId::parse(id).unwrap(), slack("bob"));
    let alert = |why| Alert::BindingSuspended {
        slack: user.clone(),
        okta: okta("00uBOB"),
        email: email("bob"),
        name: "Bob Stone".to_owned(),
        why,
    };
    assert_snapshot!(seen(&alert(Mismatch::OtherEmail { email: email("rob") })), @"
    ⚠️ @Bob Stone** neither asks nor decides for now: the accounts match no more**
    On record: Slack account U0BOB, bob@acme.example, Okta user 00uBOB; but the Slack account's e-mail is rob@acme.example now.
    What is open goes on, and ends as planned.
    If the change is right, end the old binding with `jitney identity unlink U0BOB`. The next request binds anew.
    text: Bob Stone neither asks nor decides for now: the accounts match no more. On record: Slack account U0BOB, bob@acme.example, Okta user 00uBOB; but the Slack account's e-mail is rob@acme.example now. What is open goes on, and ends as planned. If the change is right, end the old binding with jitney identity unlink U0BOB. The next request binds anew.
    ");
    let why = Mismatch::OtherUser { okta: okta("00uROB"), email: email("rob") };
    assert_snapshot!(alert::card(&alert(why), None).text, @"Bob Stone neither asks nor decides for now: the accounts match no more. On record: Slack account U0BOB, bob@acme.example, Okta user 00uBOB; but the Slack account, now rob@acme.example, leads to Okta user 00uROB. What is open goes on, and ends as planned. If the change is right, end the old binding with jitney identity unlink U0BOB. The next request binds anew.");
    let why = Mismatch::OtherAccount { slack: slack("eve"), email: email("bob2") };
    assert_snapshot!(alert::card(&alert(why), None).text, @"Bob Stone neither asks nor decides for now: the accounts match no more. On record: Slack account U0BOB, bob@acme.example, Okta user 00uBOB; but Slack account U0EVE, bob2@acme.example, leads to the same Okta user. What is open goes on, and ends as planned. If the change is right, end the old binding with jitney identity unlink U0BOB. The next request binds anew.");
}
