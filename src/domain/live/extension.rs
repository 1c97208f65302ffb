//! How access is kept for longer, and what its own request says of that.
//!
//! Law: the wish is a request of its own; what the first one says of it follows from that, and from nothing else. What
//! either was approved for stays as it was.

use super::{Fold, Illegal};
use crate::domain::{
    id::RequestId,
    live::Live,
    request::{Ending, Extension, FirstOver, Request, Route, State, Warning},
    time::{EndRule, Timestamp},
};

impl Fold<'_> {
    /// The end moves, of the request and of its hold: it is open for longer in all.
    pub(super) fn extend(&mut self, id: RequestId, until: Timestamp, warn: Option<Timestamp>) -> Result<(), Illegal> {
        let illegal = self.illegal(format!("{id} is not open, or not for less"));
        let at = self.entry.at;
        let request = self.request(id)?;
        let State::Active { opened, ends, warning, .. } = &mut request.state else { return Err(illegal) };
        if *ends <= at || until <= *ends {
            return Err(illegal);
        }
        *ends = until;
        *warning = warn.map_or(Warning::None, |at| Warning::Due { at });
        let whole = EndRule::At { instant: until }.lasts(*opened).ok_or_else(|| illegal.clone())?;
        request.extended = Some(match request.end {
            EndRule::After { .. } => EndRule::After { secs: whole },
            EndRule::At { .. } => EndRule::At { instant: until },
        });
        request.revision += 1;
        let key = request.membership().ok_or(illegal)?;
        self.membership(&key).holds.insert(id, until);
        Ok(())
    }

    /// An extension stays as long as what it extends: a card of it that is being posted as it ends is on record later,
    /// and is redrawn then.
    pub(super) fn is_kept(&self, request: &Request) -> bool {
        request.extends().is_some_and(|of| self.live.requests.contains_key(&of))
    }

    /// The extensions of requests that leave memory, of which nothing is left to say either.
    pub(super) fn extensions_of(&self, over: &[RequestId]) -> Vec<RequestId> {
        let requests = &self.live.requests;
        let extended = |id: &RequestId| requests.get(id).is_some_and(|first| first.extension != Extension::None);
        if !over.iter().any(extended) {
            return Vec::new();
        }
        let theirs = requests.values().filter(|one| one.extends().is_some_and(|of| over.contains(&of)));
        theirs.filter(|one| self.is_said(one)).map(|one| one.id).collect()
    }

    /// What is extended and its extensions say of each other how they stand.
    pub(super) fn follow_extensions(&mut self) {
        self.follow_latest();
        self.follow_first();
    }

    /// What is extended says how it stands with that, by the latest wish: those before it are over.
    fn follow_latest(&mut self) {
        let touched = self.touched.requests.iter().filter_map(|id| self.live.requests.get(id));
        let said: Vec<_> = touched.filter_map(|request| Some((request.extends()?, said(request)?))).collect();
        for (of, extension) in said {
            let is_news =
                |first: &&mut Request| first.extension.request() <= extension.request() && first.extension != extension;
            if let Some(first) = self.live.requests.get_mut(&of).filter(is_news) {
                first.extension = extension;
                first.revision += 1;
                self.touched.requests.insert(of);
            }
        }
    }

    /// What kept access open says how that ended: once, when it is known.
    fn follow_first(&mut self) {
        let touched = self.touched.requests.iter().filter_map(|id| self.live.requests.get(id));
        let over: Vec<_> = touched.filter_map(|first| Some((first.id, over(first)?))).collect();
        for (of, over) in over {
            let kept = |one: &&mut Request| one.extends() == Some(of) && one.first_over.is_none() && is_applied(one);
            for one in self.live.requests.values_mut().filter(kept) {
                one.first_over = Some(Box::new(over.clone()));
                one.revision += 1;
                self.touched.requests.insert(one.id);
            }
        }
    }
}

impl Live {
    /// The extension of a request that was over at that instant, if one was.
    #[must_use]
    pub fn extension_over(&self, of: RequestId, then: Timestamp) -> Option<&Request> {
        let was_over = |one: &Request| matches!(one.state, State::Ended { at, .. } if at == then);
        self.requests.values().find(|one| one.extends() == Some(of) && was_over(one))
    }
}

/// How what was extended ended, if it has.
fn over(first: &Request) -> Option<FirstOver> {
    match &first.state {
        State::Ended { ending, at, .. } if first.extended.is_some() => {
            Some(FirstOver { ending: ending.clone(), at: *at })
        }
        _ => None,
    }
}

const fn is_applied(request: &Request) -> bool {
    matches!(request.state, State::Ended { ending: Ending::Applied, .. })
}

fn said(request: &Request) -> Option<Extension> {
    let (id, at) = (request.id, request.asked);
    let left = match &request.state {
        State::Checking { .. } => Vec::new(),
        State::Pending { route, .. } => route.steps.iter().filter(|step| step.approval.is_none()).cloned().collect(),
        State::Ended { route, ending, at, .. } => {
            let approval = route.as_ref().and_then(|route| route.last_approval()).cloned();
            let rules = route.as_ref().map(Route::approving).unwrap_or_default();
            return Some(Extension::Over { request: id, ending: ending.clone(), at: *at, approval, rules });
        }
        State::Approved { .. } | State::Active { .. } | State::Revoking { .. } => return None,
    };
    Some(Extension::Asked { request: id, at, until: request.extended_until()?, left })
}
