//! Cases that rules are held to: requests written down with what should come of each.
//!
//! Law: only what a case says is compared, and a case that says nothing is a fault.

use std::path::Path;

use ::config::{Map, Value, ValueKind};
use serde::Deserialize;

use super::{
    explain::{Refused, Told},
    fault::{nearest, said},
};
use crate::{
    domain::{
        catalogue::Catalogue,
        duration::Length,
        duty::{Does, Duties},
        id::{ApplicationId, EntitlementId},
        request::{NotSentOn, StepKind},
        time::{AccessDuration, Timestamp},
    },
    file::{self, Unread, deeply, toml},
};

/// What came of a file of cases.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tested {
    /// How many cases there are.
    pub count: usize,
    /// Those that failed, a sentence each.
    pub failed: Vec<String>,
}

/// What should come of a request.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    steps: Option<Vec<String>>,
    refusal: Option<Vec<String>>,
    max_duration: Option<String>,
    auto: Option<Vec<String>>,
    distinct: Option<u8>,
}

/// Its keys.
const EXPECTED: [&str; 5] = ["steps", "refusal", "max_duration", "auto", "distinct"];

/// Those that must say who asks for what.
const NEEDED: [&str; 3] = ["requester", "entitlement", "duration"];

/// Those that may, and the case's own name.
const OPTIONAL: [&str; 9] =
    ["groups", "total", "at", "justification", "emergency", "title", "department", "manager", NAME];

const NAME: &str = "name";

/// What came of a request, in the words of a case.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Got {
    steps: Vec<String>,
    refusal: Vec<String>,
    max_duration: Option<AccessDuration>,
    auto: Vec<String>,
    distinct: Option<u8>,
}

/// Why a request is refused that no rule refuses, as cases write it.
const NOT_A_REQUESTER: &str = "requesters";
const TOO_LONG: &str = "max_duration";
const UNJUDGED: &str = "unjudged";
const NO_EMERGENCY: &str = "emergency";
const NOT_OFFERED: &str = "not offered";

/// Holds a catalogue and its rules to the cases of a file; `now` counts where no time is told.
///
/// # Errors
/// If the file cannot be read as cases, in a sentence.
pub fn test(file: &Path, catalogue: &Catalogue, now: Timestamp) -> Result<Tested, String> {
    let cases = read(file)?;
    let count = cases.len();
    let failed = cases.into_iter().enumerate().filter_map(|(index, case)| {
        let name = name(&case).unwrap_or_else(|| format!("case {}", index + 1));
        let fault = held(case, catalogue, now).err()?;
        Some(format!("{name}: {fault}"))
    });
    Ok(Tested { count, failed: failed.collect() })
}

/// The cases of a file, each with what stands above the first of them.
fn read(file: &Path) -> Result<Vec<Map<String, Value>>, String> {
    let text = file::text(file, file::LARGEST).map_err(unread)?;
    let parsed = deeply(|deep| toml::parse(deep, None, &text).map_err(|slip| slip.to_string()));
    let mut all =
        parsed.unwrap_or_else(|| Err("cannot be read as cases, and how it broke is not known.".to_owned()))?;
    let cases = match all.remove("case").map(|cases| cases.kind) {
        Some(ValueKind::Array(cases)) => cases,
        _ => return Err("there is no case in it. Write [[case]] and below it who asks for what.".to_owned()),
    };
    let case = |value: Value| match value.kind {
        ValueKind::Table(table) => Ok(all.clone().into_iter().chain(table).collect()),
        _ => Err("a case is a table. Write [[case]] and below it who asks for what.".to_owned()),
    };
    cases.into_iter().map(case).collect()
}

fn unread(unread: Unread) -> String {
    match unread {
        Unread::NotAFile => "is no regular file. Name one that holds cases.".to_owned(),
        Unread::TooLarge => {
            format!("is larger than {}, the most a file of cases may be. Split it.", file::LARGEST_TEXT)
        }
        Unread::NotText => "not UTF-8 text. Save it as UTF-8.".to_owned(),
        Unread::Failed(kind) => format!("cannot be read ({kind})."),
    }
}

fn name(case: &Map<String, Value>) -> Option<String> {
    case.get(NAME).and_then(|name| name.clone().into_string().ok()).map(|name| said(&name))
}

/// Whether a case holds.
fn held(mut case: Map<String, Value>, catalogue: &Catalogue, now: Timestamp) -> Result<(), String> {
    known(&case)?;
    case.remove(NAME);
    let (expected, told): (Map<_, _>, Map<_, _>) =
        case.into_iter().partition(|(key, _)| EXPECTED.contains(&key.as_str()));
    let told: Told = table(told)?;
    let expected: Expected = table(expected)?;
    if expected.steps.is_none() && expected.refusal.is_none() {
        return Err("nothing is expected. Write steps = [\"owner\"], or refusal and by what.".to_owned());
    }
    let most = expected.max_duration.as_deref().map(most).transpose()?;
    let asked = told.read(catalogue, now).map_err(|slip| slip.to_string())?;
    let got = Got::of(asked.judged_by(catalogue), &asked.entitlement);
    let wrong = expected.against(&got, most);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// Whether its keys are those of a case.
fn known(case: &Map<String, Value>) -> Result<(), String> {
    let all = || NEEDED.into_iter().chain(OPTIONAL).chain(EXPECTED);
    if let Some(key) = case.keys().find(|key| !all().any(|known| known == *key)) {
        let mend =
            nearest(key, all()).map_or_else(|| "Take it out.".to_owned(), |near| format!("Did you mean {near}?"));
        return Err(format!("{}: unknown key. {mend}", said(key)));
    }
    match NEEDED.into_iter().find(|key| !case.contains_key(*key)) {
        Some(key) => Err(format!("{key}: is missing. Write it, or above the first case for all of them.")),
        None => Ok(()),
    }
}

fn table<T: for<'a> Deserialize<'a>>(table: Map<String, Value>) -> Result<T, String> {
    T::deserialize(Value::new(None, table)).map_err(|error| format!("{}.", said(&error.to_string())))
}

fn most(text: &str) -> Result<AccessDuration, String> {
    let second = AccessDuration::from_secs(1).ok();
    match second.and_then(|second| Length::parse(text, second).ok()) {
        Some(Length::For(length)) => Ok(length),
        _ => Err(format!("max_duration: \"{}\" is not a length. Write 45m, 2h or 1h 30m.", said(text))),
    }
}

impl Got {
    fn of(judged: Result<Duties, Refused>, id: &EntitlementId) -> Self {
        match judged {
            Ok(duties) => Self::asked(&duties, id),
            Err(refused) => Self { refusal: refusal(refused), ..Self::default() },
        }
    }

    fn asked(duties: &Duties, id: &EntitlementId) -> Self {
        let steps = duties.steps.iter().map(|kind| step(kind, id.application())).collect();
        let mut got = Self { steps, max_duration: Some(duties.most), ..Self::default() };
        for applied in &duties.applied {
            match applied.does {
                Does::AutoApprove => got.auto.push(applied.rule.id.to_string()),
                Does::Distinct { people } => got.distinct = got.distinct.max(Some(people)),
                _ => {}
            }
        }
        got
    }
}

/// A step as it is written in `approval`; an owner of another application, with which the group is shared, by name.
pub fn step(kind: &StepKind, of: &ApplicationId) -> String {
    match kind {
        StepKind::Owner { application } if application == of => "owner".to_owned(),
        StepKind::Owner { application } => format!("owner of {application}"),
        StepKind::Manager => "manager".to_owned(),
        StepKind::Approvers { name } => name.to_string(),
        StepKind::Person { email } => email.to_string(),
    }
}

fn refusal(refused: Refused) -> Vec<String> {
    let one = |why: &str| vec![why.to_owned()];
    match refused {
        Refused::NotARequester => one(NOT_A_REQUESTER),
        Refused::NoEmergency => one(NO_EMERGENCY),
        Refused::ByDuty(NotSentOn::Forbidden { rules }) => rules.into_iter().map(|rule| rule.id.to_string()).collect(),
        Refused::ByDuty(NotSentOn::Unjudged { .. }) => one(UNJUDGED),
        Refused::ByDuty(NotSentOn::TooLong { .. }) => one(TOO_LONG),
        Refused::ByDuty(_) => one(NOT_OFFERED),
    }
}

impl Expected {
    /// What is not as it should be.
    fn against(&self, got: &Got, most: Option<AccessDuration>) -> Vec<String> {
        let refusal = self.refusal.clone().unwrap_or_default();
        if refusal != got.refusal {
            return vec![differs("refusal", &listed(&refusal), &listed(&got.refusal))];
        }
        let mut wrong = Vec::new();
        if let Some(steps) = self.steps.as_ref().filter(|steps| **steps != got.steps) {
            wrong.push(differs("steps", &listed(steps), &listed(&got.steps)));
        }
        if let Some(most) = most.filter(|most| Some(*most) != got.max_duration) {
            wrong.push(differs("max_duration", &shown(Some(most)), &shown(got.max_duration)));
        }
        if let Some(auto) = self.auto.as_ref().filter(|auto| **auto != got.auto) {
            wrong.push(differs("auto", &listed(auto), &listed(&got.auto)));
        }
        if let Some(distinct) = self.distinct.filter(|distinct| Some(*distinct) != got.distinct) {
            let got = got.distinct.map_or_else(|| "none".to_owned(), |distinct| distinct.to_string());
            wrong.push(differs("distinct", &distinct.to_string(), &got));
        }
        wrong
    }
}

fn differs(key: &str, expected: &str, got: &str) -> String {
    format!("{key}: expected {expected}, got {got}")
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { said(&names.join(", ")) }
}

fn shown(length: Option<AccessDuration>) -> String {
    length.map_or_else(|| "none".to_owned(), |length| Length::For(length).to_string())
}
