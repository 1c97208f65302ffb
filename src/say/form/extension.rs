//! The form by which a holder asks to keep access for longer.

use super::{
    Choice, Field, Filled, Frame, Knowledge, NOTICE, Notice, Scene,
    preview::{asked, not_possible, whom_by},
};
use crate::{
    domain::{
        catalogue::{Application, Entitlement, Offer},
        decide::Outlook,
        duration::{Length, resolve},
        duty::Duties,
        id::Email,
        request::{NotSentOn, Request, State},
        time::{AccessDuration, EndRule, Timestamp},
    },
    say::{Card, Line, bold, extend, length, requester, text},
};

/// The form, before it is drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExtendForm {
    /// Title and buttons.
    pub frame: Frame,
    /// What is held, and until when.
    pub first: Line,
    /// How a length is chosen.
    pub length: Field,
    /// Lengths that fit, the shortest first.
    pub lengths: Vec<Choice>,
    /// How a length is typed.
    pub custom: Field,
    /// Until when it would be, or why not.
    pub preview: Vec<Line>,
    /// Who will be asked, a line a step.
    pub steps: Vec<Line>,
    /// How the justification is asked for.
    pub why: Field,
    /// The first one.
    pub before: String,
}

/// What is open, and what it is offered as today.
struct Held<'a> {
    request: &'a Request,
    application: &'a Application,
    entitlement: &'a Entitlement,
    opened: Timestamp,
    ends: Timestamp,
}

impl<'a> Held<'a> {
    fn of(scene: &Scene<'a>, request: &'a Request) -> Option<Self> {
        let State::Active { opened, ends, .. } = request.state else { return None };
        let (application, entitlement) = scene.catalogue.find(&request.access.entitlement)?;
        Some(Self { request, application, entitlement, opened, ends })
    }

    fn planned(&self) -> u64 {
        u64::try_from((self.ends - self.opened).num_seconds()).unwrap_or_default()
    }

    /// How much more it could be had for.
    fn room(&self, most: AccessDuration) -> Option<AccessDuration> {
        AccessDuration::from_secs(most.secs().saturating_sub(self.planned())).ok()
    }

    /// What more of it would have to go through; nothing while it is not known who asks.
    fn outlook(&self, scene: &Scene<'_>, more: AccessDuration, why: &str) -> Option<Result<Duties, NotSentOn>> {
        let outlook = Outlook {
            catalogue: scene.catalogue,
            person: scene.who.person()?,
            ours: scene.ours,
            end: EndRule::After { secs: more },
            before: scene.held.get(&self.entitlement.group).copied().unwrap_or_default(),
            extends: self.planned(),
            why,
            emergency: false,
            now: scene.now,
        };
        Some(outlook.of(&self.entitlement.id))
    }

    /// How long it can be had in all, as far as that is known.
    fn most(&self, scene: &Scene<'_>) -> AccessDuration {
        let least = AccessDuration::from_secs(1).unwrap_or(AccessDuration::LONGEST);
        match self.outlook(scene, least, "") {
            Some(Ok(duties)) => duties.most.min(self.entitlement.max_duration),
            Some(Err(NotSentOn::TooLong { most, .. })) => most.min(self.entitlement.max_duration),
            _ => self.entitlement.max_duration,
        }
    }

    /// How much more is filled in; where nothing is, the shortest that is offered.
    fn more(&self, lengths: &[(AccessDuration, Offer)], filled: &Filled) -> Option<Result<AccessDuration, String>> {
        match &filled.end {
            None => lengths.first().map(|(more, _)| Ok(*more)),
            Some(Err(fault)) => Some(Err(fault.clone())),
            Some(Ok(end)) => Some(
                end.lasts(self.ends)
                    .ok_or_else(|| "It is open until then already. Write a later time, or a length.".to_owned()),
            ),
        }
    }

    /// What is offered of what fits, with how much more it is, the least first.
    fn lengths(&self, scene: &Scene<'_>, room: AccessDuration) -> Vec<(AccessDuration, Offer)> {
        let more = |offer: &Offer| match offer {
            Offer::For(length) => Some(*length),
            Offer::EndOfDay => {
                let end = resolve(Length::EndOfDay, scene.now, scene.zone().zone(), &scene.voice.day);
                end.ok().and_then(|end| end.lasts(self.ends))
            }
        };
        let offered = self.entitlement.durations.iter();
        let mut fits: Vec<_> = offered.filter_map(|offer| Some((more(offer)?, *offer))).collect();
        fits.retain(|(more, _)| *more <= room);
        fits.sort();
        fits.dedup_by_key(|(more, _)| *more);
        fits
    }
}

/// What is open, how much longer it could be had, and what the length that is filled in would have to go through:
/// reckoned once, for whom to look up and for all that is shown.
pub struct Longer<'a> {
    held: Held<'a>,
    lengths: Vec<(AccessDuration, Offer)>,
    more: Option<Result<AccessDuration, String>>,
    ahead: Option<Result<Duties, NotSentOn>>,
}

impl<'a> Longer<'a> {
    /// What is filled in, as it stands.
    ///
    /// # Errors
    /// What stands in the form's place: that it cannot be had for longer.
    pub fn of(scene: &Scene<'a>, request: &'a Request, filled: &Filled) -> Result<Self, Box<Notice>> {
        let held = Held::of(scene, request)
            .ok_or_else(|| notice(extend::not_extendable(Some(request), scene.now, scene.voice)))?;
        let most = held.most(scene);
        let room = held.room(most).ok_or_else(|| nothing_left(scene, &held, most))?;
        let lengths = held.lengths(scene, room);
        let more = held.more(&lengths, filled);
        let length = more.as_ref().and_then(|more| more.as_ref().ok());
        let ahead = length.and_then(|length| held.outlook(scene, *length, &filled.why));
        Ok(Self { held, lengths, more, ahead })
    }

    /// Everyone who is to be looked up by name, each once.
    #[must_use]
    pub fn whom(&self, scene: &Scene<'_>) -> Vec<Email> {
        let duties = self.ahead.as_ref().and_then(|ahead| ahead.as_ref().ok());
        duties.map(|duties| whom_by(scene, duties)).unwrap_or_default()
    }

    /// The form as it stands.
    #[must_use]
    pub fn form(&self, scene: &Scene<'_>) -> ExtendForm {
        let request = self.held.request;
        let (preview, steps) = self.preview(scene);
        let choice = |(more, offer): &(AccessDuration, Offer)| Choice {
            label: match offer {
                Offer::For(_) => format!("{} more", length::words(*more)),
                Offer::EndOfDay => length::offer(*offer, scene.voice),
            },
            value: length::offer_value(*offer),
            description: None,
        };
        ExtendForm {
            frame: Frame { title: "Extend access", submit: Some("Ask for more time"), close: "Back" },
            first: vec![text(extend::active(request, scene.now, &scene.zone()))],
            length: Field::new("More time"),
            lengths: self.lengths.iter().map(choice).collect(),
            custom: Field::new("Or another length")
                .with_placeholder("90m, 2h 30m, until 17:30")
                .with_hint("Fill this in and it counts instead of the choice above. Press Enter to see the new end."),
            preview,
            steps,
            why: Field::new("Why is more time needed")
                .with_hint(format!("The people asked{} show this as you type it.", scene.voice.record())),
            before: request.justification.text.clone().unwrap_or_default(),
        }
    }

    fn preview(&self, scene: &Scene<'_>) -> (Vec<Line>, Vec<Line>) {
        let Self { held, more, .. } = self;
        let more = match more {
            None => return (vec![vec![text("Write a length to see the new end.")]], Vec::new()),
            Some(Err(fault)) => return (vec![vec![text(fault.clone())]], Vec::new()),
            Some(Ok(more)) => *more,
        };
        let until = more.after(held.ends);
        let total = EndRule::At { instant: until }.lasts(held.opened).map(length::words).unwrap_or_default();
        let first = vec![bold(format!("Until {}, {total} in total.", scene.zone().full(until, scene.now)))];
        let waits = || vec![text("Looking up who will be asked.")];
        match (&self.ahead, scene.who) {
            (Some(Err(why)), Knowledge::Known(_)) => {
                (vec![not_possible(why, held.application, held.entitlement, scene.voice)], Vec::new())
            }
            (Some(Ok(duties)), Knowledge::Known(_)) => match asked(scene, held.application, duties) {
                Some(steps) => (vec![first], steps),
                None => (vec![first, waits()], Vec::new()),
            },
            _ => (vec![first, waits()], Vec::new()),
        }
    }
}

/// "Production Database · Read-Write can be had for up to 8 hours in total, until ‹end›. After that, ask again."
fn nothing_left(scene: &Scene<'_>, held: &Held<'_>, most: AccessDuration) -> Box<Notice> {
    let (access, most) = (requester::access(held.request), length::words(most));
    let until = scene.zone().full(held.ends, scene.now);
    notice(format!("{access} can be had for up to {most} in total, until {until}. After that, ask again."))
}

fn notice(sentence: String) -> Box<Notice> {
    Box::new(Notice { frame: Frame { title: "Cannot be longer", ..NOTICE }, card: Card::sentence(sentence) })
}
