//! The rules from the command line, as who writes them uses it.

use std::{fs, path::Path, process::Command};

use insta::assert_snapshot;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

/// What `jitney policy` says of the example configuration, or of a copy of it, and its exit code. No variable is set.
fn policy(place: &Path, arguments: &[&str]) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jitney"));
    let output = command.current_dir(place).env_clear().arg("policy").args(arguments).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn example() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A copy of the example with a text of its rules replaced.
fn changed(from: &str, to: &str) -> TempDir {
    let copy = TempDir::new().unwrap();
    fs::create_dir(copy.path().join("config")).unwrap();
    for file in ["jitney.toml", "policy.cedar", "policy-tests.toml"] {
        let text = fs::read_to_string(example().join("config").join(file)).unwrap();
        let text = if file == "policy.cedar" { text.replace(from, to) } else { text };
        fs::write(copy.path().join("config").join(file), text).unwrap();
    }
    copy
}

const TEST: [&str; 2] = ["test", "config/policy-tests.toml"];

const ALICE: [&str; 5] = ["explain", "--requester", "alice@acme.example", "--groups", "engineers"];

fn explain(place: &Path, arguments: &[&str]) -> (String, i32) {
    policy(place, &[&ALICE, arguments].concat())
}

#[test]
fn the_rules_that_are_shipped_hold_to_their_cases() {
    let (said, code) = policy(example(), &TEST);
    assert_snapshot!(said, @"config/policy-tests.toml: 17 cases, as expected.");
    assert_eq!(code, 0);
}

#[test]
fn a_changed_rule_fails_the_cases_it_breaks() {
    let (said, code) = policy(changed("duration(\"2h\")", "duration(\"3h\")").path(), &TEST);
    assert_snapshot!(said, @r#"
config/policy-tests.toml: one second more is looked at by the SOC too: steps: expected owner, soc, got owner
config/policy-tests.toml: so is one hour straight after two: steps: expected owner, soc, got owner
config/policy-tests.toml: and the SOC on top, where it is long: steps: expected owner, owner, soc, got owner, owner
config/policy-tests.toml: on call, a long time on staging is looked at by the SOC alone: steps: expected soc, got none
4 of 17 cases failed.
"#);
    assert_eq!(code, 1);
    let faulty = changed("Group::\"oncall\"", "Group::\"on-call\"");
    let (said, code) = policy(faulty.path(), &TEST);
    assert_snapshot!(said, @r#"config/policy.cedar: line 31, oncall-staging: there is no group "on-call". Did you mean oncall?"#);
    assert_eq!(code, 1);
    assert_eq!(policy(faulty.path(), &["schema"]).1, 0, "a schema is there to mend rules by");
    assert_eq!(explain(faulty.path(), &["--entitlement", "prod-db/rw", "--duration", "1h"]).1, 1);
}

#[test]
fn it_is_explained_who_would_be_asked_and_by_which_rules() {
    let at = ["--at", "2026-11-24T13:40:00Z"];
    let ask = |more: &[&str]| explain(example(), &[&at, more].concat());
    let (said, code) = ask(&["--entitlement", "prod-db/admin", "--duration", "1h", "--total", "3h"]);
    assert_snapshot!(said, @r#"
alice@acme.example asks for prod-db/admin for 1 hour, 3 hours at a stretch, at 2026-11-24 13:40:00 UTC.
1. owner: bob@acme.example, erin@acme.example
2. owner: bob@acme.example, erin@acme.example
3. soc: carol@acme.example (More than 2 hours at a stretch, rule long-requests)
Two different people in all: rule critical-needs-two.
It may last 4 hours at most.
"#);
    assert_eq!(code, 0);
    let (said, code) = ask(&["--groups", "oncall", "--entitlement", "staging/deploy", "--duration", "1h"]);
    assert_snapshot!(said, @r#"
alice@acme.example asks for staging/deploy for 1 hour, at 2026-11-24 13:40:00 UTC.
Nobody needs to approve: rule oncall-staging.
It may last 8 hours at most.
"#);
    assert_eq!(code, 0);
}

#[test]
fn it_is_explained_why_nobody_would_be_asked() {
    let rw = ["--entitlement", "prod-db/rw"];
    let ask = |more: &[&str]| {
        let (said, code) = explain(example(), &[&rw, more].concat());
        assert_eq!(code, 1, "{said}");
        said
    };
    assert_snapshot!(ask(&["--at", "2026-12-24T18:00:00Z", "--duration", "1h"]), @r#"
alice@acme.example asks for prod-db/rw for 1 hour, at 2026-12-24 18:00:00 UTC.
Refused: Production is frozen until January, rule freeze.
"#);
    assert_snapshot!(ask(&["--at", "2026-11-24T13:40:00Z", "--duration", "9h"]), @r#"
alice@acme.example asks for prod-db/rw for 9 hours, at 2026-11-24 13:40:00 UTC.
Refused: it may last 8 hours at most.
"#);
    assert_snapshot!(ask(&["--duration", "9"]), @r#"duration: "9" is not a length. Write 45m, 2h or 1h 30m."#);
    assert_snapshot!(ask(&["--duration", "9h", "--groups", "on-call"]), @r#"groups: "on-call" is no name of [groups]. Write one, or okta: and a group's id. Did you mean oncall?"#);
    let (said, _) = policy(
        example(),
        &[
            "explain",
            "--requester",
            "dave@acme.example",
            "--entitlement",
            "prod-db/rw",
            "--duration",
            "1h",
            "--at",
            "2026-11-24T13:40:00Z",
        ],
    );
    assert_snapshot!(said, @r#"
dave@acme.example asks for prod-db/rw for 1 hour, at 2026-11-24 13:40:00 UTC.
Refused: they are none of its requesters.
"#);
    let (said, _) = explain(example(), &["--entitlement", "prod-db/wr", "--duration", "1h"]);
    assert_snapshot!(said, @r#"entitlement: "prod-db/wr" is not offered. Did you mean prod-db/rw?"#);
}

#[test]
fn the_schema_is_printed_without_a_token() {
    let (said, code) = policy(example(), &["schema"]);
    assert_eq!(code, 0);
    assert!(said.contains("entity Group enum [\"engineers\", \"oncall\"];"), "{said}");
}

/// What is said of a file of cases.
fn cases(text: &str) -> String {
    let copy = changed("", "");
    fs::write(copy.path().join("cases.toml"), text).unwrap();
    let (said, code) = policy(copy.path(), &["test", "cases.toml"]);
    assert_eq!(code, 1, "{said}");
    said
}

#[test]
fn cases_that_say_nothing_sensible_fail() {
    let case = |keys: &str| {
        cases(&format!(
            "requester = \"alice@acme.example\"\ngroups = [\"engineers\"]\nat = \"2026-11-24T13:40:00Z\"\n\n[[case]]\n{keys}"
        ))
    };
    assert_snapshot!(case("entitlement = \"prod-db/rw\"\nduration = \"2h\""), @r#"
cases.toml: case 1: nothing is expected. Write steps = ["owner"], or refusal and by what.
1 of 1 case failed.
"#);
    assert_snapshot!(case("entitlement = \"prod-db/wr\"\nduration = \"2h\"\nsteps = []"), @r#"
cases.toml: case 1: entitlement: "prod-db/wr" is not offered. Did you mean prod-db/rw?
1 of 1 case failed.
"#);
    assert_snapshot!(case("entitlement = \"prod-db/rw\"\nsteps = []"), @r#"
cases.toml: case 1: duration: is missing. Write it, or above the first case for all of them.
1 of 1 case failed.
"#);
    assert_snapshot!(case("entitlement = \"prod-db/rw\"\nduration = \"2h\"\nstpes = []\nsteps = []"), @r#"
cases.toml: case 1: stpes: unknown key. Did you mean steps?
1 of 1 case failed.
"#);
    assert_snapshot!(case("name = \"mine\"\nentitlement = \"prod-db/rw\"\nduration = \"2h\"\nsteps = [\"soc\"]\nmax_duration = \"4h\"\nauto = [\"x\"]\ndistinct = 2"), @r#"
cases.toml: mine: steps: expected soc, got owner; max_duration: expected 4h, got 8h; auto: expected x, got none; distinct: expected 2, got none
1 of 1 case failed.
"#);
    assert_snapshot!(cases("[[case]\n"), @"cases.toml: not TOML at line 1, column 8. Texts stand in quotes, tables begin with [name], and no key comes twice.");
    assert_snapshot!(cases(""), @"cases.toml: there is no case in it. Write [[case]] and below it who asks for what.");
    let name = vec!["a"; 79].join(".");
    let deep = (0..78).fold("1".to_owned(), |value, _| format!("{{ {name} = {value} }}"));
    assert_snapshot!(cases(&format!("[[case]]\nname = \"a\"\nx = {deep}")), @"cases.toml: more than 8 tables or lists lie within one another at line 3. Nothing needs so many: take them apart.");
    assert_snapshot!(cases(&" ".repeat(10 << 20)), @"cases.toml: is larger than 1 MiB, the most a file of cases may be. Split it.");
    let copy = changed("", "");
    let pipe = copy.path().join("cases.toml");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    assert_snapshot!(policy(copy.path(), &["test", "cases.toml"]).0, @"cases.toml: is no regular file. Name one that holds cases.");
    let (said, code) = policy(example(), &["test", "no-such-file.toml"]);
    assert_snapshot!(said, @"no-such-file.toml: cannot be read (entity not found).");
    assert_eq!(code, 1);
}
