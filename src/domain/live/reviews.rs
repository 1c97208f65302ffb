//! How break-glass and its review change requests, the memberships they hold, and what is kept of whoever took it.
//!
//! Law: a review changes no state of its request; whether access is open is another matter.

use super::{Fold, Illegal};
use crate::domain::{
    command::Refusal,
    event::{Event, Then},
    id::{RequestId, SlackUserId},
    port::MembershipKey,
    request::{Checking, Route, State},
    review::{Panel, Review, Signature},
    said::{Said, Words},
    time::Timestamp,
};

impl Fold<'_> {
    /// Access is taken: it is held without anybody's approval.
    pub(super) fn take(
        &mut self,
        id: RequestId,
        key: &MembershipKey,
        until: Timestamp,
        panels: &[Panel],
    ) -> Result<(), Illegal> {
        let at = self.entry.at;
        let illegal = self.illegal(format!("{id} is not ready to be taken"));
        let frozen = self.live.frozen.as_ref().map(|_| at);
        let request = self.request(id)?;
        let State::Checking { checking: Checking::Finding { person, .. }, .. } = &request.state else {
            return Err(illegal);
        };
        if !request.purpose.is_emergency() {
            return Err(illegal);
        }
        let route = Route { person: person.clone(), steps: Vec::new(), fallback: None, applied: Vec::new() };
        request.state = State::Approved { route, at, until, frozen };
        request.review = Review::Open { panels: panels.to_vec(), since: at, signatures: Vec::new(), told: 0 };
        request.revision += 1;
        self.membership(key).holds.insert(id, until);
        Ok(())
    }

    /// What becomes of a review, whatever became of the access.
    pub(super) fn review(&mut self, event: &Event) -> Result<(), Illegal> {
        let id = event.request().ok_or_else(|| self.illegal("it concerns no request"))?;
        let at = self.entry.at;
        let words = &self.entry.words;
        let illegal = self.illegal(format!("the review of {id} is in no state for {event:?}"));
        let request = self.request(id)?;
        if let (Event::ReviewRefused { slack, why: Refusal::NotReviewer, .. }, true) = (event, request.review.is_open())
        {
            request.dismissed.insert(slack.clone(), at);
        }
        if let Event::ReviewersFound { panels, .. } = event {
            let told: Vec<_> = panels.iter().flat_map(|panel| &panel.people).map(|one| &one.slack).collect();
            request.dismissed.retain(|slack, _| !told.contains(&slack));
        }
        request.review = next(&request.review, event, words, at).ok_or(illegal)?;
        // That it is late is said, and changes no message.
        if !matches!(event, Event::ReviewLate { .. }) {
            request.revision += 1;
        }
        Ok(())
    }

    /// Access that was taken by break-glass is over: from now on whoever took it cools down, by whatever account of
    /// theirs. Where nothing was given there is nothing to review.
    pub(super) fn end_emergency(
        &mut self,
        id: RequestId,
        opened: Option<Timestamp>,
        then: Then,
    ) -> Result<(), Illegal> {
        let at = self.entry.at;
        let illegal = self.illegal(format!("{id} was taken by nobody"));
        let request = self.request(id)?;
        if !request.purpose.is_emergency() {
            return Ok(());
        }
        if opened.is_none() && matches!(then, Then::Nothing) {
            if let Review::Open { panels, .. } = &request.review {
                request.review = Review::Moot { panels: panels.clone() };
            }
            return Ok(());
        }
        let holder = request.holder().cloned().ok_or(illegal)?;
        let entitlement = request.access.entitlement.clone();
        self.touched.emergencies.insert(holder.clone());
        self.live.emergencies.entry(holder).or_default().insert(entitlement, at);
        Ok(())
    }
}

/// The arrows of a review. What is not here is illegal.
///
/// ```text
/// Open ─ ReviewReceived, ReviewLate, ReviewersFound ─▶ itself; ReviewSigned ─▶ Signed
/// any  ─ ReviewRefused ─▶ itself
/// ```
fn next(review: &Review, event: &Event, words: &Words, at: Timestamp) -> Option<Review> {
    let Review::Open { panels, since, signatures, told } = review else {
        // Signed, or moot, by something before it, in the same line.
        return matches!(event, Event::ReviewRefused { .. }).then(|| review.clone());
    };
    let open = |signatures, told| Review::Open { panels: panels.clone(), since: *since, signatures, told };
    Some(match event {
        Event::ReviewReceived { slack, judgement, note, spot, .. } => {
            let note = Said::find(note, words);
            let signature = Signature { slack: slack.clone(), judgement: *judgement, note, spot: *spot, at };
            open(signatures.iter().cloned().chain([signature]).collect(), *told)
        }
        Event::ReviewRefused { slack, .. } => open(take(signatures, slack)?.1, *told),
        Event::ReviewSigned { by, judgement, .. } => {
            let (signature, _) = take(signatures, &by.slack)?;
            Review::Signed {
                panels: panels.clone(),
                by: by.clone(),
                judgement: *judgement,
                note: signature.note,
                at: signature.at,
            }
        }
        Event::ReviewLate { told, .. } => open(signatures.clone(), *told),
        Event::ReviewersFound { panels: new, .. } => {
            Review::Open { panels: joined(panels, new), since: *since, signatures: signatures.clone(), told: *told }
        }
        _ => return None,
    })
}

/// Those who were told with those who are told in addition, each reason once.
fn joined(panels: &[Panel], new: &[Panel]) -> Vec<Panel> {
    let mut panels = panels.to_vec();
    for panel in new {
        match panels.iter_mut().find(|told| told.kind == panel.kind) {
            Some(told) => {
                let new = panel.people.iter().filter(|one| !told.people.contains(one)).cloned().collect::<Vec<_>>();
                told.people.extend(new);
            }
            None => panels.push(panel.clone()),
        }
    }
    panels
}

/// The first signature of one person that waits, and the others.
fn take(signatures: &[Signature], slack: &SlackUserId) -> Option<(Signature, Vec<Signature>)> {
    let place = signatures.iter().position(|signature| signature.slack == *slack)?;
    let mut signatures = signatures.to_vec();
    let signature = signatures.remove(place);
    Some((signature, signatures))
}
