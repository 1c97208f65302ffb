//! What the directory says of somebody besides who they are: groups, title, department, manager.
//!
//! It owns the ways in which a directory names a manager. It refuses to know what a manager decides.
//!
//! Law: whatever names a manager is looked up, and whoever is found is compared with it: a short name may be somebody
//! else's, and an employee number nobody's.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use url::Url;

use super::{Okta, OktaPerson, member::there};
use crate::{
    clock,
    domain::{
        id::{Email, OktaUserId},
        port::{Class, EffectError, Facts, Fault, Unfit},
    },
    http::Priority,
};

/// Okta's logins and e-mails have at most 100 characters: what is much longer names nobody.
const LONGEST_REFERENCE: usize = 254;

/// How long it is remembered which relationship leads to a manager: an organisation sets that up once.
const REMEMBERED_FOR: Duration = Duration::from_secs(10 * 60);

/// What a relationship's name or title has in it where it leads to a manager.
const MANAGER: &str = "manager";

impl Okta {
    /// A user by their id, as somebody who may be given anything.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn person_of(&self, user: &OktaUserId) -> Result<Result<OktaPerson, Unfit>, EffectError> {
        let found = there(self.user(user.as_str()).await)?;
        Ok(match found {
            Some(person) if person.is_active() => Ok(person),
            Some(person) => Err(Unfit::Inactive { status: person.status, email: None }),
            None => Err(Unfit::Inactive { status: Fault::of_inactive(None).code.unwrap_or_default(), email: None }),
        })
    }

    /// What is said of a user now.
    ///
    /// # Errors
    /// See [`EffectError`]. What cannot be read is not left out.
    pub async fn facts_of(&self, person: &OktaPerson) -> Result<Facts, EffectError> {
        let groups = self.groups_of(&person.id).await?;
        let (manager, manager_unread) = match self.manager_of(person).await {
            Ok(manager) => (manager, false),
            // A right that nothing else needs: whom it concerns is decided where a manager matters.
            Err(error) if is_forbidden(&error) => {
                let written = person.manager.is_some();
                tracing::error!(okta = %person.id, written, fault = ?error.fault, "it may not be read who a manager is: linked objects, or whom a written managerId names");
                (None, true)
            }
            Err(error) => return Err(error),
        };
        let (title, department) = (person.title.clone(), person.department.clone());
        Ok(Facts { groups, title, department, manager, manager_unread })
    }

    /// The e-mail of a user's manager, who is ACTIVE and somebody else. What may be forbidden is to read linked objects, or
    /// that user: one token may read some users and not others.
    async fn manager_of(&self, person: &OktaPerson) -> Result<Option<Email>, EffectError> {
        let written = match &person.manager {
            Some(reference) => self.referred(reference).await?,
            None => None,
        };
        let found = match written {
            Some(found) => Some(found),
            None => self.linked(person).await?,
        };
        Ok(found.filter(|manager| manager.is_active() && manager.id != person.id).and_then(|manager| manager.address()))
    }

    /// Whom a text means, which may be an id, a login or an e-mail; nobody for anything else.
    async fn referred(&self, reference: &str) -> Result<Option<OktaPerson>, EffectError> {
        if !can_be_a_segment(reference) {
            return self.addressed(reference).await;
        }
        match self.user(reference).await {
            Ok(found) if found.is_meant_by(reference) => Ok(Some(found)),
            Ok(_) => self.addressed(reference).await,
            // Nobody, or no name at all to Okta.
            Err(error) if matches!(error.class, Class::Gone | Class::Rejected) => self.addressed(reference).await,
            Err(error) => Err(error),
        }
    }

    async fn addressed(&self, reference: &str) -> Result<Option<OktaPerson>, EffectError> {
        match Email::fold(reference) {
            Ok(email) => Ok(self.person(&email).await?.ok()),
            Err(_) => Ok(None),
        }
    }

    /// To whom the relationship leads that reads like a manager's, where the organisation has one.
    async fn linked(&self, person: &OktaPerson) -> Result<Option<OktaPerson>, EffectError> {
        let Some(name) = self.relationship().await? else { return Ok(None) };
        let url = self.http.url(&["api", "v1", "users", person.id.as_str(), "linkedObjects", &name]);
        let links: Vec<Link> = there(self.pages(url, Priority::Other).await)?.unwrap_or_default();
        let [link] = links.as_slice() else { return Ok(None) };
        let Some(id) = link.user() else { return Ok(None) };
        Ok(there(self.user(id.as_str()).await)?.filter(|found| found.id == id))
    }

    /// The name of the relationship that leads to a manager. Where it cannot be read anew, as it was known. That the token
    /// may not read it says nothing of it, and is not remembered.
    async fn relationship(&self) -> Result<Option<String>, EffectError> {
        let known = self.relationship.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, name)) = &known
            && clock::elapsed().saturating_sub(*at) < REMEMBERED_FOR
        {
            return Ok(name.clone());
        }
        let url = self.http.url(&["api", "v1", "meta", "schemas", "user", "linkedObjects"]);
        let name = match self.pages::<Definition>(url, Priority::Other).await {
            Ok(definitions) => manager_among(&definitions),
            // An organisation without them.
            Err(error) if error.class == Class::Gone => None,
            Err(error) if is_forbidden(&error) => return Err(error),
            Err(error) => return known.map(|(_, name)| name).ok_or(error),
        };
        *self.relationship.lock().unwrap_or_else(PoisonError::into_inner) = Some((clock::elapsed(), name.clone()));
        Ok(name)
    }
}

/// Which relationship leads to a manager, and since when, in elapsed time, that is known.
pub(super) type Relationship = Mutex<Option<(Duration, Option<String>)>>;

/// HTTP 403.
const FORBIDDEN: u16 = 403;

/// Whether Okta knows who asks, and will not answer this.
fn is_forbidden(error: &EffectError) -> bool {
    error.class == Class::Auth && error.fault.status == Some(FORBIDDEN)
}

impl OktaPerson {
    /// Whether a reference is exactly one of their names.
    fn is_meant_by(&self, reference: &str) -> bool {
        let address = Email::fold(reference);
        self.id.as_str() == reference
            || self.login.eq_ignore_ascii_case(reference)
            || address.is_ok_and(|address| self.is_called(&address))
    }

    /// Where they are written to.
    fn address(&self) -> Option<Email> {
        self.email.clone().or_else(|| Email::fold(&self.login).ok())
    }
}

/// Whether a text can stand in a path as it is: a slash cannot, and dots would lead elsewhere.
fn can_be_a_segment(reference: &str) -> bool {
    reference.len() <= LONGEST_REFERENCE && !reference.contains('/') && !matches!(reference, "." | "..")
}

/// The one that is called so; else the only one that reads so. Of several it is not known which is meant.
fn manager_among(definitions: &[Definition]) -> Option<String> {
    let ends = || definitions.iter().filter_map(|definition| definition.primary.as_ref());
    if let Some(exact) = ends().find(|end| end.name.eq_ignore_ascii_case(MANAGER)) {
        return Some(exact.name.clone());
    }
    let reads_so = |text: &str| text.to_lowercase().contains(MANAGER);
    let mut alike = ends().filter(|end| reads_so(&end.name) || reads_so(&end.title));
    match (alike.next(), alike.next()) {
        (Some(only), None) => Some(only.name.clone()),
        _ => None,
    }
}

/// A relationship between users: many are associated with one, who is primary.
#[derive(Deserialize)]
struct Definition {
    primary: Option<End>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct End {
    name: String,
    title: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link {
    #[serde(rename = "_links")]
    links: Links,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Links {
    #[serde(rename = "self")]
    itself: Option<Href>,
}

#[derive(Deserialize)]
struct Href {
    href: String,
}

impl Link {
    /// Whom it leads to: Okta answers addresses, not ids.
    fn user(&self) -> Option<OktaUserId> {
        let url = Url::parse(&self.links.itself.as_ref()?.href).ok()?;
        OktaUserId::parse(url.path_segments()?.next_back()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(names: &[(&str, &str)]) -> Option<String> {
        let end = |(name, title): &(&str, &str)| End { name: (*name).to_owned(), title: (*title).to_owned() };
        let definitions: Vec<Definition> = names.iter().map(|one| Definition { primary: Some(end(one)) }).collect();
        manager_among(&definitions)
    }

    #[test]
    fn the_relationship_is_the_one_that_reads_like_a_managers() {
        for (names, found) in [
            (&[][..], None),
            (&[("mentor", "Mentor")], None),
            (&[("mentor", "Mentor"), ("manager", "Boss")], Some("manager")),
            (&[("lineManager", "Line")], Some("lineManager")),
            (&[("rel1", "Line Manager")], Some("rel1")),
            (&[("lineManager", "Line"), ("projectManager", "Project")], None),
            (&[("lineManager", "Line"), ("Manager", "x"), ("projectManager", "Project")], Some("Manager")),
        ] {
            assert_eq!(among(names).as_deref(), found, "{names:?}");
        }
    }

    #[test]
    fn a_link_names_whom_it_leads_to_in_its_last_part() {
        for (href, user) in [
            ("https://acme.okta.com/api/v1/users/00u1BOSS", Some("00u1BOSS")),
            ("https://acme.okta.com/api/v1/users/00u1BOSS?x=1", Some("00u1BOSS")),
            ("https://acme.okta.com/api/v1/users/", None),
            ("https://acme.okta.com/api/v1/users/..%2fgroups", None),
            ("00u1BOSS", None),
            ("", None),
        ] {
            let link: Link = serde_json::from_value(serde_json::json!({"_links": {"self": {"href": href}}})).unwrap();
            assert_eq!(link.user(), user.map(|user| OktaUserId::parse(user).unwrap()), "{href}");
        }
        let none: Link = serde_json::from_value(serde_json::json!({})).unwrap();
        assert_eq!(none.user(), None);
    }
}
