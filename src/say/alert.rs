//! What admins are told, each cause in a message of its own. The vendor's codes and request ids, never a token.

use super::{
    Card, Line, Mark, Run, Voice, bold, people,
    requester::{access, flat},
    text,
    time::Zone,
};
use crate::domain::{
    port::{Alert, Fault, MembershipKey},
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
        Alert::CredentialsRefused { fault } => vec![
            vec![Run::Mark(Mark::Warning), bold("Okta refuses the bot's key")],
            vec![text(format!("Nothing opens or ends until it is replaced: {}.", said(fault)))],
        ],
        Alert::StandingMember { membership, request } => {
            let mut second = who(membership);
            second.push(text(format!(". Nothing was opened, and nothing will be taken away. {request}")));
            vec![vec![bold("Someone asked for what they have already, not through Jitney")], second]
        }
    };
    let plain = lines.iter().map(|line| flat(line)).collect::<Vec<_>>().join(" ");
    Card { lines, text: plain, ..Card::default() }
}

/// The program has started and can only end what is due.
#[must_use]
pub fn custody() -> Card {
    let lines = vec![
        vec![Run::Mark(Mark::Warning), bold("Jitney only ends access at the moment")],
        vec![text("Its configuration or its journal cannot be used as a whole; its log says what is wrong.")],
        vec![text("Nothing can be asked for or decided. Whatever is due is removed on time.")],
    ];
    let plain = lines.iter().map(|line: &Line| flat(line)).collect::<Vec<_>>().join(". ");
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
