//! The outside as it is: Slack, Okta and Jira behind the core's port.
//!
//! It owns which vendor keeps which promise. It refuses to know when to try again, or what follows.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jiff::tz::TimeZone;
use tokio::sync::watch;

use crate::{
    clock::Clock,
    domain::{
        account::Account,
        catalogue::Catalogue,
        home::Home,
        id::{Email, OktaGroupId, RequestId, SlackGroupId, SlackUserId},
        port::{
            Attempt, Class, Effect, EffectError, Fault, Identity, Look, MembershipKey, Nudge, Outcome, Outside, Posted,
            Standing, Unfit, Vendor, ViewKey,
        },
        request::{Request, Spot, State},
        ticket::{Freezing, Happened},
        time::Timestamp,
    },
    okta::Okta,
    say::{Card, alert, approver, audit, nudge, refusal, review},
    slack::chat::Chat,
};

mod admins;
mod alarm;
mod approvers;
mod people;
mod tickets;

pub use tickets::Tickets;

/// What the catalogue says of groups that vendors are asked about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Groups {
    /// Those in Okta that may carry admin roles.
    pub administrators: BTreeSet<OktaGroupId>,
    /// Those in Slack whose members decide.
    pub deciding: BTreeSet<SlackGroupId>,
}

impl Groups {
    /// As a catalogue names them.
    #[must_use]
    pub fn of(catalogue: &Catalogue) -> Self {
        let allowed = catalogue.entitlements().filter(|(_, entitlement)| entitlement.allow_admin_group);
        let administrators = allowed.map(|(_, entitlement)| entitlement.group.clone()).collect();
        let deciding = catalogue.slack_groups().into_iter().cloned().collect();
        Self { administrators, deciding }
    }
}

/// Slack, Okta and Jira.
pub struct Vendors {
    okta: Okta,
    /// Empty where no tickets were kept since the start.
    tickets: OnceLock<Tickets>,
    chat: watch::Receiver<Option<Arc<Chat>>>,
    clock: Arc<dyn Clock>,
    groups: Mutex<Arc<Groups>>,
    /// Who stood in each admin group when it was last read: alerts are about Okta, most of all when it is down.
    rosters: Mutex<BTreeMap<OktaGroupId, BTreeSet<Email>>>,
    slack_rosters: people::Rosters,
    acquaintances: approvers::Acquaintances,
}

impl Vendors {
    /// Okta, the tickets where they are kept, and Slack once its tokens were taken; `groups` are those that are asked about.
    #[must_use]
    pub fn new(
        okta: Okta,
        tickets: Option<Tickets>,
        chat: watch::Receiver<Option<Arc<Chat>>>,
        clock: Arc<dyn Clock>,
        groups: Groups,
    ) -> Self {
        Self {
            okta,
            tickets: tickets.map(OnceLock::from).unwrap_or_default(),
            chat,
            clock,
            groups: Mutex::new(Arc::new(groups)),
            rosters: Mutex::default(),
            slack_rosters: people::rosters(),
            acquaintances: approvers::acquaintances(),
        }
    }

    /// Another configuration is in force: which groups are asked about, and in which zone tickets are written.
    pub fn adopt(&self, groups: Groups, zone: &TimeZone) {
        *self.groups.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(groups);
        if let Some(tickets) = self.tickets.get() {
            tickets.adopt(zone);
        }
    }

    /// From now on tickets are kept, if none were since the start. Those that are opened are told everything, whatever
    /// is configured later.
    pub fn keep_tickets(&self, tickets: Tickets) {
        // Whoever has them already keeps them: their credentials are of the start.
        let _ = self.tickets.set(tickets);
    }

    /// The groups that are asked about now.
    pub fn groups(&self) -> Arc<Groups> {
        Arc::clone(&self.groups.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What admins should know of Jira's project before its first ticket, if anything.
    ///
    /// # Errors
    /// Where Jira does not answer.
    pub async fn look_over_tickets(&self) -> Result<Option<Card>, EffectError> {
        match self.tickets.get() {
            Some(tickets) => tickets.look_over().await,
            None => Ok(None),
        }
    }

    fn chat(&self) -> Result<Arc<Chat>, EffectError> {
        self.chat.borrow().clone().ok_or_else(|| retry("not connected"))
    }

    async fn say(&self, request: Option<&Request>, others: &[Request], what: Nudge) -> Result<Outcome, EffectError> {
        let request = request.ok_or_else(|| retry("no request"))?;
        let view = ViewKey::Requester { request: request.id };
        let shown = request.shown.get(&view).ok_or_else(|| retry("no message yet"))?;
        let chat = self.chat()?;
        let posted = chat.nudge(&shown.posted, &nudge::card(what, request, others, chat.voice())).await?;
        Ok(match (what, request.ends()) {
            (Nudge::EndsSoon, Some(ends)) => Outcome::Warned { ends, posted, revision: request.revision },
            _ => Outcome::Told,
        })
    }

    /// Reminds somebody whose turn it still is. Who was not shown anything has nothing to be reminded of.
    async fn remind(&self, id: RequestId, to: SlackUserId, about: Option<&Request>) -> Result<Outcome, EffectError> {
        let waits = |request: &&Request| request.is_undecided_by(&to);
        let Some(request) = about.filter(waits) else { return Ok(Outcome::Moot) };
        let view = ViewKey::Approver { request: id, slack: to };
        let Some(shown) = request.shown.get(&view) else { return Ok(Outcome::Moot) };
        let chat = self.chat()?;
        let card = if request.purpose.is_emergency() {
            review::late(request, self.clock.now())
        } else {
            nudge::still_waiting(request, chat.voice())
        };
        chat.nudge(&shown.posted, &card).await?;
        Ok(Outcome::Told)
    }

    async fn reply(
        &self,
        id: RequestId,
        to: &SlackUserId,
        why: &crate::domain::command::Refusal,
        spot: Spot,
        about: Option<&Request>,
    ) -> Result<Outcome, EffectError> {
        let view = ViewKey::Approver { request: id, slack: to.clone() };
        let Some(request) = about else { return Ok(Outcome::Moot) };
        let chat = self.chat()?;
        let sentence = refusal::sentence(why, about, to, self.clock.now(), chat.voice());
        match (spot, request.shown.get(&view)) {
            (Spot::Card, Some(shown)) => chat.whisper(to, &shown.posted.channel, &sentence).await?,
            (Spot::Card, None) => return Ok(Outcome::Moot),
            (Spot::Apart, _) => drop(chat.tell(to, &Card::sentence(sentence)).await?),
            (Spot::Home, _) => drop(chat.tell(to, &approver::in_vain(request, &sentence)).await?),
        }
        Ok(Outcome::Told)
    }

    /// Tells somebody of a request that nobody answers, while that is so.
    async fn tell_fallback(&self, to: &SlackUserId, about: Option<&Request>) -> Result<Outcome, EffectError> {
        let Some(request) = about.filter(|request| matches!(request.state, State::Pending { .. })) else {
            return Ok(Outcome::Moot);
        };
        let chat = self.chat()?;
        chat.tell(to, &alert::unanswered(request, chat.voice())).await?;
        Ok(Outcome::Told)
    }

    /// Tells an owner. One without a Slack account cannot be told.
    async fn tell_owner(&self, owner: &Email, name: &str, about: Option<&Request>) -> Result<Outcome, EffectError> {
        let Some(request) = about else { return Ok(Outcome::Moot) };
        let chat = self.chat()?;
        let Some(slack) = chat.by_email(owner).await? else { return Ok(Outcome::Moot) };
        chat.tell(&slack, &alert::standing(name, request)).await?;
        Ok(Outcome::Told)
    }

    /// Tells the audit channel, where there is one, of what is no single request's.
    async fn announce(&self, freeze: Freezing, by: &str, at: Timestamp) -> Result<Outcome, EffectError> {
        let chat = self.chat()?;
        let Some(channel) = chat.audit_channel() else { return Ok(Outcome::Moot) };
        chat.announce(channel, || audit::freeze(freeze, by, at, self.clock.now(), chat.voice())).await?;
        Ok(Outcome::Told)
    }

    /// Tells the audit channel, where there is one.
    async fn tell_audit(
        &self,
        (about, first): (Option<&Request>, Option<&Request>),
        what: &Happened,
        at: Timestamp,
    ) -> Result<Outcome, EffectError> {
        let chat = self.chat()?;
        let (Some(channel), Some(request)) = (chat.audit_channel(), about) else { return Ok(Outcome::Moot) };
        let card = || audit::card((request, first), what, (at, self.clock.now()), chat.voice());
        chat.announce(channel, card).await?;
        Ok(Outcome::Told)
    }
}

impl Outside for Vendors {
    async fn perform(&self, attempt: Attempt) -> Result<Outcome, EffectError> {
        let Attempt { id, effect, doubt, about, first, others, alarm, voters } = attempt;
        let (about, first) = (about.as_ref(), first.as_deref());
        match effect {
            Effect::IdentifyPerson { slack, .. } => Ok(match self.whois(&slack, Look::Lately).await? {
                Ok(person) => Outcome::identified(person),
                Err(why) => Outcome::NotServed { why },
            }),
            Effect::CheckAuthority { slack, .. } => self.authority(&slack, about, &voters).await,
            Effect::CheckRevoker { slack, .. } => self.authority(&slack, None, &voters).await,
            Effect::FindApprovers { emails, groups, .. } => self.find(&emails, &groups).await,
            Effect::CheckStanding { membership, .. } | Effect::CheckMember { membership } => {
                let lapsed = self.lapsed(&voters).await?;
                let standing = self.okta.standing(&membership, &self.groups().administrators).await?;
                Ok(Outcome::Stands { standing: Standing { lapsed, ..standing } })
            }
            Effect::AddMember { membership } => self.okta.add(&membership, doubt).await,
            Effect::RemoveMember { membership, addition, .. } => self.okta.remove(&membership, addition).await,
            Effect::Nudge { nudge, .. } => self.say(about, &others, nudge).await,
            Effect::Remind { request, to } => self.remind(request, to, about).await,
            Effect::TellFallback { to, .. } => self.tell_fallback(&to, about).await,
            Effect::Reply { request, to, why, spot } => self.reply(request, &to, &why, spot, about).await,
            Effect::TellOwner { owner, name, .. } => self.tell_owner(&owner, &name, about).await,
            Effect::AlertAdmins { alert } => self.alert(&alert, about, alarm.as_ref()).await,
            Effect::TellAudit { what, at, .. } => self.tell_audit((about, first), &what, at).await,
            Effect::AnnounceFreeze { freeze, by, at } => self.announce(freeze, &by, at).await,
            Effect::CreateTicket { .. } | Effect::CommentTicket { .. } | Effect::MoveTicket { .. } => {
                match (self.tickets.get(), about) {
                    (Some(tickets), Some(request)) => tickets.perform(id, &effect, (request, first), doubt).await,
                    _ => Ok(Outcome::Moot),
                }
            }
        }
    }

    async fn show(&self, view: ViewKey, request: Request, others: Vec<Request>) -> Result<Posted, EffectError> {
        self.chat()?.show(&view, &request, &others).await
    }

    async fn draw_home(&self, home: Home, hash: Option<String>) -> Result<String, EffectError> {
        self.chat()?.draw_home(&home, hash.as_deref()).await
    }

    async fn identify(&self, slack: SlackUserId, look: Look) -> Result<Result<Identity, Unfit>, EffectError> {
        self.whois(&slack, look).await
    }

    async fn account(&self, holder: MembershipKey) -> Result<Account, EffectError> {
        self.okta.account(&holder).await
    }
}

fn retry(code: &str) -> EffectError {
    let fault = Fault { vendor: Vendor::Slack, status: None, code: Some(code.to_owned()), receipt: None };
    EffectError { class: Class::Retry, after: None, fault }
}
