//! A table of mistakes, each with what is said of it.

use super::*;

/// Each rule with what is said of it.
fn table(rules: &[&str]) -> String {
    let cases = rules.iter().map(|rule| format!("{rule}\n{}", faults(rule)));
    cases.collect::<Vec<_>>().join("\n")
}

#[test]
fn only_some_pairs_of_effect_and_action_are_rules() {
    assert_snapshot!(table(&[
        r#"@id("a") permit (principal, action == Action::"Request", resource);"#,
        r#"@id("a") @step("soc") forbid (principal, action == Action::"Require", resource);"#,
        r#"@id("a") permit (principal, action == Action::"Approve", resource);"#,
        r#"@id("a") forbid (principal, action, resource);"#,
        r#"@id("a") forbid (principal, action in [Action::"Request"], resource);"#,
        r#"@id("a") forbid (principal, action == Action::"Aprove", resource);"#,
        r#"@id("a") forbid (principal, action == Action::"View", resource);"#,
    ]), @r#"
@id("a") permit (principal, action == Action::"Request", resource);
line 1, a: permit Request says nothing. What is offered may be asked for: write forbid, or take the rule out.

@id("a") @step("soc") forbid (principal, action == Action::"Require", resource);
line 1, a: @step adds a duty, and only permit Require can. Take it out, or make a rule of its own.
line 1, a: forbid Require cannot be: a duty is added, and never taken away. Write permit, or take the rule out.

@id("a") permit (principal, action == Action::"Approve", resource);
line 1, a: permit Approve says nothing. Who may decide is said by the steps: write forbid, or take the rule out.

@id("a") forbid (principal, action, resource);
line 1, a: the rule is for every action. Write one: action == Action::"Request", or Require, AutoApprove, Approve.

@id("a") forbid (principal, action in [Action::"Request"], resource);
line 1, a: the rule must be for exactly one action. Write action == Action::"…", and a rule for each.

@id("a") forbid (principal, action == Action::"Aprove", resource);
line 1, a: there is no action "Aprove". Did you mean Approve?

@id("a") forbid (principal, action == Action::"View", resource);
line 1, a: there is no action "View". Write Request, Require, AutoApprove or Approve.
"#);
}

#[test]
fn annotations_are_known_in_their_place_and_mean_something() {
    let require = |annotations: &str| {
        format!(r#"@id("a") {annotations} permit (principal, action == Action::"Require", resource);"#)
    };
    let rules: Vec<String> = [
        r#"@stpe("soc")"#,
        r#"@stage("soc") @step("soc")"#,
        r#"@message("why")"#,
        r#"@message(" ") @step("soc")"#,
        r#"@distinct("1")"#,
        r#"@distinct("0")"#,
        r#"@distinct("two")"#,
        r#"@distinct("256")"#,
        r#"@distinct"#,
        r#"@max_duration("4")"#,
        r#"@max_duration("eod")"#,
        r#"@max_duration("0m")"#,
        r#"@step("sco")"#,
        r#"@step("okta:00gSOC")"#,
        r#"@step("")"#,
        r#"@id("b") @step("soc")"#,
        r#"@step("soc") @step("manager")"#,
    ]
    .map(require)
    .to_vec();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    assert_snapshot!(table(&rules), @r#"
@id("a") @stpe("soc") permit (principal, action == Action::"Require", resource);
line 1, a: unknown annotation @stpe. Did you mean @step?

@id("a") @stage("soc") @step("soc") permit (principal, action == Action::"Require", resource);
line 1, a: unknown annotation @stage. Write @id, @message, @step, @distinct or @max_duration.

@id("a") @message("why") permit (principal, action == Action::"Require", resource);
line 1, a: the rule adds no duty. Write @step("…"), @distinct("2") or @max_duration("4h") before it.

@id("a") @message(" ") @step("soc") permit (principal, action == Action::"Require", resource);
line 1, a: the message is empty. Say why, or take @message out.

@id("a") @distinct("1") permit (principal, action == Action::"Require", resource);
line 1, a: "1" is not a number of people. Write a whole number from 2 to 99, in quotes.

@id("a") @distinct("0") permit (principal, action == Action::"Require", resource);
line 1, a: "0" is not a number of people. Write a whole number from 2 to 99, in quotes.

@id("a") @distinct("two") permit (principal, action == Action::"Require", resource);
line 1, a: "two" is not a number of people. Write a whole number from 2 to 99, in quotes.

@id("a") @distinct("256") permit (principal, action == Action::"Require", resource);
line 1, a: "256" is not a number of people. Write a whole number from 2 to 99, in quotes.

@id("a") @distinct permit (principal, action == Action::"Require", resource);
line 1, a: "" is not a number of people. Write a whole number from 2 to 99, in quotes.

@id("a") @max_duration("4") permit (principal, action == Action::"Require", resource);
line 1, a: "4" is not a length. Write 45m, 2h or 1h 30m.

@id("a") @max_duration("eod") permit (principal, action == Action::"Require", resource);
line 1, a: "eod" is not a length. Write 45m, 2h or 1h 30m.

@id("a") @max_duration("0m") permit (principal, action == Action::"Require", resource);
line 1, a: "0m" is not a length. Write 45m, 2h or 1h 30m.

@id("a") @step("sco") permit (principal, action == Action::"Require", resource);
line 1, a: "sco" is nobody who could be asked. Did you mean soc?

@id("a") @step("okta:00gSOC") permit (principal, action == Action::"Require", resource);
line 1, a: "okta:00gSOC" is nobody who could be asked. Write owner, manager, a name of [approvers] or an e-mail address.

@id("a") @step("") permit (principal, action == Action::"Require", resource);
line 1, a: "" is nobody who could be asked. Write owner, manager, a name of [approvers] or an e-mail address.

@id("a") @id("b") @step("soc") permit (principal, action == Action::"Require", resource);
line 1, a: duplicate annotation: @id. Keep one of them.

@id("a") @step("soc") @step("manager") permit (principal, action == Action::"Require", resource);
line 1, a: duplicate annotation: @step. Keep one of them.
"#);
    assert_snapshot!(table(&[
        r#"@id("a") @step("soc") @distinct("2") forbid (principal, action == Action::"Request", resource);"#,
        r#"@id("a") @max_duration("1h") permit (principal, action == Action::"AutoApprove", resource);"#,
        r#"forbid (principal, action == Action::"Request", resource);"#,
        r#"@id forbid (principal, action == Action::"Request", resource);"#,
        r#"@id("Long Requests") forbid (principal, action == Action::"Request", resource);"#,
    ]), @r#"
@id("a") @step("soc") @distinct("2") forbid (principal, action == Action::"Request", resource);
line 1, a: @step adds a duty, and only permit Require can. Take it out, or make a rule of its own.
line 1, a: @distinct adds a duty, and only permit Require can. Take it out, or make a rule of its own.

@id("a") @max_duration("1h") permit (principal, action == Action::"AutoApprove", resource);
line 1, a: @max_duration adds a duty, and only permit Require can. Take it out, or make a rule of its own.

forbid (principal, action == Action::"Request", resource);
line 1: the rule has no name. Write one before it, such as @id("long-requests").

@id forbid (principal, action == Action::"Request", resource);
line 1: the rule has no name. Write one before it, such as @id("long-requests").

@id("Long Requests") forbid (principal, action == Action::"Request", resource);
line 1: "Long Requests" is not a name of a rule. Write lower-case letters, digits, '-', '_' or '.', such as long-requests.
"#);
}

#[test]
fn whoever_can_be_asked_may_stand_in_a_step() {
    let steps = ["owner", "manager", "soc", "dave@acme.example", "Dave@Acme.example"]
        .map(|step| format!(r#"@id("a") @step("{step}") permit (principal, action == Action::"Require", resource);"#));
    assert!(steps.iter().all(|rule| faults(rule) == "1 sound rules\n"), "{steps:?}");
}

#[test]
fn names_that_do_not_exist_are_said_with_the_nearest() {
    let forbid = |when: &str| {
        format!(r#"@id("a") forbid (principal, action == Action::"Request", resource) when {{ {when} }};"#)
    };
    let rules: Vec<String> = [
        r#"principal in Group::"oncal""#,
        r#"principal in Group::"everyone""#,
        r#"resource in Application::"prod""#,
        r#"resource == Entitlement::"prod-db/wr""#,
        r#"resource == Entitlement::"prod-db""#,
        r#"resource.sensitivity == Sensitivity::"critcal""#,
        r#"principal == Person::"Bob@acme.example""#,
        r#"principal == Person::"bob""#,
        r#"principal in Grup::"oncall""#,
        r#"context.duraton > duration("2h")"#,
        r#"contxt.duration > duration("2h")"#,
        r#"principal.titel == "CTO""#,
        r#"action == Action::"Reqest""#,
        r#"principal in Group::"oncal" && context.duraton > duration("2h")"#,
    ]
    .map(forbid)
    .to_vec();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    assert_snapshot!(table(&rules), @r#"
@id("a") forbid (principal, action == Action::"Request", resource) when { principal in Group::"oncal" };
line 1, a: there is no group "oncal". Did you mean oncall?

@id("a") forbid (principal, action == Action::"Request", resource) when { principal in Group::"everyone" };
line 1, a: there is no group "everyone". Name it in [groups].

@id("a") forbid (principal, action == Action::"Request", resource) when { resource in Application::"prod" };
line 1, a: there is no application "prod". Did you mean prod-db?

@id("a") forbid (principal, action == Action::"Request", resource) when { resource == Entitlement::"prod-db/wr" };
line 1, a: there is no entitlement "prod-db/wr". Did you mean prod-db/rw?

@id("a") forbid (principal, action == Action::"Request", resource) when { resource == Entitlement::"prod-db" };
line 1, a: there is no entitlement "prod-db". Did you mean prod-db/rw?

@id("a") forbid (principal, action == Action::"Request", resource) when { resource.sensitivity == Sensitivity::"critcal" };
line 1, a: there is no sensitivity "critcal". Did you mean critical?

@id("a") forbid (principal, action == Action::"Request", resource) when { principal == Person::"Bob@acme.example" };
line 1, a: "Bob@acme.example" is not an e-mail address in lower case, so that nobody is meant. Did you mean bob@acme.example?

@id("a") forbid (principal, action == Action::"Request", resource) when { principal == Person::"bob" };
line 1, a: "bob" is not an e-mail address in lower case, so that nobody is meant. Write someone@company.example.

@id("a") forbid (principal, action == Action::"Request", resource) when { principal in Grup::"oncall" };
line 1, a: unrecognized entity type `Grup`. Did you mean `Group`?

@id("a") forbid (principal, action == Action::"Request", resource) when { context.duraton > duration("2h") };
line 1, a: attribute `duraton` in context for Action::"Request" not found. Did you mean `duration`?

@id("a") forbid (principal, action == Action::"Request", resource) when { contxt.duration > duration("2h") };
line 1, a: invalid member access `contxt.duration`, `contxt` has no fields or methods. See https://docs.cedarpolicy.com for what can be written.

@id("a") forbid (principal, action == Action::"Request", resource) when { principal.titel == "CTO" };
line 1, a: attribute `titel` on entity type `Person` not found. Did you mean `title`?

@id("a") forbid (principal, action == Action::"Request", resource) when { action == Action::"Reqest" };
line 1, a: unrecognized action `Action::"Reqest"`. Did you mean `Action::"Request"`?

@id("a") forbid (principal, action == Action::"Request", resource) when { principal in Group::"oncal" && context.duraton > duration("2h") };
line 1, a: there is no group "oncal". Did you mean oncall?
line 1, a: attribute `duraton` in context for Action::"Request" not found. Did you mean `duration`?
"#);
}

#[test]
fn conditions_have_the_right_types_and_can_be_true() {
    let forbid = |when: &str| {
        format!(r#"@id("a") forbid (principal, action == Action::"Request", resource) when {{ {when} }};"#)
    };
    let rules: Vec<String> = [
        r#"context.duration > "2h""#,
        r#"context.duration > duration("2x")"#,
        r#"context.at > datetime("tomorrow")"#,
        r#"resource.rank = 3"#,
        r#"resource.rank == "high""#,
        r#"resource.rank"#,
        r#"principal.title == "CTO""#,
        r#"resource.rank > 3 && false"#,
        r#"Person::"bob@acme.example".email == "bob@acme.example""#,
        r#"Person::"bob@acme.example" in Group::"oncall""#,
        r#"context.requester == principal"#,
    ]
    .map(forbid)
    .to_vec();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    assert_snapshot!(table(&rules), @r#"
@id("a") forbid (principal, action == Action::"Request", resource) when { context.duration > "2h" };
line 1, a: unexpected type: expected duration but saw String. `jitney policy schema` shows what a rule can ask.

@id("a") forbid (principal, action == Action::"Request", resource) when { context.duration > duration("2x") };
line 1, a: failed to parse as a duration value: `"2x"`. Valid duration strings are concatenated quantity-unit pairs with an optional leading `-`, for example `1d2h3m4s50ms`.

@id("a") forbid (principal, action == Action::"Request", resource) when { context.at > datetime("tomorrow") };
line 1, a: failed to parse as a datetime value: `"tomorrow"`. Valid datetime strings start with `YYYY-MM-DD` and may optionally include `THH:MM:SS` plus `Z`, `.SSSZ`, or an offset like `+0700`.

@id("a") forbid (principal, action == Action::"Request", resource) when { resource.rank = 3 };
line 1, a: '=' is not a valid operator in Cedar. Try using '==' instead.

@id("a") forbid (principal, action == Action::"Request", resource) when { resource.rank == "high" };
line 1, a: the types Long and String are not compatible. Both operands to a `==` expression must have compatible types. Types must be exactly equal to be compatible.

@id("a") forbid (principal, action == Action::"Request", resource) when { resource.rank };
line 1, a: unexpected type: expected Bool but saw Long. `jitney policy schema` shows what a rule can ask.

@id("a") forbid (principal, action == Action::"Request", resource) when { principal.title == "CTO" };
line 1, a: unable to guarantee safety of access to optional attribute `title` on entity type `Person`. Try testing for the attribute's presence with `e has title && ..`.

@id("a") forbid (principal, action == Action::"Request", resource) when { resource.rank > 3 && false };
line 1, a: there is no request that this could hold for. Mend its condition, or take the rule out.

@id("a") forbid (principal, action == Action::"Request", resource) when { Person::"bob@acme.example".email == "bob@acme.example" };
line 1, a: of a name that is written in a rule nothing is known. Ask about principal, resource or context.requester.

@id("a") forbid (principal, action == Action::"Request", resource) when { Person::"bob@acme.example" in Group::"oncall" };
line 1, a: of a name that is written in a rule nothing is known. Ask about principal, resource or context.requester.

@id("a") forbid (principal, action == Action::"Request", resource) when { context.requester == principal };
line 1, a: attribute `requester` in context for Action::"Request" not found. `jitney policy schema` shows what a rule can ask.
"#);
    assert_snapshot!(table(&[
        r#"@id("a") forbid (principal == Group::"oncall", action == Action::"Request", resource);"#,
        r#"@id("a") forbid (principal, action == Action::"Request", resource == Application::"staging");"#,
        r#"@id("a") forbid (principal == ?principal, action == Action::"Request", resource);"#,
    ]), @r#"
@id("a") forbid (principal == Group::"oncall", action == Action::"Request", resource);
line 1, a: unable to find an applicable action given the policy scope constraints. Try replacing `==` with `in` in the principal clause.

@id("a") forbid (principal, action == Action::"Request", resource == Application::"staging");
line 1, a: unable to find an applicable action given the policy scope constraints. Try replacing `==` with `in` in the resource clause.

@id("a") forbid (principal == ?principal, action == Action::"Request", resource);
line 1, a: expected a static policy, got a template containing the slot ?principal. Try removing the template slot(s) from this policy.
"#);
}

#[test]
fn what_is_no_cedar_is_said_with_its_line() {
    assert_snapshot!(table(&[
        "garbage;",
        ";",
        "@id(\"a\"\nforbid (principal, action == Action::\"Request\", resource);",
        "@id(\"a\")\nforbid (principal, action == Action::\"Request\", resource)\nwhen { context.at };\n\nwhen",
        "@id(\"a\")\n@message(\"Never ends)\nforbid (principal, action == Action::\"Request\", resource);",
        "@id(\"a\")\nforbid (principal, action == Action::\"Request\", resource)\nwhen {\n  resource.rank > 1 &&\n  resource.rnk > 2\n};",
        "@id(\"a\")\nforbid (principal, action == Action::\"Request\", resource)",
        "00aVeryLongTokenOfSomebodys0123456789abcdef;",
    ]), @r#"
garbage;
line 1: unexpected token `;`. Expected `(`.

;
line 1: unexpected token `;`. Expected `@` or identifier.

@id("a"
forbid (principal, action == Action::"Request", resource);
line 2, a: unexpected token `forbid`. Expected `)`.

@id("a")
forbid (principal, action == Action::"Request", resource)
when { context.at };

when
line 3, a: unexpected type: expected Bool but saw datetime. `jitney policy schema` shows what a rule can ask.
line 5: the rule has no end. Write ; after it.

@id("a")
@message("Never ends)
forbid (principal, action == Action::"Request", resource);
line 2: a text in quotes goes on past the end of the line. Close it; a new line within it is written \n.

@id("a")
forbid (principal, action == Action::"Request", resource)
when {
  resource.rank > 1 &&
  resource.rnk > 2
};
line 5, a: attribute `rnk` on entity type `Entitlement` not found. Did you mean `rank`?

@id("a")
forbid (principal, action == Action::"Request", resource)
line 1: the rule has no end. Write ; after it.

00aVeryLongTokenOfSomebodys0123456789abcdef;
line 1: unexpected token `00`. Expected `@` or identifier.
"#);
}

#[test]
fn what_only_looks_like_a_name_is_seen() {
    let rule = "@id(\"a\") forbid (principal, action == Action::\"Request\", resource)
        when { principal has department && principal.department == \"D\u{430}ta\" };";
    let found = faults(rule);
    assert!(found.starts_with("line 2, a: string `\"D\u{430}ta\"` contains mixed scripts. "), "{found}");
    assert!(found.ends_with(" Write it in letters of one alphabet.\n"), "{found}");
}

#[test]
fn no_fault_holds_what_a_terminal_would_obey_or_looks_like_a_token() {
    for text in ["\u{1b}[31m;", "@id(\"\u{1b}[31m\") forbid (principal, action == Action::\"Request\", resource);"] {
        assert!(faults(text).chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
    let token = "a0123456789abcdef0123456789abcdef012";
    for text in [format!("{token};"), format!("@{token} forbid (principal, action == Action::\"Request\", resource);")]
    {
        assert!(!faults(&text).contains(token), "{}", faults(&text));
    }
}

#[test]
fn a_slip_in_one_rule_hides_nothing_in_the_next() {
    let text = r#"
// Several slips.
@id("first")
@stpe("soc")
permit (principal, action == Action::"Require", resource);

@id("second")
forbid (principal, action == Action::"Request" resource);

@id("third")
forbid (principal, action == Action::"Request", resource)
when { principal in Group::"nobody" }; // a ; in a comment ends nothing

@id("third")
@message("a ; in a text ends nothing, nor does \" or //")
forbid (principal, action == Action::"Request", resource);
"#;
    assert_snapshot!(faults(text), @r#"
line 3, first: unknown annotation @stpe. Did you mean @step?
line 8, second: unexpected token `resource`. Look before it: a comma, a bracket or an operator is missing.
line 10, third: there is no group "nobody". Name it in [groups].
line 14, third: another rule has this name, in line 10 of policy.cedar. Give one of them another.
"#);
}
