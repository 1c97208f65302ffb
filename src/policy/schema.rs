//! What rules can be about, in Cedar's own words: generated from the catalogue, so that a name that does not exist is
//! seen before it matters.

use std::fmt::Write as _;

use super::names::SENSITIVITIES;
use crate::domain::catalogue::Catalogue;

/// The schema that the rules of a catalogue are held to.
#[must_use]
pub fn schema(catalogue: &Catalogue) -> String {
    let groups = declared("Group", catalogue.groups.keys().map(|name| name.as_str()));
    let applications = declared("Application", catalogue.applications.keys().map(|id| id.as_str()));
    let sensitivities = declared("Sensitivity", SENSITIVITIES);
    let entitlements = entitlements(catalogue);
    format!(
        r#"// Whoever asks or decides, by e-mail, in those of [groups] that they stand in.
{groups}
entity Person in [Group] = {{
    email: String,
    title?: String,
    department?: String,
    manager?: String, // an e-mail
}};

// What is asked for, in its application.
{applications}
{sensitivities}
{entitlements}entity Entitlement in [Application] = {{
    id: String, // as "prod-db/rw", which is its uid too
    name: String,
    sensitivity: Sensitivity,
    rank: Long, // from 1 (low) to 4 (critical)
}};

type Asked = {{
    duration: duration,
    total: duration, // with what this person held through the same Okta group shortly before
    at: datetime,
    justification: String,
    emergency: Bool,
}};

// forbid Request refuses. permit Require adds @step, @distinct, @max_duration.
// permit AutoApprove takes the own steps away, forbid AutoApprove asks them all the same.
action Request, Require, AutoApprove appliesTo {{
    principal: [Person], // who asks
    resource: [Entitlement],
    context: Asked,
}};

// forbid Approve takes the decision from somebody.
action Approve appliesTo {{
    principal: [Person], // who decides
    resource: [Entitlement],
    context: {{
        duration: duration,
        total: duration,
        at: datetime,
        justification: String,
        emergency: Bool,
        requester: Person,
    }},
}};
"#
    )
}

/// A type of which all are known, where there are any.
fn declared<'a>(kind: &str, ids: impl IntoIterator<Item = &'a str>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| format!("\"{id}\"")).collect();
    if ids.is_empty() { format!("entity {kind};") } else { format!("entity {kind} enum [{}];", ids.join(", ")) }
}

/// Those that there are: a type with attributes cannot list them.
fn entitlements(catalogue: &Catalogue) -> String {
    let mut listed = String::new();
    for (application, entitlement) in catalogue.entitlements() {
        let (name, level) = (plain(&application.name), plain(&entitlement.name));
        // Writing to a text cannot fail.
        let _ = writeln!(listed, "// Entitlement::\"{}\" is {name} {level}", entitlement.id);
    }
    listed
}

fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
