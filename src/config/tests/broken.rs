//! Sources that cannot be read, what stands in several of them, and what removals still find out.

use proptest::prelude::*;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::*;
use crate::domain::{
    id::{OktaUserId, SlackUserId},
    rules::{Question, Ruling, Unjudged},
};

/// A second level on the group of the first.
const SECOND: &str = r#"
[[application.entitlement]]
id = "ro"
name = "Read-Only"
okta_group = "00gPRODRW"
sensitivity = "low"
approval = ["owner"]
max_duration = "2h"
requesters = ["everyone"]
"#;

fn parts() -> (String, String) {
    let at = SOUND.find("[approvers]").unwrap();
    (SOUND[..at].to_owned(), SOUND[at..].to_owned())
}

const TOLD: &str = "\n[store]\nurl = \"sled:data/jitney\"\n[audit]\nkey_file = \"jitney.key\"\n";

#[test]
fn files_that_are_not_there_are_named() {
    let folder = Folder::of(&[("a.toml", SOUND), ("latin.toml", "")]);
    fs::write(folder.path().join("latin.toml"), b"# caf\xe9\n").unwrap();
    let paths = ["a.toml", "b.toml", "latin.toml"].map(|name| folder.path().join(name));
    let (text, _) = report(&load(&paths, &Environment::new()));
    assert_snapshot!(folder.named(&text), @r#"
config/b.toml: there is no such file. Correct --config, or make it.
config/latin.toml: not UTF-8 text. Save it as UTF-8.
2 faults: `jitney run` would not start.
"#);
}

/// Tables within one another: many names of many parts, in few bytes.
fn multiplied() -> String {
    let name = vec!["a"; 79].join(".");
    (0..78).fold("1".to_owned(), |value, _| format!("{{ {name} = {value} }}"))
}

#[test]
fn what_is_no_file_too_large_or_too_deep_is_named_and_nothing_waits_for_it() {
    let deep = format!("[log]\nx = {}", multiplied());
    let folder = Folder::of(&[
        ("a.toml", SOUND),
        ("deep.toml", &deep),
        ("large.toml", &format!("{SOUND}\n#{}", " ".repeat(10 << 20))),
        ("zeros.toml", &"\0".repeat(64)),
    ]);
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("folder.toml")).unwrap();
    mknodat(CWD, path("pipe.toml"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    assert_snapshot!(folder.check(&[]), @r#"
config/deep.toml: more than 8 tables or lists lie within one another at line 2. Nothing needs so many: take them apart.
config/folder.toml: is no regular file. Name one that holds settings.
config/large.toml: is larger than 1 MiB, the most a file of settings may be. Split it, or name another file.
config/pipe.toml: is no regular file. Name one that holds settings.
config/zeros.toml: not UTF-8 text. Save it as UTF-8.
5 faults: `jitney run` would not start.
"#);
    // By name too.
    let named = load(&[path("a.toml"), path("pipe.toml")], &Environment::new());
    assert_snapshot!(folder.named(&report(&named).0), @r#"
config/pipe.toml: is no regular file. Name one that holds settings.
1 fault: `jitney run` would not start.
"#);
}

#[test]
fn a_file_that_is_too_deep_leaves_the_essentials() {
    let text = format!("{TOLD}{SOUND}\n[log]\nx = {}", multiplied());
    let folder = Folder::of(&[("a.toml", &text)]);
    let loaded = folder.load(&[]);
    assert!(loaded.settings.is_err());
    assert_eq!(loaded.essentials.unwrap().okta.token.expose_secret(), "00token");
    // Where what removals need is too deep itself, it is lost.
    let text = format!("{TOLD}{}", sound_but(&[("[okta]", &format!("[okta]\nx = {}", multiplied()))]));
    assert!(Folder::of(&[("a.toml", &text)]).load(&[]).essentials.is_err());
}

#[test]
fn a_file_that_is_marked_or_has_lines_of_windows_is_sound() {
    for text in [format!("\u{feff}{SOUND}"), SOUND.replace('\n', "\r\n")] {
        assert_eq!(loaded(&text).catalogue.applications.len(), 1);
    }
}

#[test]
fn a_folder_without_configuration_is_named() {
    let folder = Folder::of(&[]);
    assert_snapshot!(folder.check(&[]), @r#"
config: no *.toml here. Write one, or name it with --config.
1 fault: `jitney run` would not start.
"#);
}

#[test]
fn what_is_not_toml_is_named_by_its_place_and_never_quoted() {
    let text = sound_but(&[("bot_token = \"xoxb-1\"", "bot_token = xoxb-very-secret")]);
    let folder = Folder::of(&[("a.toml", &text)]);
    assert_snapshot!(folder.check(&[]), @r#"
config/a.toml: not TOML at line 3, column 13. Texts stand in quotes, tables begin with [name], and no key comes twice.
1 fault: `jitney run` would only end access that is due.
"#);
    let twice = sound_but(&[("app_token = \"xapp-1\"", "bot_token = \"xoxb-very-secret\"")]);
    let folder = Folder::of(&[("a.toml", &twice)]);
    assert_snapshot!(folder.check(&[]), @r#"
config/a.toml: not TOML at line 4, column 1. Texts stand in quotes, tables begin with [name], and no key comes twice.
1 fault: `jitney run` would only end access that is due.
"#);
    let large = sound_but(&[("[slack]", "n = 99999999999999999999\n[slack]")]);
    let folder = Folder::of(&[("a.toml", &large)]);
    assert_snapshot!(folder.check(&[]), @r#"
config/a.toml: not TOML that can be read here. Look for a number that is too large.
1 fault: `jitney run` would only end access that is due.
"#);
}

#[test]
fn one_application_in_two_files_is_a_fault() {
    let folder = Folder::of(&[("a.toml", SOUND), ("b.toml", &parts().1)]);
    assert_snapshot!(folder.check(&[]), @r#"
config/b.toml: application[0] prod-db.id: prod-db is also an application of config/a.toml. Give one of them another id.
1 fault: `jitney run` would only end access that is due.
"#);
}

#[test]
fn one_level_twice_in_an_application_is_a_fault() {
    let twice = SECOND.replace("\"ro\"", "\"rw\"").replace("00gPRODRW", "00gRO");
    let folder = Folder::of(&[("a.toml", &(SOUND.to_owned() + &twice))]);
    assert_snapshot!(folder.check(&[]), @r#"
config/a.toml: application[0] prod-db.entitlement rw.id: rw comes twice in this application. Give one of them another id.
1 fault: `jitney run` would only end access that is due.
"#);
}

#[test]
fn a_group_of_two_levels_is_a_fault_until_both_say_so() {
    let folder = Folder::of(&[("a.toml", &(SOUND.to_owned() + SECOND))]);
    assert_snapshot!(folder.check(&[]), @r#"
config/a.toml: application[0] prod-db.entitlement rw.okta_group: 00gPRODRW is the group of application[0] prod-db.entitlement ro too. Write shares_group = true in both, or give one of them another group.
config/a.toml: application[0] prod-db.entitlement ro.okta_group: 00gPRODRW is the group of application[0] prod-db.entitlement rw too. Write shares_group = true in both, or give one of them another group.
2 faults: `jitney run` would only end access that is due.
"#);
    let one = SECOND.to_owned() + "shares_group = true\n";
    let folder = Folder::of(&[("a.toml", &(SOUND.to_owned() + &one))]);
    assert_snapshot!(folder.check(&[]), @r#"
config/a.toml: application[0] prod-db.entitlement rw.okta_group: 00gPRODRW is the group of application[0] prod-db.entitlement ro too. Write shares_group = true in both, or give one of them another group.
1 fault: `jitney run` would only end access that is due.
"#);
}

#[test]
fn a_group_may_be_shared_with_another_approval_and_over_applications() {
    let second = SECOND.replace("\"owner\"", "\"soc\"") + "shares_group = true\n";
    let first = sound_but(&[("max_duration", "shares_group = true\nmax_duration")]);
    let other = first[first.find("[[application]]").unwrap()..].replace("prod-db", "staging");
    let folder = Folder::of(&[("a.toml", &(first + &second)), ("b.toml", &other)]);
    assert_snapshot!(folder.check(&[]), @"
    No fault in 2 files: 2 applications, 3 levels of access, 0 rules.
    The store is data/jitney, its key jitney.key.
    ");
}

#[test]
fn rules_that_nobody_has_read_let_nothing_through() {
    let of = |files: &[(&str, &str)]| Folder::of(files).load(&[]).settings.unwrap().catalogue.rules;
    let without = of(&[("a.toml", SOUND)]);
    let unread = of(&[("a.toml", SOUND), ("policy.cedar", "")]);
    let (catalogue, person) = (loaded(SOUND).catalogue, alice());
    let (application, entitlement) = catalogue.entitlements().next().unwrap();
    let question = Question {
        person: &person,
        application,
        entitlement,
        duration: hours(1),
        total: hours(1),
        at: "2026-11-24T13:40:00Z".parse().unwrap(),
        justification: "why",
        emergency: false,
    };
    assert_eq!(without.of(&question), Ok(Ruling::default()));
    assert_eq!(without.forbid_deciding(&question, &person), Ok(Vec::new()));
    let unjudged = Unjudged(vec!["unread-rules".parse().unwrap()]);
    assert_eq!(unread.of(&question), Err(unjudged.clone()));
    assert_eq!(unread.forbid_deciding(&question, &person), Err(unjudged));
}

fn alice() -> crate::domain::port::Identity {
    let (slack, okta) = (SlackUserId::parse("U0ALICE").unwrap(), OktaUserId::parse("00uALICE").unwrap());
    crate::domain::port::Identity::new(slack, okta, Email::parse("alice@acme.example").unwrap(), "Alice".into())
}

#[test]
fn rules_lie_beside_the_configuration_or_where_it_says() {
    let folder = Folder::of(&[
        ("a.toml", SOUND),
        ("b.toml", ""),
        ("policy-tests.toml", "groups = []"),
        ("z.cedar", ""),
        ("k.cedar", ""),
        ("m.cedar.off", ""),
    ]);
    let files = |loaded: &Loaded| {
        let names = loaded.rule_files.iter().map(|file| folder.named(&file.display().to_string()));
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(files(&folder.load(&[])), "config/k.cedar config/z.cedar");
    assert_eq!(files(&folder.load(&[("JITNEY__POLICY__FILES", "z.cedar, a.cedar,z.cedar")])), "a.cedar z.cedar");
    fs::write(folder.path().join("b.toml"), "[policy]\nfiles = []").unwrap();
    let none = folder.load(&[]);
    assert_eq!(files(&none), "");
    assert!(none.settings.is_ok());
}

#[test]
fn what_rules_are_about_is_known_without_tokens_and_not_where_a_part_of_it_is_lost() {
    let without = sound_but(&[("bot_token = \"xoxb-1\"\n", ""), ("token = \"00token\"\n", "")]);
    let catalogue = |text: &str| Folder::of(&[("a.toml", text), ("b.toml", "")]).load(&[]).catalogue;
    assert_eq!(catalogue(&without).unwrap().applications.len(), 1);
    let faulty = catalogue(&sound_but(&[("sensitivity = \"high\"", "sensitivity = \"hgih\"")])).unwrap_err();
    assert_eq!(faulty.iter().count(), 1);
    let torn = Folder::of(&[("a.toml", SOUND), ("b.toml", "[[application]\n")]).load(&[]);
    assert!(torn.catalogue.is_err());
}

#[test]
fn variables_are_checked_like_files() {
    let folder = Folder::of(&[("a.toml", SOUND)]);
    let [deep, deeper] = [9, 40_000].map(|parts| format!("JITNEY{}", "__A".repeat(parts)));
    let environment: [(&str, &str); 10] = [
        ("JITNEY__SLACK__COMMAND", "jit"),
        ("JITNEY__SLACK__BOT_TOKN", "xoxb-very-secret"),
        ("JITNEY__SLACK__BOT_TOKEN", ""),
        ("JITNEY__REQUESTS__MAX_OPEN", "many"),
        ("JITNEY__APPROVERS__SOC", "carol@acme.example, dave"),
        ("JITNEY__APPLICATION__ID", "x"),
        ("JITNEY__A[99999999999]", "x"),
        ("JITNEY__", "x"),
        (&deep, "x"),
        (&deeper, "x"),
    ];
    assert_snapshot!(folder.check(&environment), @r#"
environment: JITNEY__: unknown key. Take it out.
environment: JITNEY__A__A__A__A__A__A__A__A__A: unknown key. Take it out.
environment: JITNEY__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__A__: unknown key. Take it out.
environment: JITNEY__A[99999999999]: unknown key. Take it out.
environment: JITNEY__APPLICATION__ID: unknown key. Take it out.
environment: JITNEY__SLACK__BOT_TOKEN: is empty. Write the token, or name its file with bot_token_file.
environment: JITNEY__SLACK__COMMAND: "jit" is not a command. Write a slash and one word in lower case, such as /jit.
environment: JITNEY__SLACK__BOT_TOKN: unknown key. Did you mean bot_token?
environment: JITNEY__REQUESTS__MAX_OPEN: must be a whole number, not a text.
environment: JITNEY__APPROVERS__SOC[1]: "dave" is neither a person nor a group. Write someone@company.example or okta: and a group's id.
10 faults: `jitney run` would only end access that is due.
"#);
}

#[test]
fn faults_come_in_the_order_of_their_sources() {
    let folder = Folder::of(&[
        ("a.toml", &sound_but(&[("\"8h\"", "\"8x\"")])),
        ("b.toml", "[log]\nformat = \"x\""),
        ("c.toml", "[slack]\nnothing = 1"),
    ]);
    assert_snapshot!(folder.check(&[("JITNEY__IDENTITY__GUESTS", "x")]), @r#"
config/a.toml: application[0] prod-db.entitlement rw.max_duration: "8x" is not a length. Write 45m, 2h or 1h 30m.
config/b.toml: log.format: "x" is not one of the words known here. Write text or json.
config/c.toml: slack.nothing: unknown key. Take it out.
environment: JITNEY__IDENTITY__GUESTS: must be true or false, not a text.
4 faults: `jitney run` would only end access that is due.
"#);
}

#[test]
fn without_any_fault_the_essentials_are_there_too() {
    let folder = Folder::of(&[("a.toml", SOUND)]);
    let essentials = folder.load(&[]).essentials.unwrap();
    assert_eq!(essentials.okta.token.expose_secret(), "00token");
    assert_eq!(essentials.admins.len(), 1);
    assert!(essentials.slack.is_some());
}

#[test]
fn a_fault_elsewhere_leaves_the_essentials() {
    for edit in [
        ("\"8h\"", "\"8x\""),
        ("xoxb-1", "xoxp-1"),
        ("[slack]", "[server]\nlisten = \"x\"\n[slack]"),
        ("[okta]", "[okta]\nkey_id = \"x\""),
        ("[slack]", "[audit]\ncheckpoint_every = \"10m\"\n[slack]"),
        ("[slack]", "oktaa = 1\n[slack]"),
    ] {
        let folder = Folder::of(&[("a.toml", &sound_but(&[edit]))]);
        let loaded = folder.load(&[]);
        assert!(loaded.settings.is_err(), "{edit:?}");
        let essentials = loaded.essentials.unwrap();
        assert_eq!(essentials.okta.token.expose_secret(), "00token", "{edit:?}");
        assert_eq!(essentials.server.listen, Some(DEFAULT_LISTEN));
    }
}

#[test]
fn a_fault_in_what_removals_need_takes_the_essentials_away() {
    for (edit, named) in [
        (("00token", ""), "okta.token"),
        (("[slack]", "[store]\nurll = \"sled:x\"\n[slack]"), "store.urll"),
        (("[slack]", "[audit]\nkey_file = 1\n[slack]"), "audit.key_file"),
        (("[slack]", "store = 1\n[slack]"), "store"),
    ] {
        let folder = Folder::of(&[("a.toml", &sound_but(&[edit]))]);
        let faults = folder.load(&[]).essentials.unwrap_err();
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(keys, [named]);
    }
}

#[test]
fn a_file_that_is_not_toml_leaves_the_essentials() {
    let (first, second) = parts();
    let broken = second.replace("requesters = [", "requesters = ");
    let folder = Folder::of(&[("a.toml", &first), ("b.toml", &broken)]);
    let loaded = folder.load(&[]);
    assert_snapshot!(folder.named(&report(&loaded).0), @r#"
config/b.toml: not TOML at line 16, column 27. Texts stand in quotes, tables begin with [name], and no key comes twice.
1 fault: `jitney run` would only end access that is due.
"#);
    loaded.essentials.unwrap();
    // The same in one file, and with a line that belongs to nothing inside another table.
    for broken in [first.clone() + &broken, first.replace("app_token", "nonsense\napp_token")] {
        let folder = Folder::of(&[("a.toml", &(TOLD.to_owned() + &broken))]);
        let essentials = folder.load(&[]).essentials.unwrap();
        assert_eq!(essentials.okta.token.expose_secret(), "00token");
        assert_eq!(essentials.store.directory, PathBuf::from("data/jitney"));
    }
}

/// What a whole configuration in one file comes to.
fn alone(bytes: &[u8]) -> (Loaded, String) {
    let folder = Folder::of(&[]);
    fs::write(folder.path().join("a.toml"), bytes).unwrap();
    let loaded = folder.load(&[]);
    let said = folder.named(&report(&loaded).0);
    (loaded, said)
}

/// A text as an editor saves it that knows no UTF-8, or with a zero in the place of `¤`.
fn latin(text: &str) -> Vec<u8> {
    let bytes = text.chars().map(|c| if c == '¤' { 0 } else { u8::try_from(u32::from(c)).unwrap() });
    bytes.collect()
}

#[test]
fn a_file_that_is_not_utf8_leaves_the_essentials() {
    let (_, said) = alone(&latin(&(TOLD.to_owned() + &sound_but(&[("Production Database", "Café")]))));
    assert_snapshot!(said, @r#"
config/a.toml: not UTF-8 text. Save it as UTF-8.
1 fault: `jitney run` would only end access that is due.
"#);
    for (from, to) in [
        ("Production Database", "Café"),
        ("Production Database", "Zero¤"),
        ("[okta]", "# Schlüssel\n[okta] # für Okta\n# Gebühr = \"[[\""),
        ("[slack]", "[lög]\n[slack]"),
        ("[slack]", "é[log]\n[slack]"),
        ("[slack]", "¤[¤l¤o¤g¤]¤\n¤[slack]"),
    ] {
        let (loaded, said) = alone(&latin(&(TOLD.to_owned() + &sound_but(&[(from, to)]))));
        assert!(loaded.settings.is_err() && loaded.catalogue.is_err(), "{to}");
        assert!(said.starts_with("config/a.toml: not UTF-8 text. Save it as UTF-8.\n"), "{said}");
        let essentials = loaded.essentials.unwrap();
        assert_eq!(essentials.okta.token.expose_secret(), "00token");
        assert_eq!(essentials.store.directory, PathBuf::from("data/jitney"));
    }
    // Where it is plain what each table is, the store may have its default.
    alone(&latin(&sound_but(&[("Production Database", "Café")]))).0.essentials.unwrap();
}

#[test]
fn what_a_file_that_is_not_utf8_may_have_said_is_never_assumed() {
    let store = |text: &str| sound_but(&[("[okta]", &format!("{text}\n[okta]"))]);
    for text in [
        sound_but(&[("00token", "00tokén")]),
        sound_but(&[("[okta]", "[okta]\nrefill = é")]),
        store("[store]\nurl = \"sled:é\""),
        store("[störe]\nurl = \"sled:elsewhere\""),
        store("é[store]\nurl = \"sled:elsewhere\""),
        store("[s¤t¤o¤r¤e¤]¤\n¤u¤r¤l¤"),
        store("[log]\n¤[¤s¤t¤o¤r¤e¤]¤\n¤u¤r¤l¤"),
        "störe.url = \"sled:elsewhere\"\n".to_owned() + SOUND,
        (TOLD.to_owned() + SOUND).replace("jitney.key", "jitnéy.key"),
    ] {
        let faults = alone(&latin(&text)).0.essentials.unwrap_err();
        assert!(faults.to_string().contains("not UTF-8 text"), "{text}: {faults}");
    }
}

/// More than a file may have, of lines that say nothing.
fn much() -> String {
    "# nothing\n".repeat(1 << 17)
}

#[test]
fn a_file_that_is_too_large_leaves_the_essentials_that_stand_at_its_beginning() {
    let told = TOLD.to_owned() + SOUND;
    let in_the_key = format!("[log]\n{}a = \"", much());
    for text in [
        told.clone() + &much(),
        told.clone() + "#" + &" ".repeat(10 << 20),
        told.replace("[audit]", &format!("[audit]\n{}", "# little\n".repeat(99))) + &much(),
        sound_but(&[]) + TOLD + &much(),
        told.clone() + &in_the_key + &much(),
        told.replace("Production Database", "\0") + &much(),
    ] {
        let (loaded, said) = alone(text.as_bytes());
        assert!(loaded.settings.is_err() && loaded.catalogue.is_err());
        assert_eq!(
            said,
            "config/a.toml: is larger than 1 MiB, the most a file of settings may be. Split it, or name another file.\n1 fault: `jitney run` would only end access that is due.\n"
        );
        let essentials = loaded.essentials.unwrap();
        assert_eq!(essentials.okta.token.expose_secret(), "00token");
        assert_eq!(essentials.store.directory, PathBuf::from("data/jitney"));
    }
    // What comes later may be anything, and a line that is cut off nothing.
    let cut = " ".repeat((1 << 20) - SOUND.len() - "\n[store]\nurl = \"sled:a".len() - TOLD.len());
    for text in [
        SOUND.to_owned() + &much(),
        SOUND.to_owned() + &much() + TOLD,
        TOLD.replace("[audit]", "[store]\nurl = \"sled:b\"\n[audit]") + SOUND + &much(),
        format!("{SOUND}[audit]\nkey_file = \"k\"\n{cut}\n[store]\nurl = \"sled:a{TOLD}"),
    ] {
        let faults = alone(text.as_bytes()).0.essentials.unwrap_err();
        assert!(faults.to_string().contains("is larger than 1 MiB"), "{faults}");
    }
}

#[test]
fn what_a_broken_file_may_have_said_is_never_assumed() {
    let broken = |from: &str, to: &str| sound_but(&[(from, to), ("\"8h\"", "8h")]);
    for text in [
        // The table itself is broken, or stands there twice, or keys before any table are.
        broken("[okta]", "[store]\nurl = sled:elsewhere\n[okta]"),
        broken("[okta]", "[store]\nurl = \"sled:a\"\n[store]\nurl = \"sled:b\"\n[okta]"),
        "store.url = sled:elsewhere\n".to_owned() + SOUND,
        broken("token = \"00token\"", "token = 00token"),
    ] {
        let folder = Folder::of(&[("a.toml", &text)]);
        let faults = folder.load(&[]).essentials.unwrap_err();
        assert!(faults.iter().count() > 0, "{text}");
        for fault in faults.iter() {
            assert!(!fault.to_string().contains("elsewhere"), "{fault}");
        }
    }
}

#[test]
fn a_file_that_is_lost_leaves_the_essentials_only_where_the_store_is_told_elsewhere() {
    let told = TOLD.to_owned() + SOUND;
    let folder = Folder::of(&[("silent.toml", SOUND), ("told.toml", &told)]);
    let name = |name: &str| folder.path().join(name);
    let silent = load(&[name("silent.toml"), name("lost.toml")], &Environment::new());
    let faults = silent.essentials.unwrap_err();
    assert_snapshot!(folder.named(&faults.to_string()), @r#"
config/lost.toml: there is no such file. Correct --config, or make it.
"#);
    let told = load(&[name("told.toml"), name("lost.toml")], &Environment::new());
    told.essentials.unwrap();
    assert!(told.settings.is_err());
}

#[test]
fn what_is_lost_of_one_file_stays_lost_whatever_becomes_of_the_next() {
    let folder =
        Folder::of(&[("broken.toml", "[audit]\nkey_file = elsewhere\n"), ("told.toml", &(TOLD.to_owned() + SOUND))]);
    let paths = ["broken.toml", "told.toml", "missing.toml"].map(|name| folder.path().join(name));
    assert!(load(&paths, &Environment::new()).essentials.is_err());
}

#[test]
fn the_environment_alone_is_enough_to_end_access() {
    let folder = Folder::of(&[]);
    let environment = [
        ("JITNEY__OKTA__ORG_URL", "https://acme.okta.com"),
        ("JITNEY__OKTA__TOKEN", "00token"),
        ("JITNEY__STORE__URL", "sled:/srv/jitney"),
        ("JITNEY__AUDIT__KEY_FILE", "/etc/jitney.key"),
    ];
    let essentials = folder.load(&environment).essentials.unwrap();
    assert_eq!(essentials.store.directory, PathBuf::from("/srv/jitney"));
}

#[test]
fn the_record_is_found_without_what_only_removals_need() {
    let text = TOLD.to_owned() + &sound_but(&[("token = \"00token\"", "")]);
    let folder = Folder::of(&[("a.toml", &text)]);
    let loaded = folder.load(&[]);
    assert!(loaded.essentials.is_err());
    assert_eq!(loaded.record.unwrap().audit.key_file, PathBuf::from("jitney.key"));
    let text = TOLD.replace("sled:", "sledge:") + SOUND;
    assert!(Folder::of(&[("a.toml", &text)]).load(&[]).record.is_err());
}

#[test]
fn a_variable_beyond_utf8_is_a_fault_and_an_empty_secret_file_too() {
    let folder = Folder::of(&[("a.toml", &sound_but(&[("token = \"00token\"", "")])), ("token", "\n")]);
    let path = folder.path().join("token");
    let environment =
        [("JITNEY__STORE__URL", "sled:data/caf\u{fffd}"), ("JITNEY__OKTA__TOKEN_FILE", path.to_str().unwrap())];
    assert_snapshot!(folder.check(&environment), @r#"
environment: JITNEY__OKTA__TOKEN_FILE: the file "config/token" is empty. Write the token into it.
environment: JITNEY__STORE__URL: holds bytes that are not UTF-8. Set it again as UTF-8.
2 faults: `jitney run` would not start.
"#);
}

/// Tokens as long as the vendors'.
const TOKENS: [&str; 3] = [
    "xoxb-2401234567890-2409876543210-AbCdEfGhIjKlMnOpQrStUvWx",
    "xapp-1-A012ABCD0A0-2301234567890-0123456789abcdef0123456789abcdef",
    "00Abcdefghijklmnopqrstuvwxyz0123456789ABCD",
];

proptest! {
    #[test]
    fn a_mangled_file_never_panics_leaks_a_token_or_passes_in_silence(
        cut in 0.0..1.0f64,
        length in 0usize..120,
        put in "[\\[\\]\"'=#\\n\\\\{}a1.-]{0,4}",
    ) {
        let mut text = sound_but(&[("xoxb-1", TOKENS[0]), ("xapp-1", TOKENS[1]), ("00token", TOKENS[2])]);
        let start = (cut * text.len() as f64) as usize;
        let end = text.len().min(start + length);
        text.replace_range(start..end, &put);
        let folder = Folder::of(&[("a.toml", &text)]);
        let loaded = folder.load(&[]);
        let said = report(&loaded).0 + &format!("{loaded:?}");
        for token in TOKENS {
            prop_assert!(!said.contains(token), "{}", said);
        }
        if let Err(faults) = &loaded.settings {
            prop_assert!(faults.iter().count() > 0);
            if let Err(faults) = &loaded.essentials {
                prop_assert!(faults.iter().count() > 0);
            }
        } else {
            prop_assert!(loaded.essentials.is_ok());
        }
    }
}
