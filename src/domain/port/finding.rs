//! What a client finds wrong by itself, where no vendor has a code for it.
//!
//! On record it is the code of a fault, or a group's reason, as a word; its sentences live in `say`.

use serde::{Deserialize, Serialize};

use super::{Fault, Vendor};

/// Okta's status of a user whom it does not show any more.
const DELETED: &str = "DELETED";

/// What was found about Jira.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// No transition leads to the status of this name.
    NoTransition(String),
    /// The one to this status asks for these fields.
    TransitionNeeds {
        /// Where it leads.
        to: String,
        /// What it asks for.
        fields: String,
    },
    /// The project has no issue type of this name.
    NoIssueType(String),
    /// The account may not see the project of this key, or there is none.
    NoProject(String),
    /// These fields of a write were refused, or are missing in it.
    FieldsRefused(String),
}

impl Finding {
    /// As it stands in a fault.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::NoTransition(to) => format!("no_transition:{to}"),
            Self::TransitionNeeds { to, fields } => format!("transition_needs:{fields}:{to}"),
            Self::NoIssueType(name) => format!("no_issue_type:{name}"),
            Self::NoProject(key) => format!("no_project:{key}"),
            Self::FieldsRefused(fields) => format!("fields_refused:{fields}"),
        }
    }

    /// What a fault says of Jira that a client has found; nothing where it is Jira's own word, or an older record's.
    #[must_use]
    pub fn of(fault: &Fault) -> Option<Self> {
        let code = fault.code.as_deref().filter(|_| fault.vendor == Vendor::Jira)?;
        let (kind, rest) = code.split_once(':')?;
        let name = rest.to_owned();
        Some(match kind {
            "no_transition" => Self::NoTransition(name),
            "transition_needs" => {
                let (fields, to) = rest.split_once(':')?;
                Self::TransitionNeeds { to: to.to_owned(), fields: fields.to_owned() }
            }
            "no_issue_type" => Self::NoIssueType(name),
            "no_project" => Self::NoProject(name),
            "fields_refused" => Self::FieldsRefused(name),
            _ => return None,
        })
    }
}

impl Fault {
    /// HTTP 400: what was sent has no place in what is set up there.
    pub const NOT_TAKEN: u16 = 400;

    /// The person is not active: `status` in Okta's own word, or nothing where it shows them no more.
    #[must_use]
    pub fn of_inactive(status: Option<&str>) -> Self {
        let code = Some(status.unwrap_or(DELETED).to_owned());
        Self { vendor: Vendor::Okta, status: None, code, receipt: None }
    }

    /// Okta's status of a person who is not active, where that is what a client found.
    #[must_use]
    pub fn inactive(&self) -> Option<&str> {
        let is_status = |code: &&str| code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        self.code.as_deref().filter(|_| self.vendor == Vendor::Okta && self.status.is_none()).filter(is_status)
    }
}

/// Why a group is none that Jitney may change.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum UnfitGroup {
    /// There is none.
    Missing,
    /// Another directory fills it, or Okta itself: this is its type.
    Type(String),
    /// A group rule fills it.
    FilledByRule,
    /// It carries Okta admin roles.
    CarriesRoles,
    /// What an older record says, in its words.
    Told(String),
}

impl From<UnfitGroup> for String {
    fn from(unfit: UnfitGroup) -> Self {
        match unfit {
            UnfitGroup::Missing => "missing".to_owned(),
            UnfitGroup::Type(kind) => format!("type:{kind}"),
            UnfitGroup::FilledByRule => "filled_by_rule".to_owned(),
            UnfitGroup::CarriesRoles => "carries_roles".to_owned(),
            UnfitGroup::Told(words) => words,
        }
    }
}

impl From<String> for UnfitGroup {
    fn from(word: String) -> Self {
        match word.as_str() {
            "missing" => Self::Missing,
            "filled_by_rule" => Self::FilledByRule,
            "carries_roles" => Self::CarriesRoles,
            other => match other.strip_prefix("type:") {
                Some(kind) => Self::Type(kind.to_owned()),
                None => Self::Told(word),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_read_as_it_was_written() {
        let (to, fields) = ("In: Review".to_owned(), "customfield_1 customfield_2".to_owned());
        for found in [
            Finding::NoTransition(to.clone()),
            Finding::TransitionNeeds { to, fields: fields.clone() },
            Finding::NoIssueType("Task".into()),
            Finding::NoProject("ACCESS".into()),
            Finding::FieldsRefused(fields),
        ] {
            let fault = |code| Fault { vendor: Vendor::Jira, status: None, code: Some(code), receipt: None };
            assert_eq!(Finding::of(&fault(found.code())), Some(found));
        }
        for unfit in [
            UnfitGroup::Missing,
            UnfitGroup::Type("APP_GROUP".into()),
            UnfitGroup::FilledByRule,
            UnfitGroup::CarriesRoles,
        ] {
            assert_eq!(UnfitGroup::from(String::from(unfit.clone())), unfit);
        }
    }

    #[test]
    fn what_older_records_say_is_kept_in_their_words() {
        let fault = |code: &str| Fault { vendor: Vendor::Jira, status: None, code: Some(code.into()), receipt: None };
        assert_eq!(Finding::of(&fault("no transition to Done")), None);
        let words = "it is filled by a group rule";
        let read: UnfitGroup = serde_json::from_value(words.into()).unwrap();
        assert_eq!(read, UnfitGroup::Told(words.into()));
        assert_eq!(serde_json::to_value(read).unwrap(), words);
    }

    #[test]
    fn a_status_is_told_from_oktas_codes_and_from_a_clients() {
        assert_eq!(Fault::of_inactive(Some("LOCKED_OUT")).inactive(), Some("LOCKED_OUT"));
        assert_eq!(Fault::of_inactive(None).inactive(), Some("DELETED"));
        let with = |status, code: &str| Fault { status, code: Some(code.into()), ..Fault::of_inactive(None) };
        assert_eq!(with(Some(403), "E0000038").inactive(), None);
        assert_eq!(with(None, "not shown yet").inactive(), None);
    }
}
