//! The way to Slack: its tokens are tried until they are taken, and admins are told over it what no promise covers.
//!
//! It refuses to know what people do there.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex as AsyncMutex, watch};
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
        preflight::{GROUPS_SCOPE, TokenFault, preflight},
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
    /// Held while the way is opened or its manners change, so that none of the two undoes the other.
    opening: AsyncMutex<()>,
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
        let (terms, opening) = (Mutex::new(Terms { settings, taken: false }), AsyncMutex::default());
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

    /// Other settings are in force: answers whether Slack takes the tokens. The way itself stays as it is.
    pub(super) async fn adopt(&self, settings: &Arc<Settings>) -> bool {
        let taken = {
            let mut terms = self.terms();
            terms.settings = Some(Arc::clone(settings));
            terms.taken
        };
        let _opening = self.opening.lock().await;
        let open = self.chat.borrow().clone();
        if let Some(chat) = open {
            let manners = Manners::new(&settings.slack, Some(settings), &settings.admins);
            self.chat.send_replace(Some(Arc::new(chat.with(manners).await)));
            let outside = self.outside();
            tokio::spawn(async move { outside.meet_admins().await });
        }
        taken
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
            let besides = if self.outside.groups().deciding.is_empty() { &[][..] } else { &[GROUPS_SCOPE] };
            let fault = match preflight(&client, besides).await {
                Ok(me) => {
                    let chat = self.connect(slack, &client, me).await;
                    return Some((client, chat));
                }
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

    async fn connect(&self, slack: &Slack, client: &Arc<SlackClient>, me: BotIdentity) -> Arc<Chat> {
        let _opening = self.opening.lock().await;
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
        self.connect(slack, client, me).await;
        self.outside.tell_admins(&alert::unheard(&fault.to_string())).await
    }
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
