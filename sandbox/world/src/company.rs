//! The people, groups and project the world begins with, as plain data; everything can be changed afterwards.
//!
//! Law: a person may exist in Slack only, in Okta only, or in both; nothing here ties the two but the e-mail.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::jira::Project;
use crate::okta::{Group, GroupKind, Rule};

/// What the world begins with.
#[derive(Debug, Clone, Default)]
pub struct Company {
    /// Everybody, in Slack or Okta or both.
    pub people: Vec<Person>,
    /// Okta's groups.
    pub groups: Vec<Group>,
    /// Okta's group rules.
    pub rules: Vec<Rule>,
    /// Jira's one project.
    pub project: Project,
}

/// One human being (or bot).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// Full name, as Slack's `real_name` and Okta's first and last name.
    pub name: String,
    /// Slack account, if any.
    pub slack: Option<SlackAccount>,
    /// Okta account, if any.
    pub okta: Option<OktaAccount>,
}

/// An account in Slack.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SlackAccount {
    /// `U0ALICE`.
    pub id: String,
    /// The profile's e-mail.
    pub email: String,
    /// `is_email_confirmed`.
    pub email_confirmed: bool,
    /// IANA name; empty where Slack knows none.
    pub tz: String,
    /// `is_bot`.
    pub bot: bool,
    /// `deleted`: deactivated.
    pub deleted: bool,
    /// `is_restricted`: any guest.
    pub restricted: bool,
    /// `is_ultra_restricted`: guest of a single channel.
    pub ultra_restricted: bool,
    /// `is_stranger`: of another workspace, without a shared channel.
    pub stranger: bool,
    /// Another workspace's id; nothing means this one.
    pub team_id: Option<String>,
}

/// A user in Okta.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OktaAccount {
    /// `00uALICE`.
    pub id: String,
    /// `profile.login`.
    pub login: String,
    /// `profile.email`; two users may have the same.
    pub email: String,
    /// `ACTIVE`, `SUSPENDED`, `DEPROVISIONED`, …
    pub status: String,
    /// `profile.title`.
    pub title: Option<String>,
    /// `profile.department`.
    pub department: Option<String>,
    /// `profile.managerId`, whatever the directory put there.
    pub manager_id: Option<String>,
    /// `profile.manager`, a display name.
    pub manager: Option<String>,
}

impl Person {
    /// A full member of the workspace with an active Okta user; ids `U0<KEY>` and `00u<KEY>`, e-mail `<key>@acme.example`.
    #[must_use]
    pub fn member(key: &str, name: &str, tz: &str) -> Self {
        Self { name: name.into(), slack: Some(SlackAccount::member(key, tz)), okta: Some(OktaAccount::active(key)) }
    }

    /// The Slack id, empty where there is none.
    #[must_use]
    pub fn slack_id(&self) -> &str {
        self.slack.as_ref().map_or("", |account| account.id.as_str())
    }

    /// The Okta id, empty where there is none.
    #[must_use]
    pub fn okta_id(&self) -> &str {
        self.okta.as_ref().map_or("", |account| account.id.as_str())
    }
}

impl SlackAccount {
    /// A full member with a confirmed e-mail.
    #[must_use]
    pub fn member(key: &str, tz: &str) -> Self {
        Self {
            id: format!("U0{}", key.to_uppercase()),
            email: format!("{}@acme.example", key.to_lowercase()),
            email_confirmed: true,
            tz: tz.into(),
            ..Self::default()
        }
    }
}

impl OktaAccount {
    /// An `ACTIVE` user whose login is the e-mail.
    #[must_use]
    pub fn active(key: &str) -> Self {
        let email = format!("{}@acme.example", key.to_lowercase());
        Self {
            id: format!("00u{}", key.to_uppercase()),
            login: email.clone(),
            email,
            status: "ACTIVE".into(),
            ..Self::default()
        }
    }
}

impl Company {
    /// The company of the examples: Alice asks, Bob and Dana own, Carol is the SOC and an admin, Erin is a guest, Frank
    /// left, Gus has no Okta user, Hana two, and Ivy's Okta user is suspended.
    #[must_use]
    pub fn acme() -> Self {
        Self { people: acme_people(), groups: acme_groups(), rules: vec![acme_rule()], project: Project::access() }
    }
}

fn acme_people() -> Vec<Person> {
    let paris = "Europe/Paris";
    let mut alice = Person::member("alice", "Alice Martin", paris);
    let mut bob = Person::member("bob", "Bob Stone", paris);
    let mut dana = Person::member("dana", "Dana Fox", "America/New_York");
    let mut carol = Person::member("carol", "Carol Diaz", "Europe/London");
    let mut erin = Person::member("erin", "Erin Guest", paris);
    let mut frank = Person::member("frank", "Frank Gone", paris);
    let mut gus = Person::member("gus", "Gus Unmapped", paris);
    let mut ivy = Person::member("ivy", "Ivy Paused", paris);
    if let Some(okta) = &mut alice.okta {
        okta.manager_id = Some("00uBOB".into());
        okta.manager = Some("Bob Stone".into());
    }
    works(&mut alice, "Staff Engineer", "Payments");
    works(&mut bob, "Engineering Manager", "Payments");
    works(&mut dana, "Principal Engineer", "Payments");
    works(&mut carol, "Security Analyst", "Security");
    if let Some(slack) = &mut erin.slack {
        slack.restricted = true;
    }
    if let (Some(slack), Some(okta)) = (&mut frank.slack, &mut frank.okta) {
        slack.deleted = true;
        okta.status = "DEPROVISIONED".into();
    }
    gus.okta = None;
    if let Some(okta) = &mut ivy.okta {
        okta.status = "SUSPENDED".into();
    }
    let mut people = vec![alice, bob, dana, carol, erin, frank, gus, ivy];
    people.extend(two_hanas(paris));
    people
}

/// What somebody does, in Okta.
fn works(person: &mut Person, title: &str, department: &str) {
    if let Some(okta) = &mut person.okta {
        okta.title = Some(title.into());
        okta.department = Some(department.into());
    }
}

/// One Slack member whose e-mail two active Okta users have.
fn two_hanas(tz: &str) -> [Person; 2] {
    let first = Person::member("hana", "Hana Twice", tz);
    let mut second = Person { slack: None, ..Person::member("hana2", "Hana Twice", tz) };
    if let Some(okta) = &mut second.okta {
        okta.email = "hana@acme.example".into();
        okta.login = "hana.admin@acme.example".into();
    }
    [first, second]
}

fn acme_groups() -> Vec<Group> {
    let mut groups = vec![
        Group::okta("00gPRODRW", "prod-db-rw", &[]),
        Group::okta("00gPRODRO", "prod-db-ro", &[]),
        Group::okta("00gSTAGING", "staging-admin", &[]),
        Group::okta("00gENG", "engineering", &["00uALICE", "00uBOB", "00uDANA"]),
        Group::okta("00gSEC", "security", &["00uCAROL"]),
        Group::okta("00gSOC", "soc", &["00uCAROL"]),
        Group::okta("00gONCALL", "oncall", &["00uDANA"]),
        Group::okta("00gRULED", "filled-by-a-rule", &[]),
        Group::okta("00gADMINS", "okta-admins", &[]),
        Group::okta("00gIMPORTED", "imported-from-ad", &[]),
        Group::okta("00gEVERYONE", "Everyone", &[]),
    ];
    for group in &mut groups {
        match group.id.as_str() {
            "00gADMINS" => group.admin_roles = vec!["USER_ADMIN".into()],
            "00gIMPORTED" => group.kind = GroupKind::AppGroup,
            "00gEVERYONE" => {
                group.kind = GroupKind::BuiltIn;
                group.members = acme_people().iter().map(|person| person.okta_id().to_owned()).collect();
                group.members.remove("");
            }
            _ => {}
        }
    }
    groups
}

fn acme_rule() -> Rule {
    Rule {
        id: "0prRULE".into(),
        name: "Everybody in Platform".into(),
        status: "ACTIVE".into(),
        expression: "user.department==\"Platform\"".into(),
        groups: vec!["00gRULED".into()],
        excluded: BTreeSet::new(),
    }
}
