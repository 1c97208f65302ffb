//! Typed commands: a request in one line, cancel, return, help.

use std::sync::Arc;

use serde_json::Value;

use super::{Desk, forms};
use crate::{
    domain::{
        command::{Answer, Ask, Command},
        duration::Length,
        id::{EntitlementId, RequestId, SlackUserId},
    },
    engine::{Offer, Response},
    say::{
        form::{self, Knowledge},
        refusal,
        slash::{self, Missing},
    },
    slack::{blocks, envelope::Slash, transport::Ack},
};

/// The commands there are.
const COMMANDS: [&str; 3] = ["help", "cancel", "return"];

/// How near a word must be to be meant.
const NEAR: f64 = 0.7;

/// The most words a length has: "end of business day", "1h 30m".
const LENGTH_WORDS: usize = 4;

impl Desk {
    pub(super) async fn typed(self: Arc<Self>, typed: Slash) -> Ack {
        let line = typed.text.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match word.to_lowercase().as_str() {
            "" => self.open_form(typed.who, typed.trigger, None).await,
            "help" => Ack::Payload(blocks::ephemeral(&slash::help(self.chat.voice()))),
            "cancel" => self.by_id("cancel", rest, &typed.who, |who, request| Command::Cancel { who, request }).await,
            "return" => self.by_id("return", rest, &typed.who, |who, request| Command::Return { who, request }).await,
            word if word.contains('/') => {
                let (word, rest, line) = (word.to_owned(), rest.to_owned(), line.to_owned());
                self.in_one_line(typed.who, typed.key, &word, &rest, &line).await
            }
            word => Self::private(&slash::unknown(word, near(word, COMMANDS), self.chat.voice())),
        }
    }

    async fn by_id(
        &self,
        verb: &str,
        rest: &str,
        who: &SlackUserId,
        command: impl Fn(SlackUserId, RequestId) -> Command,
    ) -> Ack {
        let Ok(request) = RequestId::parse(rest.trim()) else {
            return Self::private(&slash::which(verb, self.chat.voice()));
        };
        let Response { result, about } = self.door.submit(command(who.clone(), request)).await;
        let sentence = match result {
            Ok(Answer::Withdrawn) => slash::withdrawn(&request.to_string()),
            Ok(_) => slash::returned(&request.to_string()),
            Err(refusal) => self.sentence(&refusal, about.as_ref(), who).await,
        };
        Self::private(&sentence)
    }

    /// `prod-db/rw 2h Stuck migration`.
    async fn in_one_line(&self, who: SlackUserId, key: String, word: &str, rest: &str, line: &str) -> Ack {
        let Some(offer) = self.door.offer(who.clone()).await else {
            return Self::private(slash::NOT_DONE);
        };
        match self.read(&offer, word, rest) {
            Err(sentence) => with_typed(sentence, line),
            Ok((entitlement, length, why)) => {
                let end = match self.reckon(&length, &offer) {
                    Ok(end) => end,
                    Err(sentence) => return with_typed(sentence, line),
                };
                let justification = match self.door.text(&why) {
                    Ok(justification) => justification,
                    Err(error) => return with_typed(refusal::justification(error), line),
                };
                let known = offer.known.clone();
                let ask = Ask { who: who.clone(), key, entitlement, end, justification, known };
                let Response { result, about } = self.door.submit(Command::Ask(ask)).await;
                match (&result, &about) {
                    (Ok(_), Some(request)) => Self::private(&slash::saved(request, self.chat.voice())),
                    (Ok(_), None) => Self::private("Saved. Your messages show how it goes."),
                    (Err(refusal), about) => with_typed(self.sentence(refusal, about.as_ref(), &who).await, line),
                }
            }
        }
    }

    /// The parts of a typed request, or what is missing or wrong.
    fn read(&self, offer: &Offer, word: &str, rest: &str) -> Result<(EntitlementId, String, String), String> {
        let voice = self.chat.voice();
        let entitlement = self.entitlement(offer, word)?;
        let (length, why) = split(rest, |length| Length::parse(length, self.least).is_ok());
        match (length, why) {
            ("", "") => Err(slash::missing(Missing::Length, word, "", voice)),
            ("", why) => {
                let first = why.split_whitespace().next().unwrap_or_default();
                let fault = Length::parse(first, self.least).err();
                Err(fault.map_or_else(
                    || slash::missing(Missing::Length, word, "", voice),
                    |fault| refusal::length(fault, first),
                ))
            }
            (length, "") => Err(slash::missing(Missing::Why, word, length, voice)),
            (length, why) => Ok((entitlement, length.to_owned(), why.to_owned())),
        }
    }

    /// An entitlement that this person may ask for. Of someone who is not known yet any that exists is taken, and
    /// judged once they are; only what they may ask for is ever suggested.
    fn entitlement(&self, offer: &Offer, word: &str) -> Result<EntitlementId, String> {
        let who = forms::identity(offer.known.as_ref());
        let knowledge = who.map_or(Knowledge::Waiting, Knowledge::Known);
        let offered: Vec<String> = form::offered(&offer.catalogue, knowledge)
            .iter()
            .map(|(_, entitlement)| entitlement.id.to_string())
            .collect();
        let parsed = EntitlementId::parse(word).ok();
        match parsed {
            Some(id) if who.is_none() && offer.catalogue.find(&id).is_some() => Ok(id),
            Some(id) if offered.iter().any(|offered| *offered == id.to_string()) => Ok(id),
            _ => Err(slash::no_such(word, near(word, offered.iter().map(String::as_str)))),
        }
    }
}

/// The longest beginning that is a length, and the rest as it was typed.
fn split(rest: &str, is_length: impl Fn(&str) -> bool) -> (&str, &str) {
    let rest = rest.trim();
    let mut ends: Vec<usize> = rest
        .char_indices()
        .filter(|(_, c)| c.is_whitespace())
        .map(|(place, _)| place)
        .filter(|place| !rest[..*place].ends_with(char::is_whitespace))
        .take(LENGTH_WORDS)
        .collect();
    if ends.len() < LENGTH_WORDS {
        ends.push(rest.len());
    }
    ends.into_iter()
        .rev()
        .map(|end| rest.split_at(end))
        .find(|(length, _)| is_length(length))
        .map_or(("", rest), |(length, why)| (length, why.trim()))
}

fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|known| (strsim::jaro_winkler(word, known), known));
    scored.filter(|(score, _)| *score >= NEAR).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, known)| known)
}

fn with_typed(sentence: String, line: &str) -> Ack {
    let answer: Value = blocks::ephemeral(&slash::with_typed(sentence, line));
    Ack::Payload(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(rest: &str) -> (&str, &str) {
        let least = crate::domain::time::AccessDuration::from_secs(60).unwrap();
        split(rest, |length| Length::parse(length, least).is_ok())
    }

    #[test]
    fn a_length_is_as_many_words_as_make_one() {
        assert_eq!(parts("2h Stuck migration, INC-42"), ("2h", "Stuck migration, INC-42"));
        assert_eq!(parts("1h 30m Stuck"), ("1h 30m", "Stuck"));
        assert_eq!(parts("until 17:30  Stuck\nbadly"), ("until 17:30", "Stuck\nbadly"));
        assert_eq!(parts("end of business day Stuck"), ("end of business day", "Stuck"));
        assert_eq!(parts("2h"), ("2h", ""));
        assert_eq!(parts("Stuck"), ("", "Stuck"));
        assert_eq!(parts(""), ("", ""));
    }
}
