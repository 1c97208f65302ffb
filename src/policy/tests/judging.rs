//! What rules say to a request and to whoever decides it.

use proptest::prelude::*;

use super::*;
use crate::domain::rules::Unjudged;

/// The four rules that the documentation shows.
const SHOWN: &str = include_str!("../../../config/policy.cedar");

fn alice() -> Identity {
    person("alice")
}

fn person(name: &str) -> Identity {
    let slack = SlackUserId::parse(format!("U0{}", name.to_uppercase())).unwrap();
    let okta = OktaUserId::parse(format!("00u{name}")).unwrap();
    Identity::new(slack, okta, email(name), name.to_owned())
}

fn on_call(mut person: Identity) -> Identity {
    person.groups.insert(OktaGroupId::parse("00gONCALL").unwrap());
    person
}

/// A request, and what the rules say to it.
struct Asked {
    person: Identity,
    entitlement: &'static str,
    duration: u64,
    total: u64,
    at: &'static str,
    justification: &'static str,
    emergency: bool,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            person: alice(),
            entitlement: "prod-db/rw",
            duration: 3_600,
            total: 3_600,
            at: "2026-11-24T13:40:00Z",
            justification: "Stuck migration, INC-42",
            emergency: false,
        }
    }
}

impl Asked {
    fn put<T>(&self, put: impl FnOnce(&Question<'_>) -> T) -> T {
        let catalogue = catalogue();
        let (application, entitlement) = catalogue.find(&EntitlementId::parse(self.entitlement).unwrap()).unwrap();
        let at: Timestamp = self.at.parse().unwrap();
        put(&Question {
            person: &self.person,
            application,
            entitlement,
            duration: secs(self.duration),
            total: secs(self.total),
            at,
            justification: self.justification,
            emergency: self.emergency,
        })
    }

    fn of(&self, rules: &Rules) -> Result<Ruling, Unjudged> {
        self.put(|question| rules.of(question))
    }

    /// The answer in a line.
    fn said(&self, rules: &Rules) -> String {
        match self.of(rules) {
            Ok(ruling) => told(&ruling),
            Err(Unjudged(rules)) => format!("unjudged {rules:?}"),
        }
    }
}

fn told(ruling: &Ruling) -> String {
    let named = |what: &str, rules: &[crate::domain::rules::Rule]| {
        rules.iter().map(|rule| format!("{what} {}", rule.id)).collect::<Vec<_>>()
    };
    let mut said = named("forbidden by", &ruling.forbidden);
    said.extend(named("spared by", &ruling.auto));
    said.extend(named("asked all the same by", &ruling.asked_all_the_same));
    said.extend(ruling.required.iter().map(|required| {
        let step = required.step.as_ref().map(|step| format!(" {step:?}"));
        let distinct = required.distinct.map(|count| format!(" {count} people"));
        let most = required.max_duration.map(|most| format!(" at most {most}"));
        let duties = [step, distinct, most].into_iter().flatten().collect::<String>();
        format!("{}:{duties}", required.rule.id)
    }));
    if said.is_empty() { "nothing".to_owned() } else { said.join("; ") }
}

#[test]
fn the_rules_that_are_shown_hold_where_they_say() {
    let rules = rules(SHOWN);
    let ask = |asked: Asked| asked.said(&rules);
    let two = 7_200;
    assert_snapshot!(ask(Asked::default()), @"nothing");
    assert_snapshot!(ask(Asked { total: two, ..Asked::default() }), @"nothing");
    assert_snapshot!(ask(Asked { total: two + 1, ..Asked::default() }), @"long-requests: Approvers(soc)");
    assert_snapshot!(ask(Asked { entitlement: "prod-db/admin", total: two + 1, ..Asked::default() }), @"critical-needs-two: 2 people; long-requests: Approvers(soc)");
    let staging = || Asked { entitlement: "staging/deploy", ..Asked::default() };
    assert_snapshot!(ask(staging()), @"nothing");
    assert_snapshot!(ask(Asked { person: on_call(alice()), ..staging() }), @"spared by oncall-staging");
    assert_snapshot!(ask(Asked { person: on_call(alice()), ..Asked::default() }), @"nothing");
    for (at, said) in [
        ("2026-12-19T23:59:59Z", "nothing"),
        ("2026-12-20T00:00:00Z", "forbidden by freeze"),
        ("2026-12-31T23:59:59.999Z", "forbidden by freeze"),
        ("2027-01-01T00:00:00Z", "nothing"),
    ] {
        assert_eq!(ask(Asked { at, ..Asked::default() }), said, "{at}");
        assert_eq!(ask(Asked { at, ..staging() }), "nothing", "{at}");
    }
    let frozen = Asked { at: "2026-12-25T00:00:00Z", ..Asked::default() }.of(&rules).unwrap();
    assert_eq!(frozen.forbidden[0].message.as_deref(), Some("Production is frozen until January."));
}

#[test]
fn every_rule_that_holds_counts_in_the_order_of_the_names() {
    let rules = rules(
        r#"
        @id("c") @step("soc") permit (principal, action == Action::"Require", resource);
        @id("a") @step("manager") @distinct("3") permit (principal, action == Action::"Require", resource);
        @id("d") @step("owner") permit (principal, action == Action::"Require", resource) when { resource.rank > 3 };
        @id("b") @max_duration("1h 30m") permit (principal, action == Action::"Require", resource);
        @id("no-2") @message("Not now.") forbid (principal, action == Action::"Request", resource);
        @id("no-1") forbid (principal, action == Action::"Request", resource);
        "#,
    );
    assert_snapshot!(Asked::default().said(&rules), @"forbidden by no-1; forbidden by no-2; a: Manager 3 people; b: at most 5400s; c: Approvers(soc)");
}

#[test]
fn own_steps_are_asked_all_the_same_only_where_they_would_not_be() {
    let rules = rules(
        r#"
        @id("spare") permit (principal in Group::"oncall", action == Action::"AutoApprove", resource);
        @id("ask") forbid (principal, action == Action::"AutoApprove", resource) when { context.total > duration("1h") };
        "#,
    );
    let on_call = || Asked { person: on_call(alice()), ..Asked::default() };
    assert_eq!(on_call().said(&rules), "spared by spare");
    assert_eq!(Asked { total: 3_601, ..on_call() }.said(&rules), "asked all the same by ask");
    assert_eq!(Asked { total: 3_601, ..Asked::default() }.said(&rules), "nothing");
}

#[test]
fn what_is_no_length_and_never_reached_says_nothing() {
    let rules = rules(
        r#"
        @id("a") forbid (principal, action == Action::"Request", resource)
        when { true || context.total > duration("2 h") || context.at > datetime("now") };
        @id("b") forbid (principal, action == Action::"Request", resource) when { context.total > duration("2h") };
        "#,
    );
    assert_eq!(Asked::default().said(&rules), "forbidden by a");
    assert_eq!(Asked { total: 7_201, ..Asked::default() }.said(&rules), "forbidden by a; forbidden by b");
}

#[test]
fn all_that_is_known_can_be_asked_for() {
    let facts = r#"
        @id("email") @step("soc") permit (principal == Person::"alice@acme.example", action == Action::"Require", resource)
        when { principal.email == "alice@acme.example" };
        @id("title") @step("soc") permit (principal, action == Action::"Require", resource)
        when { principal has title && principal.title like "*contractor*" };
        @id("department") @step("soc") permit (principal, action == Action::"Require", resource)
        when { principal has department && principal.department == "Data" };
        @id("manager") @step("soc") permit (principal, action == Action::"Require", resource)
        when { principal has manager && principal.manager == "bob@acme.example" };
        @id("no-manager") @step("soc") permit (principal, action == Action::"Require", resource)
        unless { principal has manager };
        @id("entitlement") @step("soc") permit (principal, action == Action::"Require", resource == Entitlement::"prod-db/rw")
        when { resource.id == "prod-db/rw" && resource.name == "Read-Write" && resource.rank == 3
            && resource.sensitivity == Sensitivity::"high" && resource in Application::"prod-db" };
        @id("duration") @step("soc") permit (principal, action == Action::"Require", resource)
        when { context.duration == duration("1h") && context.total == duration("3h") };
        @id("words") @step("soc") permit (principal, action == Action::"Require", resource)
        unless { context.justification like "*INC-*" };
        @id("emergency") @step("soc") permit (principal, action == Action::"Require", resource)
        when { context.emergency };
        @id("night") @step("soc") permit (principal, action == Action::"Require", resource)
        when { context.at.toTime() >= duration("22h") };
    "#;
    let rules = rules(facts);
    let holding = |asked: Asked| {
        let ruling = asked.of(&rules).unwrap();
        ruling.required.iter().map(|required| required.rule.id.to_string()).collect::<Vec<_>>().join(" ")
    };
    let known = Identity {
        title: Some("Data contractor".to_owned()),
        department: Some("Data".to_owned()),
        manager: Some(email("bob")),
        ..alice()
    };
    assert_snapshot!(holding(Asked::default()), @"email entitlement no-manager");
    assert_snapshot!(holding(Asked { person: known, ..Asked::default() }), @"department email entitlement manager title");
    let night = Asked {
        person: person("dave"),
        entitlement: "staging/deploy",
        total: 3 * 3_600,
        at: "2026-11-24T22:00:00Z",
        justification: "please",
        emergency: true,
        ..Asked::default()
    };
    assert_snapshot!(holding(night), @"duration emergency night no-manager words");
}

/// What Okta does not let be read is not what is not there: no rule that looks at it lets anything through.
#[test]
fn rules_that_look_at_a_manager_of_whom_nothing_can_be_read_cannot_be_evaluated() {
    let rules = rules(
        r#"
        @id("led") @step("manager") @message("Your manager decides.")
        permit (principal, action == Action::"Require", resource);
        @id("unled")
        permit (principal, action == Action::"AutoApprove", resource in Application::"staging")
        unless { principal has manager };
        @id("boss")
        forbid (principal, action == Action::"Approve", resource)
        when { context.requester has manager && context.requester.manager == principal.email };
        "#,
    );
    let unread = Identity { manager_unread: true, ..alice() };
    let staging = |person: Identity| Asked { person, entitlement: "staging/deploy", ..Asked::default() };
    assert_snapshot!(staging(alice()).said(&rules), @"spared by unled; led: Manager");
    assert_snapshot!(staging(unread.clone()).said(&rules), @"unjudged [unled]");
    // A rule that only demands a manager does not look at one, and neither does one about something else.
    let production = Asked { person: unread, ..Asked::default() };
    assert_snapshot!(production.said(&rules), @"led: Manager");
    let decision = production.put(|question| rules.forbid_deciding(question, &person("bob")));
    assert_eq!(decision.unwrap_err().0.len(), 1, "boss");
}

#[test]
fn a_decision_is_taken_from_whom_a_rule_says() {
    let rules = rules(
        r#"
        @id("same-department") @message("Somebody of another department decides.")
        forbid (principal, action == Action::"Approve", resource)
        when { principal has department && context.requester has department
            && principal.department == context.requester.department };
        @id("never-on-call")
        forbid (principal in Group::"oncall", action == Action::"Approve", resource in Application::"prod-db");
        @id("long")
        forbid (principal == Person::"bob@acme.example", action == Action::"Approve", resource)
        when { context.total > duration("4h") };
        "#,
    );
    let of = |name: &str, department: &str| Identity { department: Some(department.to_owned()), ..person(name) };
    let asked = |total| Asked { person: of("alice", "Data"), total, ..Asked::default() };
    let excluding = |total, approver: &Identity| {
        let found = asked(total).put(|question| rules.forbid_deciding(question, approver)).unwrap();
        found.iter().map(|rule| rule.id.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(excluding(60, &person("bob")), "");
    assert_eq!(excluding(60, &of("bob", "Ops")), "");
    assert_eq!(excluding(60, &of("bob", "Data")), "same-department");
    assert_eq!(excluding(5 * 3_600, &on_call(of("bob", "Data"))), "long never-on-call same-department");
    assert_eq!(excluding(60, &of("alice", "Data")), "same-department", "whoever asks can be asked about too");
    assert_eq!(asked(60).said(&rules), "nothing");
}

#[test]
fn a_rule_that_cannot_be_evaluated_is_no_answer() {
    let overflowing = |id: &str, effect: &str, action: &str| {
        format!(
            r#"@id("{id}") {effect} (principal, action == Action::"{action}", resource)
            when {{ resource.rank + 9223372036854775807 > 3 }};"#
        )
    };
    let text = [
        overflowing("z", "forbid", "Request"),
        overflowing("b", "@step(\"soc\") permit", "Require"),
        overflowing("c", "permit", "AutoApprove"),
        overflowing("a", "forbid", "AutoApprove"),
        "@id(\"sound\") forbid (principal, action == Action::\"Request\", resource);".to_owned(),
    ];
    assert_eq!(Asked::default().said(&rules(&text.join("\n"))), "unjudged [a, b, c, z]");
    let may = rules(&overflowing("d", "forbid", "Approve"));
    assert_eq!(Asked::default().said(&may), "nothing", "what is asked of approvers is asked when they decide");
    let judged = Asked::default().put(|question| may.forbid_deciding(question, &person("bob")));
    assert_eq!(judged.unwrap_err().0.len(), 1);
}

#[test]
fn what_cannot_be_put_to_the_rules_is_judged_by_none() {
    let rules = rules(SHOWN);
    let at = "+12026-11-24T13:40:00Z";
    assert_eq!(
        Asked { at, ..Asked::default() }.said(&rules),
        "unjudged [critical-needs-two, freeze, long-requests, oncall-staging]"
    );
}

#[test]
fn what_is_put_to_the_rules_is_what_the_schema_says() {
    use cedar_policy::{Entities, Request, Schema};
    let (schema, _) = Schema::from_cedarschema_str(&schema(&catalogue())).unwrap();
    let directory = facts::Directory::of(&catalogue()).unwrap();
    let known = Identity {
        title: Some(String::new()),
        department: Some("Data".into()),
        manager: Some(email("bob")),
        ..on_call(alice())
    };
    let check = |facts: facts::Facts, action| {
        let request = facts.request(action).unwrap();
        let (who, what) = (request.principal().unwrap().clone(), request.resource().unwrap().clone());
        let context = request.context().unwrap().clone();
        Request::new(who, request.action().unwrap().clone(), what, context, Some(&schema)).unwrap();
        Entities::from_entities(facts.entities.iter().cloned(), Some(&schema)).unwrap();
    };
    Asked { person: known, ..Asked::default() }.put(|question| {
        for action in [draft::Action::Request, draft::Action::Require, draft::Action::AutoApprove] {
            check(facts::Facts::of_request(question, &directory).unwrap(), action);
        }
        let decision = facts::Facts::of_decision(question, &person("bob"), &directory);
        check(decision.unwrap(), draft::Action::Approve);
    });
}

/// Conditions, some of which hold, some not, and one of which errs.
const CONDITIONS: [&str; 9] = [
    "context.total > duration(\"2h\")",
    "context.at < datetime(\"2026-12-20\") && context.at >= datetime(\"2026-11-24T13:40:00Z\")",
    "[duration(\"1h\"), duration(\"120m\")].contains(context.total)",
    "context.justification == \"2h\" || context.at.offset(duration(\"-1d\")) > datetime(\"2026-11-24\")",
    "resource.rank >= 3",
    "principal in Group::\"oncall\"",
    "resource in Application::\"staging\"",
    "context.emergency",
    "resource.rank * 4611686018427387904 > 3",
];

const EFFECTS: [(&str, &str); 3] =
    [("forbid", "Request"), ("@step(\"soc\") permit", "Require"), ("permit", "AutoApprove")];

const PRINCIPALS: [&str; 5] = [
    "principal",
    "principal in Group::\"oncall\"",
    "principal == Person::\"alice@acme.example\"",
    "principal is Person in Group::\"oncall\"",
    "principal in Person::\"dave@acme.example\"",
];

const RESOURCES: [&str; 5] = [
    "resource",
    "resource in Application::\"staging\"",
    "resource == Entitlement::\"prod-db/admin\"",
    "resource is Entitlement in Application::\"prod-db\"",
    "resource in Entitlement::\"prod-db/rw\"",
];

/// A rule of which each part is drawn.
type Drawn = (usize, usize, usize, usize);

fn drawn() -> impl Strategy<Value = Drawn> {
    (0..EFFECTS.len(), 0..PRINCIPALS.len(), 0..RESOURCES.len(), 0..CONDITIONS.len())
}

fn rule(number: usize, (effect, principal, resource, condition): Drawn) -> String {
    let (effect, action) = EFFECTS[effect];
    let (principal, resource, condition) = (PRINCIPALS[principal], RESOURCES[resource], CONDITIONS[condition]);
    format!(
        "@id(\"r{number:02}\") {effect} ({principal}, action == Action::\"{action}\", {resource}) when {{ {condition} }};\n"
    )
}

/// What Cedar says of each rule by itself, without anything of ours but the facts: those that hold, and those that err.
fn one_by_one(texts: &[String], asked: &Asked) -> (Vec<String>, Vec<String>) {
    use cedar_policy::{Authorizer, Policy, PolicyId, PolicySet};
    let directory = facts::Directory::of(&catalogue()).unwrap();
    let facts = asked.put(|question| facts::Facts::of_request(question, &directory)).unwrap();
    let (mut holding, mut erring) = (Vec::new(), Vec::new());
    for (number, text) in texts.iter().enumerate() {
        let action = [draft::Action::Request, draft::Action::Require, draft::Action::AutoApprove]
            .into_iter()
            .find(|action| text.contains(&format!("\"{action}\"")))
            .unwrap();
        let policy = Policy::parse(Some(PolicyId::new("it")), text).unwrap();
        let alone = PolicySet::from_policies([policy]).unwrap();
        let answer = Authorizer::new().is_authorized(&facts.request(action).unwrap(), &alone, &facts.entities);
        holding.extend(answer.diagnostics().reason().map(|_| format!("r{number:02}")));
        erring.extend(answer.diagnostics().errors().map(|_| format!("r{number:02}")));
    }
    (holding, erring)
}

fn names<'a>(rules: impl IntoIterator<Item = &'a crate::domain::rules::Rule>) -> Vec<String> {
    rules.into_iter().map(|rule| rule.id.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Rules that are asked together, and found by their scope, say what each of them says by itself.
    #[test]
    fn together_they_say_what_each_says_alone(
        // Those that demand the own steps say nothing alone: they are looked at elsewhere.
        drawn in proptest::collection::vec(drawn(), 0..16),
        total in 7_190..7_210_u64, on_call_now: bool, alice_asks: bool, level in 0..3_usize, emergency: bool,
    ) {
        let texts: Vec<String> = drawn.into_iter().enumerate().map(|(number, drawn)| rule(number, drawn)).collect();
        let person = if alice_asks { alice() } else { person("dave") };
        let person = if on_call_now { on_call(person) } else { person };
        let entitlement = ["prod-db/rw", "prod-db/admin", "staging/deploy"][level];
        let asked = Asked { person, entitlement, total, emergency, ..Asked::default() };
        let (holding, erring) = one_by_one(&texts, &asked);
        match asked.of(&rules(&texts.concat())) {
            Err(Unjudged(rules)) => {
                let named: Vec<String> = rules.iter().map(ToString::to_string).collect();
                prop_assert_eq!(named, erring);
            }
            Ok(ruling) => {
                prop_assert!(erring.is_empty());
                let required = ruling.required.iter().map(|required| &required.rule);
                let mut said = names(ruling.forbidden.iter().chain(&ruling.auto).chain(required));
                said.sort();
                prop_assert_eq!(said, holding);
            }
        }
    }
}
