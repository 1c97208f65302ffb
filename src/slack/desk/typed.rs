//! Typed commands: a request in one line, list, cancel, return, help.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    Desk, From,
    admin::is_admin,
    forms::{self, Pace},
};
use crate::{
    clock,
    domain::{
        command::{Answer, Ask, Command, Refusal},
        duration::Length,
        id::{EntitlementId, RequestId, SlackUserId},
        request::Purpose,
    },
    engine::{Offer, Response},
    say::{
        Card, Voice, form, list, refusal,
        slash::{self, Missing},
    },
    slack::{blocks, envelope::Slash, transport::Ack},
};

/// The commands there are.
const COMMANDS: [&str; 7] = ["help", "list", "cancel", "return", "emergency", "admin", "extend"];

/// How long a typed request waits to know who asks: the ack has 2.5 s in all.
pub(super) const LOOK_UP_WITHIN: Duration = Duration::from_millis(1_500);

/// How near a word must be to be meant.
const NEAR: f64 = 0.7;

/// The same of an application's name alone: its names are many, and most words are none of them.
const NEAR_APPLICATION: f64 = 0.85;

/// The most words a length has: "end of business day", "1h 30m".
const LENGTH_WORDS: usize = 4;

impl Desk {
    pub(super) async fn typed(self: Arc<Self>, typed: Slash) -> Ack {
        let line = typed.text.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match word.to_lowercase().as_str() {
            "" => self.open_form(typed.who, typed.trigger, None, From::Command).await,
            "help" => self.if_served(&typed.who, |offer| self.help(offer)).await,
            "admin" => self.administered(&typed.who, rest.trim()).await,
            "emergency" => self.open_emergency(typed.who, typed.trigger).await,
            "list" => self.listed(&typed.who, None).await,
            "cancel" => self.by_id(rest, &typed.who, |who, request| Command::Cancel { who, request }).await,
            "return" => self.by_id(rest, &typed.who, |who, request| Command::Return { who, request }).await,
            "extend" => match RequestId::parse(rest.trim()) {
                Ok(request) => self.open_extension(typed.who, typed.trigger, request, From::Command).await,
                Err(_) => self.listed(&typed.who, Some(list::WHICH)).await,
            },
            word if word.contains('/') => {
                let (word, rest, line) = (word.to_owned(), rest.to_owned(), line.to_owned());
                self.in_one_line(typed.who, typed.key, &word, &rest, &line).await
            }
            word => self.if_served(&typed.who, |offer| self.unknown(word, offer)).await,
        }
    }

    /// A private answer to those who are served; the others are told why they are not, whatever they typed.
    async fn if_served(&self, who: &SlackUserId, answer: impl Fn(Option<&Offer>) -> Card) -> Ack {
        let offer = self.looked_up(who).await;
        let unserved = offer.as_ref().and_then(|offer| self.unserved(offer)).map(Card::sentence);
        Ack::Payload(blocks::ephemeral(&unserved.unwrap_or_else(|| answer(offer.as_ref()))))
    }

    /// What one can type: admins more than others, and of break-glass those read who may break glass for something.
    fn help(&self, offer: Option<&Offer>) -> Card {
        let voice = self.chat.voice();
        let help = if is_admin(offer) { slash::help_for_admins(voice) } else { slash::help(voice) };
        if offer.is_some_and(Self::takes) { slash::with_emergency(help, voice) } else { help }
    }

    /// A word that is no command: a near one, or an access of a near application that they may ask for.
    fn unknown(&self, word: &str, offer: Option<&Offer>) -> Card {
        let offered = offer.map(offered).unwrap_or_default();
        let meant = near(word, COMMANDS).map(str::to_owned).or_else(|| near_application(word, &offered));
        slash::unknown(word, meant.as_deref(), self.chat.voice())
    }

    async fn by_id(&self, rest: &str, who: &SlackUserId, command: impl Fn(SlackUserId, RequestId) -> Command) -> Ack {
        let Ok(request) = RequestId::parse(rest.trim()) else {
            return self.listed(who, Some(list::WHICH)).await;
        };
        let Response { result, about } = self.door.submit(command(who.clone(), request)).await;
        let sentence = match result {
            Ok(Answer::Withdrawn) => slash::withdrawn(&request.to_string()),
            Ok(_) => slash::returned(&request.to_string()),
            Err(Refusal::NoSuchRequest) => return self.listed(who, Some(list::WHICH)).await,
            Err(refusal) => self.sentence(&refusal, about.as_ref(), who).await,
        };
        Self::private(&sentence)
    }

    /// `prod-db/rw 2h Stuck migration`.
    async fn in_one_line(&self, who: SlackUserId, key: String, word: &str, rest: &str, line: &str) -> Ack {
        let Some(offer) = self.looked_up(&who).await else {
            return with_typed(refusal::CANNOT_BE_SAVED.to_owned(), line, None);
        };
        if let Some(custody) = self.custody_of(&offer) {
            return with_typed(custody, line, None);
        }
        let finish = EntitlementId::parse(word).ok().filter(|id| offers(&offer, id));
        let ask = match (self.read(&offer, word, rest, &who, key), &offer.known) {
            (Ok(ask), _) => ask,
            (Err(_), Some(Err(unfit))) => {
                return with_typed(refusal::not_served(unfit, self.chat.voice()), line, None);
            }
            (Err(sentence), _) => return with_typed(sentence, line, finish.as_ref()),
        };
        let chosen = ask.entitlement.clone();
        let Response { result, about } = self.door.submit(Command::Ask(ask)).await;
        match (&result, &about) {
            (Ok(_), Some(request)) => Self::private(&slash::saved(request, self.chat.voice())),
            (Ok(_), None) => Self::private(slash::SAVED),
            (Err(refusal), about) => {
                let finish = finish.filter(|_| is_mended_in_the_form(refusal));
                let sentence = match refusal {
                    Refusal::TooLong { .. } => self.not_asked(refusal, about.as_ref(), &who, &offer, &chosen),
                    _ => self.sentence(refusal, about.as_ref(), &who).await,
                };
                with_typed(sentence, line, finish.as_ref())
            }
        }
    }

    /// What can be shown to someone, once it is known who they are, if that is found out in time.
    pub(super) async fn looked_up(&self, who: &SlackUserId) -> Option<Offer> {
        let offer = self.door.offer(who.clone()).await?;
        if offer.known.is_some() || clock::timeout(LOOK_UP_WITHIN, self.door.look_up(who.clone())).await.is_err() {
            return Some(offer);
        }
        self.door.offer(who.clone()).await
    }

    /// The parts of a typed request, or what is missing or wrong.
    fn read(&self, offer: &Offer, word: &str, rest: &str, who: &SlackUserId, key: String) -> Result<Ask, String> {
        let voice = self.chat.voice();
        let entitlement = entitlement(offer, word, voice)?;
        let (length, why) = split(rest, |length| Length::parse(length, self.chat.least()).is_ok());
        match (length, why) {
            ("", "") => Err(slash::missing(Missing::Length, word, "", voice)),
            ("", why) => {
                let first = why.split_whitespace().next().unwrap_or_default();
                let fault = Length::parse(first, self.chat.least()).err();
                Err(fault.map_or_else(
                    || slash::missing(Missing::Length, word, "", voice),
                    |fault| refusal::length(fault, first, self.chat.least()),
                ))
            }
            (length, "") => Err(slash::missing(Missing::Why, word, length, voice)),
            (length, why) => Ok(Ask {
                who: who.clone(),
                key,
                purpose: Purpose::Access,
                entitlement,
                end: self.reckon(length, offer)?,
                justification: self.door.text(why).map_err(refusal::justification)?,
                known: offer.known.clone(),
            }),
        }
    }
}

/// An entitlement that this person may ask for. Of someone who is not known any that exists is taken, judged once they
/// are, and called as they called it; only what they may ask for is ever suggested.
fn entitlement(offer: &Offer, word: &str, voice: &Voice) -> Result<EntitlementId, String> {
    let offered = offered(offer);
    match EntitlementId::parse(word) {
        Ok(id) if offered.contains(&id) => Ok(id),
        // Refused for what they are, whatever they ask for.
        Ok(id) if matches!(offer.known, Some(Err(_))) => Ok(id),
        Ok(id) if offer.known.is_none() && offer.catalogue.find(&id).is_some() => Ok(id),
        _ => {
            let offered: Vec<String> = offered.iter().map(ToString::to_string).collect();
            Err(slash::no_such(word, near(word, offered.iter().map(String::as_str)), voice))
        }
    }
}

/// What someone may ask for, as far as they are known.
fn offered(offer: &Offer) -> Vec<EntitlementId> {
    if matches!(offer.known, Some(Err(_))) {
        return Vec::new();
    }
    let offered = form::offered(&offer.catalogue, forms::knowledge(offer, Pace::Waiting));
    offered.into_iter().map(|(_, entitlement)| entitlement.id.clone()).collect()
}

fn offers(offer: &Offer, id: &EntitlementId) -> bool {
    offered(offer).contains(id)
}

/// Whether the form can help with what was refused.
const fn is_mended_in_the_form(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::TooLong { .. } | Refusal::TooShort { .. } | Refusal::TimePassed)
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

/// The first access of the application that is nearly called so.
fn near_application(word: &str, offered: &[EntitlementId]) -> Option<String> {
    let near = |id: &&EntitlementId| {
        id.to_string().split('/').next().is_some_and(|name| strsim::jaro_winkler(word, name) >= NEAR_APPLICATION)
    };
    offered.iter().find(near).map(ToString::to_string)
}

fn with_typed(sentence: String, line: &str, finish: Option<&EntitlementId>) -> Ack {
    let answer: Value = blocks::ephemeral(&slash::with_typed(sentence, line, finish));
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
