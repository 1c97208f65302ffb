//! How fast Home tabs are drawn and their readers looked up: below what Slack takes of `views.publish` and `users.info`
//! in a minute (<https://docs.slack.dev/apis/web-api/rate-limits>, tier 4: 100 and more), with room kept for those who
//! look, and for everything else that needs to know who somebody is.

use std::{collections::VecDeque, time::Duration};

/// Who calls for a drawing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Call {
    /// Somebody who opened their tab, or turned a page.
    Opened,
    /// Somebody who pressed something on it.
    Pressed,
    /// Something that changed.
    Changed,
}

impl Call {
    /// All of them, the first before the others.
    pub const ALL: [Self; 3] = [Self::Opened, Self::Pressed, Self::Changed];
}

const MINUTE: Duration = Duration::from_secs(60);

/// What was begun in the last minute, and until when a vendor asks to wait.
#[derive(Debug)]
pub struct Pace {
    asked: usize,
    unasked: usize,
    begun: VecDeque<Duration>,
    closed: Duration,
}

impl Pace {
    /// So many a minute for those who opened or pressed something, and of these so many for what nobody asked for.
    pub const fn new(asked: usize, unasked: usize) -> Self {
        Self { asked, unasked, begun: VecDeque::new(), closed: Duration::ZERO }
    }

    /// Whether one may begin.
    pub fn has_room(&self, call: Call, now: Duration) -> bool {
        self.opens(call, now) <= now
    }

    /// From when on one may begin: now, or later.
    pub fn opens(&self, call: Call, now: Duration) -> Duration {
        let most = if call == Call::Changed { self.unasked } else { self.asked };
        let late = self.begun.iter().rev().nth(most.saturating_sub(1));
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
