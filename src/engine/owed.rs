//! What custody owes: memberships that are to be ended and have no line that says so yet.
//!
//! Law: each is decided upon again until its line is durable.

use std::collections::VecDeque;

use crate::domain::event::{Entry, Event, Held};

/// So many stand in one line. With the longest ids there are, they fill it.
pub const IN_A_LINE: usize = 100;

/// What is owed, in order.
#[derive(Debug, Default)]
pub struct Owed {
    held: VecDeque<Held>,
    /// How many of the first have a line that is not durable yet.
    decided: usize,
}

impl Owed {
    /// All of these.
    pub fn new(held: Vec<Held>) -> Self {
        Self { held: held.into(), decided: 0 }
    }

    /// What the next line is to hold.
    pub fn next(&mut self) -> Option<Vec<Held>> {
        let held: Vec<Held> = self.held.iter().skip(self.decided).take(IN_A_LINE).cloned().collect();
        self.decided += held.len();
        (!held.is_empty()).then_some(held)
    }

    /// A line is durable.
    pub fn durable(&mut self, entry: &Entry) {
        for event in &entry.events {
            if let Event::CustodyBegan { held } = event {
                let paid = held.len().min(self.decided);
                self.held.drain(..paid);
                self.decided -= paid;
            }
        }
    }

    /// The lines that were not durable never were.
    pub fn forget_unsaved(&mut self) {
        self.decided = 0;
    }

    /// Whether all of it is durable.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}
