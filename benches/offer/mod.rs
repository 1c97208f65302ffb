//! What can be asked for in the benchmarks.

use std::collections::BTreeMap;

use jitney::domain::{
    catalogue::{Application, Catalogue, Entitlement, Offer, Requesters, Sensitivity, StepRule, Who},
    id::{ApplicationId, Email, EntitlementId, OktaGroupId},
    time::AccessDuration,
};

/// A length.
pub fn secs(secs: u64) -> AccessDuration {
    AccessDuration::from_secs(secs).unwrap()
}

/// One application with one level, open to everyone.
pub fn catalogue() -> Catalogue {
    let level = Entitlement {
        id: EntitlementId::parse("db/rw").unwrap(),
        name: "Read-Write".into(),
        group: OktaGroupId::parse("00gPROD").unwrap(),
        sensitivity: Sensitivity::High,
        approval: vec![StepRule::Owner],
        durations: vec![Offer::For(secs(7_200))],
        max_duration: secs(28_800),
        requesters: Requesters::Everyone,
        allow_admin_group: false,
        escalates: false,
        emergency: false,
    };
    let application = Application {
        id: ApplicationId::parse("db").unwrap(),
        name: "Database".into(),
        owners: vec![Who::Person(Email::parse("bob@acme.example").unwrap())],
        entitlements: vec![level],
    };
    Catalogue {
        applications: BTreeMap::from([(application.id.clone(), application)]),
        approvers: BTreeMap::new(),
        admins: Vec::new(),
        ..Catalogue::default()
    }
}
