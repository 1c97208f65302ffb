//! The outside as it is: Slack and Okta behind the core's port.
//!
//! It owns which vendor keeps which promise. It refuses to know when to try again, or what follows.

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::watch;

use crate::{
    clock::Clock,
    domain::{
        catalogue::Who,
        id::{Email, OktaGroupId, RequestId, SlackUserId},
        port::{
            Alert, Approver, Attempt, Class, Effect, EffectError, Fault, Identity, Nudge, Outcome, Outside, Posted,
            Unfit, Vendor, ViewKey,
        },
        request::Request,
    },
    okta::Okta,
    say::{alert, nudge, refusal},
    slack::chat::{Chat, Guest},
};

/// Slack and Okta.
pub struct Vendors {
    okta: Okta,
    chat: watch::Receiver<Option<Arc<Chat>>>,
    clock: Arc<dyn Clock>,
    administrators: BTreeSet<OktaGroupId>,
}

impl Vendors {
    /// Okta, and Slack once its tokens were taken. `administrators` are groups that may carry admin roles.
    #[must_use]
    pub fn new(
        okta: Okta,
        chat: watch::Receiver<Option<Arc<Chat>>>,
        clock: Arc<dyn Clock>,
        administrators: BTreeSet<OktaGroupId>,
    ) -> Self {
        Self { okta, chat, clock, administrators }
    }

    fn chat(&self) -> Result<Arc<Chat>, EffectError> {
        self.chat.borrow().clone().ok_or_else(|| retry("not connected"))
    }

    async fn find(&self, emails: &[Email]) -> Result<Outcome, EffectError> {
        let chat = self.chat()?;
        let (mut approvers, mut missing) = (Vec::new(), Vec::new());
        for email in emails {
            let slack = chat.by_email(email).await?;
            let okta = self.okta.person(email).await?;
            match (slack, okta) {
                (Some(slack), Ok(okta)) => {
                    approvers.push(Approver { email: email.clone(), slack, okta: okta.id, name: okta.name });
                }
                _ => missing.push(email.clone()),
            }
        }
        Ok(Outcome::Found { approvers, missing })
    }

    async fn whois(&self, slack: &SlackUserId) -> Result<Result<(Identity, Guest), Unfit>, EffectError> {
        let member = match self.chat()?.member(slack).await? {
            Ok(member) => member,
            Err(unfit) => return Ok(Err(unfit)),
        };
        let person = match self.okta.person(&member.email).await? {
            Ok(person) => person,
            Err(unfit) => return Ok(Err(unfit)),
        };
        let groups = self.okta.groups_of(&person.id).await?;
        let identity = Identity {
            slack: slack.clone(),
            okta: person.id,
            email: member.email,
            name: person.name,
            zone: member.zone,
            groups,
        };
        Ok(Ok((identity, member.guest)))
    }

    async fn say(&self, request: Option<&Request>, what: Nudge) -> Result<Outcome, EffectError> {
        let request = request.ok_or_else(|| retry("no request"))?;
        let view = ViewKey::Requester { request: request.id };
        let shown = request.shown.get(&view).ok_or_else(|| retry("no message yet"))?;
        let chat = self.chat()?;
        chat.nudge(&shown.posted, &nudge::card(what, request, chat.voice())).await?;
        Ok(Outcome::Told)
    }

    async fn reply(
        &self,
        id: RequestId,
        to: &SlackUserId,
        why: &crate::domain::command::Refusal,
        about: Option<&Request>,
    ) -> Result<Outcome, EffectError> {
        let view = ViewKey::Approver { request: id, slack: to.clone() };
        let Some(shown) = about.and_then(|request| request.shown.get(&view)) else { return Ok(Outcome::Moot) };
        let chat = self.chat()?;
        let sentence = refusal::sentence(why, about, to, self.clock.now(), chat.voice());
        chat.whisper(to, &shown.posted.channel, &sentence).await?;
        Ok(Outcome::Told)
    }

    async fn alert(&self, alert: &Alert, about: Option<&Request>) -> Result<Outcome, EffectError> {
        let chat = self.chat()?;
        let card = alert::card(alert, about, chat.voice());
        for admin in self.admins(&chat).await? {
            match chat.tell(&admin, &card).await {
                Ok(_) => {}
                // One admin who cannot be reached does not keep it from the others.
                Err(error) if matches!(error.class, Class::Gone | Class::Rejected) => {
                    tracing::warn!(fault = ?error.fault, "an admin cannot be told");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Outcome::Told)
    }

    /// The admins' Slack accounts, looked up now.
    async fn admins(&self, chat: &Chat) -> Result<BTreeSet<SlackUserId>, EffectError> {
        let mut emails = BTreeSet::new();
        for admin in chat.admins() {
            match admin {
                Who::Person(email) => drop(emails.insert(email.clone())),
                Who::Group(group) => {
                    let members = self.okta.members_of(group).await?;
                    emails.extend(members.into_iter().filter(|member| member.is_active()).filter_map(|m| m.email));
                }
            }
        }
        let mut admins = BTreeSet::new();
        for email in emails {
            admins.extend(chat.by_email(&email).await?);
        }
        Ok(admins)
    }
}

impl Outside for Vendors {
    async fn perform(&self, attempt: Attempt) -> Result<Outcome, EffectError> {
        let Attempt { effect, doubt, about, .. } = attempt;
        let about = about.as_ref();
        match effect {
            Effect::IdentifyPerson { slack, .. } => Ok(match self.whois(&slack).await? {
                Ok((person, _)) => Outcome::Identified { person },
                Err(why) => Outcome::NotServed { why },
            }),
            Effect::CheckAuthority { slack, .. } => Ok(match self.whois(&slack).await? {
                Ok((person, Guest::No)) => Outcome::Identified { person },
                Ok((_, Guest::Yes)) => Outcome::NotServed { why: Unfit::Guest },
                Err(why) => Outcome::NotServed { why },
            }),
            Effect::FindApprovers { emails, .. } => self.find(&emails).await,
            Effect::CheckStanding { membership, .. } | Effect::CheckMember { membership } => {
                let standing = self.okta.standing(&membership, &self.administrators).await?;
                Ok(Outcome::Stands { standing })
            }
            Effect::AddMember { membership } => self.okta.add(&membership, doubt).await,
            Effect::RemoveMember { membership, addition, .. } => self.okta.remove(&membership, addition).await,
            Effect::Nudge { nudge, .. } => self.say(about, nudge).await,
            Effect::Reply { request, to, why } => self.reply(request, &to, &why, about).await,
            Effect::AlertAdmins { alert } => self.alert(&alert, about).await,
        }
    }

    async fn show(&self, view: ViewKey, request: Request, others: Vec<Request>) -> Result<Posted, EffectError> {
        self.chat()?.show(&view, &request, &others).await
    }

    async fn identify(&self, slack: SlackUserId) -> Result<Result<Identity, Unfit>, EffectError> {
        Ok(self.whois(&slack).await?.map(|(identity, _)| identity))
    }
}

fn retry(code: &str) -> EffectError {
    let fault = Fault { vendor: Vendor::Slack, status: None, code: Some(code.to_owned()), receipt: None };
    EffectError { class: Class::Retry, after: None, fault }
}
