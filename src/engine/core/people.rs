//! What people command: decided at once, answered when the line it rests on is durable. A refusal is on record too.

use super::{Action, Core, Recorded, Waiting};
use crate::{
    domain::{
        command::{Answer, Choice, Command, CommandKind, Decide, Refusal, Sign, Surface},
        decide::{Decision, Mode},
        event::Event,
        id::SlackUserId,
        live::{Illegal, Live},
        port::{Identity, Unfit, ViewKey},
        request::Request,
    },
    engine::turn::{Now, ReplyId, Response},
};

impl Core {
    /// The card that a decision or a signature was made on, if its posting has not been answered yet.
    pub(super) fn card_of(&self, command: &Command) -> Option<ViewKey> {
        let (Command::Decide(Decide { who, request, place: Surface::Card(_), .. })
        | Command::Sign(Sign { who, request, place: Surface::Card(_), .. })) = command
        else {
            return None;
        };
        let view = ViewKey::Approver { request: *request, slack: who.clone() };
        let unrecorded = !self.live.requests.get(request)?.shown.contains_key(&view);
        (unrecorded && self.shows.is_posting(&view)).then_some(view)
    }

    /// A person's command: its answer waits for the line it rests on, and a refusal is on record too.
    pub(super) fn command(
        &mut self,
        command: &Command,
        archived: Option<Box<Request>>,
        reply: ReplyId,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), Illegal> {
        let asked = command.request();
        let live = asked.and_then(|id| self.live.requests.get(&id));
        // What has just left memory is still in the durable state, before it is in history.
        let leaving = asked.and_then(|id| self.safe.requests.get(&id)).cloned().map(Box::new);
        let archived = archived.or(leaving).filter(|_| live.is_none());
        let result = if now.elapsed < self.full_until {
            Err(Refusal::CannotBeSaved)
        } else if let Some(request) = archived.as_deref() {
            let mut past = Live::default();
            past.requests.insert(request.id, request.clone());
            // What has left memory can be answered for, and is decided no more.
            self.decide(&past, command, now).and_then(|decision| match decision.is_empty() {
                true => Ok(decision),
                false => Err(Refusal::Over),
            })
        } else {
            self.decide(&self.live, command, now)
        };
        let result =
            result.and_then(|decision| if self.is_drawn(command) { Ok(decision) } else { Err(Refusal::StaleHome) });
        let result = match result {
            Ok(decision) => {
                let answer = decision.answer.clone();
                match self.record(decision, now, actions)? {
                    Recorded::TooLong => Err(Refusal::CannotBeSaved),
                    Recorded::Line | Recorded::Nothing => Ok(answer),
                }
            }
            Err(refusal) => {
                self.record_refusal(command, &refusal, now, actions)?;
                Err(refusal)
            }
        };
        let about = match (&result, asked) {
            (Ok(Answer::Saved { request }), _) => Some(*request),
            (Err(Refusal::AlreadyAsked { request, .. } | Refusal::AlreadyHeld { request, .. }), _) => Some(*request),
            _ => asked,
        };
        let about = about.and_then(|id| self.live.requests.get(&id)).cloned().or(archived.map(|request| *request));
        self.waiting.push_back(Waiting { after: self.live.seq, reply, response: Box::new(Response { result, about }) });
        Ok(())
    }

    /// Somebody was looked up who asked for nothing: what contradicts the record counts all the same.
    pub(super) fn meet(
        &mut self,
        who: &SlackUserId,
        found: &Result<Identity, Unfit>,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), Illegal> {
        if now.elapsed < self.full_until {
            return Ok(());
        }
        let command = Command::Meet { slack: who.clone(), found: found.clone() };
        self.inner(&command, now, actions).map(drop)
    }

    /// Whether what is decided on is drawn as it is decided upon: of a Home tab only this program knows what it shows.
    fn is_drawn(&self, command: &Command) -> bool {
        match command {
            Command::Decide(Decide { who, request, place: Surface::Home, digest, .. }) => {
                self.homes.offered(who, *request, digest)
            }
            Command::Sign(Sign { who, request, place: Surface::Home, .. }) => {
                let standing = self.live.requests.get(request);
                standing.is_some_and(|standing| self.homes.offered(who, *request, &standing.digest()))
            }
            _ => true,
        }
    }

    fn record_refusal(
        &mut self,
        command: &Command,
        refusal: &Refusal,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), Illegal> {
        let Some((who, kind)) = asker(command) else { return Ok(()) };
        if self.mode != Mode::Serving || *refusal == Refusal::CannotBeSaved {
            return Ok(());
        }
        let refused =
            Event::CommandRefused { who: who.clone(), command: kind, request: command.request(), why: refusal.clone() };
        self.record(Decision { events: vec![refused], ..Decision::default() }, now, actions).map(drop)
    }
}

/// Who gave a command, and of which kind it is; nothing for what the program gives itself.
const fn asker(command: &Command) -> Option<(&SlackUserId, CommandKind)> {
    Some(match command {
        Command::Ask(ask) => (&ask.who, CommandKind::Ask),
        Command::Decide(Decide { who, choice: Choice::Approve, .. }) => (who, CommandKind::Approve),
        Command::Decide(Decide { who, choice: Choice::Deny(_), .. }) => (who, CommandKind::Deny),
        Command::Cancel { who, .. } => (who, CommandKind::Cancel),
        Command::Return { who, .. } => (who, CommandKind::Return),
        Command::Decide(Decide { who, choice: Choice::ApproveForLess(_), .. }) => (who, CommandKind::ApproveForLess),
        Command::Revoke(revoke) => (&revoke.who, CommandKind::Revoke),
        Command::Freeze { who } => (&who.slack, CommandKind::Freeze),
        Command::Unfreeze { who } => (&who.slack, CommandKind::Unfreeze),
        Command::Sign(sign) => (&sign.who, CommandKind::Sign),
        Command::Extend(extend) => (&extend.who, CommandKind::Extend),
        _ => return None,
    })
}
