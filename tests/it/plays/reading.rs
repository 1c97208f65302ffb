//! The configuration: on record as it is loaded, and read again while the bot runs.

use std::{fs, path::Path};

use insta::assert_snapshot;
use jitney::domain::{
    configuration::{Against, FaultKind},
    event::Event,
};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use world::Company;

use crate::{
    house::{ALICE, ASKED, BOB, CAROL, CATALOGUE, DANA, House, PROD_RW},
    process::Process,
    record,
};

/// What is on record of configurations, a line each.
fn recorded(house: &House) -> Vec<Event> {
    let entries = record::entries(&house.path("store/journal")).into_iter();
    let about =
        |event: &Event| matches!(event, Event::ConfigurationChanged { .. } | Event::ConfigurationRefused { .. });
    entries.flat_map(|entry| entry.events).filter(about).collect()
}

async fn until_recorded(house: &House, times: usize) -> Vec<Event> {
    let about =
        |event: &Event| matches!(event, Event::ConfigurationChanged { .. } | Event::ConfigurationRefused { .. });
    house.until_on_record("a configuration", times, about).await;
    recorded(house)
}

fn said(event: &Event) -> String {
    serde_json::to_string_pretty(event).unwrap()
}

fn digest(event: &Event) -> String {
    match event {
        Event::ConfigurationChanged { digest, .. } => digest.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_is_on_record_once_and_what_changes_by_key() {
    let mut house = House::open().await;
    let first = until_recorded(&house, 1).await;
    assert!(matches!(&first[0], Event::ConfigurationChanged { against: Against::Nothing, .. }), "{first:?}");
    house.stop().await;
    house.start().await;
    house.hang_up();
    house.change_catalogue("owners = [\"bob@acme.example\"]", "owners = [\"dana@acme.example\"]");
    house.change_settings("min_duration = \"1s\"", "min_duration = \"1m\"\nmax_open = 3");
    house.hang_up();
    let second = until_recorded(&house, 2).await;
    assert_eq!(second.len(), 2, "nothing is written where nothing changed");
    assert_snapshot!(said(&second[1]).replace(&digest(&second[1]), "DIGEST"), @r#"
    {
      "event": "configuration_changed",
      "digest": "DIGEST",
      "against": {
        "against": "last",
        "changes": [
          {
            "key": "application.staging.owners",
            "from": "[\"bob@acme.example\"]",
            "to": "[\"dana@acme.example\"]"
          },
          {
            "key": "requests.max_open",
            "to": "3"
          },
          {
            "key": "requests.min_duration",
            "from": "\"1s\"",
            "to": "\"1m\""
          }
        ]
      }
    }
    "#);
    // Staging is Dana's now.
    house.ask_in_vain(ALICE, "staging/admin", "45m", "INC-42").await;
    house.world.until_message(DANA, "INC-42").await;
    house.settle().await;
    house.finish(&[], &[&[(ALICE, "Waiting for @Dana Fox"), (DANA, "asks for Staging · Admin")]]).await;
}

/// What the bot asks Okta with cannot change while it runs; what can be asked for can.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_shows_as_changed_and_waits_for_the_next_start_and_the_rest_does_not() {
    let house = House::open().await;
    let before = until_recorded(&house, 1).await;
    house.change_settings(world::okta_token(), "00another-token");
    house.change_settings("admins    = [\"carol@acme.example\"]", "admins = [\"dana@acme.example\"]");
    house.hang_up();
    let changed = until_recorded(&house, 2).await;
    let Event::ConfigurationChanged { against: Against::Last(difference), waits, .. } = &changed[1] else {
        panic!("{changed:?}")
    };
    assert_eq!(waits, &["okta.token"]);
    let keys: Vec<&str> = difference.changes.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["okta.token", "slack.admins"]);
    let token = &difference.changes[0];
    let marks = [&token.from, &token.to].map(|mark| mark.clone().unwrap());
    assert!(marks.iter().all(|mark| mark.starts_with("secret ") && mark.len() == 23), "{marks:?}");
    assert_ne!(marks[0], marks[1]);
    assert_ne!(digest(&before[0]), digest(&changed[1]));
    let mut written = fs::read_to_string(house.journal()).unwrap();
    for file in fs::read_dir(house.path("store/configuration")).unwrap() {
        written += &fs::read_to_string(file.unwrap().path()).unwrap();
    }
    for token in ["00another-token", world::okta_token(), world::bot_token(), world::app_token()] {
        assert!(!written.contains(token));
    }
    // The old token still opens and ends, and the new admin is named.
    house.until_answered("U0GUS", "staging/admin 45m Please", "Ask Dana Fox").await;
    house.grant(ALICE, "staging/admin", "45m").await;
    house.finish_unread_holding(&[("00gSTAGING", "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_configuration_is_refused_on_record_and_the_one_before_stays() {
    let house = House::open().await;
    until_recorded(&house, 1).await;
    house.change_settings("min_duration = \"1s\"", "min_duration = \"1s\"\nmax_opne = 3");
    house.change_catalogue("name   = \"Staging\"\n", "");
    house.hang_up();
    let refused = until_recorded(&house, 2).await;
    let Event::ConfigurationRefused { faults } = &refused[1] else { panic!("{refused:?}") };
    assert_eq!(*faults, [(FaultKind::UnknownKey, 1), (FaultKind::MissingKey, 1)].into());
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.settle().await;
    house.finish(&[], &[ASKED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_is_mended_leads_out_of_custody() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    let sound = fs::read_to_string(house.path("catalogue.toml")).unwrap();
    house.write_catalogue("[[application]]\nid = \"prod-db\"\nowners = [");
    house.start_unconnected();
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    house.world.until_connected(1).await;
    let typed = house.world.slash(ALICE, "/jit", "staging/admin 45m INC-43").await.unwrap().seen.unwrap();
    assert!(typed.contains("only ends access"), "{typed}");
    house.write_catalogue(&sound);
    house.keep_tickets();
    house.hang_up();
    let recorded = until_recorded(&house, 3).await;
    assert!(matches!(recorded[1], Event::ConfigurationRefused { .. }), "{recorded:?}");
    let begun = |state: &world::State| state.has_answered("/project/ACCESS/statuses").then_some(());
    house.world.until("the tickets' project is looked over", begun).await;
    house.until_served(DANA).await;
    house.ask(ALICE, "staging/admin", "45m", "INC-43").await;
    house.world.until_message(BOB, "ACCESS-1").await;
    house.settle().await;
    house.finish_unread_holding(&[("00gPRODRW", "00uALICE")]).await;
}

/// Puts something in the place of a file.
type Put = fn(&Path);

/// What can lie where a file of settings or rules should, by name.
const ODD: [(&str, Put); 8] = [
    ("too deep", |path| fs::write(path, deep(path)).unwrap()),
    ("deeper than anything", |path| fs::write(path, "[".repeat(10_000)).unwrap()),
    ("missing", |_| {}),
    ("10 MB", |path| fs::write(path, " ".repeat(10 << 20)).unwrap()),
    ("a folder", |path| fs::create_dir(path).unwrap()),
    ("a pipe", |path| mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap()),
    ("not UTF-8", |path| fs::write(path, b"# caf\xe9\n").unwrap()),
    ("not text", |path| fs::write(path, b"\xff\xfe[\0a\0]\0").unwrap()),
];

/// A few kilobytes that come to thousands of tables, or brackets, within one another.
fn deep(path: &Path) -> String {
    if path.extension().is_some_and(|extension| extension == "cedar") {
        let (open, close) = ("(".repeat(10_000), ")".repeat(10_000));
        let rule = r#"@id("a") forbid (principal, action == Action::"Request", resource) when"#;
        return format!("{rule} {{ {open}true{close} }};");
    }
    let name = vec!["a"; 79].join(".");
    format!("[log]\nx = {}", (0..78).fold("1".to_owned(), |value, _| format!("{{ {name} = {value} }}")))
}

fn clear(path: &Path) {
    if path.is_dir() {
        fs::remove_dir(path).unwrap();
    } else if path.symlink_metadata().is_ok() {
        fs::remove_file(path).unwrap();
    }
}

/// The newest lines of a log that say what is wrong.
fn faults(house: &House, file: &str) -> String {
    let log = fs::read_to_string(house.path("log")).unwrap();
    let home = format!("{}/", house.dir.path().display());
    let mut lines = log.lines().rev().filter(|line| line.contains(&format!("{file}: ")));
    lines.next().unwrap_or_default().replace(&home, "")
}

/// What the program itself says at SIGHUP of all that can lie in a file's place, and that it serves on: with a good file it
/// is the newest that is in force.
async fn odd_at_hangup(file: &str) -> String {
    let house = House::closed(Company::acme()).await;
    house.change_settings("[okta]", &format!("[policy]\nfiles = [{:?}]\n[okta]", house.path("policy.cedar")));
    fs::write(house.path("policy.cedar"), "").unwrap();
    house.set_clocks();
    let process = Process::steered(&house).await;
    let mut recorded = until_recorded(&house, 1).await.len();
    let sound = fs::read(house.path(file)).unwrap();
    let mut said = String::new();
    for (name, put) in ODD {
        clear(&house.path(file));
        put(&house.path(file));
        process.hang_up();
        recorded += 1;
        let events = until_recorded(&house, recorded).await;
        assert!(matches!(events.last(), Some(Event::ConfigurationRefused { .. })), "{name}: {events:?}");
        said += &format!("{name}: {}\n", faults(&house, file));
    }
    let answer = house.world.slash(ALICE, "/jit", "prod-db/rw 2h Stuck").await.unwrap();
    assert!(answer.seen.as_ref().is_some_and(|seen| seen.starts_with("Saved as R-1")), "{answer:?}");
    clear(&house.path(file));
    fs::write(house.path(file), sound).unwrap();
    house.change_settings("admins    = [\"carol@acme.example\"]", "admins = [\"dana@acme.example\"]");
    process.hang_up();
    let events = until_recorded(&house, recorded + 1).await;
    assert!(matches!(events.last(), Some(Event::ConfigurationChanged { .. })), "{events:?}");
    house.until_answered("U0GUS", "staging/admin 45m Please", "Ask Dana Fox").await;
    house.settle().await;
    process.kill(&house.world).await;
    house.finish(&[], &[ASKED]).await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_lies_where_settings_should_is_refused_on_record_and_the_program_goes_on() {
    assert_snapshot!(odd_at_hangup("catalogue.toml").await, @r#"
too deep: catalogue.toml: more than 8 tables or lists lie within one another at line 2. Nothing needs so many: take them apart.
deeper than anything: catalogue.toml: more than 8 tables or lists lie within one another at line 1. Nothing needs so many: take them apart.
missing: catalogue.toml: there is no such file. Correct --config, or make it.
10 MB: catalogue.toml: is larger than 1 MiB, the most a file of settings may be. Split it, or name another file.
a folder: catalogue.toml: no *.toml here. Write one, or name it with --config.
a pipe: catalogue.toml: is no regular file. Name one that holds settings.
not UTF-8: catalogue.toml: not UTF-8 text. Save it as UTF-8.
not text: catalogue.toml: not UTF-8 text. Save it as UTF-8.
"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_lies_where_rules_should_is_refused_on_record_and_the_program_goes_on() {
    assert_snapshot!(odd_at_hangup("policy.cedar").await, @r#"
too deep: policy.cedar: line 1: the rule has 20080 characters, and may have 1000. Make two rules of it.
deeper than anything: policy.cedar: line 1: the rule has 10000 characters, and may have 1000. Make two rules of it.
missing: policy.cedar: there is no such file. Correct policy.files, or make it.
10 MB: policy.cedar: is larger than 1 MiB, the most a file of rules may be. Split it, or name another file.
a folder: policy.cedar: is no regular file. Name one that holds rules.
a pipe: policy.cedar: is no regular file. Name one that holds rules.
not UTF-8: policy.cedar: not text in UTF-8. Save it so, or name another file.
not text: policy.cedar: not text in UTF-8. Save it so, or name another file.
"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_marked_or_has_lines_of_windows_is_in_force_at_hangup() {
    let house = House::open().await;
    until_recorded(&house, 1).await;
    for (times, file) in [(2, format!("\u{feff}{CATALOGUE}")), (3, CATALOGUE.replace('\n', "\r\n"))] {
        let most = if times == 2 { "7h" } else { "6h" };
        house.write_catalogue(&file.replace("\"8h\"", &format!("{most:?}")));
        house.hang_up();
        let events = until_recorded(&house, times).await;
        assert!(matches!(events.last(), Some(Event::ConfigurationChanged { .. })), "{events:?}");
    }
    house.until_answered(ALICE, "staging/admin 9h INC-43", "6 hours").await;
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_lies_where_the_catalogue_should_at_a_start_does_not_keep_a_removal_from_happening() {
    let house = House::closed(Company::acme()).await;
    house.set_clocks();
    let process = Process::steered(&house).await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    process.kill(&house.world).await;
    for (_, put) in ODD {
        clear(&house.path("catalogue.toml"));
        put(&house.path("catalogue.toml"));
        let process = Process::steered(&house).await;
        let typed = house.world.slash(BOB, "/jit", "staging/admin 45m INC-43").await.unwrap().seen.unwrap();
        assert!(typed.contains("only ends access"), "{typed}");
        process.kill(&house.world).await;
    }
    house.advance(121);
    let process = Process::steered_with(&house, &[]);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    process.kill(&house.world).await;
    clear(&house.path("catalogue.toml"));
    house.write_catalogue(CATALOGUE);
    let process = Process::steered(&house).await;
    house.until_expired(ALICE).await;
    house.settle().await;
    process.kill(&house.world).await;
    house.read_twins();
    house.finish_unread().await;
}

/// All in one file, and what one slip makes of it.
fn one_file(sound: &str) -> [(&'static str, Vec<u8>); 3] {
    let all = format!("{sound}\n{CATALOGUE}").into_bytes();
    let [latin, zero] = [b"\n# caf\xe9\n[log]\nformat = \"\xe9\"\n".as_slice(), b"\n[log]\0\n".as_slice()];
    let large = "# nothing\n".repeat(1 << 17);
    [
        ("not UTF-8", [&all, latin].concat()),
        ("not text", [&all, zero].concat()),
        ("1 MiB", [&all, large.as_bytes()].concat()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_in_the_only_file_does_not_keep_a_removal_from_happening() {
    let house = House::closed(Company::acme()).await;
    house.set_clocks();
    let sound = fs::read_to_string(house.path("jitney.toml")).unwrap();
    fs::write(house.path("catalogue.toml"), "").unwrap();
    let whole = || fs::write(house.path("jitney.toml"), format!("{sound}\n{CATALOGUE}")).unwrap();
    for ((name, slip), length) in one_file(&sound).into_iter().zip(["2h", "1h", "45m"]) {
        whole();
        let process = Process::steered(&house).await;
        house.grant(ALICE, "prod-db/rw", length).await;
        process.kill(&house.world).await;
        fs::write(house.path("jitney.toml"), slip).unwrap();
        house.advance(121);
        let process = Process::steered_with(&house, &[("JITNEY__SERVER__LISTEN", "")]);
        house.world.until_not_member(PROD_RW, "00uALICE").await;
        process.kill(&house.world).await;
        let log = fs::read_to_string(house.path("log")).unwrap();
        assert!(log.contains("custody, nothing is granted until they are mended"), "{name}");
    }
    whole();
    let process = Process::steered(&house).await;
    house.settle().await;
    process.kill(&house.world).await;
    house.read_twins();
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_what_removals_need_cannot_be_read_a_start_says_so_and_ends() {
    let house = House::closed(Company::acme()).await;
    let mut said = String::new();
    for (name, put) in ODD {
        clear(&house.path("jitney.toml"));
        put(&house.path("jitney.toml"));
        let (line, content) = house.command(&["run"]).await;
        assert!(!content, "{name}: {line}");
        let line = line.lines().find_map(|line| line.split_once("HOUSE/")).map(|(_, fault)| fault).unwrap_or_default();
        said += &format!("{name}: {line}\n");
    }
    assert_snapshot!(said, @r#"
too deep: jitney.toml: more than 8 tables or lists lie within one another at line 2. Nothing needs so many: take them apart.
deeper than anything: jitney.toml: more than 8 tables or lists lie within one another at line 1. Nothing needs so many: take them apart.
missing: jitney.toml: there is no such file. Correct --config, or make it.
10 MB: jitney.toml: is larger than 1 MiB, the most a file of settings may be. Split it, or name another file.
a folder: jitney.toml: no *.toml here. Write one, or name it with --config.
a pipe: jitney.toml: is no regular file. Name one that holds settings.
not UTF-8: jitney.toml: not UTF-8 text. Save it as UTF-8.
not text: jitney.toml: not UTF-8 text. Save it as UTF-8.
"#);
}
