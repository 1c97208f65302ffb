//! What people do to issues in Jira's own pages, and what tests wait for.

use super::Issue;
use crate::world::World;

impl World {
    /// All issues, oldest first.
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        self.look(|state| state.jira.issues.clone())
    }

    /// The issue with this id or key.
    #[must_use]
    pub fn issue(&self, id_or_key: &str) -> Option<Issue> {
        self.look(|state| state.jira.issue(id_or_key).cloned())
    }

    /// The name of an issue's status.
    #[must_use]
    pub fn issue_status(&self, id_or_key: &str) -> Option<String> {
        self.look(|state| {
            let issue = state.jira.issue(id_or_key)?;
            Some(state.jira.project.status_name(&issue.status).to_owned())
        })
    }

    /// What the comments of an issue say, oldest first.
    #[must_use]
    pub fn issue_comments(&self, id_or_key: &str) -> Vec<String> {
        let read = |issue: &Issue| issue.comments.iter().map(|comment| super::adf::plain(&comment.body)).collect();
        self.look(|state| state.jira.issue(id_or_key).map(read).unwrap_or_default())
    }

    /// What the description of an issue says.
    #[must_use]
    pub fn issue_description(&self, id_or_key: &str) -> Option<String> {
        self.look(|state| state.jira.issue(id_or_key)?.description.as_ref().map(super::adf::plain))
    }

    /// Somebody moves an issue to another project: its key changes, its id stays, and the old key leads to it.
    pub fn move_issue(&self, key: &str, new_key: &str) {
        self.change(|state| {
            if let Some(issue) = state.jira.issue_mut(key) {
                let old = std::mem::replace(&mut issue.key, new_key.to_owned());
                issue.old_keys.push(old);
            }
        });
    }

    /// Somebody deletes an issue.
    pub fn delete_issue(&self, id_or_key: &str) {
        self.change(|state| {
            if let Some(id) = state.jira.issue(id_or_key).map(|issue| issue.id) {
                state.jira.issues.retain(|issue| issue.id != id);
            }
        });
    }

    /// Somebody drags an issue to another column.
    pub fn drag_issue(&self, id_or_key: &str, status: &str) {
        self.change(|state| {
            let to =
                state.jira.project.statuses.iter().find(|known| known.name == status).map(|known| known.id.clone());
            if let (Some(to), Some(issue)) = (to, state.jira.issue_mut(id_or_key)) {
                issue.status = to;
            }
        });
    }

    /// Waits until an issue stands in this status.
    pub async fn until_issue_in(&self, id_or_key: &str, status: &str) {
        self.until(&format!("{id_or_key} in {status}"), |state| {
            let issue = state.jira.issue(id_or_key)?;
            (state.jira.project.status_name(&issue.status) == status).then_some(())
        })
        .await;
    }
}
