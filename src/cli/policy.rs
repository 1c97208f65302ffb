//! `jitney policy schema`, `explain` and `test`: the rules without a bot, a token or a connection.
//!
//! It owns how answers are printed. It refuses to know what follows from a rule.

use std::{path::Path, process::ExitCode};

use clap::Args;

use crate::{
    config::Loaded,
    domain::{
        catalogue::Catalogue,
        duty::Duties,
        request::{NotSentOn, StepKind},
        rules::Rule,
        time::Timestamp,
    },
    policy::{self, Asked, Refused, Told},
    say::{length, rules},
};

/// Who asks for what.
#[derive(Debug, Args)]
pub struct Supposed {
    /// Who asks, by e-mail
    #[arg(long, value_name = "EMAIL")]
    requester: String,
    /// What they ask for, as application/level
    #[arg(long, value_name = "ID")]
    entitlement: String,
    /// How long
    #[arg(long, value_name = "LENGTH")]
    duration: String,
    /// How long with what they held through the same group shortly before
    #[arg(long, value_name = "LENGTH")]
    total: Option<String>,
    /// When, as 2026-12-20T00:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The groups they stand in: names of [groups], or okta: and an id, with commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    groups: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "")]
    justification: String,
    /// Taken by break-glass
    #[arg(long)]
    emergency: bool,
    /// What they do
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Where
    #[arg(long, value_name = "TEXT")]
    department: Option<String>,
    /// Their manager, by e-mail
    #[arg(long, value_name = "EMAIL")]
    manager: Option<String>,
}

impl From<Supposed> for Told {
    fn from(supposed: Supposed) -> Self {
        let Supposed { requester, entitlement, duration, total, at, groups, .. } = supposed;
        let Supposed { justification, emergency, title, department, manager, .. } = supposed;
        Self {
            requester,
            groups,
            entitlement,
            duration,
            total,
            at,
            justification,
            emergency,
            title,
            department,
            manager,
        }
    }
}

/// What a command has to say, and whether it went well.
type Answer = Result<String, String>;

#[expect(clippy::print_stdout, reason = "this is what the commands are for")]
fn print(answer: Answer) -> ExitCode {
    match answer {
        Ok(text) => {
            println!("{}", text.trim_end());
            ExitCode::SUCCESS
        }
        Err(text) => {
            println!("{}", text.trim_end());
            ExitCode::FAILURE
        }
    }
}

/// Prints what rules can be about. The rules themselves may be faulty: they are written with this in hand.
pub fn schema(loaded: &Loaded) -> ExitCode {
    print(catalogue(loaded).map(policy::schema))
}

/// Prints who would be asked, and by which rules, or why nobody would.
pub fn explain(supposed: Supposed, loaded: &Loaded, now: Timestamp) -> ExitCode {
    print(catalogue(loaded).and_then(|catalogue| explained(&supposed.into(), catalogue, now)))
}

/// Prints each case that failed.
pub fn test(file: &Path, loaded: &Loaded, now: Timestamp) -> ExitCode {
    print(catalogue(loaded).and_then(|catalogue| tested(file, catalogue, now)))
}

fn catalogue(loaded: &Loaded) -> Result<&Catalogue, String> {
    loaded.catalogue.as_ref().map_err(ToString::to_string)
}

fn tested(file: &Path, catalogue: &Catalogue, now: Timestamp) -> Answer {
    let name = file.display();
    let tested = policy::test(file, catalogue, now).map_err(|fault| format!("{name}: {fault}"))?;
    let count = match tested.count {
        1 => "1 case".to_owned(),
        count => format!("{count} cases"),
    };
    if tested.failed.is_empty() {
        return Ok(format!("{name}: {count}, as expected."));
    }
    let lines: String = tested.failed.iter().map(|failed| format!("{name}: {failed}\n")).collect();
    Err(format!("{lines}{} of {count} failed.", tested.failed.len()))
}

fn explained(told: &Told, catalogue: &Catalogue, now: Timestamp) -> Answer {
    let asked = told.read(catalogue, now).map_err(|slip| slip.to_string())?;
    let heading = heading(&asked);
    match asked.judged_by(catalogue) {
        Ok(duties) => Ok(format!("{heading}{}", put_to(&duties, &asked, catalogue))),
        Err(refused) => Err(format!("{heading}Refused: {}\n", why_not(&refused))),
    }
}

fn heading(asked: &Asked) -> String {
    let Asked { person, entitlement, duration, total, at, .. } = asked;
    let stretch = if total == duration { String::new() } else { format!(", {} at a stretch", length::words(*total)) };
    let emergency = if asked.emergency { " by break-glass" } else { "" };
    let (length, at) = (length::words(*duration), at.format("%Y-%m-%d %H:%M:%S UTC"));
    format!("{} asks for {entitlement}{emergency} for {length}{stretch}, at {at}.\n", person.email)
}

fn put_to(duties: &Duties, asked: &Asked, catalogue: &Catalogue) -> String {
    let mut lines = String::new();
    for (index, kind) in duties.steps.iter().enumerate() {
        lines += &format!("{}. {}\n", index + 1, line(kind, duties, asked, catalogue));
    }
    if asked.emergency {
        lines += "It opens at once, and is reviewed afterwards.\n";
    }
    for effect in rules::effects(&duties.applied) {
        lines += &format!("{effect}.\n");
    }
    lines + &format!("It may last {} at most.\n", length::words(duties.most))
}

/// A step: who, as it is written; who that is; and why, where rules ask for it.
fn line(kind: &StepKind, duties: &Duties, asked: &Asked, catalogue: &Catalogue) -> String {
    let step = policy::step(kind, asked.entitlement.application());
    let people = kind.approvers_today(catalogue, &asked.person);
    // Nobody decides their own request.
    let others = people.iter().filter(|who| who.person() != Some(&asked.person.email));
    let names: Vec<String> = others.map(ToString::to_string).collect();
    let who = if names.is_empty() { "nobody is known".to_owned() } else { names.join(", ") };
    let why = rules::demand(&duties.applied, kind).map(|why| format!(" ({why})")).unwrap_or_default();
    format!("{step}: {who}{why}")
}

fn why_not(refused: &Refused) -> String {
    let named = |rules: &[Rule]| rules.iter().map(rules::because).collect::<Vec<_>>().join("; ");
    match refused {
        Refused::NotARequester => "they are none of its requesters.".to_owned(),
        Refused::NoEmergency => "it is not taken by break-glass.".to_owned(),
        Refused::ByDuty(NotSentOn::Forbidden { rules }) => format!("{}.", named(rules)),
        Refused::ByDuty(NotSentOn::Unjudged { rules }) => {
            let names: Vec<String> = rules.iter().map(ToString::to_string).collect();
            format!("these rules cannot be evaluated: {}.", names.join(", "))
        }
        Refused::ByDuty(NotSentOn::TooLong { most, rule }) => {
            let by = rule.as_ref().map(|rule| format!(" ({})", rules::because(rule))).unwrap_or_default();
            format!("it may last {} at most{by}.", length::words(*most))
        }
        Refused::ByDuty(_) => "it is not offered.".to_owned(),
    }
}
