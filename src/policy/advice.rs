//! What Cedar says of a text, in one sentence, with a mend.
//!
//! Its errors tell where they are and what would help through `miette` alone. Law: advice that leads astray is not
//! passed on.

use miette::Diagnostic;

use super::fault::{Wrong, are_near, said};
use crate::domain::id::RuleId;

/// Where Cedar has its documentation.
const SEE: &str = "See https://docs.cedarpolicy.com for what can be written.";

/// Where the types stand.
const SCHEMA: &str = "`jitney policy schema` shows what a rule can ask.";

/// What Cedar says before it says what is wrong.
const PREAMBLE: &str = "error during extension function argument validation: ";

/// Lists of what could stand somewhere are shown up to this length.
const LONGEST_LIST: usize = 3;

/// How far into its text a fault lies.
pub(super) fn offset(found: &dyn Diagnostic) -> usize {
    let label = found.labels().and_then(|mut labels| labels.next());
    label.map_or(0, |label| label.offset())
}

/// What is wrong with a text that is no rule.
pub(super) fn of_parsing(error: &dyn Diagnostic) -> Wrong {
    let text = error.to_string();
    let label = error.labels().and_then(|mut labels| labels.next());
    let expected = label.and_then(|label| label.label().map(str::to_owned));
    let mend = match (error.help(), expected) {
        (Some(help), _) => sentence(&help.to_string()),
        (None, Some(expected)) if expected.split(", ").count() <= LONGEST_LIST => sentence(&expected),
        (None, Some(_)) => "Look before it: a comma, a bracket or an operator is missing.".to_owned(),
        (None, None) if text.starts_with("duplicate annotation") => "Keep one of them.".to_owned(),
        (None, None) => SEE.to_owned(),
    };
    Wrong::Cedar { said: said(&text), mend }
}

/// What is wrong with a rule that does not fit the schema.
pub(super) fn of_validation(rule: &RuleId, found: &dyn Diagnostic) -> Wrong {
    let (text, help) = (found.to_string(), found.help().map(|help| help.to_string()));
    let text = without_name(&text, rule);
    let text = text.strip_prefix(PREAMBLE).unwrap_or(text);
    let help = help.as_deref().map(|help| without_name(help, rule)).filter(|help| !is_astray(text, help));
    let mend = match help {
        Some(help) => sentence(help),
        None if text.contains("mixed scripts") => "Write it in letters of one alphabet.".to_owned(),
        None => SCHEMA.to_owned(),
    };
    Wrong::Cedar { said: said(text), mend }
}

/// The rule is named already.
fn without_name<'t>(text: &'t str, rule: &RuleId) -> &'t str {
    let rest = text.strip_prefix(&format!("for policy `{rule}`"));
    rest.map_or(text, |rest| rest.trim_start_matches([',', ' ']))
}

/// Whether a name is proposed that is nothing like the one that was written.
fn is_astray(text: &str, help: &str) -> bool {
    let named = |text: &'_ str| text.split('`').nth(1).map(str::to_owned);
    match (named(text), help.strip_prefix("did you mean").and_then(named)) {
        (Some(written), Some(proposed)) => !are_near(&written, &proposed),
        _ => false,
    }
}

fn sentence(advice: &str) -> String {
    let advice = said(advice);
    let mut letters = advice.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if advice.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
