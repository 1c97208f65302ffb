//! What goes on record of a configuration.

use super::*;

fn mark(key: &str, secret: &str) -> String {
    format!("{}-{}", key.len(), secret.len())
}

fn written(files: &[(&str, &str)], environment: &[(&str, &str)]) -> Marked {
    let loaded = Folder::of(files).load(environment);
    loaded.settings.unwrap_or_else(|faults| panic!("{faults}")).written.marked(mark)
}

fn of(text: &str) -> Marked {
    written(&[("jitney.toml", text)], &[])
}

#[test]
fn every_written_key_is_there_with_its_value_and_no_secret() {
    assert_snapshot!(of(SOUND).text().replace(",\"", ",\n\""), @r#"
    {"application.prod-db.entitlement.rw.approval":"[\"owner\"]",
    "application.prod-db.entitlement.rw.id":"\"rw\"",
    "application.prod-db.entitlement.rw.max_duration":"\"8h\"",
    "application.prod-db.entitlement.rw.name":"\"Read-Write\"",
    "application.prod-db.entitlement.rw.okta_group":"\"00gPRODRW\"",
    "application.prod-db.entitlement.rw.requesters":"[\"okta:00gENG\"]",
    "application.prod-db.entitlement.rw.sensitivity":"\"high\"",
    "application.prod-db.id":"\"prod-db\"",
    "application.prod-db.name":"\"Production Database\"",
    "application.prod-db.owners":"[\"bob@acme.example\"]",
    "approvers.soc":"[\"carol@acme.example\"]",
    "okta.org_url":"\"https://acme.okta.com\"",
    "okta.token":"secret 10-7",
    "slack.admins":"[\"security@acme.example\"]",
    "slack.app_token":"secret 15-6",
    "slack.bot_token":"secret 15-6"}
    "#);
}

#[test]
fn what_it_comes_to_is_the_same_wherever_and_in_whatever_order_it_is_written() {
    let (head, catalogue) = SOUND.split_once("[approvers]").unwrap();
    let catalogue = format!("[approvers]{catalogue}");
    let tokens = [("JITNEY__SLACK__BOT_TOKEN", "xoxb-1"), ("JITNEY__OKTA__TOKEN", "00token")];
    let bare = head.replace("bot_token = \"xoxb-1\"\n", "").replace("token = \"00token\"\n", "");
    let split = written(&[("a.toml", &catalogue), ("b.toml", &bare)], &tokens);
    assert_eq!(split, of(SOUND));
    assert_eq!(split.digest(), of(SOUND).digest());
    assert_eq!(Marked::parse(&split.text()), Some(split));
}

#[test]
fn a_token_in_a_file_is_marked_by_what_the_file_holds() {
    let folder = Folder::of(&[("token", "00token\n")]);
    let file = folder.path().join("token");
    let with_file = sound_but(&[("token = \"00token\"", &format!("token_file = {file:?}"))]);
    let before = of(&with_file);
    fs::write(&file, "00another").unwrap();
    let difference = of(&with_file).difference(&before);
    let keys: Vec<_> = difference.changes.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["okta.token"]);
    assert_eq!(difference.changes[0].to.as_deref(), Some("secret 10-9"));
}

#[test]
fn a_difference_names_what_is_new_gone_and_another() {
    let after = sound_but(&[
        ("max_duration = \"8h\"", "max_duration = \"4h\""),
        ("[approvers]\nsoc = [\"carol@acme.example\"]\n", "[requests]\nmax_open = 3\n"),
        ("xoxb-1", "xoxb-22"),
    ]);
    let changes = of(&after).difference(&of(SOUND)).changes;
    let line = |one: &crate::domain::configuration::KeyChange| format!("{}: {:?} -> {:?}", one.key, one.from, one.to);
    assert_snapshot!(changes.iter().map(line).collect::<Vec<_>>().join("\n"), @r#"
    application.prod-db.entitlement.rw.max_duration: Some("\"8h\"") -> Some("\"4h\"")
    approvers.soc: Some("[\"carol@acme.example\"]") -> None
    requests.max_open: None -> Some("3")
    slack.bot_token: Some("secret 15-6") -> Some("secret 15-7")
    "#);
    assert_eq!(of(SOUND).difference(&of(SOUND)), Default::default());
}

/// One more application, at the front, moves no key of the others.
#[test]
fn applications_and_levels_are_named_by_their_ids() {
    let first = "[[application]]\nid = \"a\"\nname = \"A\"\nowners = [\"bob@acme.example\"]\n\n[[application.entitlement]]\nid = \"ro\"\nname = \"Read\"\nokta_group = \"00gA\"\nsensitivity = \"low\"\napproval = [\"owner\"]\nmax_duration = \"8h\"\nrequesters = [\"everyone\"]\n\n";
    let more = SOUND.replacen("[[application]]", &format!("{first}[[application]]"), 1);
    let keys = of(&more).changed(&of(SOUND));
    assert!(keys.iter().all(|key| key.starts_with("application.a.")), "{keys:?}");
    assert!(keys.contains(&"application.a.entitlement.ro.okta_group".to_owned()), "{keys:?}");
}

#[test]
fn a_difference_has_room_in_a_line_however_much_changed() {
    let level = |n: usize, hours: usize| {
        format!(
            "[[application.entitlement]]\nid = \"l{n}\"\nname = \"Level\"\nokta_group = \"00g{n:017}\"\nsensitivity = \"low\"\napproval = [\"owner\"]\nmax_duration = \"{hours}h\"\nrequesters = [\"everyone\"]\n"
        )
    };
    let thousand = |hours| {
        let levels: String = (0..1_000).map(|n| level(n, hours)).collect();
        of(&format!("{SOUND}\n{levels}"))
    };
    let difference = thousand(8).difference(&thousand(4));
    assert_eq!(difference.changes.len() + difference.more as usize, 1_000);
    let json = serde_json::to_string(&difference).unwrap().len();
    assert!(
        difference.more > 0 && (20_000..33_000).contains(&json),
        "{} shown, {json} bytes",
        difference.changes.len()
    );
    let long = sound_but(&[("Production Database", &"long ".repeat(100))]);
    let change = of(&long).difference(&of(SOUND)).changes.remove(0);
    assert_eq!(change.to.unwrap().chars().count(), 201);
}

/// A token in the wrong place is a mistake; that it goes on record for ever need not follow from it.
#[test]
fn what_looks_like_a_secret_is_marked_wherever_it_stands() {
    let stray = sound_but(&[("Production Database", "xoxb-4711")]);
    assert!(!of(&stray).text().contains("4711"), "{}", of(&stray).text());
}

#[test]
fn another_file_is_there_by_its_name_and_hash() {
    let settings = loaded(SOUND);
    let with = |text: &str| settings.written.clone().with_file("policy.cedar", text.as_bytes()).marked(mark);
    assert_eq!(with("permit").changed(&with("forbid")), ["file policy.cedar"]);
    assert_eq!(with("permit").digest(), with("permit").digest());
}

#[test]
fn faults_are_counted_by_kind() {
    let faulty =
        sound_but(&[("admins = [\"security@acme.example\"]", "adnims = []"), ("\"8h\"", "\"8\""), ("xapp-1", "1")]);
    let folder = Folder::of(&[("jitney.toml", &faulty)]);
    let counts = folder.load(&[]).settings.unwrap_err().counts();
    assert_snapshot!(serde_json::to_string(&counts).unwrap(), @r#"{"unknown_key":1,"missing_key":1,"secret":1,"value":1}"#);
}
