//! What entitlements have to do with one another, and with who decides: groups that are shared, and groups that give
//! authority.
//!
//! Law: nobody comes to decide, to see or to ask for more by being given access, unless the configuration says so.

use std::collections::BTreeMap;

use super::{fault::Wrong, reader::Place};
use crate::domain::{
    catalogue::{Entitlement, Who},
    id::OktaGroupId,
};

/// Where each Okta group is named as one that may ask, decide or see.
#[derive(Default, Debug)]
pub(super) struct Authority(BTreeMap<OktaGroupId, String>);

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
    /// Notes that someone has authority, and where that is written. The first place counts.
    pub(super) fn note(&mut self, who: &Who, at: &str) {
        if let Who::Group(group) = who {
            let place = || at.to_owned();
            self.0.entry(group.clone()).or_insert_with(place);
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
        if let Some(mention) = self.0.get(&draft.group)
            && !draft.confers
        {
            let (group, mention) = (draft.group.clone(), mention.clone());
            let wrong = Wrong::ConfersAuthority { group, mention };
            draft.place.fault("okta_group", wrong);
        }
    }
}

fn check_sharing(sharing: &[&Draft<'_>]) {
    let all_say_so = sharing.iter().all(|draft| draft.shares);
    for draft in sharing {
        // One id that comes twice is named as such.
        let mut others = sharing.iter();
        let Some(other) = others.find(|other| other.place.at() != draft.place.at()) else {
            continue;
        };
        if !draft.shares {
            let group = draft.group.clone();
            let other = other.place.at().to_owned();
            let wrong = Wrong::SharedGroup { group, other };
            draft.place.fault("okta_group", wrong);
        } else if all_say_so && differ(draft, other) {
            let wrong = Wrong::NotSupportedHere {
                what: "sharing a group over applications, or with another approval,".to_owned(),
                mend: "Give each its own group.",
            };
            draft.place.fault("shares_group", wrong);
        }
    }
}

/// Whether two drafts would be decided by different people.
fn differ(one: &Draft<'_>, other: &Draft<'_>) -> bool {
    match (&one.entitlement, &other.entitlement) {
        (Some(one), Some(other)) => one.id.application() != other.id.application() || one.approval != other.approval,
        _ => false,
    }
}
