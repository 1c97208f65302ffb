//! Who may know whom: each room of the house imports only what it is allowed to.

use std::{fs, path::Path};

/// A room, and the words that must not stand in it.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "crate::engine",
            "crate::ledger",
            "crate::slack",
            "crate::okta",
            "crate::http",
            "crate::say",
            "crate::config",
            "crate::policy",
            "crate::clock",
            "crate::app",
            "cedar_policy::",
            "tokio::",
            "sled::",
            "reqwest::",
            "slack_morphism::",
            "tracing::",
            "rand::",
            "SystemTime",
            "Instant::now",
            "Utc::now",
        ],
    ),
    (
        "ledger",
        &[
            "crate::domain",
            "crate::engine",
            "crate::slack",
            "crate::okta",
            "crate::say",
            "slack_morphism::",
            "reqwest::",
        ],
    ),
    (
        "engine",
        &[
            "crate::slack",
            "crate::okta",
            "crate::http",
            "crate::say",
            "crate::config",
            "reqwest::",
            "slack_morphism::",
            "HashMap",
            "sled::",
        ],
    ),
    (
        "say",
        &[
            "crate::engine",
            "crate::ledger",
            "crate::slack",
            "crate::okta",
            "crate::http",
            "slack_morphism::",
            "reqwest::",
            "tokio::",
        ],
    ),
    ("okta", &["crate::ledger", "crate::engine", "crate::slack", "crate::say"]),
    ("http", &["crate::ledger", "crate::engine", "crate::say"]),
    ("jira", &["crate::ledger", "crate::engine", "crate::slack", "crate::say", "crate::okta", "crate::config"]),
    (
        "slack",
        &["crate::ledger", "crate::okta", "crate::http", "engine::core", "engine::shell", "engine::recover", "Helm"],
    ),
    ("config", &["crate::engine", "crate::ledger", "crate::slack", "crate::okta", "crate::say", "crate::policy"]),
    (
        "policy",
        &[
            "crate::engine",
            "crate::ledger",
            "crate::slack",
            "crate::okta",
            "crate::jira",
            "crate::http",
            "crate::say",
            "crate::config",
            "crate::clock",
            "crate::app",
            "crate::cli",
            "crate::setup",
            "tokio::",
            "tracing::",
        ],
    ),
    (
        "server",
        &["crate::ledger", "crate::okta", "crate::say", "crate::slack::chat", "Helm", "engine::alone", "Approve"],
    ),
    ("app/record.rs", &["crate::okta", "crate::slack", "crate::say", "crate::outside"]),
    ("cli/control.rs", &["crate::okta", "crate::slack", "crate::say", "crate::outside"]),
    ("clock.rs", &["crate::"]),
    ("lately.rs", &["crate::"]),
];

#[test]
fn no_room_knows_what_it_must_not() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (room, words) in FORBIDDEN {
        for file in files(&source.join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            seen += 1;
            let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
            for line in lines.filter(|line| !line.trim_start().starts_with("//")) {
                for word in words.iter().filter(|word| line.contains(**word)) {
                    wrong.push(format!("{}: {word}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(seen > 60, "the rooms are where they were: {seen} files");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_outside_world_knows_nothing_of_the_program() {
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox/world");
    let manifest = fs::read_to_string(world.join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("jitney"));
    let wrong: Vec<_> =
        files(&world.join("src")).into_iter().filter(|f| fs::read_to_string(f).unwrap().contains("jitney::")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The source files of a room, without its tests.
fn files(room: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let beside = room.with_extension("rs");
    if beside.is_file() {
        found.push(beside);
    }
    if room.is_file() && !found.contains(&room.to_owned()) {
        found.push(room.to_owned());
    }
    for entry in fs::read_dir(room).into_iter().flatten() {
        let path = entry.unwrap().path();
        let test = path.file_stem().is_some_and(|stem| stem == "tests" || stem == "fake");
        if path.is_dir() && !test {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !test && !found.contains(&path) {
            found.push(path);
        }
    }
    found
}
