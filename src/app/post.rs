//! The way to Slack: its tokens are tried until they are taken, and admins are told over it what no promise covers.
//!
//! It refuses to know what people do there.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
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

/// The way to Slack.
pub(super) struct Post {
    slack: Option<Slack>,
    settings: Option<Arc<Settings>>,
    admins: Vec<Who>,
    /// Scopes that this configuration needs besides the usual ones.
    scopes: Vec<&'static str>,
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
        let scopes = if groups.deciding.is_empty() { Vec::new() } else { vec![GROUPS_SCOPE] };
        let outside = Arc::new(Vendors::new(okta, tickets, opened, clock, groups));
        let (slack, admins) = (essentials.slack.clone(), essentials.admins.clone());
        Ok(Self { slack, settings, admins, scopes, chat, outside })
    }

    /// Everything outside, which reaches Slack over this as soon as it is open.
    pub(super) fn outside(&self) -> Arc<Vendors> {
        Arc::clone(&self.outside)
    }

    /// What is served, if anything is.
    pub(super) fn settings(&self) -> Option<Arc<Settings>> {
        self.settings.clone()
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
            let fault = match preflight(&client, &self.scopes).await {
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
        let mut manners = Manners::new(slack, self.settings.as_deref(), &self.admins);
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
