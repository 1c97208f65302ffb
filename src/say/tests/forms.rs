//! Forms, and what stands in their place.

use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;

use super::*;
use crate::domain::{
    catalogue::{Application, Catalogue, Entitlement, Offer, Requesters, Sensitivity, StepRule, Who},
    duration::{Length, resolve},
    id::{ApplicationId, ApproversName, Email, EntitlementId, OktaGroupId, RuleId},
    port::Identity,
    rules::{Required, Rule, Rules, Ruling, Unjudged},
    ticket::Tickets,
    time::AccessDuration,
};
use crate::say::{
    form::{Filled, Knowledge, Scene},
    people::Named,
};

fn secs(secs: u64) -> AccessDuration {
    AccessDuration::from_secs(secs).unwrap()
}

fn level(id: &str, name: &str, sensitivity: Sensitivity) -> Entitlement {
    Entitlement {
        id: EntitlementId::parse(id).unwrap(),
        name: name.to_owned(),
        group: OktaGroupId::parse(format!("00g{}", id.replace(['/', '-'], ""))).unwrap(),
        sensitivity,
        approval: vec![StepRule::Owner],
        durations: vec![Offer::For(secs(7_200)), Offer::For(secs(2_700)), Offer::EndOfDay, Offer::For(secs(36_000))],
        max_duration: secs(28_800),
        requesters: Requesters::Everyone,
        allow_admin_group: false,
        escalates: false,
        emergency: false,
    }
}

fn catalogue() -> Catalogue {
    let email = |name: &str| Email::parse(format!("{name}@acme.example")).unwrap();
    let application = |id: &str, name: &str, owners: &[&str], entitlements| Application {
        id: ApplicationId::parse(id).unwrap(),
        name: name.to_owned(),
        owners: owners.iter().map(|owner| Who::Person(email(owner))).collect(),
        entitlements,
    };
    let all = [
        application("staging", "staging", &["alice"], vec![level("staging/admin", "Admin", Sensitivity::Low)]),
        application(
            "prod-db",
            "Production Database",
            &["bob", "dana"],
            vec![level("prod-db/rw", "Read-Write", Sensitivity::High), level("prod-db/ro", "Read", Sensitivity::Low)],
        ),
    ];
    Catalogue {
        applications: all.into_iter().map(|application| (application.id.clone(), application)).collect(),
        ..Catalogue::default()
    }
}

fn alice_is() -> Identity {
    serde_json::from_value(alice()).unwrap()
}

/// The form as Alice sees it at 14:40, with this chosen and this length.
fn seen(who: Knowledge<'_>, chosen: Option<&str>, length: Option<&str>, own: &[Request], now: Timestamp) -> String {
    seen_of(&catalogue(), who, chosen, length, own, now)
}

/// The same of another catalogue.
fn seen_of(
    catalogue: &Catalogue,
    who: Knowledge<'_>,
    chosen: Option<&str>,
    length: Option<&str>,
    own: &[Request],
    now: Timestamp,
) -> String {
    let named = |id: &str, name: &str| Some(Named { slack: slack(id), name: name.to_owned() });
    let names = BTreeMap::from([
        (Email::parse("bob@acme.example").unwrap(), named("bob", "Bob Stone")),
        (Email::parse("dana@acme.example").unwrap(), named("dana", "Dana Fox")),
    ]);
    let voice = voice();
    let end = length.map(|length| {
        let length = Length::parse(length, secs(60)).unwrap();
        resolve(length, now, &voice.zone, &voice.day).map_err(|error| error.to_string())
    });
    let held = BTreeMap::new();
    let scene = Scene {
        catalogue,
        who,
        own,
        held: &held,
        ours: &BTreeSet::new(),
        names: &names,
        now,
        frozen: None,
        voice: &voice,
    };
    let entitlement = chosen.map(|id| EntitlementId::parse(id).unwrap());
    plain::request(&form::request(&scene, &Filled { entitlement, end, why: String::new() }))
}

fn preview(form: &str) -> String {
    let lines = form.lines().skip_while(|line| !line.starts_with("  (Fill this in")).skip(1);
    lines.take_while(|line| !line.starts_with("Why do you need it")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_request_form() {
    let alice = alice_is();
    assert_snapshot!(seen(Knowledge::Known(&alice), Some("prod-db/rw"), Some("2h"), &[], at("13:40")), @"
    # Request access
    Access: ‹Choose an application and level›
      Production Database
      ○ Read · Production Database (Low sensitivity, up to 8 hours)
      ● Read-Write · Production Database (High sensitivity, up to 8 hours)
      staging
      ○ Admin · staging (Low sensitivity, up to 8 hours)
    For how long:
      ○ 45 minutes = 2700s
      ○ 2 hours = 7200s
      ○ Until 18:00, end of business day = eod
    Or another length: ‹90m, 2h 30m, until 17:30›
      (Fill this in and it counts instead of the choice above. Press Enter to see the exact end.)
    **If approved now, until today 16:40 Paris time (UTC+1).** The 2 hours start when access opens.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    Why do you need it: ‹What you will do, and the incident or ticket if there is one›
      (The people asked, admins and the ticket show this as you type it.)
    [Cancel] [Send request]
    ");
}

/// What Alice, as Okta knows her, reads of production where these steps ask and these own it.
fn asked(alice: &Identity, approval: StepRule, owners: &[&str]) -> String {
    let mut catalogue = catalogue();
    let application = catalogue.applications.get_mut(&ApplicationId::parse("prod-db").unwrap()).unwrap();
    application.owners = owners.iter().map(|owner| Who::try_from((*owner).to_owned()).unwrap()).collect();
    application.entitlements[0].approval = vec![approval];
    let form = seen_of(&catalogue, Knowledge::Known(alice), Some("prod-db/rw"), Some("1h"), &[], at("13:40"));
    preview(&form).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn managers_and_groups_in_the_preview() {
    let alice = alice_is();
    let led = Identity { manager: Some(Email::parse("bob@acme.example").unwrap()), ..alice.clone() };
    assert_snapshot!(asked(&led, StepRule::Manager, &[]), @"1. @Bob Stone: your manager");
    assert_snapshot!(asked(&alice, StepRule::Manager, &[]), @"1. Okta names nobody as your manager, so nobody could approve this.");
    let owned = |owners: &[&str]| asked(&alice, StepRule::Owner, owners);
    assert_snapshot!(owned(&["okta:00gDBA"]), @"1. Whoever is in the groups named: owners of Production Database");
    assert_snapshot!(owned(&["slack:S0DBA", "alice@acme.example"]), @"1. Whoever is in the groups named: owners of Production Database");
    assert_snapshot!(owned(&["okta:00gDBA", "bob@acme.example"]), @"1. @Bob Stone or others in the groups named: owners of Production Database");
    assert_snapshot!(owned(&["bob@acme.example", "okta:00gDBA", "dana@acme.example"]), @"1. @Bob Stone, @Dana Fox or others in the groups named: owners of Production Database");
    assert_snapshot!(owned(&["alice@acme.example"]), @"1. Nobody but you owns Production Database, so nobody could approve this.");
}

#[test]
fn the_preview_case_by_case() {
    let alice = alice_is();
    let known = |chosen: Option<&str>, length: Option<&str>| {
        preview(&seen(Knowledge::Known(&alice), chosen, length, &[], at("13:40")))
    };
    assert_snapshot!(known(None, None), @"Choose an access to see who will be asked and when it would end.");
    assert_snapshot!(known(Some("prod-db/rw"), None), @"
    Choose a length to see when it would end.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    ");
    assert_snapshot!(known(Some("prod-db/rw"), Some("1h")), @"
    **If approved now, until today 15:40 Paris time (UTC+1).** The 1 hour starts when access opens.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    ");
    assert_snapshot!(known(Some("prod-db/rw"), Some("eod")), @"
    **Until today 18:00 Paris time (UTC+1), whenever it is approved.**
    1. @Bob Stone or @Dana Fox: owners of Production Database
    ");
    assert_snapshot!(known(Some("prod-db/rw"), Some("9h")), @"⚠️ **Too long.** Production Database · Read-Write can be had for up to 8 hours.");
    assert_snapshot!(known(Some("staging/admin"), Some("1h")), @"
    **If approved now, until today 15:40 Paris time (UTC+1).** The 1 hour starts when access opens.
    1. Nobody but you owns staging, so nobody could approve this.
    ");
    let other = |who: Knowledge<'_>| preview(&seen(who, Some("prod-db/rw"), Some("1h"), &[], at("13:40")));
    assert_snapshot!(other(Knowledge::Waiting(Some(&alice))), @"
    **If approved now, until today 15:40 Paris time (UTC+1).** The 1 hour starts when access opens.
    Looking up who will be asked.
    ");
    assert_snapshot!(other(Knowledge::Late(Some(&alice))), @"
    **If approved now, until today 15:40 Paris time (UTC+1).** The 1 hour starts when access opens.
    Okta is slow. You can send this; who is asked is shown in your message.
    ");
    let nothing = |who: Knowledge<'_>| preview(&seen(who, None, None, &[], at("13:40")));
    assert_snapshot!(nothing(Knowledge::Waiting(None)), @"Looking up what you can ask for.");
    assert_snapshot!(nothing(Knowledge::Late(None)), @"Okta is slow. Choose from what is open to everyone; more may be shown later.");
    let own = |request: Request| {
        preview(&seen(Knowledge::Known(&alice), Some("prod-db/rw"), Some("1h"), &[request], at("14:00")))
    };
    assert_snapshot!(own(request(pending())), @"You asked for this today 14:40: waiting for Bob Stone or Dana Fox. (R-142)");
    assert_snapshot!(own(request(active())), @"You have this until today 16:42 Paris time (UTC+1). (R-142)");
    assert_snapshot!(own(request(checking())), @"You asked for this today 14:40. (R-142)");
}

/// What the form says under these rules, with Carol as the fallback.
fn ruled(rules: Rules, chosen: &str, length: &str) -> String {
    let soc = ApproversName::parse("soc").unwrap();
    let carol = Email::parse("carol@acme.example").unwrap();
    let approvers = BTreeMap::from([(soc.clone(), vec![Who::Person(carol.clone())])]);
    let catalogue = Catalogue { approvers, fallback: Some(soc), rules, ..catalogue() };
    let named = |id: &str, name: &str| Some(Named { slack: slack(id), name: name.to_owned() });
    let names = BTreeMap::from([
        (Email::parse("bob@acme.example").unwrap(), named("bob", "Bob Stone")),
        (Email::parse("dana@acme.example").unwrap(), named("dana", "Dana Fox")),
        (carol, named("carol", "Carol Diaz")),
    ]);
    let (alice, voice, now) = (alice_is(), voice(), at("13:40"));
    let length = Length::parse(length, secs(60)).unwrap();
    let end = Some(resolve(length, now, &voice.zone, &voice.day).map_err(|error| error.to_string()));
    // She held an hour of it until lunch.
    let held = BTreeMap::from([(OktaGroupId::parse("00gproddbrw").unwrap(), 3_600)]);
    let who = Knowledge::Known(&alice);
    let scene = Scene {
        catalogue: &catalogue,
        who,
        own: &[],
        held: &held,
        ours: &BTreeSet::new(),
        names: &names,
        now,
        frozen: None,
        voice: &voice,
    };
    let entitlement = Some(EntitlementId::parse(chosen).unwrap());
    preview(&plain::request(&form::request(&scene, &Filled { entitlement, end, why: String::new() })))
}

#[test]
fn what_rules_mean_is_shown_before_it_is_sent() {
    let rule =
        |id: &str, message: Option<&str>| Rule { id: RuleId::parse(id).unwrap(), message: message.map(str::to_owned) };
    let says = |ruling: Ruling| Rules::new(move |_| Ok(ruling.clone()), |_, _| Ok(Vec::new()));
    let long = Rules::new(
        move |question| {
            let required = Required {
                rule: rule("long-requests", Some("More than 2 hours at a stretch")),
                step: Some(StepRule::Approvers(ApproversName::parse("soc").unwrap())),
                distinct: None,
                max_duration: None,
            };
            let required = if question.total.secs() > 7_200 { vec![required] } else { Vec::new() };
            Ok(Ruling { required, ..Ruling::default() })
        },
        |_, _| Ok(Vec::new()),
    );
    assert_snapshot!(ruled(long.clone(), "prod-db/rw", "1h"), @"
    **If approved now, until today 15:40 Paris time (UTC+1).** The 1 hour starts when access opens.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    ");
    assert_snapshot!(ruled(long, "prod-db/rw", "90m"), @"
    **If approved now, until today 16:10 Paris time (UTC+1).** The 1 h 30 min start when access opens.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    2. @Carol Diaz: More than 2 hours at a stretch, rule long-requests
    ");
    let bounds =
        Required { rule: rule("crown-jewels", None), step: None, distinct: Some(2), max_duration: Some(secs(3_600)) };
    let bounds = || says(Ruling { required: vec![bounds.clone()], ..Ruling::default() });
    assert_snapshot!(ruled(bounds(), "prod-db/rw", "1h"), @"
    **If approved now, until today 15:40 Paris time (UTC+1).** The 1 hour starts when access opens.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    2. @Bob Stone or @Dana Fox: owners of Production Database
    3. Two different people in all: rule crown-jewels
    4. At most 1 hour: rule crown-jewels
    ");
    assert_snapshot!(ruled(bounds(), "prod-db/rw", "2h"), @"⚠️ **Too long.** Production Database · Read-Write can be had for up to 1 hour (rule crown-jewels).");
    let forbidden = rule("freeze", Some("Production is frozen until January."));
    let forbidden = says(Ruling { forbidden: vec![forbidden], ..Ruling::default() });
    assert_snapshot!(ruled(forbidden, "prod-db/rw", "1h"), @"⚠️ **Not possible now.** Production is frozen until January. (rule freeze)");
    let auto = says(Ruling { auto: vec![rule("oncall-staging", None)], ..Ruling::default() });
    assert_snapshot!(ruled(auto, "prod-db/rw", "1h"), @"
    **Opens at once, until today 15:40 Paris time (UTC+1).**
    1. Nobody needs to approve: rule oncall-staging
    ");
    let broken = Rules::new(|_| Err(Unjudged(vec![RuleId::parse("overflow").unwrap()])), |_, _| Ok(Vec::new()));
    assert_snapshot!(ruled(broken, "prod-db/rw", "1h"), @"⚠️ **Not possible now.** A rule cannot be evaluated. If you send this, admins are told.");
    assert_snapshot!(ruled(Rules::default(), "staging/admin", "1h"), @"
    **If approved now, until today 15:40 Paris time (UTC+1).** The 1 hour starts when access opens.
    1. soc, because nobody else is left to ask
    ");
}

/// On the night the clocks go back 02:30 comes twice, and the form says which one it is.
#[test]
fn a_clock_time_that_comes_twice_says_which() {
    let alice = alice_is();
    let night = "2026-10-24T22:30:00Z".parse().unwrap();
    let form = seen(Knowledge::Known(&alice), Some("prod-db/rw"), Some("until 2:30"), &[], night);
    assert_snapshot!(preview(&form).lines().next().unwrap(), @"**Until today 02:30, the first of two that night, Paris time (UTC+2), whenever it is approved.**");
    let paris = time::Zone::of(Some("Europe/Paris"), &voice().zone);
    let second = "2026-10-25T01:30:00Z".parse().unwrap();
    assert_snapshot!(paris.full(second, night), @"today 02:30, the second of two that night, Paris time (UTC+1)");
}

#[test]
fn lengths_that_do_not_fit_are_not_offered() {
    let alice = alice_is();
    let offered = |now: Timestamp| {
        let form = seen(Knowledge::Known(&alice), Some("prod-db/rw"), None, &[], now);
        let lengths = form.lines().skip_while(|line| !line.starts_with("For how long")).skip(1);
        lengths.take_while(|line| line.starts_with("  ○")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(offered(at("13:40")), @"
    ○ 45 minutes = 2700s
    ○ 2 hours = 7200s
    ○ Until 18:00, end of business day = eod
    ");
    assert_snapshot!(offered(at("17:40")), @"
    ○ 45 minutes = 2700s
    ○ 2 hours = 7200s
    ");
}

/// Where Slack knows no zone of theirs, the company's stands in and is called so.
#[test]
fn the_companys_zone_is_called_so() {
    let mut alice = alice_is();
    alice.zone = None;
    let form = seen(Knowledge::Known(&alice), Some("prod-db/rw"), Some("1h"), &[], at("13:40"));
    assert_snapshot!(preview(&form).lines().next().unwrap(), @"**If approved now, until today 15:40 Paris time (UTC+1), the company's zone.** The 1 hour starts when access opens.");
}

#[test]
fn a_denial() {
    assert_snapshot!(plain::deny(&form::deny(&request(pending()), &voice())), @"
    # Deny request
    @Alice Martin asks for Production Database · Read-Write for 2 hours.
    Why not:
      (Alice Martin, admins and the ticket show this. Other approvers only see that you denied it.)
    [Back] [Deny request]
    ");
    let mut quiet = voice();
    quiet.tickets = Tickets::None;
    assert_snapshot!(plain::deny(&form::deny(&changed(pending(), until_six), &quiet)), @"
    # Deny request
    @Alice Martin asks for Production Database · Read-Write until 18:00 Paris time (UTC+1).
    Why not:
      (Alice Martin and admins show this. Other approvers only see that you denied it.)
    [Back] [Deny request]
    ");
}

#[test]
fn notices() {
    let now = at("14:00");
    assert_snapshot!(plain::notice(&form::already(&request(pending()), &[], now, &voice())), @"
    # Already requested
    **Production Database, Read-Write**
    You asked for this today 14:40: waiting for Bob Stone or Dana Fox. (R-142)
    buttons request
    [Cancel request] R-142
    text: You asked for this today 14:40: waiting for Bob Stone or Dana Fox. (R-142)
    [Close]
    ");
    assert_snapshot!(plain::notice(&form::already(&request(active()), &[], now, &voice())), @"
    # You already have this
    **Production Database, Read-Write**
    You have this until today 16:42 Paris time (UTC+1). (R-142)
    buttons grant
    [Extend…] R-142
    [Return access] R-142 asks: Return this access? / Production Database · Read-Write ends at once. To get it back you ask again. / Return access / Keep it
    text: You have this until today 16:42 Paris time (UTC+1). (R-142)
    [Close]
    ");
    assert_snapshot!(plain::notice(&form::nothing(&voice())), @"
    # Nothing to request
    No access is open to you here. An admin can change that: Carol Diaz.
    text: No access is open to you here. An admin can change that: Carol Diaz.
    [Close]
    ");
    assert_snapshot!(plain::notice(&form::too_late("Dana Fox approved this.".to_owned())), @"
    # Already decided
    Dana Fox approved this.
    text: Dana Fox approved this.
    [Close]
    ");
    let titles = [form::done(String::new()), form::not_done(String::new()), form::not_possible(String::new())];
    assert_snapshot!(titles.map(|notice| notice.frame.title).join(", "), @"Done, Not done, Not possible");
}

/// Slack cuts a title or refuses it.
#[test]
fn titles_and_buttons_fit() {
    let everyone = BTreeSet::from([
        form::nothing(&voice()).frame.title,
        form::already(&request(active()), &[], at("14:00"), &voice()).frame.title,
    ]);
    assert!(everyone.iter().all(|title| title.chars().count() <= 24), "{everyone:?}");
}
