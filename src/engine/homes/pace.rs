//! How fast Home tabs are drawn: below what Slack takes of `views.publish` in a minute
//! (<https://docs.slack.dev/apis/web-api/rate-limits>, tier 4: 100 and more), with room kept for those who look.

use std::{collections::VecDeque, time::Duration};

/// Who calls for a drawing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Call {
    /// Somebody who opened their tab, or turned a page.
    Opened,
    /// Something that changed.
    Changed,
}

impl Call {
    /// Both, the first before the second.
    pub const ALL: [Self; 2] = [Self::Opened, Self::Changed];

    /// How many are drawn in a minute before this one waits.
    const fn most(self) -> usize {
        match self {
            Self::Opened => 90,
            Self::Changed => 60,
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// The drawings of the last minute, and until when Slack asks to wait.
#[derive(Debug, Default)]
pub struct Pace {
    begun: VecDeque<Duration>,
    closed: Duration,
}

impl Pace {
    /// Whether one may begin.
    pub fn has_room(&self, call: Call, now: Duration) -> bool {
        self.opens(call, now) <= now
    }

    /// From when on one may begin: now, or later.
    pub fn opens(&self, call: Call, now: Duration) -> Duration {
        let late = self.begun.iter().rev().nth(call.most() - 1);
        late.map_or(now, |begun| now.max(*begun + MINUTE)).max(self.closed)
    }

    /// One begins.
    pub fn take(&mut self, now: Duration) {
        while self.begun.front().is_some_and(|begun| *begun + MINUTE <= now) {
            self.begun.pop_front();
        }
        self.begun.push_back(now);
    }

    /// None begins before.
    pub fn close(&mut self, until: Duration) {
        self.closed = self.closed.max(until);
    }
}
