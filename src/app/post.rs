//! The way to Slack: its tokens are tried until they are taken, and admins are told over it what no promise covers.
//!
//! It refuses to know what people do there.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, watch};
use tracing::{error, warn};

use crate::{
    clock::{self, Clock},
    config::{Essentials, Settings, Slack},
    domain::catalogue::Who,
    okta::{self, Okta},
    outside::{Groups, Tickets, Vendors},
    say::{Card, alert},
    slack::{
        chat::{Chat, Manners},
        client::{BotIdentity, SlackClient},
        connector::CALL_DEADLINE,
        preflight::{GROUPS_SCOPE, TokenFault, may, preflight},
    },
};

/// The waits between two looks whether Slack takes the tokens: doubled from the first to the last.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What is served, and whether Slack takes the tokens. Nothing is served before both are so.
#[derive(Default)]
struct Terms {
    settings: Option<Arc<Settings>>,
    taken: bool,
}

/// The way to Slack.
pub(super) struct Post {
    /// As it was at the start: its tokens and its address hold until the next one.
    slack: Option<Slack>,
    terms: Mutex<Terms>,
    /// Held while the way is opened or other settings are made ready, so that none of the two undoes the other.
    opening: Arc<AsyncMutex<()>>,
    admins: Vec<Who>,
    chat: watch::Sender<Option<Arc<Chat>>>,
    outside: Arc<Vendors>,
}

impl Post {
    /// What the configuration says of it. `groups` are those that vendors are asked about.
    ///
    /// # Errors
    /// If Okta's settings, or Jira's, cannot be used.
    pub(super) fn new(
        essentials: &Essentials,
        settings: Option<Arc<Settings>>,
        clock: Arc<dyn Clock>,
        groups: Groups,
    ) -> anyhow::Result<Self> {
        let okta = Okta::new(&essentials.okta.org_url, &essentials.okta.token, okta::Timing::default())
            .map_err(|fault| anyhow::anyhow!("Okta's settings cannot be used: {fault}"))?;
        let (chat, opened) = watch::channel(None);
        let tickets = settings.as_deref().map(Tickets::new).transpose()?.flatten();
        let outside = Arc::new(Vendors::new(okta, tickets, opened, clock, groups));
        let (slack, admins) = (essentials.slack.clone(), essentials.admins.clone());
        let (terms, opening) = (Mutex::new(Terms { settings, taken: false }), Arc::default());
        Ok(Self { slack, terms, opening, admins, chat, outside })
    }

    /// Everything outside, which reaches Slack over this as soon as it is open.
    pub(super) fn outside(&self) -> Arc<Vendors> {
        Arc::clone(&self.outside)
    }

    fn terms(&self) -> MutexGuard<'_, Terms> {
        self.terms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Slack takes the tokens: answers whether anything is served.
    pub(super) fn taken(&self) -> bool {
        let mut terms = self.terms();
        terms.taken = true;
        terms.settings.is_some()
    }

    /// Makes other settings ready to be put in force in one moment: whatever is to be asked for that is asked here, and
    /// until then everything is as it was.
    ///
    /// # Errors
    /// If the bot lacks a right that they need. Where Slack does not tell, the calls themselves will.
    pub(super) async fn prepare(self: &Arc<Self>, settings: &Arc<Settings>) -> Result<Ready, TokenFault> {
        let opening = Arc::clone(&self.opening).lock_owned().await;
        let open = self.chat.borrow().clone();
        let groups = Groups::of(&settings.catalogue);
        let chat = match open {
            None => None,
            Some(chat) => {
                self.may_serve(&chat, &groups).await?;
                let manners = Manners::new(&settings.slack, Some(settings), &settings.admins);
                Some(Arc::new(chat.with(manners).await))
            }
        };
        Ok(Ready { post: Arc::clone(self), settings: Arc::clone(settings), groups, chat, _opening: opening })
    }

    /// Whether the bot may ask what it would have to ask besides from now on.
    async fn may_serve(&self, chat: &Chat, groups: &Groups) -> Result<(), TokenFault> {
        let before = besides(&self.outside.groups());
        if besides(groups).is_empty() || !before.is_empty() {
            return Ok(());
        }
        match may(chat.client(), besides(groups)).await {
            Err(fault @ TokenFault::MissingScope { .. }) => Err(fault),
            Err(fault) => {
                warn!(%fault, "Slack does not say whether the bot may read user groups");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// The bot as it behaves by now, once it is open.
    pub(super) fn chat(&self) -> watch::Receiver<Option<Arc<Chat>>> {
        self.chat.subscribe()
    }

    /// Asks Slack until it takes the tokens. Nothing where its settings cannot be used at all.
    pub(super) async fn open(&self) -> Option<(Arc<SlackClient>, Arc<Chat>)> {
        let slack = self.slack.as_ref()?;
        let client = match SlackClient::new(&slack.api_url, &slack.bot_token, &slack.app_token, CALL_DEADLINE) {
            Ok(client) => Arc::new(client),
            Err(fault) => {
                error!(%fault, "Slack's settings cannot be used: custody");
                return None;
            }
        };
        let (mut wait, longest) = WAITS;
        let mut told = false;
        loop {
            let fault = match self.try_open(slack, &client).await {
                Ok(chat) => return Some((client, chat)),
                Err(fault) => fault,
            };
            warn!(%fault, "Slack does not take the tokens: custody");
            if fault.is_the_apps() && !told {
                told = self.tell_unheard(slack, &client, &fault).await;
            }
            clock::pause(wait).await;
            wait = (wait * 2).min(longest);
        }
    }

    async fn try_open(&self, slack: &Slack, client: &Arc<SlackClient>) -> Result<Arc<Chat>, TokenFault> {
        let _opening = self.opening.lock().await;
        let me = preflight(client, besides(&self.outside.groups())).await?;
        Ok(self.connect(slack, client, me).await)
    }

    /// The way is open, and nothing else opens it meanwhile.
    async fn connect(&self, slack: &Slack, client: &Arc<SlackClient>, me: BotIdentity) -> Arc<Chat> {
        let settings = self.terms().settings.clone();
        let mut manners = match settings.as_deref() {
            Some(settings) => Manners::new(&settings.slack, Some(settings), &settings.admins),
            None => Manners::new(slack, None, &self.admins),
        };
        manners.voice.workspace = me.team;
        let chat = Arc::new(Chat::open(Arc::clone(client), me.team_id, manners).await);
        self.chat.send_replace(Some(Arc::clone(&chat)));
        let outside = self.outside();
        // Beside all else: Okta may hang.
        tokio::spawn(async move { outside.meet_admins().await });
        chat
    }

    /// Where only the app token is at fault, admins are told with the bot's, and so is whatever else is due to be told.
    async fn tell_unheard(&self, slack: &Slack, client: &Arc<SlackClient>, fault: &TokenFault) -> bool {
        let Ok(me) = client.auth_test().await else { return false };
        {
            let _opening = self.opening.lock().await;
            self.connect(slack, client, me).await;
        }
        self.outside.tell_admins(&alert::unheard(&fault.to_string())).await
    }
}

/// Other settings, ready to be put in force.
pub(super) struct Ready {
    post: Arc<Post>,
    settings: Arc<Settings>,
    groups: Groups,
    /// The bot as it will behave, where the way is open.
    chat: Option<Arc<Chat>>,
    _opening: OwnedMutexGuard<()>,
}

impl Ready {
    /// Puts them in force, and waits for nobody: answers whether Slack takes the tokens.
    pub(super) fn put_in_force(self) -> bool {
        let Self { post, settings, groups, chat, _opening } = self;
        post.outside.adopt(groups, &settings.requests.business_day.zone);
        let taken = {
            let mut terms = post.terms();
            terms.settings = Some(settings);
            terms.taken
        };
        if chat.is_some() {
            post.chat.send_replace(chat);
            let outside = post.outside();
            tokio::spawn(async move { outside.meet_admins().await });
        }
        taken
    }
}

/// The scopes that are needed besides those that always are.
fn besides(groups: &Groups) -> &'static [&'static str] {
    if groups.deciding.is_empty() { &[] } else { &[GROUPS_SCOPE] }
}

/// Tells the admins what is missing in Jira's project, once Jira is reached for the first time.
pub(super) async fn look_over_tickets(outside: &Vendors) {
    let (mut wait, longest) = WAITS;
    loop {
        match outside.look_over_tickets().await {
            Ok(Some(card)) => return insist(outside, &card).await,
            Ok(None) => return,
            Err(error) => warn!(fault = ?error.fault, "Jira's project cannot be looked over yet"),
        }
        clock::pause(wait).await;
        wait = (wait * 2).min(longest);
    }
}

/// Tells the admins what no promise on record covers, as often as it takes until one of them is told.
pub(super) async fn insist(outside: &Vendors, card: &Card) {
    let (mut wait, longest) = WAITS;
    while !outside.tell_admins(card).await {
        clock::pause(wait).await;
        wait = (wait * 2).min(longest);
    }
}
