//! What stands on a person's screen, and what they have not read yet: the reading half of the handle.
//!
//! Law: a new message is unread until read; an update makes nothing unread, as in Slack.

use crate::seen;
use crate::slack::{ChannelKind, Ephemeral, Message};
use crate::state::State;
use crate::world::World;

impl World {
    /// This person's DM with the bot, oldest first, replies among them; deleted ones are left out.
    #[must_use]
    pub fn messages(&self, user: &str) -> Vec<Message> {
        self.look(|state| {
            state
                .slack
                .dm(user)
                .map(|channel| channel.messages.iter().filter(|message| !message.deleted).cloned().collect())
                .unwrap_or_default()
        })
    }

    /// The messages of any conversation, oldest first.
    #[must_use]
    pub fn channel_messages(&self, channel: &str) -> Vec<Message> {
        self.look(|state| {
            state
                .slack
                .channel(channel)
                .map(|channel| channel.messages.iter().filter(|message| !message.deleted).cloned().collect())
                .unwrap_or_default()
        })
    }

    /// What only this person sees, oldest first.
    #[must_use]
    pub fn ephemerals(&self, user: &str) -> Vec<Ephemeral> {
        self.look(|state| {
            state.slack.ephemerals.iter().filter(|note| note.user == user && !note.deleted).cloned().collect()
        })
    }

    /// A message as the person in whose DM it stands sees it.
    #[must_use]
    pub fn seen(&self, message: &Message) -> String {
        self.look(|state| {
            let reader = state
                .slack
                .channel(&message.channel)
                .and_then(|channel| channel.members.first().cloned())
                .unwrap_or_default();
            seen::message(state, &reader, message)
        })
    }

    /// The modal on top as this person sees it.
    #[must_use]
    pub fn seen_view(&self, user: &str) -> Option<String> {
        self.look(|state| state.slack.top(user).map(|view| seen::view(state, view)))
    }

    /// App Home as this person sees it.
    #[must_use]
    pub fn seen_home(&self, user: &str) -> Option<String> {
        self.look(|state| state.slack.homes.get(user).map(|view| seen::view(state, view)))
    }

    /// Waits until this person's DM has a message whose text, as they see it, holds this; the newest such.
    pub async fn until_message(&self, user: &str, part: &str) -> Message {
        self.until(&format!("a message to {user} with {part:?}"), |state| found(state, user, part)).await
    }

    /// Waits until this person sees an ephemeral with this text; the newest such.
    pub async fn until_ephemeral(&self, user: &str, part: &str) -> Ephemeral {
        self.until(&format!("an ephemeral to {user} with {part:?}"), |state| {
            state
                .slack
                .ephemerals
                .iter()
                .rev()
                .find(|note| note.user == user && !note.deleted && seen::ephemeral(state, note).contains(part))
                .cloned()
        })
        .await
    }

    /// What this person has not read yet, oldest first; marks it as read.
    pub fn read(&self, user: &str) -> Vec<String> {
        self.change(|state| {
            let unread = unread_of(state, user);
            for message in state.slack.channels.iter_mut().flat_map(|channel| channel.messages.iter_mut()) {
                message.unread_by.retain(|reader| reader != user);
            }
            state.slack.ephemerals.iter_mut().filter(|note| note.user == user).for_each(|note| note.unread = false);
            unread
        })
    }

    /// Marks one conversation as read by this person, and the private answers that stand in it.
    pub fn read_in(&self, user: &str, channel: &str) {
        self.change(|state| {
            for message in state.slack.channel_mut(channel).into_iter().flat_map(|place| &mut place.messages) {
                message.unread_by.retain(|reader| reader != user);
            }
            let notes = state.slack.ephemerals.iter_mut();
            notes.filter(|note| note.user == user && note.channel == channel).for_each(|note| note.unread = false);
        });
    }

    /// Everybody's unread messages: (Slack user, what they would see).
    #[must_use]
    pub fn unread(&self) -> Vec<(String, String)> {
        self.look(|state| {
            let users = state.people.iter().map(|person| person.slack_id().to_owned()).filter(|id| !id.is_empty());
            users.flat_map(|user| unread_of(state, &user).into_iter().map(move |text| (user.clone(), text))).collect()
        })
    }
}

fn found(state: &State, user: &str, part: &str) -> Option<Message> {
    let channel = state.slack.dm(user)?;
    channel
        .messages
        .iter()
        .rev()
        .find(|message| !message.deleted && seen::message(state, user, message).contains(part))
        .cloned()
}

fn unread_of(state: &State, user: &str) -> Vec<String> {
    // What stands in a public channel is read there, or never: it notifies nobody.
    let channels = state.slack.channels.iter().filter(|channel| channel.kind != ChannelKind::Public);
    let posted = channels.flat_map(|channel| &channel.messages);
    let posted = posted.filter(|message| !message.deleted && message.unread_by.iter().any(|reader| reader == user));
    let notes = state.slack.ephemerals.iter().filter(|note| note.user == user && note.unread && !note.deleted);
    let mut all: Vec<(String, String)> =
        posted.map(|message| (message.ts.clone(), seen::message(state, user, message))).collect();
    all.extend(notes.map(|note| (note.ts.clone(), seen::ephemeral(state, note))));
    all.sort();
    all.into_iter().map(|(_, text)| text).collect()
}
