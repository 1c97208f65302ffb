//! Giving and taking one membership, and looking before.

use std::collections::BTreeSet;

use reqwest::Method;
use serde::Deserialize;

use super::Okta;
use crate::{
    clock,
    domain::{
        id::OktaGroupId,
        port::{Class, Doubt, EffectError, Fault, MembershipKey, Outcome, Removal, Standing, UnfitGroup, Vendor},
    },
    http::Priority,
};

/// The only type of group whose members anyone but Okta may change.
const OKTA_GROUP: &str = "OKTA_GROUP";

/// Okta's code for a user who may not be changed in their present status.
const NOT_IN_THIS_STATUS: &str = "E0000038";

impl Okta {
    /// What stands before an addition. `administrators` are groups that may carry admin roles.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn standing(
        &self,
        key: &MembershipKey,
        administrators: &BTreeSet<OktaGroupId>,
    ) -> Result<Standing, EffectError> {
        let Some(person) = there(self.user(key.user.as_str()).await)? else { return Ok(nobody()) };
        let unfit_group = self.unfit(&key.group, administrators).await?;
        let inactive = (!person.is_active()).then(|| person.status.clone());
        let facts = self.facts_of(&person).await?;
        let member = facts.groups.contains(&key.group) && {
            clock::pause(self.timing.between_reads).await;
            self.is_member(key, Priority::Other).await?
        };
        Ok(Standing { member, inactive, unfit_group, facts: Some(facts), lapsed: Vec::new() })
    }

    /// Why a group is none that Jitney may change. What cannot be read is refused.
    async fn unfit(
        &self,
        group: &OktaGroupId,
        administrators: &BTreeSet<OktaGroupId>,
    ) -> Result<Option<UnfitGroup>, EffectError> {
        #[derive(Deserialize)]
        struct Group {
            #[serde(rename = "type", default)]
            kind: String,
        }
        let url = self.http.url(&["api", "v1", "groups", group.as_str()]);
        let read: Group = match self.get(url, Priority::Other).await {
            Ok(reply) => reply.json()?,
            Err(error) if error.class == Class::Gone => return Ok(Some(UnfitGroup::Missing)),
            Err(error) => return Err(error),
        };
        if read.kind != OKTA_GROUP {
            return Ok(Some(UnfitGroup::Type(read.kind)));
        }
        if self.is_fed_by_a_rule(group).await? {
            return Ok(Some(UnfitGroup::FilledByRule));
        }
        if !administrators.contains(group) && self.carries_roles(group).await? {
            return Ok(Some(UnfitGroup::CarriesRoles));
        }
        Ok(None)
    }

    /// Removing someone whom a rule has added puts them on the rule's list of exceptions, for good.
    async fn is_fed_by_a_rule(&self, group: &OktaGroupId) -> Result<bool, EffectError> {
        let mut url = self.http.url(&["api", "v1", "groups", "rules"]);
        url.query_pairs_mut().append_pair("limit", super::PAGE);
        let rules: Vec<Rule> = self.pages(url, Priority::Other).await?;
        Ok(rules.iter().any(|rule| {
            rule.status == super::ACTIVE
                && rule.actions.assign_user_to_groups.group_ids.iter().any(|fed| fed == group.as_str())
        }))
    }

    async fn carries_roles(&self, group: &OktaGroupId) -> Result<bool, EffectError> {
        let url = self.http.url(&["api", "v1", "groups", group.as_str(), "roles"]);
        let roles: Vec<serde_json::Value> = self.pages(url, Priority::Other).await?;
        Ok(!roles.is_empty())
    }

    async fn is_member(&self, key: &MembershipKey, priority: Priority) -> Result<bool, EffectError> {
        Ok(self.groups_for(&key.user, priority).await?.contains(&key.group))
    }

    /// Adds, and reads back. Where an earlier try may have happened it is looked for first.
    ///
    /// # Errors
    /// See [`EffectError`]. Whoever is not ACTIVE, or not there, is rejected, and the fault is [`Fault::inactive`]: they may
    /// have been when it was first tried, and whatever a try in doubt did is for the caller to undo.
    pub async fn add(&self, key: &MembershipKey, doubt: Doubt) -> Result<Outcome, EffectError> {
        self.active(key).await?;
        if doubt == Doubt::MayHaveHappened && self.is_member(key, Priority::Other).await? {
            return Ok(Outcome::Added { receipt: None });
        }
        let receipt = match self.put(key).await {
            Ok(receipt) => receipt,
            Err(error) => return Err(self.whose_fault(key, error).await?),
        };
        for look in 0..self.timing.looks {
            // The addition is sent: whatever a look fails with, it may have happened.
            if self.is_member(key, Priority::Other).await.map_err(in_doubt)? {
                return Ok(Outcome::Added { receipt });
            }
            self.again(look).await;
        }
        Err(not_yet("not shown yet", receipt, Class::Unknown))
    }

    /// Refuses whoever is not active.
    async fn active(&self, key: &MembershipKey) -> Result<(), EffectError> {
        let person = there(self.user(key.user.as_str()).await)?;
        match person.as_ref().map(|person| person.status.as_str()) {
            Some(super::ACTIVE) => Ok(()),
            status => Err(EffectError { class: Class::Rejected, after: None, fault: Fault::of_inactive(status) }),
        }
    }

    /// What an addition failed with, by whose fault it was: they may have been suspended or deleted since the look. Where
    /// that cannot be read the next try finds out.
    async fn whose_fault(&self, key: &MembershipKey, error: EffectError) -> Result<EffectError, EffectError> {
        match error.class {
            Class::Rejected | Class::Gone => self.active(key).await.map(|()| error),
            _ => Ok(error),
        }
    }

    /// Answers Okta's name of the call.
    async fn put(&self, key: &MembershipKey) -> Result<Option<String>, EffectError> {
        let url = self.http.url(&["api", "v1", "groups", key.group.as_str(), "users", key.user.as_str()]);
        let reply = self.http.call(Method::PUT, url, Priority::Other).await?;
        if reply.code().as_deref() == Some(NOT_IN_THIS_STATUS) {
            return Err(EffectError { class: Class::Rejected, ..reply.failure(&Method::PUT) });
        }
        Ok(reply.success(&Method::PUT)?.receipt)
    }

    /// Removes, and reads back. Where an earlier addition may still arrive, only reads that stay the same until it must
    /// have arrived confirm.
    ///
    /// # Errors
    /// See [`EffectError`]. Lost rights are never a removal.
    pub async fn remove(&self, key: &MembershipKey, addition: Doubt) -> Result<Outcome, EffectError> {
        let url = self.http.url(&["api", "v1", "groups", key.group.as_str(), "users", key.user.as_str()]);
        let reply = self.http.call(Method::DELETE, url, Priority::Removal).await?;
        let receipt = reply.receipt.clone();
        match reply.success(&Method::DELETE) {
            Ok(_) => {}
            Err(error) if error.class == Class::Gone => return self.gone(key, addition, error, receipt).await,
            Err(error) => return Err(error),
        }
        for look in 0..self.timing.looks {
            if !self.is_member(key, Priority::Removal).await? {
                return self.stays_out(key, addition, receipt).await;
            }
            self.again(look).await;
        }
        Err(not_yet("still shown", receipt, Class::Retry))
    }

    async fn stays_out(
        &self,
        key: &MembershipKey,
        addition: Doubt,
        receipt: Option<String>,
    ) -> Result<Outcome, EffectError> {
        if addition == Doubt::MayHaveHappened {
            clock::pause(self.timing.settles_within).await;
            if self.is_member(key, Priority::Removal).await? {
                return Err(not_yet("back again", receipt, Class::Retry));
            }
        }
        Ok(Outcome::Removed { removal: Removal::Removed, receipt })
    }

    /// Okta has not what was to be removed; or its rights do not reach it, which it answers in the same words. What is
    /// believed is seen twice, the same: rights may come and go between two reads.
    async fn gone(
        &self,
        key: &MembershipKey,
        addition: Doubt,
        error: EffectError,
        receipt: Option<String>,
    ) -> Result<Outcome, EffectError> {
        let Some(removal) = self.absence(key, Priority::Removal).await? else { return Err(error) };
        clock::pause(match addition {
            Doubt::None => self.timing.between_reads,
            Doubt::MayHaveHappened => self.timing.settles_within.max(self.timing.between_reads),
        })
        .await;
        if self.absence(key, Priority::Removal).await? != Some(removal) {
            return Err(error);
        }
        Ok(Outcome::Removed { removal, receipt })
    }

    /// How a membership can be seen to be none, from the one of its two ends that can be read. Nothing where it stands, or
    /// neither can be.
    pub(super) async fn absence(
        &self,
        key: &MembershipKey,
        priority: Priority,
    ) -> Result<Option<Removal>, EffectError> {
        let user = there(self.user_for(key.user.as_str(), priority).await)?.is_some();
        let url = self.http.url(&["api", "v1", "groups", key.group.as_str()]);
        let group = there(self.get(url, priority).await)?.is_some();
        let (removal, stands) = match (user, group) {
            (true, true) => (Removal::Removed, self.is_member(key, priority).await?),
            (true, false) => (Removal::GroupGone, self.is_member(key, priority).await?),
            (false, true) => (Removal::UserGone, self.is_listed(key, priority).await?),
            (false, false) => return Ok(None),
        };
        Ok((!stands).then_some(removal))
    }

    /// Whether the group lists the user, who cannot be read. Reads all of the group.
    async fn is_listed(&self, key: &MembershipKey, priority: Priority) -> Result<bool, EffectError> {
        let members = self.members_for(&key.group, priority).await?;
        Ok(members.iter().any(|member| member.id == key.user))
    }
}

#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    status: String,
    #[serde(default)]
    actions: Actions,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Actions {
    assign_user_to_groups: Assignment,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Assignment {
    group_ids: Vec<String>,
}

pub(super) fn there<T>(read: Result<T, EffectError>) -> Result<Option<T>, EffectError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// What stands of whom Okta shows no more.
fn nobody() -> Standing {
    Standing {
        member: false,
        inactive: Fault::of_inactive(None).code,
        unfit_group: None,
        facts: None,
        lapsed: Vec::new(),
    }
}

fn in_doubt(error: EffectError) -> EffectError {
    EffectError { class: Class::Unknown, ..error }
}

fn not_yet(code: &str, receipt: Option<String>, class: Class) -> EffectError {
    let fault = Fault { vendor: Vendor::Okta, status: None, code: Some(code.to_owned()), receipt };
    EffectError { class, after: None, fault }
}
