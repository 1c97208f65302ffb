//! How long what failed in Slack waits for its next try.

use std::time::Duration;

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The wait after so many tries: a second, then twice as long each time; up to a quarter longer by `jitter`, 0 to 1.
pub fn wait(tries: u32, jitter: f64) -> Duration {
    let wait = Duration::from_secs(1 << tries.saturating_sub(1).min(6)).min(LONGEST_WAIT);
    wait.mul_f64(1.0 + jitter / 4.0)
}
