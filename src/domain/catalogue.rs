//! What can be asked for, by whom, and who must agree.
//!
//! Owns the catalogue as it is configured now; refuses to know files. Nothing in it decides about a request that is
//! already made, except to stop it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use super::{
    id::{ApplicationId, ApproversName, Email, EntitlementId, GroupName, IdError, OktaGroupId, SlackGroupId},
    port::Identity,
    rules::Rules,
    time::AccessDuration,
};

/// How much harm an entitlement can do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Rank 1.
    Low,
    /// Rank 2.
    Medium,
    /// Rank 3. Approving it asks for a confirmation.
    High,
    /// Rank 4. The same.
    Critical,
}

impl Sensitivity {
    /// From 1 (low) to 4 (critical).
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Low => 1,
            Self::Medium => 2,
            Self::High => 3,
            Self::Critical => 4,
        }
    }
}

/// Someone the configuration names: a person, or whoever stands in an Okta group (`okta:00g…`) or a Slack user group
/// (`slack:S…`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Who {
    /// One person, by e-mail.
    Person(Email),
    /// All members of an Okta group, looked up when it matters.
    Group(OktaGroupId),
    /// All members of a Slack user group, looked up when it matters. Only where Slack's groups may decide.
    SlackGroup(SlackGroupId),
}

impl Who {
    /// Whether somebody is meant.
    #[must_use]
    pub fn is(&self, person: &Identity) -> bool {
        match self {
            Self::Person(email) => *email == person.email,
            Self::Group(group) => person.groups.contains(group),
            Self::SlackGroup(group) => person.slack_groups.contains(group),
        }
    }

    /// The person, where one is named.
    #[must_use]
    pub const fn person(&self) -> Option<&Email> {
        match self {
            Self::Person(email) => Some(email),
            Self::Group(_) | Self::SlackGroup(_) => None,
        }
    }
}

impl TryFrom<String> for Who {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        if let Some(group) = text.strip_prefix("okta:") {
            OktaGroupId::parse(group).map(Self::Group)
        } else if let Some(group) = text.strip_prefix("slack:") {
            SlackGroupId::parse(group).map(Self::SlackGroup)
        } else {
            Email::parse(text).map(Self::Person)
        }
    }
}

impl From<Who> for String {
    fn from(who: Who) -> Self {
        who.to_string()
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(email) => email.fmt(f),
            Self::Group(group) => write!(f, "okta:{group}"),
            Self::SlackGroup(group) => write!(f, "slack:{group}"),
        }
    }
}

/// Who may ask for an entitlement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Requesters {
    /// Everyone who can be served, and it was said in so many words.
    Everyone,
    /// These.
    Only(Vec<Who>),
}

/// A step that an entitlement asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StepRule {
    /// One of the application's owners.
    Owner,
    /// The requester's manager, as Okta names them.
    Manager,
    /// One of a named group of approvers.
    Approvers(ApproversName),
    /// One person.
    Person(Email),
}

/// A length that is offered in the form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Offer {
    /// So long.
    For(AccessDuration),
    /// Until the end of the business day.
    EndOfDay,
}

/// A permission level of an application.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entitlement {
    /// `application/level`.
    pub id: EntitlementId,
    /// What people call it.
    pub name: String,
    /// The group behind it.
    pub group: OktaGroupId,
    /// How much harm it can do.
    pub sensitivity: Sensitivity,
    /// Who must agree, in order; never empty.
    pub approval: Vec<StepRule>,
    /// Lengths to choose from, never empty.
    pub durations: Vec<Offer>,
    /// The longest length, with those of all entitlements on the same group counted in.
    pub max_duration: AccessDuration,
    /// Who may ask.
    pub requesters: Requesters,
    /// Whether the group may carry Okta admin roles; such a group is refused otherwise.
    pub allow_admin_group: bool,
    /// Whether the fallback approvers may decide too where nobody answers. They are told in any case.
    pub escalates: bool,
    /// Whether it may be taken by break-glass.
    pub emergency: bool,
}

impl Entitlement {
    /// The same, for no longer than this: what is longer is not offered, and something always is.
    #[must_use]
    pub fn bounded(&self, most: AccessDuration) -> Self {
        let most = self.max_duration.min(most);
        let fits = |offer: &&Offer| !matches!(offer, Offer::For(length) if *length > most);
        let mut durations: Vec<Offer> = self.durations.iter().filter(fits).copied().collect();
        if durations.is_empty() {
            durations.push(Offer::For(most));
        }
        Self { max_duration: most, durations, ..self.clone() }
    }
}

/// Something one works with, and the levels of access to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// What people call it.
    pub name: String,
    /// Who decides about it.
    pub owners: Vec<Who>,
    /// Its levels, in the order of the file.
    pub entitlements: Vec<Entitlement>,
}

impl Application {
    /// Whether somebody is one of its owners. A guest is not, whatever names them.
    #[must_use]
    pub fn is_owned_by(&self, identity: &Identity) -> bool {
        !identity.guest && self.owners.iter().any(|owner| owner.is(identity))
    }
}

/// How access is taken by break-glass: opened first, reviewed afterwards.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Emergency {
    /// The longest length.
    pub max_duration: AccessDuration,
    /// So long after its end the same person cannot take the same access so again.
    pub cooldown: AccessDuration,
    /// Who is told at once, beside the owners, and signs the review.
    pub review: ApproversName,
}

/// All that can be asked for, by which rules, and who may see all of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Catalogue {
    /// By id.
    pub applications: BTreeMap<ApplicationId, Application>,
    /// Named groups of approvers.
    pub approvers: BTreeMap<ApproversName, Vec<Who>>,
    /// Okta groups that the rules name.
    pub groups: BTreeMap<GroupName, OktaGroupId>,
    /// Who is asked where a step has nobody else, and told where nobody answers.
    pub fallback: Option<ApproversName>,
    /// How access is taken by break-glass, where it can be at all.
    pub emergency: Option<Emergency>,
    /// Who may see every grant.
    pub admins: Vec<Who>,
    /// The rules.
    pub rules: Rules,
}

impl Catalogue {
    /// The longest that something can be taken for by break-glass; nothing where it cannot be.
    #[must_use]
    pub fn longest_emergency(&self, entitlement: &Entitlement) -> Option<AccessDuration> {
        let emergency = self.emergency.as_ref().filter(|_| entitlement.emergency)?;
        Some(entitlement.max_duration.min(emergency.max_duration))
    }

    /// An entitlement and its application.
    #[must_use]
    pub fn find(&self, id: &EntitlementId) -> Option<(&Application, &Entitlement)> {
        let application = self.applications.get(id.application())?;
        let entitlement = application.entitlements.iter().find(|e| e.id == *id)?;
        Some((application, entitlement))
    }

    /// The Okta groups on which anything in it depends: those it gives, those whose members may ask, decide or see, and
    /// those that the rules name.
    #[must_use]
    pub fn depends_on(&self) -> BTreeSet<&OktaGroupId> {
        let named = |requesters| match requesters {
            &Requesters::Everyone => [].as_slice(),
            Requesters::Only(named) => named.as_slice(),
        };
        let asking = self.entitlements().flat_map(|(_, entitlement)| named(&entitlement.requesters));
        let named = asking.chain(self.deciding()).chain(&self.admins).filter_map(|who| match who {
            Who::Group(group) => Some(group),
            Who::Person(_) | Who::SlackGroup(_) => None,
        });
        let given = self.entitlements().map(|(_, entitlement)| &entitlement.group);
        given.chain(named).chain(self.groups.values()).collect()
    }

    /// Everyone who is named as deciding about anything.
    fn deciding(&self) -> impl Iterator<Item = &Who> {
        let owners = self.applications.values().map(|application| &application.owners);
        owners.chain(self.approvers.values()).flatten()
    }

    /// Who may stand in where a step has nobody else, or nobody answers.
    #[must_use]
    pub fn stand_ins(&self) -> &[Who] {
        let named = self.fallback.as_ref().and_then(|name| self.approvers.get(name));
        named.map(Vec::as_slice).unwrap_or_default()
    }

    /// The Slack user groups whose members decide.
    #[must_use]
    pub fn slack_groups(&self) -> BTreeSet<&SlackGroupId> {
        let named = self.deciding().filter_map(|who| match who {
            Who::SlackGroup(group) => Some(group),
            Who::Person(_) | Who::Group(_) => None,
        });
        named.collect()
    }

    /// The other entitlements on the same group: who holds one of them holds all.
    pub fn sharing(&self, of: &Entitlement) -> impl Iterator<Item = (&Application, &Entitlement)> {
        self.entitlements().filter(move |(_, other)| other.group == of.group && other.id != of.id)
    }

    /// All entitlements, by application.
    pub fn entitlements(&self) -> impl Iterator<Item = (&Application, &Entitlement)> {
        self.applications
            .values()
            .flat_map(|application| application.entitlements.iter().map(move |e| (application, e)))
    }
}
