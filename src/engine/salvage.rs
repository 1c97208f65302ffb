//! What intact lines of a damaged journal say was given and not taken back.
//!
//! Owns the reading of lines whose neighbours are lost: the same story as the fold's, told so that a gap in it never
//! ends in less than was given. Refuses to mend anything.
//!
//! Law: whoever an intact line names as given is ended, at the earliest end that was seen for each of their grants;
//! and whoever the lines say was given nothing, or was removed, is left alone.

use std::collections::BTreeMap;

use crate::{
    domain::{
        event::{Event, Held, Then},
        id::{EffectId, OktaGroupId, RequestId},
        membership::{Membership, Motion},
        port::{Effect, MembershipKey, Outcome},
        request::Request,
        time::Timestamp,
    },
    ledger::Line,
};

/// A journal among those that are read: the damaged one, then custody's side journals by age. Names of promises are a
/// journal's own.
type Source = usize;

/// The damaged journal.
const MAIN: Source = 0;

/// What is known of one membership.
#[derive(Default)]
struct Kept {
    /// Grants, and the end seen for each.
    holds: BTreeMap<RequestId, Timestamp>,
    /// The end an earlier custody has put on record.
    custody: Option<Timestamp>,
    /// An addition that was promised, and whether they were inside before it.
    adding: Option<(EffectId, bool)>,
    /// Whether they may be inside through us.
    given: bool,
    /// When the removal that is promised was due.
    removing: Option<Timestamp>,
}

impl Kept {
    /// When it is to end; nothing where there is nothing to end. What nobody knows an end of ends now.
    fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let held = || self.holds.values().copied().chain(self.custody).max();
        self.removing.or_else(held).or(self.given.then_some(now))
    }

    /// An addition did not happen: whatever was so before it is so again.
    fn not_added(&mut self, effect: EffectId) {
        if let Some((_, before)) = self.adding.take_if(|(adding, _)| *adding == effect) {
            self.given = before;
        }
    }

    /// A removal was confirmed. Grants approved since stay.
    fn removed(&mut self) {
        *self = Self { holds: std::mem::take(&mut self.holds), ..Self::default() };
    }
}

/// What was read so far.
#[derive(Default)]
pub struct Salvaged {
    memberships: BTreeMap<MembershipKey, Kept>,
    requests: BTreeMap<RequestId, MembershipKey>,
    groups: BTreeMap<RequestId, OktaGroupId>,
    promised: BTreeMap<(Source, EffectId), MembershipKey>,
}

/// What a damaged store still holds besides its lines.
#[derive(Default)]
pub struct Beside {
    /// The index's memberships and requests, as of this instant; nothing where there is no index.
    pub rows: Option<(Timestamp, Vec<Membership>, Vec<Request>)>,
    /// Whether the rows are proved to be all that the lines before this one said.
    pub rows_upto: Option<u64>,
}

/// Reads the intact lines of a damaged journal, what its index still knows, and the side journals of custody, in the
/// order in which things happened.
#[must_use]
pub fn salvage(lines: impl Iterator<Item = Line>, beside: Beside, sides: &[&[Line]], now: Timestamp) -> Vec<Held> {
    let Beside { rows, rows_upto } = beside;
    let mut others: Vec<(Timestamp, Other<'_>)> = rows.into_iter().map(|rows| (rows.0, Other::Rows(rows))).collect();
    for (source, side) in (MAIN + 1..).zip(sides) {
        others.extend(side.iter().map(|line| (line.at, Other::Line(source, line))));
    }
    others.sort_by_key(|(at, _)| *at);
    let mut others = others.into_iter().peekable();
    let mut salvaged = Salvaged::default();
    for line in lines.filter(|line| rows_upto.is_none_or(|upto| line.seq > upto)) {
        while let Some((_, other)) = others.next_if(|(at, _)| *at < line.at) {
            salvaged.other(other);
        }
        salvaged.read(MAIN, &line);
    }
    others.for_each(|(_, other)| salvaged.other(other));
    salvaged.held(now)
}

enum Other<'a> {
    Rows((Timestamp, Vec<Membership>, Vec<Request>)),
    Line(Source, &'a Line),
}

impl Salvaged {
    fn other(&mut self, other: Other<'_>) {
        match other {
            Other::Rows((_, memberships, requests)) => {
                requests.iter().for_each(|request| self.request_row(request));
                memberships.iter().for_each(|membership| self.row(membership));
            }
            Other::Line(source, line) => self.read(source, line),
        }
    }

    /// Reads a line as far as it can be read: what this program does not know is passed over.
    fn read(&mut self, source: Source, line: &Line) {
        let parse = |json: &str| serde_json::from_str::<Vec<serde_json::Value>>(json).unwrap_or_default();
        let known = |event| serde_json::from_value(event).ok();
        let events: Vec<Event> = parse(line.events.get()).into_iter().filter_map(known).collect();
        let added = events.iter().find_map(|event| self.added_by(source, event));
        events.iter().for_each(|event| self.event(source, event, added.as_ref()));
        for (ordinal, effect) in (0..).zip(parse(line.effects.get())) {
            if let Ok(effect) = serde_json::from_value(effect) {
                self.effect(source, EffectId { seq: line.seq, ordinal }, &effect);
            }
        }
    }

    /// The membership whose addition a line confirms: what the same line opens is on it, also where its approval is
    /// lost.
    fn added_by(&self, source: Source, event: &Event) -> Option<MembershipKey> {
        match event {
            Event::EffectSettled { effect, outcome: Outcome::Added { .. } } => {
                self.promised.get(&(source, *effect)).cloned()
            }
            _ => None,
        }
    }

    fn event(&mut self, source: Source, event: &Event, added: Option<&MembershipKey>) {
        match event {
            Event::RequestReceived { request, access, .. } => {
                self.groups.insert(*request, access.group.clone());
            }
            Event::PersonIdentified { request, person } => {
                if let Some(group) = self.groups.remove(request) {
                    self.requests.insert(*request, MembershipKey { group, user: person.okta.clone() });
                }
            }
            Event::RequestApproved { request, membership, until }
            | Event::EmergencyTaken { request, membership, until, .. } => {
                self.requests.insert(*request, membership.clone());
                self.kept(membership).holds.insert(*request, *until);
            }
            Event::GrantOpened { request, ends, .. } => {
                if let Some(membership) = added.or(self.requests.get(request)).cloned() {
                    self.requests.insert(*request, membership.clone());
                    let kept = self.kept(&membership);
                    kept.given = true;
                    kept.holds.insert(*request, *ends);
                }
            }
            // What was extended ends at the earliest end that was seen all the same.
            Event::GrantExtended { .. } => {}
            Event::GrantExpired { request, then }
            | Event::GrantReturned { request, then }
            | Event::GrantFailed { request, then, .. }
            | Event::GrantNotJustified { request, then, .. }
            | Event::GrantRevoked { request, then, .. } => self.released(*request, *then),
            // They stood there before, not through us: nothing that was given earlier is left either.
            Event::StandingFound { request } => {
                if let Some(membership) = self.requests.remove(request) {
                    self.memberships.remove(&membership);
                }
            }
            Event::GrantEnded { request } => {
                if let Some(kept) = self.of_request(*request) {
                    kept.holds.remove(request);
                    kept.removed();
                }
            }
            Event::CustodyBegan { held } => held.iter().for_each(|held| {
                let kept = Kept { custody: Some(held.until), given: true, ..Kept::default() };
                self.memberships.insert(held.membership.clone(), kept);
            }),
            Event::HoldEnded { membership, .. } => self.kept(membership).custody = None,
            Event::EffectSettled { effect, outcome } => self.settled(source, *effect, Some(outcome)),
            Event::EffectWithdrawn { effect } => self.settled(source, *effect, None),
            Event::AdditionPutOff { effect } => {
                if let Some(membership) = self.promised.remove(&(source, *effect)) {
                    self.kept(&membership).not_added(*effect);
                }
            }
            _ => {}
        }
    }

    /// A grant is over. What becomes of the membership follows in the same line.
    fn released(&mut self, request: RequestId, then: Then) {
        if let Some(kept) = self.of_request(request) {
            kept.holds.remove(&request);
            kept.given |= !matches!(then, Then::Nothing);
        }
    }

    fn settled(&mut self, source: Source, effect: EffectId, outcome: Option<&Outcome>) {
        let Some(membership) = self.promised.remove(&(source, effect)) else { return };
        let kept = self.kept(&membership);
        match outcome {
            Some(Outcome::Removed { .. }) => kept.removed(),
            Some(Outcome::Refused { .. }) => kept.not_added(effect),
            // Added; or taken back, and may have happened.
            _ => {
                kept.adding = None;
                kept.given = true;
            }
        }
    }

    fn effect(&mut self, source: Source, id: EffectId, effect: &Effect) {
        match effect {
            // Nobody is looked at or added while a removal is under way: whatever was is confirmed by then.
            Effect::CheckMember { membership } => self.kept(membership).removing = None,
            Effect::AddMember { membership } => {
                self.promised.insert((source, id), membership.clone());
                let kept = self.kept(membership);
                kept.removing = None;
                kept.adding = Some((id, kept.given));
                kept.given = true;
            }
            // Promised only once no open grant keeps it; who is approved and waits begins again after it.
            Effect::RemoveMember { membership, due, .. } => {
                self.promised.insert((source, id), membership.clone());
                let kept = self.kept(membership);
                let holds = std::mem::take(&mut kept.holds);
                *kept = Kept { holds, given: true, removing: Some(*due), ..Kept::default() };
            }
            _ => {}
        }
    }

    /// What the index knows of a membership whose lines may be lost.
    fn row(&mut self, membership: &Membership) {
        let Membership { key, holds, motion, .. } = membership;
        let kept = self.kept(key);
        for (request, until) in holds {
            let end = kept.holds.entry(*request).or_insert(*until);
            *end = (*end).min(*until);
        }
        let promised = match motion {
            Motion::Outside => return,
            Motion::Inside => None,
            Motion::Checking { inside, .. } if !inside => return,
            Motion::Checking { .. } => None,
            Motion::Adding { effect, inside } => {
                kept.adding = Some((*effect, *inside));
                Some(*effect)
            }
            Motion::Removing { effect, due, .. } => {
                kept.removing = Some(*due);
                Some(*effect)
            }
        };
        kept.given = true;
        if let Some(effect) = promised {
            self.promised.insert((MAIN, effect), key.clone());
        }
    }

    fn request_row(&mut self, request: &Request) {
        match request.membership() {
            Some(membership) => drop(self.requests.insert(request.id, membership)),
            None => drop(self.groups.insert(request.id, request.access.group.clone())),
        }
    }

    fn kept(&mut self, membership: &MembershipKey) -> &mut Kept {
        self.memberships.entry(membership.clone()).or_default()
    }

    fn of_request(&mut self, request: RequestId) -> Option<&mut Kept> {
        self.memberships.get_mut(self.requests.get(&request)?)
    }

    fn held(self, now: Timestamp) -> Vec<Held> {
        let ends = self.memberships.into_iter();
        ends.filter_map(|(membership, kept)| Some(Held { until: kept.until(now)?, membership })).collect()
    }
}

#[cfg(test)]
mod tests;
