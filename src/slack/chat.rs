//! Saying things in Slack: messages that follow their requests, nudges, replies, alerts; and who somebody is there.
//!
//! It owns where each of them goes. It refuses to choose words, and to decide when.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use slack_morphism::{SlackChannelId as ApiChannel, SlackTeamId, SlackTs as ApiTs, SlackUserId as ApiUser};
use tokio::sync::{Mutex as AsyncMutex, Semaphore};
use url::Url;

use super::{
    blocks,
    client::{Reply, SlackClient, SlackPerson, Thread},
    error::{SlackCode, SlackError},
};
use crate::{
    clock,
    config::{self, Guests, Settings},
    domain::{
        catalogue::Who,
        home::Home,
        id::{Email, SlackChannelId, SlackGroupId, SlackTs, SlackUserId},
        port::{Class, EffectError, Fault, Posted, Unfit, Vendor, ViewKey},
        request::Request,
        ticket::Tickets,
        time::AccessDuration,
    },
    say::{Card, Voice, approver, home, nudge, people::Named, requester},
};

/// Messages on their way at one time: more would only meet Slack's limits.
const AT_ONCE: usize = 8;

/// How far apart messages in one channel are sent: Slack takes about one a second.
const PACE: Duration = Duration::from_secs(1);

/// Conversations whose channel is remembered.
const MOST_CHANNELS: usize = 10_000;

/// How the bot behaves: its words' surroundings, and whom it serves and tells.
#[derive(Clone, Debug)]
pub struct Manners {
    /// For the words.
    pub voice: Voice,
    /// Who is told what needs a human.
    pub admins: Vec<Who>,
    /// What becomes of guests.
    pub guests: Guests,
    /// The channel that is told of every decision, grant and ending.
    pub audit: Option<SlackChannelId>,
    /// The shortest length that may be asked for.
    pub least: AccessDuration,
}

impl Manners {
    /// From the configuration, or from what can be read of it.
    #[must_use]
    pub fn new(slack: &config::Slack, settings: Option<&Settings>, admins: &[Who]) -> Self {
        let day = settings.map(|settings| settings.requests.business_day.clone()).unwrap_or_default();
        let tickets = settings.and_then(|settings| settings.jira.as_ref()).map_or(Tickets::None, |_| Tickets::Kept);
        let (command, zone) = (slack.command.clone(), day.zone.clone());
        let voice = Voice { command, zone, day, admins: Vec::new(), workspace: None, tickets };
        let guests = settings.map_or(Guests::Refused, |settings| settings.identity.guests);
        // In custody nothing can be asked for, so that no length is read.
        let least = settings.map_or(AccessDuration::LONGEST, |settings| settings.requests.min_duration);
        Self { voice, admins: admins.to_vec(), guests, audit: slack.audit_channel.clone(), least }
    }

    /// Whether Slack answered for everyone who is to be named.
    fn names_all(&self) -> bool {
        self.voice.admins.len() == named(&self.admins).count()
    }
}

/// A member of the workspace who may be served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Their confirmed e-mail.
    pub email: Email,
    /// Their zone's name.
    pub zone: Option<String>,
    /// Whether they are a guest: they may ask where the configuration says so, and never decide.
    pub guest: Guest,
}

/// Whether somebody is a guest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guest {
    /// A full member.
    No,
    /// A guest.
    Yes,
}

/// The bot in its workspace.
pub struct Chat {
    client: Arc<SlackClient>,
    team: SlackTeamId,
    manners: Manners,
    lines: Arc<Lines>,
}

/// What is shared by the bot as it behaved before and as it behaves now.
struct Lines {
    channels: Mutex<BTreeMap<SlackUserId, SlackChannelId>>,
    turns: Semaphore,
    /// When the audit channel was last told, in elapsed time.
    announced: AsyncMutex<Option<Duration>>,
}

impl Chat {
    /// The bot in `team`. The admins' names are looked up once, for the sentences that name them.
    pub async fn open(client: Arc<SlackClient>, team: SlackTeamId, mut manners: Manners) -> Self {
        manners.voice.admins = names(&client, &manners.admins).await;
        let turns = Semaphore::new(AT_ONCE);
        let lines = Arc::new(Lines { channels: Mutex::default(), turns, announced: AsyncMutex::default() });
        Self { client, team, manners, lines }
    }

    /// The same bot with other manners: what it has under way goes on in the old ones.
    pub async fn with(&self, mut manners: Manners) -> Self {
        let Self { client, team, manners: before, lines } = self;
        manners.voice.workspace.clone_from(&before.voice.workspace);
        manners.voice.admins = match manners.admins == before.admins && before.names_all() {
            true => before.voice.admins.clone(),
            false => names(client, &manners.admins).await,
        };
        Self { client: Arc::clone(client), team: team.clone(), manners, lines: Arc::clone(lines) }
    }

    /// The words' surroundings.
    #[must_use]
    pub const fn voice(&self) -> &Voice {
        &self.manners.voice
    }

    /// Who is told what needs a human.
    #[must_use]
    pub fn admins(&self) -> &[Who] {
        &self.manners.admins
    }

    /// The shortest length that may be asked for.
    #[must_use]
    pub const fn least(&self) -> AccessDuration {
        self.manners.least
    }

    /// The Web API.
    #[must_use]
    pub const fn client(&self) -> &Arc<SlackClient> {
        &self.client
    }

    /// Posts a message, or redraws it, as its request stands.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn show(&self, view: &ViewKey, request: &Request, others: &[Request]) -> Result<Posted, EffectError> {
        let _turn = self.lines.turns.acquire().await;
        let (to, card) = match view {
            ViewKey::Requester { .. } => (&request.asker, requester::card(request, others, self.voice())),
            ViewKey::Approver { slack, .. } => (slack, approver::card(request, slack, Some(others), self.voice())),
            ViewKey::Warning { ends, .. } => (&request.asker, nudge::warning(request, *ends, self.voice())),
        };
        match request.shown.get(view) {
            Some(shown) => {
                self.redraw(&shown.posted, &card).await?;
                Ok(shown.posted.clone())
            }
            None => self.tell(to, &card).await,
        }
    }

    /// Draws somebody's Home tab in place of the state `hash`.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn draw_home(&self, home: &Home, hash: Option<&str>) -> Result<String, EffectError> {
        let view = blocks::home(&home::page(home, self.voice()), &home.pages);
        let view = blocks::view(&view).ok_or_else(unreadable)?;
        match self.client.publish_home(&ApiUser::from(home.who.as_str()), hash, view).await {
            Ok(drawn) => Ok(drawn.hash),
            // Something newer stands there: nothing of it counts, since each drawing is of the newest state.
            Err(error @ SlackError::Rejected { code: SlackCode::HashConflict, .. }) => {
                Err(EffectError { class: Class::Retry, after: Some(Duration::ZERO), ..failed(error) })
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Redraws a message.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn redraw(&self, posted: &Posted, card: &Card) -> Result<(), EffectError> {
        let (text, blocks) = blocks::message(card);
        let channel = ApiChannel::from(posted.channel.as_str());
        let ts = ApiTs::from(posted.ts.as_str());
        self.client.update(&channel, &ts, &text, blocks).await.map_err(failed)
    }

    /// Posts a message of its own to someone.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn tell(&self, to: &SlackUserId, card: &Card) -> Result<Posted, EffectError> {
        let channel = self.channel(to).await?;
        let (text, blocks) = blocks::message(card);
        let ts = self.client.post(&ApiChannel::from(channel.as_str()), &text, blocks, None).await.map_err(failed)?;
        let ts = SlackTs::parse(ts.0).map_err(|_| unreadable())?;
        Ok(Posted { channel, ts })
    }

    /// The channel that is told of every decision, grant and ending.
    #[must_use]
    pub const fn audit_channel(&self) -> Option<&SlackChannelId> {
        self.manners.audit.as_ref()
    }

    /// Says something in the audit channel, as fast as Slack takes it. What is said is asked when its turn has come.
    ///
    /// # Errors
    /// [`Class::Gone`] if the channel takes nothing as it is, whatever is said; [`Class::Rejected`] if it does not take
    /// this.
    pub async fn announce(&self, channel: &SlackChannelId, card: impl FnOnce() -> Card) -> Result<(), EffectError> {
        let mut last = self.lines.announced.lock().await;
        if let Some(last) = *last {
            clock::pause((last + PACE).saturating_sub(clock::elapsed())).await;
        }
        *last = Some(clock::elapsed());
        let (text, blocks) = blocks::message(&card());
        let posted = self.client.post(&ApiChannel::from(channel.as_str()), &text, blocks, None).await;
        posted.map(drop).map_err(not_in_channel)
    }

    /// Says something in a message's thread, and in the conversation too, so that it notifies. Answers where it stands.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn nudge(&self, under: &Posted, card: &Card) -> Result<Posted, EffectError> {
        let (text, blocks) = blocks::message(card);
        let thread = Thread { ts: ApiTs::from(under.ts.as_str()), broadcast: true };
        let channel = ApiChannel::from(under.channel.as_str());
        let ts = self.client.post(&channel, &text, blocks, Some(thread)).await.map_err(failed)?;
        let ts = SlackTs::parse(ts.0).map_err(|_| unreadable())?;
        Ok(Posted { channel: under.channel.clone(), ts })
    }

    /// Says something that only one person sees, where they clicked.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn whisper(&self, to: &SlackUserId, channel: &SlackChannelId, sentence: &str) -> Result<(), EffectError> {
        let channel = ApiChannel::from(channel.as_str());
        let user = ApiUser::from(to.as_str());
        let (text, blocks) = blocks::message(&Card::sentence(sentence));
        self.client.ephemeral(&channel, &user, &text, blocks).await.map_err(failed)
    }

    /// Answers a click where it was made: at its own address; where that fails, in its conversation; and where there is
    /// none, in a message of its own.
    pub async fn answer(&self, to: &SlackUserId, at: Option<&Url>, channel: Option<&SlackChannelId>, sentence: &str) {
        if let Some(url) = at
            && self.respond(url, sentence).await.is_ok()
        {
            return;
        }
        let told = match channel {
            Some(channel) => self.whisper(to, channel, sentence).await,
            None => self.tell(to, &Card::sentence(sentence)).await.map(drop),
        };
        if let Err(failure) = told {
            tracing::warn!(class = ?failure.class, "a click could not be answered");
        }
    }

    async fn respond(&self, url: &Url, sentence: &str) -> Result<(), SlackError> {
        let (text, blocks) = blocks::message(&Card::sentence(sentence));
        self.client.respond(url, &Reply::aside(text, blocks)).await
    }

    /// Puts a card in the place of what was clicked, which only the clicker sees.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn replace(&self, at: &Url, card: &Card) -> Result<(), EffectError> {
        let (text, blocks) = blocks::message(card);
        self.client.respond(at, &Reply::instead(text, blocks)).await.map_err(failed)
    }

    async fn channel(&self, to: &SlackUserId) -> Result<SlackChannelId, EffectError> {
        if let Some(known) = self.lines.channels.lock().unwrap_or_else(PoisonError::into_inner).get(to) {
            return Ok(known.clone());
        }
        let opened = self.client.open_dm(&ApiUser::from(to.as_str())).await.map_err(failed)?;
        let channel = SlackChannelId::parse(opened.0).map_err(|_| unreadable())?;
        let mut channels = self.lines.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if channels.len() >= MOST_CHANNELS {
            channels.clear();
        }
        channels.insert(to.clone(), channel.clone());
        Ok(channel)
    }

    /// Who a Slack user is, if they may be served.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn member(&self, slack: &SlackUserId) -> Result<Result<Member, Unfit>, EffectError> {
        match self.client.user(&ApiUser::from(slack.as_str())).await {
            Ok(person) => Ok(self.fit(&person)),
            Err(SlackError::Gone(_)) => Ok(Err(Unfit::Stranger)),
            Err(error) => Err(failed(error)),
        }
    }

    fn fit(&self, person: &SlackPerson) -> Result<Member, Unfit> {
        let guest = if person.restricted || person.ultra_restricted { Guest::Yes } else { Guest::No };
        if person.is_bot {
            return Err(Unfit::Bot);
        }
        if person.deleted {
            return Err(Unfit::Deactivated);
        }
        if person.stranger || person.team.as_ref() != Some(&self.team) {
            return Err(Unfit::Stranger);
        }
        if guest == Guest::Yes && self.manners.guests == Guests::Refused {
            return Err(Unfit::Guest);
        }
        let email = person.email.as_ref().and_then(|email| Email::fold(email.as_str()).ok()).ok_or(Unfit::NoEmail)?;
        Ok(Member { email, zone: person.tz.clone(), guest })
    }

    /// Who is in a user group; nobody where there is none any more.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn members_of(&self, group: &SlackGroupId) -> Result<BTreeSet<SlackUserId>, EffectError> {
        match self.client.user_group(group.as_str()).await {
            Ok(users) => Ok(users.into_iter().filter_map(|user| SlackUserId::parse(user.0).ok()).collect()),
            Err(SlackError::Gone(code)) => {
                tracing::warn!(%group, %code, "a user group that decides is not in Slack: nobody decides by it");
                Ok(BTreeSet::new())
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The full member with an e-mail, if there is one.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn by_email(&self, email: &Email) -> Result<Option<SlackUserId>, EffectError> {
        Ok(self.named(email).await?.map(|named| named.slack))
    }

    /// The same, with the name they have in Slack.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn named(&self, email: &Email) -> Result<Option<Named>, EffectError> {
        match self.client.user_by_email(email.as_str()).await {
            Ok(person) => {
                let full = self.fit(&person).is_ok_and(|member| member.guest == Guest::No && member.email == *email);
                let slack = full.then(|| SlackUserId::parse(person.id.0).ok()).flatten();
                Ok(slack.map(|slack| Named { slack, name: person.name }))
            }
            Err(SlackError::Gone(_)) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

/// The names of the first admins, for the sentences that name them; without those whom Slack does not answer for.
async fn names(client: &SlackClient, admins: &[Who]) -> Vec<String> {
    let mut names = Vec::new();
    for email in named(admins) {
        if let Ok(person) = client.user_by_email(email.as_str()).await {
            names.push(person.name);
        }
    }
    names
}

/// The admins whom sentences name.
fn named(admins: &[Who]) -> impl Iterator<Item = &Email> {
    admins.iter().take(2).filter_map(Who::person)
}

/// A failed call, classed.
#[must_use]
pub fn failed(error: SlackError) -> EffectError {
    let (class, after, code) = match &error {
        SlackError::RateLimited { after } => (Class::Retry, Some(*after), "ratelimited".to_owned()),
        SlackError::Retry(hitch) => (Class::Retry, None, hitch.to_string()),
        SlackError::Auth { code, .. } => (Class::Auth, None, code.to_string()),
        SlackError::Gone(code) => (Class::Gone, None, code.to_string()),
        SlackError::Rejected { code, .. } => (Class::Rejected, None, code.to_string()),
        SlackError::Unknown(hitch) => (Class::Unknown, None, hitch.to_string()),
    };
    EffectError { class, after, fault: fault(code) }
}

/// Whether Slack refuses what was said, whoever it is said to.
#[must_use]
pub fn is_of_content(error: &EffectError) -> bool {
    let code = error.fault.code.clone().map(serde_json::Value::String);
    let code = code.and_then(|code| serde_json::from_value::<SlackCode>(code).ok());
    error.class == Class::Rejected && code.is_some_and(|code| code.is_of_content())
}

/// A failed message to a channel that somebody else keeps: whatever is no fault of the message is one of the channel,
/// which may be archived, closed to the bot, or kept by a rule of its own.
fn not_in_channel(error: SlackError) -> EffectError {
    use SlackCode as C;
    let class = match &error {
        SlackError::Rejected { code, .. } if !code.is_of_content() => Class::Gone,
        SlackError::Auth { code: C::AccessDenied | C::NoPermission, .. } => Class::Gone,
        _ => return failed(error),
    };
    EffectError { class, ..failed(error) }
}

fn unreadable() -> EffectError {
    EffectError { class: Class::Unknown, after: None, fault: fault("unreadable".to_owned()) }
}

fn fault(code: String) -> Fault {
    Fault { vendor: Vendor::Slack, status: None, code: Some(code), receipt: None }
}

#[cfg(test)]
mod tests;
