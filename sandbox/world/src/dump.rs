//! The world in a few lines, for a person who reads why a test waited in vain.
//!
//! Law: the last calls and what is on people's screens come first; nobody reads a full snapshot.

use crate::seen;
use crate::slack::Outcome;
use crate::state::State;

/// Calls shown.
const CALLS: usize = 25;

/// The state in words.
#[must_use]
pub fn dump(state: &State) -> String {
    let mut lines = vec![format!("--- the world at {} ---", state.clock.now())];
    for call in state.calls.all().rev().take(CALLS).collect::<Vec<_>>().into_iter().rev() {
        let end = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let error = call.error.as_deref().unwrap_or_default();
        lines.push(format!("{:>9.3} s  {:?} {} → {end} {error}", call.elapsed.as_secs_f32(), call.vendor, call.line()));
    }
    for channel in &state.slack.channels {
        let reader = channel.members.first().map_or("", String::as_str);
        for message in channel.messages.iter().filter(|message| !message.deleted) {
            lines.push(format!("[{} {}] {}", channel.id, message.ts, seen::message(state, reader, message)));
        }
    }
    lines.extend(
        state.slack.ephemerals.iter().map(|note| format!("[only {}] {}", note.user, seen::ephemeral(state, note))),
    );
    for view in state.slack.stacks.values().flatten() {
        lines.push(format!("[form of {}]\n{}", view.user, seen::view(state, view)));
    }
    for envelope in state.slack.envelopes.iter().filter(|envelope| envelope.outcome != Outcome::Acked) {
        lines.push(format!("{} {} {:?}", envelope.kind, envelope.id, envelope.outcome));
    }
    for group in state.okta.groups.iter().filter(|group| !group.members.is_empty()) {
        lines.push(format!("{}: {}", group.id, group.members.iter().cloned().collect::<Vec<_>>().join(", ")));
    }
    lines.extend(state.jira.lines());
    lines.extend(state.slack.complaints.iter().map(|complaint| format!("complaint: {complaint}")));
    lines.push(format!("sockets: {:?}", state.slack.sockets.list()));
    lines.join("\n")
}
