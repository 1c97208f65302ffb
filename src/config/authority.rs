//! What entitlements have to do with one another, and with who decides: groups that are shared, and groups that give
//! authority.
//!
//! Law: nobody comes to decide, to see or to ask for more by being given access, unless the configuration says so.

use std::collections::BTreeMap;

use super::{
    fault::{Shown, Wrong},
    reader::Place,
};
use crate::domain::{
    catalogue::{Entitlement, Who},
    id::OktaGroupId,
};

/// Whether Slack's user groups may decide: whoever may change them could make themselves approvers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SlackGroups {
    /// The configuration says so.
    Decide,
    /// They are refused.
    Refused,
}

/// Where each Okta group is named as one that may ask, decide or see; and who may be named at all.
#[derive(Debug)]
pub(super) struct Authority {
    named: BTreeMap<OktaGroupId, String>,
    slack: SlackGroups,
}

/// An entitlement before it is known which others share its group.
#[derive(Debug)]
pub(super) struct Draft<'w> {
    pub(super) place: Place<'w>,
    pub(super) group: OktaGroupId,
    /// Whether it says that others may share its group.
    pub(super) shares: bool,
    /// Whether it says that its group gives authority.
    pub(super) confers: bool,
    /// Nothing where something else in it is faulty.
    pub(super) entitlement: Option<Entitlement>,
}

impl Authority {
    /// Nobody is named yet.
    pub(super) const fn new(slack: SlackGroups) -> Self {
        Self { named: BTreeMap::new(), slack }
    }

    /// Notes that someone has authority, and where that is written. The first place counts.
    pub(super) fn note(&mut self, who: &Who, at: &str) {
        if let Who::Group(group) = who {
            let place = || at.to_owned();
            self.named.entry(group.clone()).or_insert_with(place);
        }
    }

    /// What is wrong with somebody who is to decide, if anything is.
    pub(super) fn fault_of(&self, who: &Who) -> Option<Wrong> {
        match (who, self.slack) {
            (Who::SlackGroup(_), SlackGroups::Refused) => Some(Wrong::SlackGroupsOff(Shown::of(&who.to_string()))),
            _ => None,
        }
    }

    /// Checks the groups of all entitlements, and bounds those that share one by the strictest of them.
    pub(super) fn settle(&self, drafts: Vec<Draft<'_>>) -> Vec<Entitlement> {
        let mut groups: BTreeMap<&OktaGroupId, Vec<&Draft<'_>>> = BTreeMap::new();
        for draft in &drafts {
            groups.entry(&draft.group).or_default().push(draft);
            self.check(draft);
        }
        let mut longest = BTreeMap::new();
        for (group, sharing) in groups {
            check_sharing(&sharing);
            let entitlements = sharing.iter().filter_map(|draft| draft.entitlement.as_ref());
            let most = entitlements.map(|entitlement| entitlement.max_duration).min();
            longest.insert(group.clone(), most);
        }
        let entitlements = drafts.into_iter().filter_map(|draft| draft.entitlement);
        entitlements
            .map(|entitlement| match longest.get(&entitlement.group) {
                Some(Some(most)) => entitlement.bounded(*most),
                _ => entitlement,
            })
            .collect()
    }

    fn check(&self, draft: &Draft<'_>) {
        if let Some(mention) = self.named.get(&draft.group)
            && !draft.confers
        {
            let (group, mention) = (draft.group.clone(), mention.clone());
            let wrong = Wrong::ConfersAuthority { group, mention };
            draft.place.fault("okta_group", wrong);
        }
    }
}

fn check_sharing(sharing: &[&Draft<'_>]) {
    let Some((first, rest)) = sharing.split_first() else { return };
    // One id that comes twice is named as such.
    let Some(second) = rest.iter().find(|other| other.place.at() != first.place.at()) else { return };
    for draft in sharing.iter().filter(|draft| !draft.shares) {
        let other = if draft.place.at() == first.place.at() { second } else { first };
        let wrong = Wrong::SharedGroup { group: draft.group.clone(), other: other.place.at().to_owned() };
        draft.place.fault("okta_group", wrong);
    }
}
