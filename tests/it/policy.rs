//! The rules from the command line, as who writes them uses it.

use std::{fs, path::Path, process::Command};

use insta::assert_snapshot;
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
    assert_snapshot!(said, @"");
    assert_eq!(code, 0);
}

#[test]
fn a_changed_rule_fails_the_cases_it_breaks() {
    let (said, code) = policy(changed("duration(\"2h\")", "duration(\"3h\")").path(), &TEST);
    assert_snapshot!(said, @"");
    assert_eq!(code, 1);
    let faulty = changed("Group::\"oncall\"", "Group::\"on-call\"");
    let (said, code) = policy(faulty.path(), &TEST);
    assert_snapshot!(said, @"");
    assert_eq!(code, 1);
    assert_eq!(policy(faulty.path(), &["schema"]).1, 0, "a schema is there to mend rules by");
    assert_eq!(explain(faulty.path(), &["--entitlement", "prod-db/rw", "--duration", "1h"]).1, 1);
}

#[test]
fn it_is_explained_who_would_be_asked_and_by_which_rules() {
    let at = ["--at", "2026-11-24T13:40:00Z"];
    let ask = |more: &[&str]| explain(example(), &[&at, more].concat());
    let (said, code) = ask(&["--entitlement", "prod-db/admin", "--duration", "1h", "--total", "3h"]);
    assert_snapshot!(said, @"");
    assert_eq!(code, 0);
    let (said, code) = ask(&["--groups", "oncall", "--entitlement", "staging/deploy", "--duration", "1h"]);
    assert_snapshot!(said, @"");
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
    assert_snapshot!(ask(&["--at", "2026-12-24T18:00:00Z", "--duration", "1h"]), @"");
    assert_snapshot!(ask(&["--at", "2026-11-24T13:40:00Z", "--duration", "9h"]), @"");
    assert_snapshot!(ask(&["--duration", "9"]), @"");
    assert_snapshot!(ask(&["--duration", "9h", "--groups", "on-call"]), @"");
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
    assert_snapshot!(said, @"");
    let (said, _) = explain(example(), &["--entitlement", "prod-db/wr", "--duration", "1h"]);
    assert_snapshot!(said, @"");
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
    assert_snapshot!(case("entitlement = \"prod-db/rw\"\nduration = \"2h\""), @"");
    assert_snapshot!(case("entitlement = \"prod-db/wr\"\nduration = \"2h\"\nsteps = []"), @"");
    assert_snapshot!(case("entitlement = \"prod-db/rw\"\nsteps = []"), @"");
    assert_snapshot!(case("entitlement = \"prod-db/rw\"\nduration = \"2h\"\nstpes = []\nsteps = []"), @"");
    assert_snapshot!(case("name = \"mine\"\nentitlement = \"prod-db/rw\"\nduration = \"2h\"\nsteps = [\"soc\"]\nmax_duration = \"4h\"\nauto = [\"x\"]\ndistinct = 2"), @"");
    assert_snapshot!(cases("[[case]\n"), @"");
    assert_snapshot!(cases(""), @"");
    let (said, code) = policy(example(), &["test", "no-such-file.toml"]);
    assert_snapshot!(said, @"");
    assert_eq!(code, 1);
}
