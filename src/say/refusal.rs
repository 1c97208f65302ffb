//! Why not, and what one can do.

use super::{
    Voice, admin, alert, extend, home, length, less, people,
    requester::{how_long, zone},
    time::Zone,
};
use crate::domain::{
    command::{Refusal, decided_by},
    duration::{EndError, Length, LengthError},
    id::{RequestId, SlackUserId},
    port::Unfit,
    request::{Decider, Ending, NotSentOn, Purpose, Request, Route, State},
    review::Review,
    rules::Rule,
    said::{self, LONGEST_TEXT, TextError},
    time::{AccessDuration, Timestamp},
};

/// The sentence for whoever asked; `about` is the request it concerns, `now` the present.
#[must_use]
pub fn sentence(
    refusal: &Refusal,
    about: Option<&Request>,
    reader: &SlackUserId,
    now: Timestamp,
    voice: &Voice,
) -> String {
    let command = &voice.command;
    match refusal {
        Refusal::NotOffered => match about {
            Some(_) => "What can be asked for has changed, so this was closed. Nothing was opened.".to_owned(),
            None => format!("There is nothing by that name that you can ask for. {command} shows what there is."),
        },
        Refusal::TooLong { most, rule } => {
            format!("That can be had for up to {}{}. Choose less.", length::words(*most), by_rule(rule.as_ref()))
        }
        Refusal::TooShort { least } => format!("It must last at least {}.", length::words(*least)),
        Refusal::TimePassed => "That time has passed. Write a length, or a later time.".to_owned(),
        Refusal::AlreadyAsked { request, .. } | Refusal::AlreadyHeld { request, .. }
            if about.is_some_and(|about| about.asker != *reader) =>
        {
            by_another_account(*request, voice)
        }
        Refusal::AlreadyAsked { request, at } => already_asked(&request.to_string(), *at, about, now, voice),
        Refusal::AlreadyHeld { request, until } => {
            let zone = reader_zone(about, voice);
            let until = zone.full(*until, now);
            let have = format!("You have this until {until} ({request}).");
            match about.map(|request| request.purpose) {
                Some(Purpose::Emergency) => format!("{have} To give it back: {command} return {request}."),
                _ => format!("{have} More time: {command} extend {request}."),
            }
        }
        Refusal::TooManyOpen { most } => {
            let open = length::count((*most).into(), "open request");
            format!("You have {open}, the most at one time. Cancel or return one first.")
        }
        Refusal::NotServed { unfit } if decides(about, reader) => not_counted(&unfit_to_decide(unfit, voice), voice),
        Refusal::NotServed { unfit } => not_served(unfit, voice),
        Refusal::IdentityChanged if decides(about, reader) => not_counted(MATCH_NO_MORE, voice),
        Refusal::IdentityChanged => identity_changed(voice),
        Refusal::NoSuchRequest => format!("You have no request by that id. {command} list shows yours."),
        Refusal::Over => over(about, reader, now, voice),
        Refusal::OldTerms => match about {
            Some(request) => format!(
                "The terms changed since this card. It now shows {}; decide again.",
                how_long(request, &zone(request, voice))
            ),
            None => "The terms changed since this card. It now shows the present ones; decide again.".to_owned(),
        },
        Refusal::ForeignCard => {
            "This message is not the one on record for you, so nothing was done. Use the newest message about this request.".to_owned()
        }
        Refusal::StaleHome => home::STALE.to_owned(),
        Refusal::OwnRequest => match asked_instead(about, reader) {
            Some(others) => format!("You asked for this yourself, so someone else decides: {others}."),
            None => "You asked for this yourself, so someone else decides.".to_owned(),
        },
        Refusal::NotApprover => not_approver(about, reader, voice),
        Refusal::MayNotDecide { rules } => may_not_decide(rules, about, reader, voice),
        Refusal::MayNotDecideSoMuch { rules } => {
            format!("You cannot decide this for so long: {}. Approve it for less, or leave it to others.", ruled(rules))
        }
        Refusal::Stopped { why } if about.is_some_and(|request| request.asker != *reader) => {
            format!("This cannot go on, so your decision did not count. {}", stopped(why, about, voice))
        }
        Refusal::Stopped { why } => stopped(why, about, voice),
        Refusal::NeededLater => match asked_instead(about, reader) {
            Some(others) => format!(
                "Nobody but you can approve a later step of this, so someone else approves this one: {others}. You can deny it."
            ),
            None => "Nobody but you can approve a later step of this, so someone else approves this one.".to_owned(),
        },
        Refusal::HasApproved { at } => {
            let when = when(about, reader, *at, now, voice);
            format!("You approved this {when}. It needs one more, different person.")
        }
        Refusal::TooManyClicks => "Many decisions on this are being checked. Wait a moment, then look at the card.".to_owned(),
        Refusal::NotLookedUp { fault } => format!(
            "{} did not answer for 5 minutes, so it is unclear whether you may do this, and nothing was done. Press again.",
            alert::named(fault.vendor)
        ),
        Refusal::TooLateToCancel => {
            let id = about.map(|request| request.id.to_string()).unwrap_or_default();
            let at = about.and_then(decided_by).map(|(_, at)| format!(" {}", reader_zone(about, voice).near(at, now)));
            let at = at.unwrap_or_default();
            format!("It was approved{at}, too late to withdraw. You can return it: {command} return {id}.")
        }
        Refusal::NotHeld => not_held(about, reader, now, voice),
        Refusal::ReturnedBefore => returned(about, now, voice),
        Refusal::NotReadable => {
            "Requests that are over cannot be read at the moment, so nothing was done. Try again in a few minutes.".to_owned()
        }
        Refusal::CannotBeSaved => CANNOT_BE_SAVED.to_owned(),
        Refusal::Custody => custody(voice),
        Refusal::NotShorter => match about {
            Some(request) => less::not_shorter(request, &zone(request, voice)),
            None => "Choose less than was asked, or approve it as asked.".to_owned(),
        },
        Refusal::NotRevoker => match about {
            Some(request) => {
                format!("Only admins and the owners of {} can revoke this.", request.access.application)
            }
            None => "Only admins and owners can revoke access.".to_owned(),
        },
        Refusal::NothingToRevoke => nothing_to_revoke(about, now, voice),
        Refusal::NotAdmin => admins_only(voice),
        Refusal::NotForEmergencies => {
            not_for_emergencies("That", voice)
        }
        Refusal::Frozen { since } => format!(
            "Granting is frozen since {}, so nothing is opened by break-glass either. Ask {}.",
            reader_zone(about, voice).full(*since, now),
            voice.admin()
        ),
        Refusal::CoolingDown { until } => {
            let until = reader_zone(about, voice).full(*until, now);
            format!("You took this by break-glass lately, and can again {until}. {command} sends a normal request.")
        }
        Refusal::ReviewOpen { request } => format!(
            "The review of what you took before, {request}, is not signed yet, so nothing else can be taken by break-glass. {command} sends a normal request."
        ),
        Refusal::OwnReview => "You took this access, so someone else signs the review.".to_owned(),
        Refusal::NotReviewer => not_reviewer(about, reader),
        Refusal::ReviewSigned => signed(about, reader, now, voice),
        Refusal::NotExtendable => extend::not_extendable(about, now, voice),
        Refusal::NotLonger => extend::not_longer(about, now, voice),
        Refusal::MoreAsked { at } => extend::asked_before(*at, about, now, voice),
    }
}

/// It is for admins.
#[must_use]
pub fn admins_only(voice: &Voice) -> String {
    format!("Only admins can use this. Your own access: {} list.", voice.command)
}

/// "R-142 ended ‹at› (expired). Nothing changed."
fn nothing_to_revoke(about: Option<&Request>, now: Timestamp, voice: &Voice) -> String {
    let Some(request) = about else { return "This is over. Nothing changed.".to_owned() };
    let id = request.id;
    match &request.state {
        State::Ended { ending, at, .. } => {
            let at = reader_zone(about, voice).full(*at, now);
            format!("{id} ended {at} ({}). Nothing changed.", admin::how(ending))
        }
        State::Revoking { .. } => format!("{id} is ending now. Nothing more to do."),
        _ => format!("{id} is not approved yet, so there is nothing to revoke. Whoever is asked can deny it."),
    }
}

/// Nothing was done, and it is not known whom it was about.
pub const CANNOT_BE_SAVED: &str =
    "This could not be saved, so nothing was done. Try again in a few minutes. Access still ends on time.";

/// Nothing can be asked for or decided at the moment.
#[must_use]
pub fn custody(voice: &Voice) -> String {
    format!(
        "Jitney only ends access at the moment; nothing can be asked for or decided. Ask {}. Access still ends on time.",
        voice.admin()
    )
}

/// "today 14:40" to the requester, whose zone it is; to others with the zone, since they may be elsewhere.
fn when(about: Option<&Request>, reader: &SlackUserId, at: Timestamp, now: Timestamp, voice: &Voice) -> String {
    let zone = reader_zone(about, voice);
    if about.is_some_and(|request| request.asker == *reader) { zone.near(at, now) } else { zone.full(at, now) }
}

fn reader_zone(about: Option<&Request>, voice: &Voice) -> Zone {
    about.map_or_else(|| Zone::of(None, &voice.zone), |request| zone(request, voice))
}

/// They were asked, and are none of those who decide any more.
fn not_approver(about: Option<&Request>, reader: &SlackUserId, voice: &Voice) -> String {
    let step = about.and_then(Request::route).and_then(Route::current).map(|(_, step)| step);
    let why = about
        .zip(step)
        .map(|(request, step)| people::no_longer(&step.kind, &request.access.application))
        .map_or_else(|| "it is not yours to decide any more".to_owned(), |why| format!("you {why}"));
    match asked_instead(about, reader) {
        Some(others) => format!("You cannot decide this: {why}. Asked: {others}."),
        None => format!("You cannot decide this: {why}. Ask {}.", voice.admin()),
    }
}

/// "Staging · Admin cannot be taken by break-glass. …"
#[must_use]
pub fn not_for_emergencies(access: &str, voice: &Voice) -> String {
    format!("{access} cannot be taken by break-glass. {} sends a normal request.", voice.command)
}

/// They were told, and are none of those who sign any more.
fn not_reviewer(about: Option<&Request>, reader: &SlackUserId) -> String {
    let others = about.map(|request| request.review.people()).unwrap_or_default();
    let able = |slack: &SlackUserId| slack != reader && about.is_some_and(|about| about.can_be_asked(slack));
    let others = others.iter().filter(|one| able(&one.slack)).map(|one| one.name.as_str());
    let others = people::or(others);
    if others.is_empty() {
        return "You cannot sign this review: it is not yours any more.".to_owned();
    }
    format!("You cannot sign this review: it is not yours any more. Told: {others}.")
}

/// A review was signed before.
fn signed(about: Option<&Request>, reader: &SlackUserId, now: Timestamp, voice: &Voice) -> String {
    match about.map(|request| &request.review) {
        Some(Review::Signed { by, at, .. }) => decided("signed", by, reader, &when(about, reader, *at, now, voice), ""),
        _ => "This review was signed before. Nothing changed.".to_owned(),
    }
}

/// Whether the reader is somebody who was asked about a request, and asked for nothing.
fn decides(about: Option<&Request>, reader: &SlackUserId) -> bool {
    about.is_some_and(|request| request.asker != *reader)
}

/// A decision was not taken for who made it; `why` ends where this goes on.
fn not_counted(why: &str, voice: &Voice) -> String {
    format!("{why}, so your decision did not count. Ask {} to mend that, then press again.", voice.admin())
}

/// There is nothing to return.
fn not_held(about: Option<&Request>, reader: &SlackUserId, now: Timestamp, voice: &Voice) -> String {
    match about.map(|request| (request, &request.state)) {
        Some((request, State::Checking { .. } | State::Pending { .. })) => {
            let (id, command) = (request.id, &voice.command);
            format!("{id} is not open yet, so there is nothing to return. To withdraw it: {command} cancel {id}.")
        }
        Some((_, State::Revoking { .. })) => "It is ending now. Nothing more to do.".to_owned(),
        Some((_, State::Ended { .. })) => over(about, reader, now, voice),
        _ => "This access is not open, so there is nothing to return.".to_owned(),
    }
}

/// They are one person by their Okta user: what one of their Slack accounts has, the other cannot give back.
fn by_another_account(request: RequestId, voice: &Voice) -> String {
    let admin = voice.admin();
    format!(
        "You have this or asked for it by another Slack account of yours ({request}). Give it back there, or ask {admin} to end it."
    )
}

fn already_asked(id: &str, at: Timestamp, about: Option<&Request>, now: Timestamp, voice: &Voice) -> String {
    let when = reader_zone(about, voice).near(at, now);
    let command = &voice.command;
    match about.and_then(|request| request.route()).and_then(|route| route.current()) {
        Some((_, step)) => {
            let waiting = people::asked_plainly(step, None);
            format!("You asked for this {when} ({id}): waiting for {waiting}. To withdraw it: {command} cancel {id}.")
        }
        None => format!("You asked for this {when} ({id}). {command} list shows how it stands."),
    }
}

/// Who else may decide, for those who may not.
fn asked_instead(about: Option<&Request>, reader: &SlackUserId) -> Option<String> {
    let request = about?;
    let (_, step) = request.route()?.current()?;
    let able = |slack: &SlackUserId| slack != reader && request.can_be_asked(slack);
    let others = step.approvers.iter().filter(|approver| able(&approver.slack));
    let names = people::or(others.map(|approver| approver.name.as_str()));
    (!names.is_empty()).then_some(names)
}

/// It was decided or ended before the click, or what was typed.
fn over(about: Option<&Request>, reader: &SlackUserId, now: Timestamp, voice: &Voice) -> String {
    let Some(request) = about else { return "This is over. Nothing changed.".to_owned() };
    let when = |at| when(about, reader, at, now, voice);
    if matches!(request.review, Review::Moot { .. }) && request.asker != *reader {
        return "Nothing was opened, so there is nothing to review.".to_owned();
    }
    let own = request.asker == *reader;
    let before = if own { "" } else { ", before your click" };
    let ended = match &request.state {
        State::Ended { ending, at, .. } => Some((ending, *at)),
        _ => None,
    };
    match (ended, decided_by(request)) {
        (Some((Ending::Cancelled, at)), _) if own => format!("You withdrew this {}. Nothing more to do.", when(at)),
        (Some((Ending::Cancelled, at)), _) => {
            format!("{} withdrew this {}{before}. Nothing changed.", people::asker_name(request), when(at))
        }
        (Some((Ending::Unanswered, at)), _) => format!("This closed {}{before}. Nothing changed.", when(at)),
        (Some((Ending::Denied { .. }, _)), Some((by, at))) => decided("denied", by, reader, &when(at), before),
        // What it was asked for is over: who approved it once is no answer to its requester.
        (Some((_, at)), _) if own => format!("This ended {}. Nothing changed.", when(at)),
        (None, _) if own && matches!(request.state, State::Revoking { .. }) => {
            "It is ending now. Nothing more to do.".to_owned()
        }
        (_, Some((by, at))) => decided("approved", by, reader, &when(at), before),
        (Some((_, at)), None) => format!("This ended {}. Nothing changed.", when(at)),
        (None, None) => "This is being decided. Nothing changed.".to_owned(),
    }
}

fn decided(verb: &str, by: &Decider, reader: &SlackUserId, when: &str, before: &str) -> String {
    if by.slack == *reader {
        format!("You {verb} this {when}. Nothing more to do.")
    } else {
        format!("{} {verb} this {when}{before}. Nothing changed.", by.name)
    }
}

fn returned(about: Option<&Request>, now: Timestamp, voice: &Voice) -> String {
    match about.map(|request| (request, &request.state)) {
        Some((request, State::Ended { at, .. })) => {
            format!("You returned this {}. Nothing more to do.", zone(request, voice).near(*at, now))
        }
        _ => "You returned this already. Nothing more to do.".to_owned(),
    }
}

/// A form was sent for what is not offered, or not any more.
pub const OFFER_CHANGED: &str = "The offer changed while the form was open. Choose the access again.";

/// Why someone cannot be served, and who can mend it.
#[must_use]
pub fn not_served(unfit: &Unfit, voice: &Voice) -> String {
    let admin = voice.admin();
    let mend = format!("Ask {admin} to mend that, then ask again.");
    match unfit {
        Unfit::Bot | Unfit::Guest | Unfit::Stranger | Unfit::Deactivated => {
            format!("{} can request access here. Ask the member you work with, or {admin}.", full_members(voice))
        }
        Unfit::NoEmail => {
            format!("Slack shows no confirmed e-mail of yours, so your Okta account cannot be found. {mend}")
        }
        Unfit::NoAccount { email } => format!("No Okta account has your Slack e-mail, {email}. {mend}"),
        Unfit::Ambiguous { email } => {
            format!("Two Okta accounts match {email}, so it is unclear which is yours. {mend}")
        }
        Unfit::Inactive { status, .. } => format!("Your Okta account is {}. {mend}", status_word(status)),
    }
}

/// The same of somebody who was asked, up to what follows from it.
fn unfit_to_decide(unfit: &Unfit, voice: &Voice) -> String {
    match unfit {
        Unfit::Bot | Unfit::Guest | Unfit::Stranger | Unfit::Deactivated => {
            format!("{} can decide here", full_members(voice))
        }
        Unfit::NoEmail => "Slack shows no confirmed e-mail of yours".to_owned(),
        Unfit::NoAccount { email } => format!("No Okta account has your Slack e-mail, {email}"),
        Unfit::Ambiguous { email } => format!("Two Okta accounts match {email}"),
        Unfit::Inactive { status, .. } => format!("Your Okta account is {}", status_word(status)),
    }
}

fn full_members(voice: &Voice) -> String {
    let of = voice.workspace.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    format!("Only full members{of}")
}

fn status_word(status: &str) -> String {
    match status {
        "SUSPENDED" => "suspended".to_owned(),
        "DEPROVISIONED" => "deactivated".to_owned(),
        "LOCKED_OUT" => "locked".to_owned(),
        other => format!("not active ({})", other.to_lowercase().replace('_', " ")),
    }
}

/// Somebody's Slack account is joined to another Okta account.
const MATCH_NO_MORE: &str = "Your Slack account and your Okta account do not match what is on record";

fn identity_changed(voice: &Voice) -> String {
    format!("{MATCH_NO_MORE}, so nothing was sent on. Ask {} to mend that, then ask again.", voice.admin())
}

/// Why a request was not put to anyone, to its requester.
#[must_use]
pub fn not_sent_on(why: &NotSentOn, request: &Request, voice: &Voice) -> String {
    match why {
        NotSentOn::Unfit { unfit } => not_served(unfit, voice),
        NotSentOn::IdentityChanged => identity_changed(voice),
        NotSentOn::NotOffered => {
            format!(
                "There is no {} that you can ask for. {} shows what there is.",
                request.access.entitlement, voice.command
            )
        }
        NotSentOn::StandingMember => "You have this access already, not through Jitney.".to_owned(),
        NotSentOn::NobodyToAsk if request.purpose.is_emergency() => format!(
            "Nobody is left who could review this, so it was not opened. Ask {} to name somebody.",
            voice.admin()
        ),
        NotSentOn::ManagerUnread => format!(
            "Okta does not let Jitney read who your manager is, so this was not sent on. Ask {} to mend that, then ask again.",
            voice.admin()
        ),
        NotSentOn::AlreadyOpen { request } => {
            format!("{} So this was not sent on.", by_another_account(*request, voice))
        }
        NotSentOn::CoolingDown { .. } => format!(
            "You took this by break-glass lately, so it was not opened. {} sends a normal request.",
            voice.command
        ),
        NotSentOn::ReviewOpen { request } => format!(
            "The review of what you took before, {request}, is not signed yet, so this was not opened. {} sends a normal request.",
            voice.command
        ),
        why => stopped(why, Some(request), voice),
    }
}

/// What stops a request, to whoever reads it.
pub(super) fn stopped(why: &NotSentOn, about: Option<&Request>, voice: &Voice) -> String {
    match why {
        NotSentOn::Forbidden { rules } => forbidden(rules),
        NotSentOn::NotNow => "Nothing is opened at the moment, so this was not sent on. Ask again later.".to_owned(),
        NotSentOn::Unjudged { .. } => UNJUDGED.to_owned(),
        NotSentOn::TooLong { most, rule } => match about {
            Some(request) => longer_than(*most, &request.access.level, &request.access.application, rule.as_ref()),
            None => {
                format!("That can be had for up to {}{}. Choose less.", length::words(*most), by_rule(rule.as_ref()))
            }
        },
        NotSentOn::NobodyToAsk => format!(
            "Nobody is left who could approve this, so it was not sent on. Ask {} to name an approver{}.",
            voice.admin(),
            about.map(|request| format!(" for {}", request.access.application)).unwrap_or_default(),
        ),
        NotSentOn::ManagerUnread => "It cannot be read who the requester’s manager is.".to_owned(),
        NotSentOn::Unfit { .. } => "The requester’s account is not active any more.".to_owned(),
        NotSentOn::IdentityChanged => "The requester’s accounts do not match what is on record any more.".to_owned(),
        NotSentOn::AlreadyOpen { .. } | NotSentOn::CoolingDown { .. } | NotSentOn::ReviewOpen { .. } => {
            "The requester has this already, or had it by break-glass.".to_owned()
        }
        NotSentOn::ApprovalVoid { by } => {
            format!(
                "{} approved this, but by an account that does not count any more. It can be asked for again.",
                by.name
            )
        }
        NotSentOn::NotOffered | NotSentOn::StandingMember => {
            "What can be asked for has changed. Nothing was opened.".to_owned()
        }
    }
}

/// Rules that cannot be evaluated let nothing through.
const UNJUDGED: &str =
    "A rule could not be evaluated, so nothing was asked. Admins were told; try again once it is mended.";

/// What rules say who forbid something: the first that says anything, and its name.
#[must_use]
pub fn forbidden(rules: &[Rule]) -> String {
    let speaks = rules.iter().find(|rule| rule.message.is_some());
    match (speaks.and_then(|rule| Some((rule, rule.message.as_ref()?))), rules.first()) {
        (Some((rule, message)), _) => format!("{message} (rule {})", rule.id),
        (None, Some(rule)) => format!("The rule {} does not allow this.", rule.id),
        (None, None) => "The rules do not allow this.".to_owned(),
    }
}

/// " (rule long-cap)".
pub(super) fn by_rule(rule: Option<&Rule>) -> String {
    rule.map(|rule| format!(" (rule {})", rule.id)).unwrap_or_default()
}

/// They were asked, and rules take the decision from them.
/// "rule juniors".
fn ruled(rules: &[Rule]) -> String {
    format!("rule {}", people::or(rules.iter().map(|rule| rule.id.as_str())))
}

fn may_not_decide(rules: &[Rule], about: Option<&Request>, reader: &SlackUserId, voice: &Voice) -> String {
    let why = ruled(rules);
    match asked_instead(about, reader) {
        Some(others) => format!("You cannot decide this: {why}. Asked: {others}."),
        None => format!("You cannot decide this: {why}. Ask {}.", voice.admin()),
    }
}

/// What is wrong with a justification.
#[must_use]
pub fn justification(error: TextError) -> String {
    match error {
        TextError::Blank => "Say why you need it, in a sentence.".to_owned(),
        TextError::TooLong(_) => too_long(error),
    }
}

/// What is wrong with a denial's reason.
#[must_use]
pub fn reason(error: TextError, about: Option<&Request>) -> String {
    match error {
        TextError::Blank => {
            let asker = about.map_or_else(|| "whoever asked".to_owned(), people::asker_name);
            format!("Say why; {asker} reads this.")
        }
        TextError::TooLong(_) => too_long(error),
    }
}

/// What is wrong with the note of a review.
#[must_use]
pub fn note(error: TextError) -> String {
    match error {
        TextError::Blank => "Say what you found; it goes on record.".to_owned(),
        TextError::TooLong(_) => too_long(error),
    }
}

/// A review without a judgement.
pub const NO_VERDICT: &str = "Choose what you find.";

fn too_long(error: TextError) -> String {
    let length = if let TextError::TooLong(length) = error { length } else { 0 };
    let over = length.saturating_sub(LONGEST_TEXT);
    format!(
        "{} characters; at most {} are kept. Shorten it by {}.",
        thousands(length),
        thousands(LONGEST_TEXT),
        thousands(over)
    )
}

fn thousands(number: usize) -> String {
    if number >= 1_000 { format!("{},{:03}", number / 1_000, number % 1_000) } else { number.to_string() }
}

/// Longer than this access is had for.
#[must_use]
pub fn longer_than(most: AccessDuration, level: &str, application: &str, rule: Option<&Rule>) -> String {
    let most = length::words(most);
    format!("{level} on {application} can be had for up to {most}{}. Choose less.", by_rule(rule))
}

/// A form without an access.
pub const NO_ACCESS: &str = "Choose an access.";

/// A form without a length.
pub const NO_LENGTH: &str = "Say for how long: 45m, 2h, until 17:30 or eod.";

/// So much of what cannot be understood is said back.
const LONGEST_ECHO: usize = 40;

/// What is wrong with a length, as it was typed, where `least` is the shortest that may be asked for.
#[must_use]
pub fn length(error: LengthError, typed: &str, least: AccessDuration) -> String {
    let typed = said::one_line(typed, LONGEST_ECHO);
    match error {
        LengthError::NotUnderstood => {
            format!("“{typed}” is not a length. Write 45m, 2h, 1h 30m, until 17:30 or eod.")
        }
        LengthError::Bare(_) => "Is that minutes or hours? Write 90m or 2h.".to_owned(),
        LengthError::Zero | LengthError::TooShort(_) => format!("It must last at least {}.", length::words(least)),
        LengthError::TooLong => {
            format!("Nothing can be had for longer than {}.", length::words(AccessDuration::LONGEST))
        }
    }
}

/// What is wrong with an end, in the zone in which it was read; `length` is what was asked for.
#[must_use]
pub fn end(error: EndError, length: Length, zone: &Zone) -> String {
    let place = zone.place();
    match error {
        EndError::Past(clock) => format!("{clock} {place} has passed today. Write a length, or a later time."),
        EndError::Gap { suggest } => {
            let asked = match length {
                Length::Until(clock) => clock.to_string(),
                _ => "That time".to_owned(),
            };
            format!("{asked} does not exist today: the clocks go forward. Write {suggest}.")
        }
        EndError::NotBusinessDay => "Today is no business day. Choose a length.".to_owned(),
        EndError::DayOver { ends } => format!("Your business day ended at {ends} {place}. Choose a length."),
        EndError::OutOfRange => "That time cannot be reckoned. Write a length.".to_owned(),
    }
}
