//! How access is kept for longer, and what its own request says of that.
//!
//! Law: the wish is a request of its own; what the first one says of it follows from that, and from nothing else.

use super::{Fold, Illegal};
use crate::domain::{
    id::RequestId,
    request::{Extension, Request, State, Warning},
    time::{EndRule, Timestamp},
};

impl Fold<'_> {
    /// The end moves, of the request, of its hold, and of what was asked: it is open for longer in all.
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
        request.end = match request.end {
            EndRule::After { .. } => EndRule::After { secs: whole },
            EndRule::At { .. } => EndRule::At { instant: until },
        };
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

    /// What is extended says how it stands with that, by the latest wish: those before it are over.
    pub(super) fn follow_extensions(&mut self) {
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
}

fn said(request: &Request) -> Option<Extension> {
    let (id, at) = (request.id, request.asked);
    let left = match &request.state {
        State::Checking { .. } => Vec::new(),
        State::Pending { route, .. } => route.steps.iter().filter(|step| step.approval.is_none()).cloned().collect(),
        State::Ended { route, ending, at, .. } => {
            let approval = route.as_ref().and_then(|route| route.last_approval()).cloned();
            return Some(Extension::Over { request: id, ending: ending.clone(), at: *at, approval });
        }
        State::Approved { .. } | State::Active { .. } | State::Revoking { .. } => return None,
    };
    Some(Extension::Asked { request: id, at, until: request.extended_until()?, left })
}
