//! Approving for less than was asked: the form, and how everyone is told.

use super::{
    Line, Run, Voice,
    form::{Choice, Field, Frame},
    length, people,
    requester::{access, how_long, lasts},
    text,
    time::Zone,
};
use crate::domain::{
    catalogue::{Entitlement, Offer},
    duration::{Length, resolve},
    id::SlackUserId,
    request::{Approval, Less, Purpose, Request},
    time::{AccessDuration, EndRule, Timestamp},
};

/// Lengths that are offered for every access, in minutes.
const MINUTES: [u64; 8] = [5, 10, 15, 30, 45, 60, 120, 240];

/// The form, before it is drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShortenForm {
    /// Title and buttons.
    pub frame: Frame,
    /// What is asked for.
    pub first: Line,
    /// How a length is chosen.
    pub length: Field,
    /// The lengths, the longest first.
    pub lengths: Vec<Choice>,
    /// How a length is typed.
    pub custom: Field,
    /// Who is told.
    pub last: Line,
}

/// The form for a reader whose zone is `zone`; `entitlement` is what is asked for, as it is offered today.
#[must_use]
pub fn form(
    request: &Request,
    entitlement: Option<&Entitlement>,
    now: Timestamp,
    zone: &Zone,
    voice: &Voice,
) -> ShortenForm {
    let asks = match request.extends() {
        Some(_) => format!(" asks to keep {} for {}.", access(request), how_long(request, zone)),
        None => format!(" asks for {} {}.", access(request), for_how_long(request.end, zone)),
    };
    let asks = text(asks);
    let asker = people::asker(request);
    let lengths = lengths(request, entitlement, now, zone, voice);
    let custom = Field { placeholder: Some("90m, 2h 30m, until 17:30".to_owned()), ..Field::new("Or another length") };
    let hint =
        Some("Fill this in and it counts instead of the choice above.".to_owned()).filter(|_| !lengths.is_empty());
    ShortenForm {
        frame: Frame { title: "Approve for less", submit: Some("Approve for less"), close: "Back" },
        first: vec![asker.clone(), asks],
        length: Field::new("For how long"),
        lengths,
        custom: Field { hint, ..custom },
        last: vec![asker, text(" is told. Later steps see the shorter time.")],
    }
}

/// "for 2 hours", "until 18:00 Paris time (UTC+1)".
fn for_how_long(end: EndRule, zone: &Zone) -> String {
    match end {
        EndRule::After { .. } => format!("for {}", lasts(end, zone)),
        EndRule::At { .. } => lasts(end, zone),
    }
}

/// What is shorter than what is asked, the longest first, each with its end.
fn lengths(
    request: &Request,
    entitlement: Option<&Entitlement>,
    now: Timestamp,
    zone: &Zone,
    voice: &Voice,
) -> Vec<Choice> {
    let own = entitlement.map(|entitlement| entitlement.durations.clone()).unwrap_or_default();
    let usual = MINUTES.iter().filter_map(|minutes| AccessDuration::from_secs(minutes * 60).ok()).map(Offer::For);
    let end = |offer: Offer| match offer {
        Offer::For(length) => Some(EndRule::After { secs: length }),
        Offer::EndOfDay => resolve(Length::EndOfDay, now, zone.zone(), &voice.day).ok(),
    };
    let length = |offer: Offer| Some((end(offer)?.lasts(now)?, offer));
    let mut shorter: Vec<(AccessDuration, Offer)> = own.into_iter().chain(usual).filter_map(length).collect();
    if request.extends().is_some() {
        shorter.retain(|(_, offer)| *offer != Offer::EndOfDay);
    }
    shorter.retain(|(length, _)| request.lasts(now).is_some_and(|asked| *length < asked));
    shorter.sort();
    shorter.dedup();
    let choice = |(length, offer): (AccessDuration, Offer)| {
        let words = length::offer(offer, voice);
        let label = match offer {
            Offer::For(_) if let Purpose::Extension { ends, .. } = request.purpose => {
                format!("{words} more (until {} {})", zone.near(length.after(ends), now), zone.place())
            }
            Offer::For(_) => format!("{words} (now: until {} {})", zone.near(length.after(now), now), zone.place()),
            Offer::EndOfDay => words,
        };
        Choice { label, value: length::offer_value(offer), description: None }
    };
    shorter.into_iter().rev().map(choice).collect()
}

/// It is for no less than what was asked.
#[must_use]
pub fn not_shorter(request: &Request, zone: &Zone) -> String {
    match request.end {
        EndRule::After { .. } => format!("Choose less than {}, or approve it as asked.", lasts(request.end, zone)),
        EndRule::At { .. } => format!("It is asked {}. Choose less, or approve it as asked.", lasts(request.end, zone)),
    }
}

/// What somebody did in a step: "approved", or "approved 45 minutes of 2 hours"; of an extension "approved 2 hours more",
/// or "approved 45 minutes of 2 hours more".
#[must_use]
pub fn approved(request: &Request, step: u32, zone: &Zone) -> String {
    let less = approval(request, step).and_then(|approval| approval.less);
    match (less, request.extends()) {
        (Some(Less { from, to }), None) => format!("approved {} of {}", lasts(to, zone), lasts(from, zone)),
        (Some(Less { from, to }), Some(_)) => format!("approved {} of {} more", lasts(to, zone), lasts(from, zone)),
        (None, None) => "approved".to_owned(),
        (None, Some(_)) => format!("approved {} more", lasts(request.end_after(step), zone)),
    }
}

/// The approval of a step, once there is one.
pub(super) fn approval(request: &Request, step: u32) -> Option<&Approval> {
    request.route()?.steps.get(usize::try_from(step).ok()?)?.approval.as_ref()
}

/// " (asked: 2 hours; @Bob Stone approved for less)", for those who are asked.
#[must_use]
pub fn asked(request: &Request, reader: &SlackUserId, zone: &Zone) -> Line {
    let Some((approval, from)) = request.shortened() else { return Vec::new() };
    let by = people::decider(&approval.by, reader);
    vec![text(format!(" (asked: {}; ", lasts(from, zone))), by, text(" approved for less)")]
}

/// "@Bob Stone approved 45 minutes (you asked for 2 hours)", for whoever asked.
#[must_use]
pub fn told(request: &Request, zone: &Zone) -> Option<Line> {
    let (approval, from) = request.shortened()?;
    let by = Run::Person { slack: approval.by.slack.clone(), name: approval.by.name.clone() };
    let what = format!(" approved {} (you asked {})", lasts(request.end, zone), for_how_long(from, zone));
    Some(vec![by, text(what)])
}
