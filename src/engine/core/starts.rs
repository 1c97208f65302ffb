//! What is begun: promises and messages whose turn has come.

use super::{Action, Core, Gate, Recorded, TOO_LONG_PAUSE};
use crate::{
    domain::{
        command::Command,
        decide::Mode,
        id::{EffectId, RequestId},
        live::Illegal,
        port::{Attempt, Class, Doubt, Effect, Outcome},
        ticket::Ticket,
    },
    engine::turn::Now,
};

impl Core {
    /// Promises and messages whose turn has come.
    pub(super) fn start(&mut self, now: Now, actions: &mut Vec<Action>) {
        if self.stopping || now.elapsed < self.full_until {
            return;
        }
        let gate = match self.mode {
            Mode::Custody => Gate::Custody,
            _ if self.unsaved.iter().flat_map(|entry| &entry.effects).any(is_removal) => Gate::Removals,
            _ => Gate::Open,
        };
        let mut moot = Vec::new();
        for (id, doubt) in self.lanes.ready(gate, now.elapsed) {
            match self.look_again(id, doubt, now, actions) {
                Ok(Recorded::Line | Recorded::Nothing) => {}
                // What stops an addition and cannot be written stops it all the same.
                Ok(Recorded::TooLong) => {
                    self.lanes.land(id);
                    self.lanes.fail(id, Class::Retry, Some(TOO_LONG_PAUSE), now.elapsed, 1.0);
                    continue;
                }
                Err(illegal) => actions.push(Action::Halt(illegal)),
            }
            let Some(promise) = self.live.promises.get(&id) else { continue };
            let about = promise.effect.about().and_then(|request| self.safe.requests.get(&request)).cloned();
            match (&promise.effect, &about) {
                (Effect::Nudge { nudge, .. }, Some(request)) if nudge.is_moot(request) => moot.push(id),
                // Where the ticket is is not durable yet: its turn comes with that line.
                (Effect::CommentTicket { .. } | Effect::MoveTicket { .. }, Some(request))
                    if request.ticket == Some(Ticket::Promised) =>
                {
                    self.lanes.land(id)
                }
                (effect, _) => {
                    let attempt = Attempt { id, effect: effect.clone(), doubt, about };
                    actions.push(Action::Perform(Box::new(attempt)));
                }
            }
        }
        for id in moot {
            if let Err(illegal) = self.inner(&Command::Settle { effect: id, outcome: Outcome::Moot }, now, actions) {
                actions.push(Action::Halt(illegal));
            }
        }
        if self.mode == Mode::Custody {
            return;
        }
        for view in self.shows.ready(&self.safe, now.elapsed) {
            if let Some(request) = self.safe.requests.get(&view.request()) {
                let others = self.safe.held_beside(request);
                actions.push(Action::Show { view, request: Box::new(request.clone()), others });
            }
        }
    }

    /// Before a try of an addition: is it still to be made? Where it is not, its promise is gone afterwards.
    fn look_again(
        &mut self,
        id: EffectId,
        doubt: Doubt,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<Recorded, Illegal> {
        if !self.is_addition(id) {
            return Ok(Recorded::Nothing);
        }
        let command = Command::LookAgain { effect: id, doubt, resumed: id.seq <= self.resumed };
        self.inner(&command, now, actions)
    }
}

const fn is_removal(effect: &Effect) -> bool {
    matches!(effect, Effect::RemoveMember { .. })
}

impl Effect {
    /// The request whose words it needs.
    pub(crate) fn about(&self) -> Option<RequestId> {
        use crate::domain::port::Alert;
        match self {
            Self::AlertAdmins { alert } => match alert {
                Alert::RemovalLate { requests, .. }
                | Alert::RemovalConfirmed { requests, .. }
                | Alert::GoneFromSight { requests, .. } => requests.first().copied(),
                Alert::AddRejected { request, .. } | Alert::TicketRefused { request, .. } => Some(*request),
                Alert::CredentialsRefused { .. }
                | Alert::CredentialsAccepted { .. }
                | Alert::AuditChannelRefused { .. }
                | Alert::AuditChannelAccepted => None,
            },
            other => other.request(),
        }
    }
}
