//! The project: its issue types, statuses, workflow and fields, as plain data that tests change.

use serde::Serialize;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// The project or the issue type.
    Place,
    /// One line.
    Line,
    /// An ADF document.
    Document,
    /// Labels.
    Labels,
    /// A user.
    Account,
}

/// A field of the create screen.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// `summary`, `customfield_10010`.
    pub id: String,
    /// As people see it.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// An issue is not created without it.
    pub required: bool,
    /// Jira fills it itself.
    pub has_default: bool,
}

impl Field {
    fn new(id: &str, name: &str, kind: FieldKind, required: bool) -> Self {
        Self { id: id.into(), name: name.into(), kind, required, has_default: false }
    }

    /// A custom field of one line that must be filled.
    #[must_use]
    pub fn required(id: &str, name: &str) -> Self {
        Self::new(id, name, FieldKind::Line, true)
    }
}

/// An issue type.
#[derive(Debug, Clone, Serialize)]
pub struct IssueType {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A status.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `new`, `indeterminate` or `done`.
    pub category: String,
}

/// A field on a transition's screen.
#[derive(Debug, Clone, Serialize)]
pub struct TransitionField {
    /// `resolution`, `customfield_10010`.
    pub id: String,
    /// As people see it.
    pub name: String,
    /// The transition is refused without it.
    pub required: bool,
    /// The names that may be chosen; none where any text goes.
    pub allowed: Vec<String>,
}

impl TransitionField {
    /// Jira's resolutions.
    #[must_use]
    pub fn resolution(required: bool) -> Self {
        let allowed = ["Won't Do", "Done", "Duplicate"].map(str::to_owned).to_vec();
        Self { id: "resolution".into(), name: "Resolution".into(), required, allowed }
    }
}

/// A transition of the workflow.
#[derive(Debug, Clone, Serialize)]
pub struct Transition {
    /// Its id, a string of digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Ids of the statuses it leads out of; none means all.
    pub from: Vec<String>,
    /// Id of the status it leads to.
    pub to: String,
    /// The fields of its screen.
    pub fields: Vec<TransitionField>,
    /// A condition keeps it from the bot.
    pub hidden: bool,
}

impl Transition {
    /// A transition without a screen.
    #[must_use]
    pub fn new(id: &str, name: &str, from: &[&str], to: &str) -> Self {
        let from = from.iter().map(|id| (*id).to_owned()).collect();
        Self { id: id.into(), name: name.into(), from, to: to.into(), fields: Vec::new(), hidden: false }
    }
}

/// The one project.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// `ACCESS`.
    pub key: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Issue types.
    pub issue_types: Vec<IssueType>,
    /// Statuses, in the order of the board's columns; an issue begins in the first.
    pub statuses: Vec<Status>,
    /// The workflow.
    pub transitions: Vec<Transition>,
    /// The fields of the create screen.
    pub fields: Vec<Field>,
}

impl Project {
    /// The project of the examples: Task, To Do → In Progress → Done.
    #[must_use]
    pub fn access() -> Self {
        let status = |id: &str, name: &str, category: &str| Status {
            id: id.into(),
            name: name.into(),
            category: category.into(),
        };
        Self {
            key: "ACCESS".into(),
            id: "10000".into(),
            name: "Access".into(),
            issue_types: vec![
                IssueType { id: "10002".into(), name: "Bug".into() },
                IssueType { id: "10001".into(), name: "Task".into() },
            ],
            statuses: vec![
                status("10000", "To Do", "new"),
                status("3", "In Progress", "indeterminate"),
                status("10001", "Done", "done"),
            ],
            transitions: vec![
                Transition::new("11", "Reopen", &["10001"], "10000"),
                Transition::new("21", "Start", &["10000"], "3"),
                Transition::new("31", "Close", &["10000", "3"], "10001"),
            ],
            fields: create_screen(),
        }
    }

    /// The transition with this id, to be changed.
    pub fn transition_mut(&mut self, id: &str) -> Option<&mut Transition> {
        self.transitions.iter_mut().find(|transition| transition.id == id)
    }

    pub(super) fn status(&self, id: &str) -> Option<&Status> {
        self.statuses.iter().find(|status| status.id == id)
    }

    pub(super) fn status_name(&self, id: &str) -> &str {
        self.status(id).map_or("", |status| status.name.as_str())
    }

    pub(super) fn category(&self, id: &str) -> &str {
        self.status(id).map_or("", |status| status.category.as_str())
    }

    pub(super) fn is(&self, id_or_key: &str) -> bool {
        !self.key.is_empty() && (self.key.eq_ignore_ascii_case(id_or_key) || self.id == id_or_key)
    }
}

fn create_screen() -> Vec<Field> {
    vec![
        Field::new("project", "Project", FieldKind::Place, true),
        Field::new("issuetype", "Issue Type", FieldKind::Place, true),
        Field::new("summary", "Summary", FieldKind::Line, true),
        Field::new("description", "Description", FieldKind::Document, false),
        Field::new("labels", "Labels", FieldKind::Labels, false),
        Field { has_default: true, ..Field::new("reporter", "Reporter", FieldKind::Account, true) },
    ]
}
