//! How those who may decide a step can be asked: people by name, and the members of groups.
//!
//! It owns how many of a group are asked, and what is remembered between two tries. It refuses to know which step asks
//! them: who may decide is looked up again when somebody does.
//!
//! Law: a group that cannot be asked has nobody in it, and one that could not be read is no answer at all.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Vendors;
use crate::{
    clock,
    domain::{
        catalogue::Who,
        id::{Email, OktaGroupId, OktaUserId, SlackGroupId, SlackUserId},
        port::{Approver, Class, EffectError, Look, Members, Outcome},
    },
    lately::Lately,
    okta::OktaPerson,
    slack::chat::{Chat, Guest},
};

/// So many of one group are asked. A card that more people have is everybody's and nobody's; each is a message, and a
/// look-up of which Slack takes some 50 a minute. The others may decide too, where they find their way to the request.
const MOST_ASKED: usize = 50;

/// So many of all groups of one request: they stand in one line of the record, twice, and a line has a length.
const MOST_IN_ALL: usize = 100;

/// So many members are looked up at one time.
const AT_ONCE: usize = 8;

/// How long it is remembered how a member can be asked: a try that Slack's limits cut short goes on where it stood.
const REMEMBERED_FOR: Duration = Duration::from_secs(10 * 60);

/// So many are remembered: some hundred groups.
const MOST_REMEMBERED: usize = 5_000;

/// How members were found, if they were.
pub(super) type Acquaintances = Lately<Member, Option<Approver>>;

/// Nobody is known yet.
pub(super) const fn acquaintances() -> Acquaintances {
    Lately::new(REMEMBERED_FOR, MOST_REMEMBERED)
}

/// A member of a group, as the group names them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    /// Of one in Okta.
    Okta(OktaUserId),
    /// Of one in Slack.
    Slack(SlackUserId),
}

/// Those who were found so far, each once.
#[derive(Default)]
struct Found {
    approvers: Vec<Approver>,
    missing: Vec<Email>,
    members: Vec<Members>,
}

impl Found {
    /// Notes somebody who can be asked, and answers by which address they are known here.
    fn note(&mut self, approver: Approver) -> Email {
        if let Some(known) = self.approvers.iter().find(|known| known.okta == approver.okta) {
            return known.email.clone();
        }
        let email = approver.email.clone();
        self.approvers.push(approver);
        email
    }
}

impl Vendors {
    /// Finds everyone who is named, and members of the groups.
    pub(super) async fn find(&self, emails: &[Email], groups: &[Who]) -> Result<Outcome, EffectError> {
        let chat = self.chat()?;
        let mut found = Found::default();
        for email in emails {
            match self.named(&chat, email).await? {
                Some(approver) => found.approvers.push(approver),
                None => found.missing.push(email.clone()),
            }
        }
        let most = MOST_ASKED.min(MOST_IN_ALL / groups.len().max(1)).max(1);
        for group in groups {
            let mut emails = Vec::new();
            for approver in self.members(&chat, group, most).await? {
                let email = found.note(approver);
                if !emails.contains(&email) {
                    emails.push(email);
                }
            }
            emails.sort();
            found.members.push(Members { group: group.clone(), emails });
        }
        let Found { approvers, missing, members } = found;
        Ok(Outcome::Found { approvers, missing, members })
    }

    /// Somebody whom the configuration names, where they are in Slack and in Okta.
    async fn named(&self, chat: &Chat, email: &Email) -> Result<Option<Approver>, EffectError> {
        let Some(slack) = chat.by_email(email).await? else { return Ok(None) };
        let person = self.okta.person(email).await?.ok();
        Ok(person.map(|person| Approver { email: email.clone(), slack, okta: person.id, name: person.name }))
    }

    /// Those of a group who can be asked, of so many.
    async fn members(&self, chat: &Chat, group: &Who, most: usize) -> Result<Vec<Approver>, EffectError> {
        match group {
            Who::Person(email) => Ok(self.named(chat, email).await?.into_iter().collect()),
            Who::Group(group) => self.of_okta(chat, group, most).await,
            Who::SlackGroup(group) => self.of_slack(chat, group, most).await,
        }
    }

    /// Of an Okta group: whoever is ACTIVE there, alone has their e-mail, and has an account in Slack by it.
    async fn of_okta(&self, chat: &Chat, group: &OktaGroupId, most: usize) -> Result<Vec<Approver>, EffectError> {
        let listed = match self.okta.members_of(group).await {
            Ok(listed) => listed,
            Err(error) if error.class == Class::Gone => {
                tracing::warn!(%group, "a group that decides is not in Okta: nobody is asked by it");
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        let active = listed.into_iter().filter(OktaPerson::is_active);
        let mut able: Vec<(Email, OktaUserId)> = active.filter_map(|person| Some((person.email?, person.id))).collect();
        able.sort();
        able.truncate(most);
        let found = stream::iter(able).map(|(email, okta)| {
            self.remembered(Member::Okta(okta.clone()), async move {
                let found = self.named(chat, &email).await?;
                Ok(found.filter(|approver| approver.okta == okta))
            })
        });
        let found: Vec<Option<Approver>> = found.buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Of a Slack user group: each full member who is one ACTIVE user in Okta.
    async fn of_slack(&self, chat: &Chat, group: &SlackGroupId, most: usize) -> Result<Vec<Approver>, EffectError> {
        let listed = self.slack_roster(chat, group, Look::Now).await?.into_iter().take(most);
        let found = stream::iter(listed).map(|slack| {
            self.remembered(Member::Slack(slack.clone()), async move {
                let Some(member) = chat.member(&slack).await?.ok().filter(|member| member.guest == Guest::No) else {
                    return Ok(None);
                };
                let person = self.okta.person(&member.email).await?.ok();
                Ok(person.map(|person| Approver { email: member.email, slack, okta: person.id, name: person.name }))
            })
        });
        let found: Vec<Option<Approver>> = found.buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// How a member can be asked, as it was found lately or is found now.
    async fn remembered(
        &self,
        member: Member,
        look: impl Future<Output = Result<Option<Approver>, EffectError>>,
    ) -> Result<Option<Approver>, EffectError> {
        if let Some(known) = self.acquaintances.get(&member, clock::elapsed()) {
            return Ok(known);
        }
        let found = look.await?;
        self.acquaintances.put(member, found.clone(), clock::elapsed());
        Ok(found)
    }
}
