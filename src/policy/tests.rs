//! Every fault in its own words, what rules say to a request, and that nothing breaks whoever reads them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use insta::assert_snapshot;
use tempfile::TempDir;

use super::*;
use crate::domain::{
    catalogue::{Application, Entitlement, Offer, Requesters, Sensitivity, StepRule, Who},
    id::{ApplicationId, ApproversName, Email, EntitlementId, GroupName, OktaGroupId, OktaUserId, SlackUserId},
    port::Identity,
    rules::{Question, Ruling},
    time::{AccessDuration, Timestamp},
};

mod faults;
mod hostile;
mod judging;
mod wholes;

fn email(name: &str) -> Email {
    Email::parse(format!("{name}@acme.example")).unwrap()
}

fn secs(secs: u64) -> AccessDuration {
    AccessDuration::from_secs(secs).unwrap()
}

fn level(id: &str, name: &str, sensitivity: Sensitivity) -> Entitlement {
    let id = EntitlementId::parse(id).unwrap();
    Entitlement {
        group: OktaGroupId::parse(format!("00g{}{}", id.application().as_str().replace('-', ""), id.level())).unwrap(),
        id,
        name: name.to_owned(),
        sensitivity,
        approval: vec![StepRule::Owner],
        durations: vec![Offer::For(secs(7_200))],
        max_duration: secs(8 * 3_600),
        requesters: Requesters::Everyone,
        allow_admin_group: false,
        escalates: false,
        emergency: false,
    }
}

fn application(id: &str, name: &str, entitlements: Vec<Entitlement>) -> (ApplicationId, Application) {
    let id = ApplicationId::parse(id).unwrap();
    let owners = vec![Who::Person(email("bob"))];
    (id.clone(), Application { id, name: name.to_owned(), owners, entitlements })
}

/// A database with two levels, and staging.
fn catalogue() -> Catalogue {
    let rw = level("prod-db/rw", "Read-Write", Sensitivity::High);
    let admin = level("prod-db/admin", "Admin", Sensitivity::Critical);
    let deploy = level("staging/deploy", "Deploy", Sensitivity::Medium);
    Catalogue {
        applications: BTreeMap::from([
            application("prod-db", "Production Database", vec![rw, admin]),
            application("staging", "Staging", vec![deploy]),
        ]),
        approvers: BTreeMap::from([(ApproversName::parse("soc").unwrap(), vec![Who::Person(email("carol"))])]),
        groups: BTreeMap::from([(GroupName::parse("oncall").unwrap(), OktaGroupId::parse("00gONCALL").unwrap())]),
        ..Catalogue::default()
    }
}

/// A folder of files of rules.
struct Folder(TempDir);

impl Folder {
    fn of(files: &[(&str, &[u8])]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, bytes) in files {
            fs::write(folder.file(name), bytes).unwrap();
        }
        folder
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn load(&self, names: &[&str]) -> Result<Sound, Faults> {
        let files: Vec<PathBuf> = names.iter().map(|name| self.file(name)).collect();
        read(&files).for_catalogue(&catalogue())
    }

    /// What is wrong with files, a line each.
    fn faults(&self, names: &[&str]) -> String {
        let faults = self.load(names).map(|sound| format!("{} sound rules\n", sound.count));
        let text = faults.unwrap_or_else(|faults| faults.to_string());
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

fn load(text: &str) -> Result<Sound, Faults> {
    Folder::of(&[("policy.cedar", text.as_bytes())]).load(&["policy.cedar"])
}

/// What is wrong with a text, a line each, without the file's name.
fn faults(text: &str) -> String {
    let faults = Folder::of(&[("policy.cedar", text.as_bytes())]).faults(&["policy.cedar"]);
    faults.replace("policy.cedar: ", "")
}

fn rules(text: &str) -> Rules {
    load(text).unwrap_or_else(|faults| panic!("{faults}")).rules
}
