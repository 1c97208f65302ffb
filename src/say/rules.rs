//! Rules, as people read of them: by name, and in the words of whoever wrote them.

use super::length;
use crate::domain::{
    duty::{Applied, Does},
    request::StepKind,
    rules::Rule,
};

/// Why a step is asked that rules demand: "More than 2 hours at a stretch, rule long-requests". Nothing where none does.
#[must_use]
pub fn demand(applied: &[Applied], kind: &StepKind) -> Option<String> {
    let demands = |one: &&Applied| matches!(&one.does, Does::Step { kind: asked } if asked == kind);
    let said: Vec<String> = applied.iter().filter(demands).map(|one| because(&one.rule)).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// What rules did to a request beside adding steps, a sentence each.
#[must_use]
pub fn effects(applied: &[Applied]) -> Vec<String> {
    let most = applied.iter().filter_map(|one| match one.does {
        Does::Distinct { people } => Some(people),
        _ => None,
    });
    let most = most.max();
    let said = applied.iter().filter_map(|one| match one.does {
        Does::AutoApprove => Some(format!("Nobody needs to approve: {}", because(&one.rule))),
        Does::AskAllTheSame => Some(format!("Asked all the same: {}", because(&one.rule))),
        // Fewer are among more.
        Does::Distinct { people } if Some(people) == most => {
            Some(format!("{} different people in all: {}", number(people), because(&one.rule)))
        }
        Does::MaxDuration { most } => Some(format!("At most {}: {}", length::words(most), because(&one.rule))),
        Does::Distinct { .. } | Does::Step { .. } => None,
    });
    said.collect()
}

/// "More than 2 hours at a stretch, rule long-requests", or "rule long-requests".
#[must_use]
pub fn because(rule: &Rule) -> String {
    match &rule.message {
        Some(message) => format!("{}, rule {}", message.trim_end_matches('.'), rule.id),
        None => format!("rule {}", rule.id),
    }
}

fn number(people: u8) -> String {
    match people {
        2 => "Two".to_owned(),
        3 => "Three".to_owned(),
        more => more.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::RuleId, time::AccessDuration};

    fn applied(id: &str, message: Option<&str>, does: Does) -> Applied {
        let rule = Rule { id: RuleId::parse(id).unwrap(), message: message.map(str::to_owned) };
        Applied { rule, does }
    }

    #[test]
    fn each_rule_is_named_with_what_it_did() {
        let soc = StepKind::Approvers { name: "soc".parse().unwrap() };
        let rules = [
            applied("critical-needs-two", None, Does::Distinct { people: 2 }),
            applied("crown", None, Does::Distinct { people: 3 }),
            applied("long", Some("More than 2 hours at a stretch."), Does::Step { kind: soc.clone() }),
            applied("long-cap", None, Does::MaxDuration { most: AccessDuration::from_secs(14_400).unwrap() }),
            applied("oncall-staging", Some("On call"), Does::AutoApprove),
            applied("trainees", None, Does::AskAllTheSame),
            applied("z", None, Does::Step { kind: soc.clone() }),
        ];
        assert_eq!(demand(&rules, &soc).unwrap(), "More than 2 hours at a stretch, rule long; rule z");
        assert_eq!(demand(&rules, &StepKind::Manager), None);
        insta::assert_snapshot!(effects(&rules).join("\n"), @"
        Three different people in all: rule crown
        At most 4 hours: rule long-cap
        Nobody needs to approve: On call, rule oncall-staging
        Asked all the same: rule trainees
        ");
    }
}
