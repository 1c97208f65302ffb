//! Telling admins what needs a human, while the vendors fail.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jitney::{
    clock::{Steered, timeout},
    config::Guests,
    domain::{
        catalogue::Who,
        duration::BusinessDay,
        id::{EffectId, Email, OktaGroupId},
        port::{self, Alert, Attempt, Class, Doubt, Effect, EffectError, Outcome, Outside as _},
        ticket::Tickets,
    },
    okta::{Okta, Timing},
    outside::Vendors,
    say::Voice,
    slack::{
        chat::{Chat, Manners},
        client::SlackClient,
        connector::{CALL_DEADLINE, install_tls},
    },
};
use secrecy::SecretString;
use tokio::sync::watch;
use world::{Company, Fault, TEAM_ID, Vendor, What, World};

use crate::house::{BOB, CAROL, DANA};

const ONCALL: &str = "okta:00gONCALL";

/// A bot whose admins these are.
async fn bot(world: &World, admins: &[&str]) -> Vendors {
    install_tls();
    let okta = SecretString::from(world::okta_token());
    let okta = Okta::new(&world.okta_org_url().parse().unwrap(), &okta, Timing::default()).unwrap();
    let [token, app] = [world::bot_token(), world::app_token()].map(SecretString::from);
    let client = SlackClient::new(&world.slack_api_url().parse().unwrap(), &token, &app, CALL_DEADLINE).unwrap();
    let zone = jiff::tz::TimeZone::UTC;
    let day = BusinessDay::default();
    let voice =
        Voice { command: "/jit".into(), zone, day, admins: Vec::new(), workspace: None, tickets: Tickets::None };
    let admins = admins.iter().map(|who| match who.strip_prefix("okta:") {
        Some(group) => Who::Group(OktaGroupId::parse(group).unwrap()),
        None => Who::Person(Email::fold(who).unwrap()),
    });
    let manners = Manners { voice, admins: admins.collect(), guests: Guests::Refused, audit: None };
    let chat = Arc::new(Chat::open(Arc::new(client), TEAM_ID.into(), manners).await);
    let (_, chat) = watch::channel(Some(chat));
    Vendors::new(okta, None, chat, Arc::new(Steered::default()), BTreeSet::new())
}

async fn alert(bot: &Vendors) -> Result<Outcome, EffectError> {
    let fault = port::Fault { vendor: port::Vendor::Okta, status: Some(401), code: None, receipt: None };
    let effect = Effect::AlertAdmins { alert: Alert::CredentialsRefused { fault } };
    let attempt = Attempt {
        id: EffectId { seq: 1, ordinal: 0 },
        effect,
        doubt: Doubt::None,
        about: None,
        others: Vec::new(),
        alarm: None,
    };
    timeout(Duration::from_secs(20), bot.perform(attempt)).await.unwrap()
}

fn told(world: &World, who: &str) -> usize {
    world.messages(who).len()
}

#[tokio::test]
async fn people_are_told_though_okta_is_down() {
    let world = World::start(Company::acme()).await;
    let bot = bot(&world, &[ONCALL, "carol@acme.example"]).await;
    world.down(Vendor::Okta);
    assert_eq!(alert(&bot).await.unwrap(), Outcome::Told);
    assert_eq!((told(&world, CAROL), told(&world, DANA)), (1, 0));
}

#[tokio::test]
async fn a_group_that_cannot_be_read_is_told_as_it_last_was() {
    let world = World::start(Company::acme()).await;
    let bot = bot(&world, &[ONCALL]).await;
    bot.meet_admins().await;
    for what in [What::Html { code: 503 }, What::Unauthorized, What::Forbidden] {
        world.fault(Fault::okta("*", what));
        assert_eq!(alert(&bot).await.unwrap(), Outcome::Told);
    }
    world.change(|state| state.okta.groups.retain(|group| group.id != "00gONCALL"));
    assert_eq!(alert(&bot).await.unwrap(), Outcome::Told);
    assert_eq!(told(&world, DANA), 4);
}

#[tokio::test]
async fn nobody_told_is_never_told() {
    let world = World::start(Company::acme()).await;
    for admins in [[ONCALL].as_slice(), &["nobody@acme.example"], &["frank@acme.example", "okta:00gNOWHERE"], &[]] {
        let bot = bot(&world, admins).await;
        let down = world.fault(Fault::okta("GET */00gONCALL/*", What::Html { code: 503 }).until_lifted());
        assert_eq!(alert(&bot).await.unwrap_err().class, Class::Retry, "{admins:?}");
        world.lift(down);
    }
    let bot = bot(&world, &["carol@acme.example"]).await;
    for error in ["channel_not_found", "restricted_action"] {
        world.fault(Fault::slack("chat.postMessage", What::SlackError { error: error.into() }));
        assert_eq!(alert(&bot).await.unwrap_err().class, Class::Retry, "{error}: the next try may reach someone");
    }
    world.fault(Fault::slack("chat.postMessage", What::RateLimited { reset_in_secs: 7 }));
    assert!(alert(&bot).await.unwrap_err().after.is_some(), "a rate limit's wait is kept");
}

#[tokio::test]
async fn who_cannot_be_reached_keeps_it_from_nobody_else() {
    let world = World::start(Company::acme()).await;
    let bot = bot(&world, &["bob@acme.example", ONCALL, "carol@acme.example", "dana@acme.example"]).await;
    for what in [
        What::SlackError { error: "user_disabled".into() },
        What::SlackError { error: "fatal_error".into() },
        What::SlackError { error: "ratelimited".into() },
        What::Html { code: 502 },
        What::DropBefore,
    ] {
        let before = [CAROL, DANA].map(|who| told(&world, who) + 1);
        world.fault(Fault::slack("users.lookupByEmail", what.clone()));
        assert_eq!(alert(&bot).await.unwrap(), Outcome::Told);
        assert_eq!([CAROL, DANA].map(|who| told(&world, who)), before, "{what:?}: each once");
    }
    assert_eq!(told(&world, BOB), 0);
}
