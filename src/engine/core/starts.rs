//! What is begun: promises and messages whose turn has come.

use std::collections::BTreeSet;

use tracing::warn;

use super::{Action, Core, Gate, Recorded, TOO_LONG_PAUSE};
use crate::{
    domain::{
        command::Command,
        decide::Mode,
        home::{Home, Looker, Pages},
        id::{EffectId, OktaUserId, RequestId, SlackUserId},
        live::Illegal,
        membership::{Membership, Motion},
        port::{Alert, Attempt, Class, Doubt, Effect, Identity, Late, LateRemoval, Outcome, Unfit},
        request::{Request, Route, State},
        ticket::{Happened, Ticket},
    },
    engine::{
        homes::{Call, Seek},
        turn::Now,
    },
};

impl Core {
    /// Promises and messages whose turn has come.
    pub(super) fn start(&mut self, now: Now, actions: &mut Vec<Action>) {
        if self.stopping || now.elapsed < self.full_until {
            return;
        }
        let gate = match self.mode {
            Mode::Custody => Gate::Custody,
            _ if self.is_frozen() => Gate::Removals,
            _ if self.is_removing() => Gate::Removals,
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
            let alarm = match &promise.effect {
                Effect::AlertAdmins { alert } if self.is_pointless(id, alert, now) => {
                    moot.push(id);
                    continue;
                }
                Effect::AlertAdmins { alert: Alert::RemovalsLate { revision } } => match self.late(*revision) {
                    // Where its messages stand is not durable yet: its turn comes with that line.
                    _ if self.live.alarm != self.safe.alarm => {
                        self.lanes.land(id);
                        continue;
                    }
                    None => {
                        moot.push(id);
                        continue;
                    }
                    late => late,
                },
                _ => None,
            };
            let about = self.about(&promise.effect).cloned();
            let first = about.as_ref().and_then(Request::extends);
            let first = first.and_then(|first| self.safe.requests.get(&first)).cloned().map(Box::new);
            match (&promise.effect, &about) {
                (Effect::Nudge { nudge, .. }, Some(request)) if nudge.is_moot(request) => moot.push(id),
                // Where the ticket is is not durable yet: its turn comes with that line.
                (Effect::CommentTicket { .. } | Effect::MoveTicket { .. }, Some(request))
                    if first.as_deref().unwrap_or(request).ticket == Some(Ticket::Promised) =>
                {
                    self.lanes.land(id)
                }
                (effect, _) => {
                    let others = match (effect, &about) {
                        (Effect::Nudge { .. }, Some(request)) => self.safe.held_beside(request),
                        _ => Vec::new(),
                    };
                    let voters = self.voters(effect);
                    let attempt = Attempt { id, effect: effect.clone(), doubt, about, first, others, alarm, voters };
                    actions.push(Action::Perform(Box::new(attempt)));
                }
            }
        }
        for id in moot {
            if let Err(illegal) = self.inner(&Command::Settle { effect: id, outcome: Outcome::Moot }, now, actions) {
                actions.push(Action::Halt(illegal));
            }
        }
        self.go_round(now, actions);
        self.draw(now, actions);
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

    /// The request that a promise speaks of. Earlier programs promised to say of what was extended what became of that:
    /// it is said of the extension that was over then.
    fn about(&self, effect: &Effect) -> Option<&Request> {
        let about = effect.about()?;
        let over = match effect {
            Effect::CommentTicket { what: Happened::Extended { .. } | Happened::NotExtended, at, .. }
            | Effect::TellAudit { what: Happened::Extended { .. } | Happened::NotExtended, at, .. } => {
                self.safe.extension_over(about, *at)
            }
            _ => None,
        };
        over.or_else(|| self.safe.requests.get(&about))
    }

    /// Whether a removal is decided upon that is not durable yet.
    fn is_removing(&self) -> bool {
        self.unsaved.iter().flat_map(|entry| &entry.effects).any(is_removal)
    }

    /// The next whose account is read, in every mode. Removals go first: while one waits for its first try, nobody is read.
    fn go_round(&mut self, now: Now, actions: &mut Vec<Action>) {
        if self.is_removing() || !self.lanes.removals_tried() {
            return;
        }
        // What has ended is not over before its line is durable: until then its holder is not forgotten.
        let lives = [&self.live, &self.safe];
        let holding = |user: &OktaUserId| lives.iter().find_map(|live| Some(live.held_by(user).next()?.key.clone()));
        let again = now.wall + self.limits.reconcile_every.delta();
        if let Some(holder) = self.rounds.begin(now.elapsed, again, holding) {
            actions.push(Action::ReadAccount { holder });
        }
    }

    /// Who approved what a look is about, so far.
    fn voters(&self, effect: &Effect) -> BTreeSet<OktaUserId> {
        let held = |membership| self.safe.memberships.get(membership).into_iter().flat_map(|kept| kept.holds.keys());
        let about: Vec<RequestId> = match effect {
            Effect::CheckAuthority { request, .. } => vec![*request],
            Effect::CheckMember { membership } => held(membership).copied().collect(),
            _ => Vec::new(),
        };
        let asked = about.iter().filter_map(|id| self.safe.requests.get(id));
        let waiting = asked.filter(|one| matches!(one.state, State::Pending { .. } | State::Approved { .. }));
        waiting.filter_map(Request::route).flat_map(Route::approvals).map(|one| one.by.okta.clone()).collect()
    }

    /// Whether nothing is opened: what was decided counts at once, and what is not durable yet does not end it.
    const fn is_frozen(&self) -> bool {
        self.live.frozen.is_some() || self.safe.frozen.is_some()
    }

    /// Home tabs whose turn has come. Also in custody: it is said there, and what is held can be given back.
    fn draw(&mut self, now: Now, actions: &mut Vec<Action>) {
        while let Some((who, call)) = self.homes.next_due(now.elapsed) {
            let known = self.known(&who, now).is_some();
            match if known { Seek::Draw } else { self.homes.seek(&who, call, now.elapsed) } {
                Seek::LookUp => actions.push(Action::LookUp(who)),
                Seek::Wait => {}
                Seek::Draw => self.draw_one(&who, call, now, actions),
            }
        }
    }

    fn draw_one(&mut self, who: &SlackUserId, call: Call, now: Now, actions: &mut Vec<Action>) {
        let pages = self.homes.wish(who);
        // An admin looks most of all when Okta is down.
        let bound = if self.homes.tried(who, now.elapsed) { self.last_served(who) } else { None };
        let looker = Looker { who, facts: self.facts(who, bound.as_ref()), pages: &pages };
        let home = Home::of(&self.safe, &self.catalogue, self.mode, now.wall.max(self.safe.at), looker);
        if let Some(drawing) = self.homes.begin(&home, call, now.elapsed) {
            actions.push(Action::Draw { home: Box::new(home), drawing });
        }
    }

    /// All that somebody may see, by what was last looked up of them, or by their names when they were bound.
    #[must_use]
    pub fn survey(&self, who: &SlackUserId, pages: &Pages, now: Now) -> Home {
        let bound = self.last_served(who);
        let facts = self.facts(who, bound.as_ref());
        Home::of(&self.safe, &self.catalogue, self.mode, now.wall.max(self.safe.at), Looker { who, facts, pages })
    }

    /// What is known of somebody who looks: what was last looked up, else who they were on record.
    fn facts<'a>(&'a self, who: &SlackUserId, bound: Option<&'a Identity>) -> Option<Result<&'a Identity, &'a Unfit>> {
        self.known.get(who).map(|known| known.found.as_ref()).or(bound.map(Ok))
    }

    /// Who somebody was when they were bound, by name: the groups of that day serve for nothing.
    fn last_served(&self, who: &SlackUserId) -> Option<Identity> {
        self.safe.person(who)?.bound().map(Identity::by_name)
    }

    /// Whether there is no use in telling an alert, or not any more.
    fn is_pointless(&self, id: EffectId, alert: &Alert, now: Now) -> bool {
        let waited = self.safe.promises.get(&id).is_some_and(|promise| self.safe.is_given_up(promise, now.wall));
        if waited {
            warn!(effect = %id, ?alert, "an alert that could not be told is given up");
        }
        waited || self.safe.is_moot(alert)
    }

    /// How things stand with late removals; nothing where a later promise tells of them, or admins know the end.
    fn late(&self, revision: u64) -> Option<Late> {
        let alarm = self.safe.alarm.as_ref().filter(|alarm| alarm.revision == revision)?;
        let removal = |membership: &Membership| {
            let Motion::Removing { effect, due, .. } = membership.motion else { return None };
            let (tries, fault) = self.lanes.failing(effect);
            let requests = membership.ending.iter().filter_map(|id| self.safe.requests.get(id)).cloned().collect();
            Some(LateRemoval { membership: membership.key.clone(), requests, due, tries, fault })
        };
        let removals = self.safe.late_removals().into_iter().filter_map(removal).collect();
        Some(Late { alarm: alarm.clone(), removals })
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
    /// The request that it speaks of.
    pub(crate) fn about(&self) -> Option<RequestId> {
        match self {
            Self::AlertAdmins { alert } => match alert {
                Alert::GoneFromSight { requests, .. } => requests.first().copied(),
                Alert::AddRejected { request, .. }
                | Alert::GroupUnfit { request, .. }
                | Alert::RulesUnjudged { request, .. }
                | Alert::ApproversMissing { request, .. }
                | Alert::ManagerUnread { request }
                | Alert::LookRefused { request, .. }
                | Alert::ApproverUnreachable { request, .. }
                | Alert::ReviewLate { request }
                | Alert::TicketRefused { request, .. }
                | Alert::AuditLineLost { request, .. } => Some(*request),
                Alert::RemovalsLate { .. }
                | Alert::RemovalLate { .. }
                | Alert::RemovalConfirmed { .. }
                | Alert::CredentialsRefused { .. }
                | Alert::CredentialsAccepted { .. }
                | Alert::AuditChannelRefused { .. }
                | Alert::AuditChannelAccepted
                | Alert::BindingSuspended { .. } => None,
            },
            Self::CommentTicket { extension: Some(extension), .. } => Some(*extension),
            other => other.request(),
        }
    }
}
