//! The program: its start, its custody, its stop.
//!
//! It owns the order in which parts begin and end. It refuses to decide about requests.
//!
//! Law: removals begin before anything else is tried, and whatever fails on the way leaves the program in custody, not
//! dead.

use std::{collections::BTreeSet, future::Future, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{sync::watch, task::JoinHandle};
use tracing::{error, info, warn};

use crate::{
    clock::{self, Clock},
    config::{Essentials, Loaded, Settings, Slack},
    domain::{
        catalogue::{Catalogue, Who},
        decide::{Limits, Mode},
        id::OktaGroupId,
        time::AccessDuration,
    },
    engine::{
        Broken, Core, Door, Engine, Helm, Status,
        recover::{self, Recovered},
    },
    ledger::{KeyError, Keys, Ledger as _, Local},
    okta::{self, Okta},
    outside::Vendors,
    say::alert,
    server::{self, Health},
    slack::{
        chat::{Chat, Manners},
        client::SlackClient,
        connector::{CALL_DEADLINE, install_tls},
        desk::Desk,
        preflight::preflight,
        transport::{SocketState, Timing, Transport},
    },
};

/// The waits between two looks whether Slack takes the tokens: doubled from the first to the last.
const SLACK_WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Runs until `stop` ends, then finishes what is under way and closes the store.
///
/// # Errors
/// If the store or Okta's settings cannot be used at all.
pub async fn run(loaded: Loaded, clock: Arc<dyn Clock>, stop: impl Future<Output = ()> + Send) -> Result<()> {
    install_tls();
    let Loaded { essentials, settings, .. } = loaded;
    let essentials = essentials.map_err(|faults| anyhow!("{faults}"))?;
    if let Err(faults) = &settings {
        error!("the configuration has faults: custody, nothing is granted until they are mended\n{faults}");
    }
    let (keys, settings) = match open_key(&essentials, settings.ok()) {
        Ok(opened) => opened,
        Err(fault) => return without_key(&essentials, &fault, stop).await,
    };
    let recovered = open_store(&essentials, &keys, clock.as_ref())?;
    clock.not_before(recovered.live.at);
    let parts = Parts::begin(&essentials, settings, recovered, Arc::clone(&clock)).await?;
    parts.serve_until(stop).await
}

/// The audit key, and what may be granted under it: nothing while others may read it. Ending what is due needs no
/// secret, so that goes on.
fn open_key(essentials: &Essentials, settings: Option<Settings>) -> Result<(Keys, Option<Settings>), KeyError> {
    let path = &essentials.audit.key_file;
    match Keys::open(path, &essentials.store.directory) {
        Err(fault @ KeyError::Open(_)) => {
            let keys = Keys::read_exposed(path)?;
            error!(%fault, "the audit key is no secret: custody, nothing is granted until that is mended and the program is started again");
            Ok((keys, None))
        }
        opened => opened.map(|keys| (keys, settings)),
    }
}

/// What is left without a key: to be there, to say so, and to let nobody else at the store.
async fn without_key(essentials: &Essentials, fault: &KeyError, stop: impl Future<Output = ()>) -> Result<()> {
    error!(%fault, "no line of the journal can be believed: custody, and nothing can be ended until the key is back");
    let directory = &essentials.store.directory;
    let _held = Local::hold(directory).with_context(|| format!("the store {} cannot be used", directory.display()))?;
    let status = Status { mode: Mode::Custody, quiet: true, seq: 0 };
    let health = Health { engine: watch::channel(status).1, sockets: watch::channel(SocketState::default()).1 };
    let serving = listen(essentials, health);
    let telling = async {
        let told = reach(essentials.slack.as_ref(), None, &essentials.admins).await;
        if let Some((_, chat)) = told {
            chat.tell_admins(&alert::without_key(&fault.to_string())).await;
        }
        std::future::pending::<()>().await
    };
    tokio::select! {
        () = stop => {}
        () = telling => {}
    }
    serving.abort();
    Ok(())
}

fn open_store(essentials: &Essentials, keys: &Keys, clock: &dyn Clock) -> Result<Recovered> {
    let store = &essentials.store;
    let opening = Local::open(&store.directory, keys, store.low_mark, &recover::schema())
        .with_context(|| format!("the store {} cannot be used", store.directory.display()))?;
    recover::recover(opening, keys, clock.now()).context("the store cannot be used")
}

fn listen(essentials: &Essentials, health: Health) -> JoinHandle<()> {
    let address = essentials.server.listen;
    tokio::spawn(async move {
        if let Some(address) = address
            && let Err(fault) = server::serve(address, health).await
        {
            error!(%address, %fault, "health cannot be answered");
        }
    })
}

/// The running parts.
struct Parts {
    door: Door,
    helm: Helm,
    engine: JoinHandle<Result<(), Broken>>,
    ledger: Arc<Local>,
    health: JoinHandle<()>,
    chat: JoinHandle<()>,
    leave: watch::Sender<bool>,
}

impl Parts {
    /// Removals first; then health, and Slack with all that needs it.
    async fn begin(
        essentials: &Essentials,
        settings: Option<Settings>,
        recovered: Recovered,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let Recovered { live, ledger, custody } = recovered;
        let (chat_sender, chat) = watch::channel(None);
        let okta = Okta::new(&essentials.okta.org_url, &essentials.okta.token, okta::Timing::default())
            .map_err(|fault| anyhow!("Okta's settings cannot be used: {fault}"))?;
        let catalogue = Arc::new(settings.as_ref().map(|s| s.catalogue.clone()).unwrap_or_default());
        let outside = Arc::new(Vendors::new(okta, chat, Arc::clone(&clock), admin_groups(&catalogue)));
        let limits = limits(settings.as_ref());
        let seed = rand::rng().random();
        let damaged = custody.is_some();
        let held = custody.map(|custody| custody.held).unwrap_or_default();
        let core = Core::new(live, catalogue, limits, Mode::Custody, seed).owing(held);
        let ledger = Arc::new(ledger);
        let (engine, door, helm) =
            Engine::new(core, limits, Arc::clone(&ledger), Arc::clone(&outside), Arc::clone(&clock));
        let engine = tokio::spawn(engine.run());
        let (leave, left) = watch::channel(false);
        let (sockets, sockets_seen) = watch::channel(SocketState::default());
        let health = listen(essentials, Health { engine: door.watch(), sockets: sockets_seen });
        let chat = ChatRoom {
            slack: essentials.slack.clone(),
            admins: essentials.admins.clone(),
            settings: settings.filter(|_| !damaged).map(Arc::new),
            door: door.clone(),
            helm: helm.clone(),
            chat: chat_sender,
            outside,
            sockets,
            left,
        };
        let chat = tokio::spawn(chat.run());
        Ok(Self { door, helm, engine, ledger, health, chat, leave })
    }

    async fn serve_until(self, stop: impl Future<Output = ()> + Send) -> Result<()> {
        let Self { door, helm, mut engine, ledger, health, chat, leave } = self;
        let early = tokio::select! {
            () = stop => None,
            ended = &mut engine => Some(ended),
        };
        info!(seq = door.status().seq, "stopping");
        let _ = leave.send(true);
        // The sockets go first: what they have taken is answered before the engine ends.
        let _ = chat.await;
        health.abort();
        let ended = match early {
            Some(ended) => ended,
            None => {
                helm.stop().await;
                engine.await
            }
        };
        ledger.close().await;
        ended.context("the engine panicked")?.context("the engine stopped")
    }
}

/// Slack's side, from the first look at the tokens to the last ack.
struct ChatRoom {
    slack: Option<Slack>,
    admins: Vec<Who>,
    settings: Option<Arc<Settings>>,
    door: Door,
    helm: Helm,
    chat: watch::Sender<Option<Arc<Chat>>>,
    outside: Arc<Vendors>,
    sockets: watch::Sender<SocketState>,
    left: watch::Receiver<bool>,
}

impl ChatRoom {
    async fn run(mut self) {
        let mut left = self.left.clone();
        let opened = tokio::select! {
            opened = self.open() => opened,
            _ = left.wait_for(|left| *left) => None,
        };
        let Some((client, chat)) = opened else { return };
        let _ = self.chat.send(Some(Arc::clone(&chat)));
        let outside = Arc::clone(&self.outside);
        // Beside all else: Okta may hang.
        tokio::spawn(async move { outside.meet_admins().await });
        match self.settings.take() {
            Some(settings) => self.serve(client, chat, &settings).await,
            // Custody: admins can be told, and nobody is listened to.
            None => {
                self.outside.tell_admins(&alert::custody()).await;
                drop(left.wait_for(|left| *left).await);
            }
        }
    }

    /// Asks Slack until it takes the tokens.
    async fn open(&self) -> Option<(Arc<SlackClient>, Arc<Chat>)> {
        reach(self.slack.as_ref(), self.settings.as_deref(), &self.admins).await
    }

    /// Opens the sockets; when the first is there, everything is served.
    async fn serve(self, client: Arc<SlackClient>, chat: Arc<Chat>, settings: &Settings) {
        let desk = Desk::new(self.door, chat, settings.requests.min_duration);
        let seed = StdRng::from_rng(&mut rand::rng());
        let transport = Transport::new(client, desk.handler(), Timing::default(), seed);
        let mut state = transport.state();
        let sockets = self.sockets;
        // Before the first socket: whoever is faster than this would be told of a custody that is over.
        self.helm.mode(Mode::Serving).await;
        info!("Slack takes the tokens: serving");
        let watching = tokio::spawn(async move {
            while state.changed().await.is_ok() {
                let now = state.borrow_and_update().clone();
                if let Some(fault) = now.last_fault.as_ref().filter(|fault| fault.is_for_people()) {
                    error!(%fault, "Slack needs a human");
                }
                let _ = sockets.send(now);
            }
        });
        let mut left = self.left;
        transport.run(async move { drop(left.wait_for(|left| *left).await) }).await;
        watching.abort();
    }
}

/// Asks Slack until it takes the tokens. Nothing where its settings cannot be used at all.
async fn reach(
    slack: Option<&Slack>,
    settings: Option<&Settings>,
    admins: &[Who],
) -> Option<(Arc<SlackClient>, Arc<Chat>)> {
    let slack = slack?;
    let client = match SlackClient::new(&slack.api_url, &slack.bot_token, &slack.app_token, CALL_DEADLINE) {
        Ok(client) => Arc::new(client),
        Err(fault) => {
            error!(%fault, "Slack's settings cannot be used: custody");
            return None;
        }
    };
    let (mut wait, longest) = SLACK_WAITS;
    loop {
        match preflight(&client).await {
            Ok(me) => {
                let manners = Manners::new(slack, settings, admins);
                let chat = Arc::new(Chat::open(Arc::clone(&client), me.team_id, manners).await);
                return Some((client, chat));
            }
            Err(fault) => warn!(%fault, "Slack does not take the tokens: custody"),
        }
        clock::pause(wait).await;
        wait = (wait * 2).min(longest);
    }
}

fn limits(settings: Option<&Settings>) -> Limits {
    let Some(settings) = settings else {
        return Limits {
            unanswered_after: AccessDuration::LONGEST,
            min_duration: AccessDuration::LONGEST,
            max_open: 0,
        };
    };
    let requests = &settings.requests;
    Limits {
        unanswered_after: AccessDuration::from_secs(requests.unanswered_after.as_secs())
            .unwrap_or(AccessDuration::LONGEST),
        min_duration: requests.min_duration,
        max_open: requests.max_open,
    }
}

/// Groups that may carry admin roles, because the catalogue says so.
fn admin_groups(catalogue: &Catalogue) -> BTreeSet<OktaGroupId> {
    let allowed = catalogue.entitlements().filter(|(_, entitlement)| entitlement.allow_admin_group);
    allowed.map(|(_, entitlement)| entitlement.group.clone()).collect()
}
