//! Routing under a thousand rules and a thousand entitlements: the median answer must be under 5 ms, also to somebody
//! whom every rule's scope fits, so that more than nine hundred are evaluated. How fast that is depends on the machine;
//! beside it stands what Cedar takes on the same machine for the same rules as they are written, all of them asked.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark stops where it fails and reads time")]

use std::{
    collections::BTreeMap,
    fs,
    process::ExitCode,
    time::{Duration, Instant},
};

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityUid, PolicySet, Request, RestrictedExpression as Known,
};
use jitney::{
    domain::{
        catalogue::{Application, Catalogue, Entitlement, Sensitivity},
        id::{ApplicationId, Email, EntitlementId, GroupName, OktaGroupId, OktaUserId, SlackUserId},
        port::Identity,
        rules::{Question, Rules},
    },
    policy,
};

mod offer;

use offer::{catalogue, secs};

const RULES: usize = 1_000;
const APPLICATIONS: usize = 100;
const LEVELS: usize = 10;
const MOST: Duration = Duration::from_millis(5);
const PLAIN: &str = "Cedar by itself";
const PLAIN_ROUNDS: usize = 200;

/// A thousand levels of a hundred applications, and a hundred groups.
fn vast() -> Catalogue {
    let (_, one) = catalogue().applications.pop_first().unwrap();
    let level = |application: usize, number: usize| Entitlement {
        id: EntitlementId::parse(&format!("app-{application}/level-{number}")).unwrap(),
        sensitivity: if number.is_multiple_of(2) { Sensitivity::Critical } else { Sensitivity::Medium },
        ..one.entitlements[0].clone()
    };
    let application = |number: usize| {
        let id = ApplicationId::parse(format!("app-{number}")).unwrap();
        let entitlements = (0..LEVELS).map(|level_number| level(number, level_number)).collect();
        (id.clone(), Application { id, entitlements, ..one.clone() })
    };
    let group = |number: usize| (group_name(number), group_id(number));
    Catalogue {
        applications: (0..APPLICATIONS).map(application).collect(),
        groups: (0..APPLICATIONS).map(group).collect(),
        ..Catalogue::default()
    }
}

fn group_name(number: usize) -> GroupName {
    GroupName::parse(format!("group-{number}")).unwrap()
}

fn group_id(number: usize) -> OktaGroupId {
    OktaGroupId::parse(format!("00g{number}")).unwrap()
}

/// Rules of all kinds, of which every tenth looks at what is asked for and the rest at who asks, what for and how long.
fn rule(number: usize) -> String {
    let kinds = [
        ("forbid", "Request"),
        ("@step(\"owner\") permit", "Require"),
        ("@distinct(\"2\") permit", "Require"),
        ("permit", "AutoApprove"),
        ("forbid", "AutoApprove"),
    ];
    let (effect, action) = kinds[number % kinds.len()];
    let application = number % APPLICATIONS;
    let (principal, resource) = match number % 10 {
        0 => ("principal".to_owned(), format!("resource in Application::\"app-{application}\"")),
        _ => (format!("principal in Group::\"group-{application}\""), "resource".to_owned()),
    };
    format!(
        r#"@id("rule-{number}") {effect} ({principal}, action == Action::"{action}", {resource})
when {{
    context.total > duration("2h") && resource.rank >= 3 && context.at >= datetime("2026-01-01T00:00:00Z")
}} unless {{
    principal has department && principal.department == "Data {number}"
}};
"#
    )
}

fn rules(catalogue: &Catalogue, text: &str) -> Rules {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.cedar");
    fs::write(&file, text).unwrap();
    policy::read(&[file]).for_catalogue(catalogue).unwrap().rules
}

/// Somebody who stands in so many of the groups; in all of them, few rules are decided by their scope.
fn member_of(groups: usize) -> Identity {
    let (slack, okta) = (SlackUserId::parse("U0ALICE").unwrap(), OktaUserId::parse("00uALICE").unwrap());
    let person = Identity::new(slack, okta, Email::parse("alice@acme.example").unwrap(), "Alice".into());
    Identity { groups: (0..groups).map(group_id).collect(), department: Some("Data".into()), ..person }
}

/// The same rules as they are written, in one heap, asked by Cedar alone about somebody in all groups.
fn plain(text: &str) -> impl Fn() -> Duration {
    let uid = |text: &str| text.parse::<EntityUid>().unwrap();
    let text_of = |text: &str| Known::new_string(text.to_owned());
    let policies: PolicySet = text.parse().unwrap();
    let groups = (0..APPLICATIONS).map(|number| uid(&format!("Group::\"group-{number}\"")));
    let person =
        Entity::new(uid("Person::\"a\""), [("department".into(), text_of("Data"))].into(), groups.collect()).unwrap();
    let application = [uid("Application::\"app-0\"")];
    let level =
        Entity::new(uid("Entitlement::\"e\""), [("rank".into(), Known::new_long(4))].into(), application.into());
    let entities = Entities::from_entities([person, level.unwrap()], None).unwrap();
    let known = [("total", Known::new_duration("7201s")), ("at", Known::new_datetime("2026-11-24T13:40:00Z"))];
    let context = Context::from_pairs(known.map(|(name, known)| (name.to_owned(), known))).unwrap();
    let request = move |action: &str| {
        let (who, what) = (uid("Person::\"a\""), uid("Entitlement::\"e\""));
        Request::new(who, uid(&format!("Action::\"{action}\"")), what, context.clone(), None).unwrap()
    };
    let requests = ["Request", "Require", "AutoApprove"].map(request);
    move || {
        let began = Instant::now();
        for request in &requests {
            let answer = Authorizer::new().is_authorized(request, &policies, &entities);
            assert!(answer.diagnostics().reason().next().is_some());
        }
        began.elapsed()
    }
}

fn main() -> ExitCode {
    let catalogue = vast();
    let text: String = (0..RULES).map(rule).collect();
    let began = Instant::now();
    let rules = rules(&catalogue, &text);
    println!("{:18} {:>10.1?}", "load", began.elapsed());
    let people = [("in 10 groups", member_of(10)), ("in 100 groups", member_of(APPLICATIONS))];
    let levels: Vec<(&Application, &Entitlement)> = catalogue.entitlements().collect();
    let plain = plain(&text);
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for ((application, entitlement), (what, person)) in levels.iter().flat_map(|l| people.iter().map(move |p| (l, p))) {
        let question = Question {
            person,
            application,
            entitlement,
            duration: secs(7_200),
            total: secs(7_201),
            at: "2026-11-24T13:40:00Z".parse().unwrap(),
            justification: "Stuck migration, INC-42",
            emergency: false,
        };
        let began = Instant::now();
        rules.of(&question).unwrap();
        times.entry(what).or_default().push(began.elapsed());
    }
    times.insert(PLAIN, (0..PLAIN_ROUNDS).map(|_| plain()).collect());
    let mut medians = BTreeMap::new();
    for (what, mut times) in times {
        times.sort();
        let (median, slow) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        let limit = if what == PLAIN { String::new() } else { format!(" (below {MOST:?})") };
        println!("{what:18} {median:>10.1?}, one in a hundred {slow:.1?}{limit}");
        medians.insert(what, median);
    }
    let plain = medians.remove(PLAIN).unwrap();
    let most = *medians.values().max().unwrap();
    println!("the longest is {:.2} of Cedar by itself (below 1)", most.as_secs_f64() / plain.as_secs_f64());
    let met = most < MOST && most < plain;
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
