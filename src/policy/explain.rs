//! Who would be asked for what, and by which rules, for somebody who need not exist.
//!
//! Law: what is said here is what would be decided, by the same code.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::fault::{Shown, nearest};
use crate::domain::{
    catalogue::Catalogue,
    decide::{Outlook, may_ask},
    duration::Length,
    duty::Duties,
    id::{Email, EntitlementId, GroupName, OktaGroupId, OktaUserId, SlackUserId},
    port::Identity,
    request::NotSentOn,
    time::{AccessDuration, EndRule, Timestamp},
};

/// A request as people write it down.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Who asks, by e-mail.
    pub requester: String,
    /// The groups they stand in: names of `[groups]`, or `okta:` and an id.
    #[serde(default)]
    pub groups: Vec<String>,
    /// What they ask for, as `application/level`.
    pub entitlement: String,
    /// How long.
    pub duration: String,
    /// How long at a stretch, where that is more.
    pub total: Option<String>,
    /// When, in RFC 3339.
    pub at: Option<String>,
    /// Why.
    #[serde(default)]
    pub justification: String,
    /// Whether it is taken by break-glass.
    #[serde(default)]
    pub emergency: bool,
    /// What they do.
    pub title: Option<String>,
    /// Where.
    pub department: Option<String>,
    /// Their manager, by e-mail.
    pub manager: Option<String>,
}

/// Something in it that means nothing, in a sentence with a mend.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{key}: {text} {wrong}")]
pub struct Slip {
    key: &'static str,
    text: Shown,
    wrong: String,
}

/// A request that could be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Who asks.
    pub person: Identity,
    /// For what.
    pub entitlement: EntitlementId,
    /// How long.
    pub duration: AccessDuration,
    /// How long at a stretch; at least as long.
    pub total: AccessDuration,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub justification: String,
    /// Whether it is taken by break-glass.
    pub emergency: bool,
}

/// Why a request would not be put to anybody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// They are none of its requesters.
    NotARequester,
    /// It is not taken by break-glass.
    NoEmergency,
    /// Rules, or its length.
    ByDuty(NotSentOn),
}

impl Told {
    /// What was meant, `now` where no time is told.
    ///
    /// # Errors
    /// The first thing in it that means nothing.
    pub fn read(&self, catalogue: &Catalogue, now: Timestamp) -> Result<Asked, Slip> {
        let duration = length("duration", &self.duration)?;
        let total = self.total.as_deref().map_or(Ok(duration), |total| length("total", total))?;
        if total < duration {
            return Err(slip("total", &self.duration, "at a stretch are less than that alone. Write as much or more."));
        }
        let at = self.at.as_deref().map_or(Ok(now), instant)?;
        let (entitlement, emergency) = (self.entitlement(catalogue)?, self.emergency);
        let (person, justification) = (self.person(catalogue)?, self.justification.clone());
        Ok(Asked { person, entitlement, duration, total, at, justification, emergency })
    }

    fn entitlement(&self, catalogue: &Catalogue) -> Result<EntitlementId, Slip> {
        let known = EntitlementId::parse(&self.entitlement).ok().filter(|id| catalogue.find(id).is_some());
        known.ok_or_else(|| {
            let ids: Vec<String> = catalogue.entitlements().map(|(_, one)| one.id.to_string()).collect();
            unknown("entitlement", &self.entitlement, ids.iter().map(String::as_str), "is not offered.")
        })
    }

    fn person(&self, catalogue: &Catalogue) -> Result<Identity, Slip> {
        let email = email("requester", &self.requester)?;
        let manager = self.manager.as_deref().map(|manager| self::email("manager", manager)).transpose()?;
        let groups = self.groups.iter().map(|name| group(name, catalogue)).collect::<Result<_, _>>()?;
        // Nobody looks at the accounts of somebody who is made up.
        let nobody = |_| slip("requester", &self.requester, "cannot be anybody.");
        let slack = SlackUserId::parse("U0").map_err(nobody)?;
        let okta = OktaUserId::parse("00u0").map_err(nobody)?;
        let person = Identity::new(slack, okta, email, self.requester.clone());
        let (title, department) = (self.title.clone(), self.department.clone());
        Ok(Identity { groups, title, department, manager, ..person })
    }
}

fn slip(key: &'static str, text: &str, wrong: &str) -> Slip {
    Slip { key, text: Shown::of(text), wrong: wrong.to_owned() }
}

fn unknown<'a>(key: &'static str, text: &str, known: impl IntoIterator<Item = &'a str>, wrong: &str) -> Slip {
    let mend = nearest(text, known).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
    slip(key, text, &format!("{wrong}{mend}"))
}

fn length(key: &'static str, text: &str) -> Result<AccessDuration, Slip> {
    let second = AccessDuration::from_secs(1).ok();
    match second.and_then(|second| Length::parse(text, second).ok()) {
        Some(Length::For(length)) => Ok(length),
        _ => Err(slip(key, text, "is not a length. Write 45m, 2h or 1h 30m.")),
    }
}

fn instant(text: &str) -> Result<Timestamp, Slip> {
    text.parse().map_err(|_| slip("at", text, "is not an instant. Write one as 2026-12-20T00:00:00Z."))
}

fn email(key: &'static str, text: &str) -> Result<Email, Slip> {
    Email::fold(text).map_err(|_| slip(key, text, "is not an e-mail address. Write someone@company.example."))
}

fn group(text: &str, catalogue: &Catalogue) -> Result<OktaGroupId, Slip> {
    if let Some(id) = text.strip_prefix("okta:") {
        return OktaGroupId::parse(id).map_err(|_| slip("groups", text, "is not the id of an Okta group."));
    }
    let named = GroupName::parse(text).ok().and_then(|name| catalogue.groups.get(&name).cloned());
    named.ok_or_else(|| {
        let names = catalogue.groups.keys().map(|name| name.as_str());
        unknown("groups", text, names, "is no name of [groups]. Write one, or okta: and a group's id.")
    })
}

impl Asked {
    /// What it would have to go through.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn judged_by(&self, catalogue: &Catalogue) -> Result<Duties, Refused> {
        let not_offered = Refused::ByDuty(NotSentOn::NotOffered);
        let (_, entitlement) = catalogue.find(&self.entitlement).ok_or(not_offered)?;
        if !may_ask(&entitlement.requesters, &self.person) {
            return Err(Refused::NotARequester);
        }
        let duties = self.duties(catalogue).map_err(Refused::ByDuty)?;
        match (&catalogue.emergency, self.emergency) {
            (_, false) => Ok(duties),
            (Some(emergency), true) if entitlement.emergency => self.taken(&duties, emergency.max_duration),
            (_, true) => Err(Refused::NoEmergency),
        }
    }

    /// What is taken by break-glass is had at once, and for so long at most.
    fn taken(&self, duties: &Duties, most: AccessDuration) -> Result<Duties, Refused> {
        let most = most.min(duties.most);
        if self.duration > most {
            return Err(Refused::ByDuty(NotSentOn::TooLong { most, rule: None }));
        }
        Ok(Duties { steps: Vec::new(), applied: Vec::new(), most })
    }

    fn duties(&self, catalogue: &Catalogue) -> Result<Duties, NotSentOn> {
        let outlook = Outlook {
            catalogue,
            person: &self.person,
            ours: &BTreeSet::new(),
            end: EndRule::After { secs: self.duration },
            before: self.total.secs().saturating_sub(self.duration.secs()),
            extends: 0,
            why: &self.justification,
            emergency: self.emergency,
            now: self.at,
        };
        outlook.of(&self.entitlement)
    }
}
