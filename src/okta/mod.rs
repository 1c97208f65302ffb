//! Okta: who somebody is, where they stand, and giving and taking a membership.
//!
//! It owns the calls and what their answers mean. It refuses to know requests, approvals or when to try again.
//!
//! Law: nothing counts as given or taken until a read that came after says so.
//!
//! The API: <https://developer.okta.com/docs/api/openapi/okta-management/guides/overview/>.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use crate::{
    clock,
    domain::{
        id::{Email, OktaGroupId, OktaUserId},
        port::{Class, EffectError, Fault, Unfit, Vendor},
        said::{LONGEST_NAME, one_line},
    },
    http::{BaseError, Http, Priority, Reply},
};

mod account;
mod facts;
mod limits;
mod member;

/// How many are asked for at once: Okta recommends 200.
const PAGE: &str = "200";

/// The most pages of a list: 100,000 members. A list that is longer is not read at all.
const MOST_PAGES: usize = 500;

/// The status of a user who may be given anything.
const ACTIVE: &str = "ACTIVE";

/// Waits between two looks at one membership, in elapsed time.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Between two looks that must agree. 3 s: Okta's directory lags by less on a usual day.
    pub between_reads: Duration,
    /// Between two looks for what was just written. 0.5 s, doubled each time.
    pub look_again: Duration,
    /// How many such looks one try takes; then the whole is tried again.
    pub looks: u32,
    /// How long what was sent and not answered may still arrive: a call's deadline and what a proxy adds. A removal in
    /// doubt is confirmed only by reads that stay the same for so long.
    pub settles_within: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            between_reads: Duration::from_secs(3),
            look_again: Duration::from_millis(500),
            looks: 4,
            settles_within: Duration::from_secs(15),
        }
    }
}

/// A user of the directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OktaPerson {
    /// Their immutable id.
    pub id: OktaUserId,
    /// Their e-mail, in lower case.
    pub email: Option<Email>,
    /// Their first and last name, or their login.
    pub name: String,
    /// Okta's status, in its own word.
    pub status: String,
    /// What they do.
    pub title: Option<String>,
    /// Where.
    pub department: Option<String>,
    login: String,
    /// What stands where their manager's id should: whatever the directory was filled with.
    manager: Option<String>,
}

impl OktaPerson {
    /// Whether they may be given anything.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == ACTIVE
    }

    /// Whether an address is theirs, by e-mail or by login.
    #[must_use]
    pub fn is_called(&self, email: &Email) -> bool {
        self.email.as_ref() == Some(email) || Email::fold(&self.login).is_ok_and(|login| login == *email)
    }
}

/// The directory. Cheap to clone; no `Debug`: it holds a token.
#[derive(Clone)]
pub struct Okta {
    http: Arc<Http>,
    timing: Timing,
    relationship: Arc<facts::Relationship>,
}

impl Okta {
    /// A directory at an organisation's URL, with an API token (SSWS).
    ///
    /// # Errors
    /// If the URL may not be called, or the token cannot be sent.
    pub fn new(org: &Url, token: &SecretString, timing: Timing) -> Result<Self, BaseError> {
        let authorization = format!("SSWS {}", token.expose_secret());
        let http = Http::new(Vendor::Okta, org, &authorization, "x-okta-request-id", limits::family)?;
        Ok(Self { http: Arc::new(http), timing, relationship: Arc::default() })
    }

    /// The one ACTIVE user of a confirmed e-mail. A search may lag and includes the deactivated; whoever it finds is
    /// read again by id, and compared.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn person(&self, email: &Email) -> Result<Result<OktaPerson, Unfit>, EffectError> {
        let mut found = Vec::new();
        for id in self.search(email).await? {
            match self.user(id.as_str()).await {
                Ok(person) if person.is_called(email) => found.push(person),
                Err(error) if error.class != Class::Gone => return Err(error),
                _ => {}
            }
        }
        // What the search does not know yet, or never will: the login. One with a slash can be read by id alone.
        if found.is_empty() && !email.as_str().contains('/') {
            match self.user(email.as_str()).await {
                Ok(person) if person.is_called(email) => found.push(person),
                Err(error) if error.class != Class::Gone => return Err(error),
                _ => {}
            }
        }
        Ok(choose(found, email))
    }

    async fn search(&self, email: &Email) -> Result<BTreeSet<String>, EffectError> {
        #[derive(Deserialize)]
        struct Hit {
            id: String,
        }
        let value = email.as_str().replace('\\', "\\\\").replace('"', "\\\"");
        let search = format!("profile.email eq \"{value}\" or profile.login eq \"{value}\"");
        let mut url = self.http.url(&["api", "v1", "users"]);
        url.query_pairs_mut().append_pair("search", &search).append_pair("limit", PAGE);
        let hits: Vec<Hit> = self.pages(url, Priority::Other).await?;
        Ok(hits.into_iter().map(|hit| hit.id).collect())
    }

    /// A user by id or login.
    async fn user(&self, key: &str) -> Result<OktaPerson, EffectError> {
        self.user_for(key, Priority::Other).await
    }

    async fn user_for(&self, key: &str, priority: Priority) -> Result<OktaPerson, EffectError> {
        let user: User = self.get(self.http.url(&["api", "v1", "users", key]), priority).await?.json()?;
        user.read().ok_or_else(|| unreadable("user"))
    }

    /// The groups a user stands in.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn groups_of(&self, user: &OktaUserId) -> Result<BTreeSet<OktaGroupId>, EffectError> {
        self.groups_for(user, Priority::Other).await
    }

    async fn groups_for(&self, user: &OktaUserId, priority: Priority) -> Result<BTreeSet<OktaGroupId>, EffectError> {
        #[derive(Deserialize)]
        struct Group {
            id: String,
        }
        let url = self.http.url(&["api", "v1", "users", user.as_str(), "groups"]);
        let groups: Vec<Group> = self.pages(url, priority).await?;
        groups.into_iter().map(|group| OktaGroupId::parse(group.id).map_err(|_| unreadable("group"))).collect()
    }

    /// The members of a group.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn members_of(&self, group: &OktaGroupId) -> Result<Vec<OktaPerson>, EffectError> {
        self.members_for(group, Priority::Other).await
    }

    async fn members_for(&self, group: &OktaGroupId, priority: Priority) -> Result<Vec<OktaPerson>, EffectError> {
        let mut url = self.http.url(&["api", "v1", "groups", group.as_str(), "users"]);
        url.query_pairs_mut().append_pair("limit", PAGE);
        let users: Vec<User> = self.pages(url, priority).await?;
        users.into_iter().map(|user| user.read().ok_or_else(|| unreadable("user"))).collect()
    }

    async fn get(&self, url: Url, priority: Priority) -> Result<Reply, EffectError> {
        self.http.call(Method::GET, url, priority).await?.success(&Method::GET)
    }

    /// All pages of a list. Whoever is not in it is nowhere in it, so anything but its own end is an error.
    async fn pages<T: serde::de::DeserializeOwned>(
        &self,
        first: Url,
        priority: Priority,
    ) -> Result<Vec<T>, EffectError> {
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        let mut page = Some(first);
        while let Some(url) = page {
            let reply = self.get(url.clone(), priority).await?;
            all.append(&mut reply.json::<Vec<T>>()?);
            page = self.http.next(&reply)?;
            seen.insert(url);
            if page.as_ref().is_some_and(|next| seen.contains(next)) {
                return Err(reply.unread("pages in a circle"));
            }
            if page.is_some() && seen.len() >= MOST_PAGES {
                return Err(reply.unread("pages without end"));
            }
        }
        Ok(all)
    }

    async fn again(&self, look: u32) {
        clock::pause(self.timing.look_again * 2_u32.saturating_pow(look)).await;
    }
}

/// Exactly one, and ACTIVE. Deactivated namesakes do not make it ambiguous, as long as one is left.
fn choose(found: Vec<OktaPerson>, email: &Email) -> Result<OktaPerson, Unfit> {
    let (mut active, others): (Vec<_>, Vec<_>) = found.into_iter().partition(OktaPerson::is_active);
    match (active.pop(), active.is_empty(), others.into_iter().next()) {
        (Some(person), true, _) => Ok(person),
        (Some(_), false, _) => Err(Unfit::Ambiguous { email: email.clone() }),
        (None, _, Some(person)) => Err(Unfit::Inactive { status: person.status, email: Some(email.clone()) }),
        (None, _, None) => Err(Unfit::NoAccount { email: email.clone() }),
    }
}

/// An answer that does not say what it should: worth another try.
fn unreadable(what: &str) -> EffectError {
    let fault = Fault { vendor: Vendor::Okta, status: None, code: Some(format!("unreadable {what}")), receipt: None };
    EffectError { class: Class::Retry, after: None, fault }
}

#[derive(Deserialize)]
struct User {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    profile: Profile,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Profile {
    login: Option<String>,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    title: Option<String>,
    department: Option<String>,
    manager_id: Option<String>,
}

impl User {
    fn read(self) -> Option<OktaPerson> {
        let Profile { login, email, first_name, last_name, title, department, manager_id } = self.profile;
        let login = login.unwrap_or_default();
        let name = [first_name, last_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = one_line(&name, LONGEST_NAME);
        Some(OktaPerson {
            id: OktaUserId::parse(self.id).ok()?,
            email: email.and_then(|email| Email::fold(&email).ok()),
            name: if name.is_empty() { one_line(&login, LONGEST_NAME) } else { name },
            status: self.status,
            title: said(title),
            department: said(department),
            login,
            manager: manager_id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()),
        })
    }
}

/// What a field says, on one line; nothing where it is blank.
fn said(field: Option<String>) -> Option<String> {
    field.map(|text| one_line(&text, LONGEST_NAME)).filter(|text| !text.is_empty())
}
