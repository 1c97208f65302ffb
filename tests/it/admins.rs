//! Telling admins what needs a human, while the vendors fail.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::TimeDelta;
use jitney::{
    clock::{Steered, timeout},
    config::Guests,
    domain::{
        alarm::{Alarm, Confirmed, Rung},
        catalogue::Who,
        duration::BusinessDay,
        id::{EffectId, Email, OktaGroupId, OktaUserId},
        port::{
            self, Alert, Attempt, Class, Doubt, Effect, EffectError, Late, LateRemoval, MembershipKey, Outcome,
            Outside as _,
        },
        ticket::Tickets,
        time::AccessDuration,
    },
    okta::{Okta, Timing},
    outside::{Groups, Vendors},
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
    vendors(world, admins, Guests::Refused, Groups::default()).await
}

/// The vendors of this world, as a bot has them that serves guests or not and is asked about these groups.
pub async fn vendors(world: &World, admins: &[&str], guests: Guests, groups: Groups) -> Vendors {
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
    let least = AccessDuration::LONGEST;
    let manners = Manners { voice, admins: admins.collect(), guests, audit: None, least };
    let chat = Arc::new(Chat::open(Arc::new(client), TEAM_ID.into(), manners).await);
    let (_, chat) = watch::channel(Some(chat));
    Vendors::new(okta, None, chat, Arc::new(Steered::default()), groups)
}

/// How things stand with a late removal, or with none any more.
async fn ring(bot: &Vendors, alarm: &Alarm) -> Result<Outcome, EffectError> {
    let key = MembershipKey { group: OktaGroupId::parse("00g1").unwrap(), user: OktaUserId::parse("00u1").unwrap() };
    let late = LateRemoval { membership: key, requests: Vec::new(), due: alarm.since, tries: 0, fault: None };
    let removals = if alarm.over.is_some() { Vec::new() } else { vec![late] };
    let attempt = Attempt {
        id: EffectId { seq: 1, ordinal: 0 },
        effect: Effect::AlertAdmins { alert: Alert::RemovalsLate { revision: alarm.revision } },
        doubt: Doubt::None,
        about: None,
        others: Vec::new(),
        alarm: Some(Late { alarm: alarm.clone(), removals }),
        voters: BTreeSet::new(),
    };
    timeout(Duration::from_secs(20), bot.perform(attempt)).await.unwrap()
}

/// What a telling came to goes on record. Answers who was told now, and how many are behind.
fn recorded(alarm: &mut Alarm, outcome: &Outcome) -> (Vec<String>, u32) {
    let Outcome::Rung { cards, gone, rung, behind } = outcome else { panic!("{outcome:?}") };
    let told = Rung { cards, gone, rung: *rung };
    match behind {
        0 => alarm.is_told(alarm.revision, told),
        _ => alarm.is_told_in_part(alarm.revision, told),
    }
    (cards.keys().map(ToString::to_string).collect(), *behind)
}

/// An alarm that Carol and Dana follow, and that is over.
async fn over(bot: &Vendors) -> Alarm {
    let since = "2026-11-24T13:40:00Z".parse().unwrap();
    let mut alarm = Alarm::begins(since, since + TimeDelta::minutes(5));
    let told = ring(bot, &alarm).await.unwrap();
    assert_eq!(recorded(&mut alarm, &told).0.len(), 2);
    alarm.confirms(Confirmed { due: since, at: since + TimeDelta::minutes(6) }, 0);
    alarm
}

const END: &str = "The late removal is confirmed by Okta";

#[tokio::test]
async fn an_admin_whose_message_could_not_be_redrawn_is_told_later_and_the_others_once() {
    let world = World::start(Company::acme()).await;
    let bot = bot(&world, &["carol@acme.example", "dana@acme.example"]).await;
    let mut alarm = over(&bot).await;
    let down = world.fault(Fault::slack("chat.update", What::Html { code: 503 }));
    let first = ring(&bot, &alarm).await.unwrap();
    assert_eq!(recorded(&mut alarm, &first), (vec![DANA.to_owned()], 1));
    assert!(!alarm.is_known_over());
    world.lift(down);
    let second = ring(&bot, &alarm).await.unwrap();
    assert_eq!(recorded(&mut alarm, &second), (vec![CAROL.to_owned()], 0));
    assert!(alarm.is_known_over());
    for who in [CAROL, DANA] {
        let seen: Vec<bool> = world.messages(who).iter().map(|message| world.seen(message).contains(END)).collect();
        assert_eq!(seen, [true, true], "{who}: the message, and one ping");
    }
}

#[tokio::test]
async fn a_limit_is_waited_for_and_whoever_is_no_admin_any_more_sees_the_end_too() {
    let world = World::start(Company::acme()).await;
    let both = bot(&world, &["carol@acme.example", "dana@acme.example"]).await;
    let mut alarm = over(&both).await;
    world.fault(Fault::slack("chat.update", What::RateLimited { reset_in_secs: 1 }));
    let carols = bot(&world, &["carol@acme.example"]).await;
    let told = ring(&carols, &alarm).await.unwrap();
    assert_eq!(recorded(&mut alarm, &told).1, 0);
    assert!(alarm.is_known_over());
    let seen = |who| world.messages(who).iter().filter(|message| world.seen(message).contains(END)).count();
    assert_eq!([CAROL, DANA].map(seen), [2, 1], "who is no admin is not pinged");
}

/// Whoever has no message hears of what rings, not of each change.
#[tokio::test]
async fn whoever_has_no_message_is_left_in_peace_between_the_rings() {
    let world = World::start(Company::acme()).await;
    let carols = bot(&world, &["carol@acme.example"]).await;
    let since = "2026-11-24T13:40:00Z".parse().unwrap();
    let mut alarm = Alarm::begins(since, since + TimeDelta::minutes(5));
    let told = ring(&carols, &alarm).await.unwrap();
    recorded(&mut alarm, &told);
    let both = bot(&world, &["carol@acme.example", "dana@acme.example"]).await;
    alarm.finds(since, true, since + TimeDelta::minutes(6));
    let told = ring(&both, &alarm).await.unwrap();
    assert_eq!(recorded(&mut alarm, &told), (vec![CAROL.to_owned()], 0));
    assert_eq!(told_count(&world), [1, 0]);
    alarm.finds(since, false, since + TimeDelta::minutes(15));
    ring(&both, &alarm).await.unwrap();
    assert_eq!(told_count(&world), [2, 1]);
}

fn told_count(world: &World) -> [usize; 2] {
    [CAROL, DANA].map(|who| told(world, who))
}

/// Words that Slack refuses to everybody hold up nothing for ever.
#[tokio::test]
async fn words_that_slack_refuses_to_everybody_are_refused() {
    let world = World::start(Company::acme()).await;
    let bot = bot(&world, &["carol@acme.example", "dana@acme.example"]).await;
    world.fault(Fault::slack("chat.postMessage", What::SlackError { error: "invalid_blocks".into() }).times(2));
    assert_eq!(alert(&bot).await.unwrap_err().class, Class::Rejected);
    world.fault(Fault::slack("chat.postMessage", What::SlackError { error: "invalid_blocks".into() }));
    assert_eq!(alert(&bot).await.unwrap(), Outcome::Told, "the other was told");
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
        voters: BTreeSet::new(),
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
