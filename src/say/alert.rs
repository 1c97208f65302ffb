//! What admins are told, each cause in a message of its own. The vendor's codes and request ids, never a token.

use super::{
    Card, Line, Mark, Run, Voice, bold, people,
    requester::{access, access_plainly, flat},
    text,
    time::Zone,
};
use crate::domain::{
    port::{Alert, Fault, MembershipKey, Removal, Vendor},
    request::Request,
};

/// The message; `about` is the request it concerns.
#[must_use]
pub fn card(alert: &Alert, about: Option<&Request>, voice: &Voice) -> Card {
    let zone = Zone::of(None, &voice.zone);
    let who = |membership: &MembershipKey| match about {
        Some(request) => vec![people::asker(request), text(format!(" · {}", access(request)))],
        None => vec![text(format!("Okta user {} in group {}", membership.user, membership.group))],
    };
    let lines: Vec<Line> = match alert {
        Alert::RemovalLate { membership, requests, due } => {
            let ids = requests.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let mut second = who(membership);
            second.extend([text("; it was to end "), zone.token(*due), text(format!(". {ids}"))]);
            vec![
                vec![Run::Mark(Mark::Warning), bold("A removal is not confirmed by Okta")],
                second,
                vec![text("It is retried without end.")],
                vec![text(format!(
                    "By hand: remove user {} from group {} in Okta. Jitney notices and closes it.",
                    membership.user, membership.group
                ))],
            ]
        }
        Alert::RemovalConfirmed { membership, due, at, .. } => {
            let late = (*at - *due).num_minutes();
            let mut second = who(membership);
            second.extend([text("; confirmed "), zone.token(*at), text(format!(", {late} minutes late."))]);
            vec![vec![bold("A late removal is confirmed by Okta")], second]
        }
        Alert::AddRejected { request, membership, fault } => vec![
            vec![Run::Mark(Mark::Warning), bold(format!("{request} could not be opened"))],
            vec![text(format!("Okta refuses to change group {}: {}.", membership.group, said(fault)))],
            vec![text("Nothing stays scheduled. Once it is mended, it can be asked for again.")],
        ],
        Alert::CredentialsRefused { fault } => credentials(fault),
        Alert::CredentialsAccepted { vendor } => {
            let name = named(*vendor);
            let then = match vendor {
                Vendor::Jira => "The tickets that waited are opened and told everything, in order.",
                Vendor::Okta | Vendor::Slack => "What waited goes on.",
            };
            vec![vec![bold(format!("{name} takes the bot's key again"))], vec![text(then)]]
        }
        Alert::AuditChannelRefused { fault } => vec![
            vec![Run::Mark(Mark::Warning), bold("Slack takes no line for the audit channel")],
            vec![text(format!("It answers: {}. Invite the bot to the channel, or name another.", said(fault)))],
            vec![text("The lines wait for 30 days, and keep their order. Access opens and ends as before.")],
        ],
        Alert::AuditChannelAccepted => vec![
            vec![bold("The audit channel takes lines again")],
            vec![text("Those that waited follow in their order, with the time of what they tell.")],
        ],
        Alert::TicketRefused { request, fault } => vec![
            vec![Run::Mark(Mark::Warning), bold(format!("Jira refuses something of the ticket of {request}"))],
            vec![text(format!("It answers: {}. The rest of the ticket goes on where it can.", said(fault)))],
            vec![text("Access opens and ends as before. Look at the project's fields, its workflow, and the ticket.")],
        ],
        Alert::GoneFromSight { membership, removal, .. } => {
            let gone = if *removal == Removal::GroupGone { "group" } else { "user" };
            let id = if *removal == Removal::GroupGone { membership.group.as_str() } else { membership.user.as_str() };
            let person = about.map_or_else(|| text(format!("user {}", membership.user)), people::asker);
            vec![
                vec![bold(format!("Okta no longer shows {gone} {id}; recorded as ended"))],
                who(membership),
                vec![
                    text("If it is only hidden from the bot, remove "),
                    person,
                    text(format!(" from group {} by hand.", membership.group)),
                ],
            ]
        }
    };
    let plain = lines.iter().map(|line| flat(line)).collect::<Vec<_>>().join(" ");
    Card { lines, text: plain, ..Card::default() }
}

/// What an owner is told of somebody who asked for what they have already. Not their words: they asked nobody.
#[must_use]
pub fn standing(name: &str, request: &Request) -> Card {
    let person = Run::Person { slack: request.asker.clone(), name: name.to_owned() };
    let said = format!(" asked for {} and is in its Okta group already, not through Jitney.", access(request));
    Card {
        lines: vec![vec![person, text(said)]],
        context: Some(vec![text(request.id.to_string())]),
        text: format!(
            "{name} asked for {} and is in its Okta group already, not through Jitney.",
            access_plainly(request)
        ),
        ..Card::default()
    }
}

/// What waits until the bot is let in. Of Jira nothing else depends.
fn credentials(fault: &Fault) -> Vec<Line> {
    let (name, jira) = (named(fault.vendor), fault.vendor == Vendor::Jira);
    let (first, until) = match (fault.status, jira) {
        (Some(FORBIDDEN), false) => {
            ("the bot a right that it needs", "Something does not open or end until it is given")
        }
        (Some(FORBIDDEN), true) => ("the bot a right that it needs", "Some tickets wait until it is given"),
        (_, false) => ("the bot's key", "Nothing opens or ends until it is replaced"),
        (_, true) => ("the bot's key", "Tickets wait until it is replaced"),
    };
    let mut lines = vec![
        vec![Run::Mark(Mark::Warning), bold(format!("{name} refuses {first}"))],
        vec![text(format!("{until}: {}.", said(fault)))],
    ];
    if jira {
        lines.push(vec![text("Access opens and ends as before.")]);
    }
    lines
}

const fn named(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Okta => "Okta",
        Vendor::Slack => "Slack",
        Vendor::Jira => "Jira",
    }
}

/// HTTP 403: the key is known, and a right is missing.
const FORBIDDEN: u16 = 403;

/// The program has started and can only end what is due.
#[must_use]
pub fn custody() -> Card {
    let lines = vec![
        vec![Run::Mark(Mark::Warning), bold("Jitney only ends access at the moment")],
        vec![text(
            "Its configuration, its audit key or its journal cannot be used as it is; its log says what is wrong.",
        )],
        vec![text("Nothing can be asked for or decided. Whatever is due is removed on time.")],
    ];
    let plain = lines.iter().map(|line: &Line| flat(line)).collect::<Vec<_>>().join(". ");
    Card { lines, text: plain, ..Card::default() }
}

/// The program has started and can do nothing: `fault` says what is the matter with its audit key, and the mend.
#[must_use]
pub fn without_key(fault: &str) -> Card {
    let lines = vec![
        vec![Run::Mark(Mark::Warning), bold("Jitney cannot read its journal")],
        vec![text(format!("Its audit key cannot be used: {fault}."))],
        vec![text("Until that is mended and it is started again, nothing is granted, and nothing ends by itself.")],
        vec![text("By hand: remove whoever's time is over from the groups in Okta.")],
    ];
    let plain = lines.iter().map(|line: &Line| flat(line)).collect::<Vec<_>>().join(" ");
    Card { lines, text: plain, ..Card::default() }
}

/// Slack opens no socket, so nobody is heard; `fault` names the token and its mend.
#[must_use]
pub fn unheard(fault: &str) -> Card {
    let lines = vec![
        vec![Run::Mark(Mark::Warning), bold("Jitney hears nobody at the moment")],
        vec![text(format!("Slack opens no socket: {fault}."))],
        vec![text("Nothing can be asked for or decided until it is mended. Whatever is due is removed on time.")],
    ];
    let plain = lines.iter().map(|line: &Line| flat(line)).collect::<Vec<_>>().join(" ");
    Card { lines, text: plain, ..Card::default() }
}

/// "403, E0000006, request id Yx1".
fn said(fault: &Fault) -> String {
    let status = fault.status.map(|status| status.to_string());
    let receipt = fault.receipt.as_ref().map(|receipt| format!("request id {receipt}"));
    let parts: Vec<String> = [status, fault.code.clone(), receipt].into_iter().flatten().collect();
    if parts.is_empty() { "no answer".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests;
