//! What admins are told, and when there is no use in it any more.

use super::Live;
use crate::domain::port::Alert;

impl Live {
    /// Whether the moment of an alert has passed, so that it would only confuse.
    #[must_use]
    pub fn is_moot(&self, alert: &Alert) -> bool {
        matches!(alert, Alert::RemovalLate { .. } | Alert::RemovalConfirmed { .. })
    }
}
