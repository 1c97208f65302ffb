//! The configuration on record.
//!
//! Law: nothing is written where nothing changed.

use super::{Case, Decision};
use crate::domain::{
    configuration::{Against, Beside, FaultCounts, Reading},
    event::Event,
};

impl Case<'_> {
    /// A configuration was read and is to be used.
    pub(super) fn configure(&self, reading: &Reading) -> Decision {
        let mut decision = Decision::default();
        let against = match (&self.live.configuration, &reading.beside) {
            (Some(last), _) if *last == reading.digest => return decision,
            (None, _) => Against::Nothing,
            (Some(last), Some(Beside { digest, difference })) if last == digest => Against::Last(difference.clone()),
            (Some(_), _) => Against::Lost,
        };
        let (digest, waits) = (reading.digest.clone(), reading.waits.clone());
        decision.event(Event::ConfigurationChanged { digest, against, waits });
        decision
    }

    /// A configuration was read and cannot be used.
    pub(super) fn misconfigured(faults: &FaultCounts) -> Decision {
        Decision { events: vec![Event::ConfigurationRefused { faults: faults.clone() }], ..Decision::default() }
    }
}
