//! Who somebody is: their accounts, their groups, and what the directory says of them.
//!
//! It owns which vendor is asked for what of it. It refuses to know what anybody may do.
//!
//! Law: whoever decides is looked up at that moment; what is remembered serves only what is shown.

use std::{collections::BTreeSet, time::Duration};

use super::Vendors;
use crate::{
    clock,
    domain::{
        id::{OktaUserId, SlackGroupId, SlackUserId},
        port::{EffectError, Facts, Identity, Look, Outcome, Requester, Unfit},
        request::Request,
    },
    lately::Lately,
    slack::chat::{Chat, Guest},
};

/// How long the members of a Slack user group are remembered for those who do not decide: Slack takes some 20 such
/// questions a minute, of everyone together.
const REMEMBERED_FOR: Duration = Duration::from_secs(60);

/// So many groups' members are remembered: more than a configuration names.
const MOST_REMEMBERED: usize = 1_000;

/// Who was in each Slack user group.
pub(super) type Rosters = Lately<SlackGroupId, BTreeSet<SlackUserId>>;

/// Nobody is known yet.
pub(super) const fn rosters() -> Rosters {
    Lately::new(REMEMBERED_FOR, MOST_REMEMBERED)
}

impl Vendors {
    /// Who a Slack user is. Where somebody decides by it, guests are nobody.
    pub(super) async fn whois(&self, slack: &SlackUserId, look: Look) -> Result<Result<Identity, Unfit>, EffectError> {
        let chat = self.chat()?;
        let member = match chat.member(slack).await? {
            Ok(member) if member.guest == Guest::Yes && look == Look::Now => return Ok(Err(Unfit::Guest)),
            Ok(member) => member,
            Err(unfit) => return Ok(Err(unfit)),
        };
        let person = match self.okta.person(&member.email).await? {
            Ok(person) => person,
            Err(unfit) => return Ok(Err(unfit)),
        };
        let facts = self.okta.facts_of(&person).await?;
        let slack_groups = self.slack_groups_of(&chat, slack, look).await?;
        let identity = Identity::new(slack.clone(), person.id, member.email, person.name).with(&facts);
        Ok(Ok(Identity { zone: member.zone, slack_groups, guest: member.guest == Guest::Yes, ..identity }))
    }

    /// Who decides on a request, and how its requester and those who approved before stand meanwhile. Guests never decide.
    pub(super) async fn authority(
        &self,
        slack: &SlackUserId,
        about: Option<&Request>,
        voters: &BTreeSet<OktaUserId>,
    ) -> Result<Outcome, EffectError> {
        match self.whois(slack, Look::Now).await? {
            Ok(person) => {
                let requester = self.requester(about).await?;
                let lapsed = self.lapsed(voters).await?;
                Ok(Outcome::Identified { person, requester, lapsed })
            }
            Err(why) => Ok(Outcome::NotServed { why }),
        }
    }

    /// Of those who approved, whose accounts are not ACTIVE any more.
    pub(super) async fn lapsed(&self, voters: &BTreeSet<OktaUserId>) -> Result<Vec<OktaUserId>, EffectError> {
        let mut lapsed = Vec::new();
        for voter in voters {
            if self.okta.person_of(voter).await?.is_err() {
                lapsed.push(voter.clone());
            }
        }
        Ok(lapsed)
    }

    async fn requester(&self, about: Option<&Request>) -> Result<Option<Requester>, EffectError> {
        let Some(route) = about.and_then(Request::route) else { return Ok(None) };
        Ok(Some(match self.still(&route.person).await? {
            Ok(facts) => Requester::Fit { facts },
            Err(why) => Requester::Unfit { why },
        }))
    }

    /// What the directory says now of the very account that somebody asked with, if both their accounts still serve and
    /// belong together.
    async fn still(&self, person: &Identity) -> Result<Result<Facts, Unfit>, EffectError> {
        let member = match self.chat()?.member(&person.slack).await? {
            Ok(member) => member,
            Err(unfit) => return Ok(Err(unfit)),
        };
        let account = match self.okta.person_of(&person.okta).await? {
            Ok(account) => account,
            Err(unfit) => return Ok(Err(unfit)),
        };
        if !account.is_called(&member.email) {
            return Ok(Err(Unfit::NoAccount { email: member.email }));
        }
        self.okta.facts_of(&account).await.map(Ok)
    }

    /// Of the Slack user groups that the configuration names, those somebody is in.
    async fn slack_groups_of(
        &self,
        chat: &Chat,
        slack: &SlackUserId,
        look: Look,
    ) -> Result<BTreeSet<SlackGroupId>, EffectError> {
        let mut groups = BTreeSet::new();
        for group in &self.groups().deciding {
            if self.slack_roster(chat, group, look).await?.contains(slack) {
                groups.insert(group.clone());
            }
        }
        Ok(groups)
    }

    /// Who is in a Slack user group.
    pub(super) async fn slack_roster(
        &self,
        chat: &Chat,
        group: &SlackGroupId,
        look: Look,
    ) -> Result<BTreeSet<SlackUserId>, EffectError> {
        if look == Look::Lately
            && let Some(roster) = self.slack_rosters.get(group, clock::elapsed())
        {
            return Ok(roster);
        }
        let roster = chat.members_of(group).await?;
        self.slack_rosters.put(group.clone(), roster.clone(), clock::elapsed());
        Ok(roster)
    }
}
