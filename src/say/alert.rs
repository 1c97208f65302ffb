//! What admins are told, each cause in a message of its own. The vendor's codes and request ids, never a token.

use super::{
    Card, Line, Mark, Run, Voice, bold, identity, length, people,
    requester::{access, access_plainly, flat, zone},
    text,
    time::Zone,
};
use crate::domain::{
    alarm::Alarm,
    id::{Email, RequestId, RuleId, SlackUserId},
    port::{Alert, Approver, Fault, Finding, Late, LateRemoval, MembershipKey, Removal, UnfitGroup, Vendor},
    request::{Request, Route},
};

/// The most late removals that are named in one message.
const MOST_ROWS: usize = 10;

/// The message; `about` is the request it concerns.
#[must_use]
pub fn card(alert: &Alert, about: Option<&Request>) -> Card {
    let lines: Vec<Line> = match alert {
        // Told as they stand, by `late`.
        Alert::RemovalsLate { .. } | Alert::RemovalLate { .. } | Alert::RemovalConfirmed { .. } => Vec::new(),
        Alert::AddRejected { request, membership, fault } => vec![
            warning(format!("{request} could not be opened")),
            vec![text(format!("Okta refuses to change group {}: {}.", membership.group, said(fault)))],
            vec![text(ASK_AGAIN)],
        ],
        Alert::GroupUnfit { request, group, reason } => vec![
            warning(format!("{request} could not be opened")),
            vec![text(format!("Group {group} cannot be changed: {}.", unfit(reason)))],
            vec![text(ASK_AGAIN)],
        ],
        Alert::RulesUnjudged { request, rules } => vec![
            warning(format!("A rule could not be evaluated, so {request} was stopped")),
            vec![text(format!("Mend it: {}. Nothing that it may concern is let through until then.", names(rules)))],
        ],
        Alert::ApproversMissing { request, emails } => vec![
            warning(format!("Not everyone who could approve {request} can be asked")),
            vec![text(format!("No active account in Slack and Okta: {}. The others are asked.", all(emails)))],
        ],
        Alert::ManagerUnread { request } => vec![
            warning(format!("{request} needs a manager, and the bot may not read who that is")),
            vec![text(
                "Okta refuses to let the bot read linked objects, or the user whom managerId names: 403. \
                 Give its account that right, or fill in managerId where it is empty.",
            )],
        ],
        Alert::LookRefused { request, membership, fault } => vec![
            warning(format!("{request} could not be opened")),
            vec![text(format!(
                "Okta refuses to let the bot read what stands in group {}: {}.",
                membership.group,
                said(fault)
            ))],
            vec![text(ASK_AGAIN)],
        ],
        Alert::ApproverUnreachable { request, slack, fault } => unreachable(*request, slack, fault, about),
        Alert::CredentialsRefused { fault } => credentials(fault),
        Alert::CredentialsAccepted { vendor } => {
            let name = named(*vendor);
            let then = if *vendor == Vendor::Jira {
                "The tickets that waited are opened and told everything, in order."
            } else {
                "What waited is opened and ended now."
            };
            vec![vec![bold(format!("{name} takes the bot's key again"))], vec![text(then)]]
        }
        Alert::AuditChannelRefused { fault } => vec![
            warning("Slack takes no line for the audit channel"),
            vec![text(format!("It answers: {}. Invite the bot to the channel, or name another.", said(fault)))],
            vec![text("The lines wait for 30 days, and keep their order. Access opens and ends as before.")],
        ],
        Alert::AuditLineLost { request, fault } => vec![
            warning("Something is missing in the audit channel"),
            vec![text(format!(
                "A line about {request} is given up; perhaps others are. Slack answers: {}.",
                said(fault)
            ))],
            vec![text("The journal holds what it was to tell.")],
        ],
        Alert::AuditChannelAccepted => vec![
            vec![bold("The audit channel takes lines again")],
            vec![text("Those that waited follow in their order, with the time of what they tell.")],
        ],
        Alert::TicketRefused { request, fault } => vec![
            warning(format!("Jira refuses something of the ticket of {request}")),
            vec![text(format!("It answers: {}. The rest of the ticket goes on where it can.", said(fault)))],
            vec![text("Access opens and ends as before. Look at the project's fields, its workflow, and the ticket.")],
        ],
        Alert::ReviewLate { request } => review_late(*request, about),
        Alert::BindingSuspended { slack, okta, email, name, why } => {
            identity::suspended((slack, name), (okta, email), why)
        }
        Alert::GoneFromSight { membership, removal, .. } => gone(membership, *removal, about),
    };
    told(lines)
}

/// What to do about an access that could not be opened.
const ASK_AGAIN: &str = "Nothing stays scheduled. Once it is mended, it can be asked for again.";

pub(super) fn warning(words: impl Into<String>) -> Line {
    vec![Run::Mark(Mark::Warning), bold(words)]
}

/// Lines, and the same in sentences.
fn told(lines: Vec<Line>) -> Card {
    Card { text: plain(&lines), lines, ..Card::default() }
}

/// Lines in sentences, for those who listen: each ends in a full stop.
fn plain(lines: &[Line]) -> String {
    let sentence = |line: &Line| {
        let words = flat(line).replace(" · ", ", ");
        if words.ends_with(['.', ':', '?']) { words } else { format!("{words}.") }
    };
    lines.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

/// Somebody whose decision is asked for cannot be reached, and who is asked beside them.
fn names(rules: &[RuleId]) -> String {
    rules.iter().map(RuleId::as_str).collect::<Vec<_>>().join(", ")
}

fn all(emails: &[Email]) -> String {
    emails.iter().map(Email::as_str).collect::<Vec<_>>().join(", ")
}

/// To a fallback approver, where nobody answers and they cannot stand in.
#[must_use]
pub fn unanswered(request: &Request, voice: &Voice) -> Card {
    let zone = zone(request, voice);
    let waits = request.route().and_then(Route::current).map(|(_, step)| people::asked_plainly(step, None));
    let lines = vec![
        vec![
            Run::Mark(Mark::Hourglass),
            people::asker(request),
            bold(format!(" asked for {}, and nobody answers", access(request))),
        ],
        vec![text("Asked "), zone.token(request.asked), text(format!(". It waits for {}.", waits.unwrap_or_default()))],
        vec![text("You cannot decide it: nobody stands in for them here. You can remind them.")],
    ];
    Card { context: Some(super::names(request)), ..told(lines) }
}

fn unreachable(request: RequestId, slack: &SlackUserId, fault: &Fault, about: Option<&Request>) -> Vec<Line> {
    let step = about.and_then(Request::route).and_then(Route::current).map(|(_, step)| step);
    let name = step.and_then(|step| step.approvers.iter().find(|one| one.slack == *slack)).map(|one| one.name.clone());
    let who = Run::Person { slack: slack.clone(), name: name.unwrap_or_else(|| slack.to_string()) };
    let gone =
        |one: &&Approver| one.slack != *slack && about.is_some_and(|about| !about.unreachable.contains(&one.slack));
    let others: Vec<Run> =
        step.into_iter().flat_map(|step| step.approvers.iter().filter(gone)).map(people::approver).collect();
    let asked = if others.is_empty() {
        vec![text("Nobody else is left to ask, so it was closed.")]
    } else {
        [people::all_of(others), vec![text(" can still decide it.")]].concat()
    };
    vec![
        vec![Run::Mark(Mark::Warning), who, bold(format!(" could not be reached for {request}"))],
        vec![text(format!("Slack answers: {}.", said(fault)))],
        asked,
    ]
}

/// Nobody signs a review, and who may.
fn review_late(request: RequestId, about: Option<&Request>) -> Vec<Line> {
    let mut lines = vec![warning(format!("Nobody has signed the review of {request}"))];
    if let Some(about) = about {
        lines.push(vec![people::asker(about), text(format!(" took {} by break-glass.", access(about)))]);
        let told: Vec<Run> = about.review.people().into_iter().map(people::approver).collect();
        let mut asked = people::all_of(told);
        asked.push(text(" were told, and again since. One of them signs it."));
        lines.push(asked);
    }
    lines
}

/// What a removal rests on is shown no more.
fn gone(membership: &MembershipKey, removal: Removal, about: Option<&Request>) -> Vec<Line> {
    let (what, id) = match removal {
        Removal::GroupGone => ("group", membership.group.as_str()),
        _ => ("user", membership.user.as_str()),
    };
    let person = about.map_or_else(|| text(format!("user {}", membership.user)), people::asker);
    vec![
        vec![bold(format!("Okta no longer shows {what} {id}; recorded as ended"))],
        whose(membership, about),
        vec![
            text("If it is only hidden from the bot, remove "),
            person,
            text(format!(" from group {} by hand.", membership.group)),
        ],
    ]
}

/// "@Alice Martin · Production Database · Read-Write", as far as it is known.
fn whose(membership: &MembershipKey, about: Option<&Request>) -> Line {
    match about {
        Some(request) => vec![people::asker(request), text(format!(" · {}", access(request)))],
        None => vec![text(format!("Okta user {} in group {}", membership.user, membership.group))],
    }
}

/// All removals that are late, in one message that is redrawn as it goes on, and says at its end that it is over.
#[must_use]
pub fn late(late: &Late, voice: &Voice) -> Card {
    let zone = Zone::of(None, &voice.zone);
    if late.removals.is_empty() {
        return told(vec![over(&late.alarm, &zone)]);
    }
    let shown = late.removals.iter().take(MOST_ROWS).flat_map(|removal| row(removal, &zone));
    let more = late.removals.len().saturating_sub(MOST_ROWS);
    let lines: Vec<Line> = std::iter::once(warning(format!("{} by Okta", unconfirmed(late.removals.len()))))
        .chain(shown)
        .chain((more > 0).then(|| vec![text(format!("and {more} more"))]))
        .chain([vec![text("Jitney notices what is removed by hand, and closes it.")]])
        .collect();
    told(lines)
}

/// What is said in that message's thread when it rings again, and at the end.
#[must_use]
pub fn late_again(late: &Late, voice: &Voice) -> Card {
    let zone = Zone::of(None, &voice.zone);
    let line = if late.removals.is_empty() {
        over(&late.alarm, &zone)
    } else {
        let since = late.removals.first().map_or(late.alarm.since, |removal| removal.due);
        let what = unconfirmed(late.removals.len()).replacen("not", "still not", 1);
        vec![text(format!("{what} by Okta, the first due ")), zone.token(since), text(".")]
    };
    told(vec![line])
}

fn unconfirmed(count: usize) -> String {
    if count == 1 { "1 removal is not confirmed".to_owned() } else { format!("{count} removals are not confirmed") }
}

/// One late removal: who still has what, what Okta says, and the way by hand.
fn row(removal: &LateRemoval, zone: &Zone) -> Vec<Line> {
    let LateRemoval { membership, requests, due, tries, fault } = removal;
    let mut first = match requests.first() {
        Some(request) => vec![people::asker(request), text(format!(" may still have {}", access(request)))],
        None => vec![text(format!("Okta user {} may still be in group {}", membership.user, membership.group))],
    };
    first.extend([text("; it was to end "), zone.token(*due), text(".")]);
    let ids = requests.iter().map(|request| request.id.to_string()).collect::<Vec<_>>().join(", ");
    if !ids.is_empty() {
        first.push(text(format!(" {ids}")));
    }
    let tried = match (tries, fault) {
        (0, _) | (_, None) => "Not answered yet; tried without end.".to_owned(),
        (1, Some(fault)) => format!("Okta answers: {}; tried once, retried without end.", said(fault)),
        (tries, Some(fault)) => format!("Okta answers: {}; tried {tries} times, retried without end.", said(fault)),
    };
    let person = requests.first().and_then(Request::route).map(|route| route.person.email.to_string());
    let person = person.unwrap_or_else(|| format!("user {}", membership.user));
    vec![
        first,
        vec![text(tried)],
        vec![text(format!("By hand: remove {person} from group {} in Okta.", membership.group))],
    ]
}

/// "All 2 removals are confirmed, the last ‹at›, 12 minutes late."
fn over(alarm: &Alarm, zone: &Zone) -> Line {
    let Some(confirmed) = alarm.confirmed else { return vec![text("No removal is late any more.")] };
    let minutes = u64::try_from(confirmed.late().num_minutes()).unwrap_or_default();
    let late = length::count(minutes, "minute");
    if alarm.late == 1 {
        vec![text("The late removal is confirmed by Okta, "), zone.token(confirmed.at), text(format!(", {late} late."))]
    } else {
        let all = format!("All {} late removals are confirmed by Okta, the last ", alarm.late);
        vec![text(all), zone.token(confirmed.at), text(format!(", {late} late."))]
    }
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
        (Some(Fault::NOT_TAKEN), true) => {
            ("tickets as its project is set up", "They wait for 30 days until that is mended")
        }
        (_, true) if matches!(Finding::of(fault), Some(Finding::NoProject(_))) => {
            ("to show the bot the project", "Tickets wait until it is shown")
        }
        (Some(FORBIDDEN), false) => {
            ("the bot a right that it needs", "Something does not open or end until it is given")
        }
        (Some(FORBIDDEN), true) => ("the bot a right that it needs", "Some tickets wait until it is given"),
        (_, false) => ("the bot's key", "Nothing opens or ends until it is replaced"),
        (_, true) => ("the bot's key", "Tickets wait until it is replaced"),
    };
    let mut lines = vec![warning(format!("{name} refuses {first}")), vec![text(format!("{until}: {}.", said(fault)))]];
    if jira {
        lines.push(vec![text("Access opens and ends as before.")]);
    }
    lines
}

pub(super) const fn named(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Okta => "Okta",
        Vendor::Slack => "Slack",
        Vendor::Jira => "Jira",
    }
}

/// HTTP 403: the key is known, and a right is missing.
const FORBIDDEN: u16 = 403;

/// What keeps a project from taking tickets, each in a line: see [`gap`].
#[must_use]
pub fn project(key: &str, gaps: Vec<String>) -> Card {
    let mut lines = vec![warning(format!("Project {key} in Jira does not fit the tickets"))];
    lines.extend(gaps.into_iter().map(|gap| vec![text(gap)]));
    lines.push(vec![text("Tickets wait, or stay where they are, until that is mended.")]);
    lines.push(vec![text("Access opens and ends as before.")]);
    told(lines)
}

/// What is missing in a project.
pub mod gap {
    /// A required field that tickets do not fill.
    #[must_use]
    pub fn field(name: &str, id: &str) -> String {
        format!("It requires {name} ({id}), which tickets do not fill.")
    }

    /// The issue type of tickets.
    #[must_use]
    pub fn issue_type(name: &str) -> String {
        format!("It has no issue type {name}.")
    }

    /// A status of tickets.
    #[must_use]
    pub fn status(name: &str) -> String {
        format!("Its tickets have no status {name}.")
    }
}

/// The program has started and can only end what is due.
#[must_use]
pub fn custody() -> Card {
    let lines = vec![
        warning("Jitney only ends access at the moment"),
        vec![text(
            "Its configuration, its audit key or its journal cannot be used as it is; its log says what is wrong.",
        )],
        vec![text("Nothing can be asked for or decided. Whatever is due is removed on time.")],
    ];
    Card { text: plain(&lines), lines, ..Card::default() }
}

/// The program has started and can do nothing: `fault` says what is the matter with its audit key, and the mend.
#[must_use]
pub fn without_key(fault: &str) -> Card {
    let lines = vec![
        warning("Jitney cannot read its journal"),
        vec![text(format!("Its audit key cannot be used: {fault}."))],
        vec![text("Until that is mended and it is started again, nothing is granted, and nothing ends by itself.")],
        vec![text("By hand: remove whoever's time is over from the groups in Okta.")],
    ];
    Card { text: plain(&lines), lines, ..Card::default() }
}

/// Slack opens no socket, so nobody is heard; `fault` names the token and its mend.
#[must_use]
pub fn unheard(fault: &str) -> Card {
    let lines = vec![
        warning("Jitney hears nobody at the moment"),
        vec![text(format!("Slack opens no socket: {fault}."))],
        vec![text("Nothing can be asked for or decided until it is mended. Whatever is due is removed on time.")],
    ];
    Card { text: plain(&lines), lines, ..Card::default() }
}

/// Why a group is none that may be changed.
#[must_use]
pub fn unfit(group: &UnfitGroup) -> String {
    match group {
        UnfitGroup::Missing => "it does not exist".to_owned(),
        UnfitGroup::Type(kind) => format!("it is of type {kind}"),
        UnfitGroup::FilledByRule => "it is filled by a group rule".to_owned(),
        UnfitGroup::CarriesRoles => "it carries Okta admin roles".to_owned(),
        UnfitGroup::Told(words) => words.clone(),
    }
}

/// What was found wrong with how a project is set up.
fn found(finding: &Finding) -> String {
    match finding {
        Finding::NoTransition(to) => format!("no transition to {to}"),
        Finding::TransitionNeeds { to, fields } => format!("the transition to {to} needs {fields}"),
        Finding::NoIssueType(name) => format!("no issue type {name}"),
        Finding::NoProject(key) => format!("the account sees no project {key}"),
        Finding::FieldsRefused(fields) => format!("refused {fields}"),
    }
}

/// "403, E0000006, request id Yx1".
fn said(fault: &Fault) -> String {
    let status = fault.status.map(|status| status.to_string());
    let receipt = fault.receipt.as_ref().map(|receipt| format!("request id {receipt}"));
    let code = match Finding::of(fault) {
        Some(finding) => Some(found(&finding)),
        None => fault.code.clone(),
    };
    let parts: Vec<String> = [status, code, receipt].into_iter().flatten().collect();
    if parts.is_empty() { "no answer".to_owned() } else { parts.join(", ") }
}
