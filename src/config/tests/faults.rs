//! One table of everything that can be wrong with a configuration, and what is said about it.

use super::{catalogue_faults::CATALOGUE, *};

/// What is edited in the sound configuration, and the lines that `check` prints then, without the last.
pub(super) type Case = (&'static [(&'static str, &'static str)], &'static [&'static str]);

const APPLICATION: &str = "application[0] prod-db";
const LEVEL: &str = "application[0] prod-db.entitlement rw";

const CASES: &[Case] = &[
    // Keys.
    (
        &[("max_duration", "max_durations")],
        &[
            "LEVEL.max_duration: is missing. Write max_duration = \"8h\".",
            "LEVEL.max_durations: unknown key. Did you mean max_duration?",
        ],
    ),
    (&[("[slack]", "[slak]\nx = 1\n[slack]")], &["slak: unknown key. Did you mean slack?"]),
    (&[("[slack]", "[slack]\nzzz = 1")], &["slack.zzz: unknown key. Take it out."]),
    (&[("[slack]", "\"a.b[9999999999]\" = 1\n[slack]")], &["a.b[9999999999]: unknown key. Take it out."]),
    (&[("[slack]", "[slack]\nxoxb-1-2-3 = 1")], &["slack.(a key that looks like a token): unknown key. Take it out."]),
    (
        &[("org_url = \"https://acme.okta.com\"", "")],
        &["okta.org_url: is missing. Write org_url = \"https://acme.okta.com\"."],
    ),
    (
        &[("sensitivity = \"high\"", ""), ("approval = [\"owner\"]", "")],
        &[
            "LEVEL.sensitivity: is missing. Write sensitivity = \"medium\".",
            "LEVEL.approval: is missing. Write approval = [\"owner\"].",
        ],
    ),
    (&[("\"8h\"", "8")], &["LEVEL.max_duration: must be a text in quotes, not a number."]),
    (&[("[\"owner\"]", "\"owner\"")], &["LEVEL.approval: must be a list, not a text."]),
    (
        &[("[approvers]", "[requests]\nmax_open = \"20\"\n[approvers]")],
        &["requests.max_open: must be a whole number, not a text."],
    ),
    (&[("[slack]", "log = \"json\"\n[slack]")], &["log: must be a table, not a text."]),
    (
        &[("[[application]]", "[application]"), ("[[application.entitlement]]", "[application.x]")],
        &["application: must be an array of tables, each begun with its name in [[ ]], not a table."],
    ),
    // Lengths.
    (&[("\"8h\"", "\"8x\"")], &["LEVEL.max_duration: \"8x\" is not a length. Write 45m, 2h or 1h 30m."]),
    (&[("\"8h\"", "\"eod\"")], &["LEVEL.max_duration: \"eod\" is not a length. Write 45m, 2h or 1h 30m."]),
    (&[("\"8h\"", "\"90\"")], &["LEVEL.max_duration: 90 has no unit: is that minutes or hours? Write 90m or 90h."]),
    (&[("\"8h\"", "\"0h\"")], &["LEVEL.max_duration: no time at all. Write a length above zero, such as 45m."]),
    (
        &[("\"8h\"", "\"400d\"")],
        &["LEVEL.max_duration: \"400d\" is longer than 366 days, the most that a length may be. Write less."],
    ),
    (
        &[("\"8h\"", "\"30s\"")],
        &["LEVEL.max_duration: 30s is shorter than requests.min_duration, 1m. Write a longer one."],
    ),
    (
        &[("max_duration", "durations = [\"2h\", \"until 17:30\", \"x\"]\nmax_duration")],
        &[
            "LEVEL.durations[1]: \"until 17:30\" is not a length. Write 45m, 2h or 1h 30m.",
            "LEVEL.durations[2]: \"x\" is not a length. Write 45m, 2h or 1h 30m.",
        ],
    ),
    (
        &[("max_duration", "durations = [\"2h\", \"12h\", \"10s\"]\nmax_duration")],
        &["LEVEL.durations[2]: 10s is shorter than requests.min_duration, 1m. Write a longer one."],
    ),
    (
        &[("max_duration", "durations = [\"2h\", \"12h\"]\nmax_duration")],
        &["LEVEL.durations[1]: 12h is longer than max_duration, 8h. Take it out, or raise max_duration."],
    ),
    (
        &[("max_duration", "durations = []\nmax_duration")],
        &["LEVEL.durations: is empty. Write what is offered, such as \"45m\"."],
    ),
    (
        &[("[approvers]", "[requests]\ndurations = [\"5s\"]\n[approvers]")],
        &["requests.durations[0]: 5s is shorter than requests.min_duration, 1m. Write a longer one."],
    ),
    // Single values.
    (
        &[("bob@acme.example", "bob@acme"), ("carol@acme.example", "carol")],
        &[
            "approvers.soc[0]: \"carol\" is neither a person nor a group. Write someone@company.example or okta: and a group's id.",
            "APPLICATION.owners[0]: \"bob@acme\" is not an e-mail address. Write someone@company.example.",
        ],
    ),
    (
        &[("https://acme.okta.com", "acme.okta.com")],
        &["okta.org_url: \"acme.okta.com\" is not a URL. Write https:// and the host."],
    ),
    (
        &[("https://acme.okta.com", "https://me:word@acme.okta.com")],
        &[
            "okta.org_url: what stands there (it looks like a secret, so it is not shown) is not a URL. Write https:// and the host.",
        ],
    ),
    (
        &[("https://acme.okta.com", "http://acme.okta.com")],
        &["okta.org_url: plain http is for loopback only, since tokens go over it. Write https://."],
    ),
    (
        &[("[slack]", "[slack]\napi_url = \"http://127.0.0.1.evil.example\"")],
        &["slack.api_url: plain http is for loopback only, since tokens go over it. Write https://."],
    ),
    (
        &[("[slack]", "[slack]\ncommand = \"jit\"")],
        &["slack.command: \"jit\" is not a command. Write a slash and one word in lower case, such as /jit."],
    ),
    (
        &[("[slack]", "[slack]\ncommand = \"xapp-1-A-2-b\"")],
        &[
            "slack.command: what stands there (it looks like a secret, so it is not shown) is not a command. Write a slash and one word in lower case, such as /jit.",
        ],
    ),
    (
        &[("admins = [\"security@acme.example\"]", "admins = []")],
        &["slack.admins: is empty. Write who is told when something needs a human."],
    ),
    (
        &[("[slack]", "[server]\nlisten = \"localhost:9464\"\n[slack]")],
        &[
            "server.listen: \"localhost:9464\" is not an address to listen on. Write 127.0.0.1:9464 or another IP and port, or \"\" for none.",
        ],
    ),
    (
        &[("[slack]", "[log]\nformat = \"yaml\"\n[slack]")],
        &["log.format: \"yaml\" is not one of the words known here. Write text or json."],
    ),
    (&[("[slack]", "[identity]\nguests = \"no\"\n[slack]")], &["identity.guests: must be true or false, not a text."]),
    (
        &[("[slack]", "[requests]\nmax_open = 0\n[slack]")],
        &["requests.max_open: 0 is out of range. Write a whole number from 1 to 1000."],
    ),
    (
        &[(
            "[slack]",
            "[requests.business_day]\nends = \"24:00\"\ndays = [\"Mon\", \"Mo\"]\ntimezone = \"../../etc/passwd\"\nzone = \"mine\"\n[slack]",
        )],
        &[
            "requests.business_day.ends: \"24:00\" is not a time of day. Write 18:00.",
            "requests.business_day.days[1]: \"Mo\" is not a day. Write Mon, Tue, Wed, Thu, Fri, Sat or Sun.",
            "requests.business_day.timezone: \"../../etc/passwd\" is not a time zone. Write a name of the IANA database, such as Europe/Paris.",
            "requests.business_day.zone: \"mine\" is not one of the words known here. Write organisation or person.",
        ],
    ),
    (
        &[("[slack]", "[store]\nurl = \"data/jitney\"\nlow_mark = \"1GB\"\n[slack]")],
        &[
            "store.url: \"data/jitney\" is not a store. Write sled: and a directory, such as sled:data/jitney.",
            "store.low_mark: \"1GB\" is not a size. Write a number above zero and B, KiB, MiB, GiB or TiB, such as 1GiB.",
        ],
    ),
    (
        &[("[slack]", "[store]\nlow_mark = \"99999999999TiB\"\n[slack]")],
        &[
            "store.low_mark: \"99999999999TiB\" is not a size. Write a number above zero and B, KiB, MiB, GiB or TiB, such as 1GiB.",
        ],
    ),
    (
        &[("[slack]", "[store]\nurl = \"postgres://u:p@h/d\"\n[slack]")],
        &["store.url: PostgreSQL is not supported yet. Write sled: and a directory, such as sled:data/jitney."],
    ),
    (
        &[("[slack]", "[audit]\nkey_file = \"data/x/../jitney/audit.key\"\n[slack]")],
        &[
            "audit.key_file: the key must not lie inside the store: who copies the store would have it. Name a file outside data/jitney.",
        ],
    ),
    (
        &[("https://acme.okta.com", "https://acme.okta.com/api/v1")],
        &[
            "okta.org_url: \"https://acme.okta.com/api/v1\" is more than the organisation's address. Write https:// and the host alone, without a path.",
        ],
    ),
    (
        &[("https://acme.okta.com", "https://acme-admin.okta.com")],
        &[
            "okta.org_url: \"https://acme-admin.okta.com/\" is the admin console's address. Write the organisation's own, without -admin.",
        ],
    ),
    (
        &[("[slack]", "[audit]\nkey_file = \"\"\n[slack]")],
        &["audit.key_file: is empty. Write the name of a file, such as jitney.key."],
    ),
    (
        &[("[slack]", "[audit]\nkey_file = \"/dev\"\n[slack]")],
        &["audit.key_file: \"/dev\" is a folder. Write the name of a file in it."],
    ),
    (
        &[("[slack]", "[requests.business_day]\ndays = []\n[slack]")],
        &["requests.business_day.days: is empty. Write the days on which business ends, such as \"Mon\"."],
    ),
    (
        &[("[[application.entitlement]]", "[x]"), ("owners =", "entitlement = []\nowners =")],
        &[
            "APPLICATION.entitlement: is missing. Write [[application.entitlement]] and below it what one can ask for.",
            "x: unknown key. Take it out.",
        ],
    ),
    // Secrets.
    (
        &[("bot_token = \"xoxb-1\"", ""), ("token = \"00token\"", "")],
        &[
            "slack.bot_token: is missing. Write bot_token_file = \"a file that holds it\", or set JITNEY__SLACK__BOT_TOKEN.",
            "okta.token: is missing. Write token_file = \"a file that holds it\", or set JITNEY__OKTA__TOKEN.",
        ],
    ),
    (
        &[("xoxb-1", "xoxp-1"), ("xapp-1", "xoxb-2"), ("00token", "00 to ken")],
        &[
            "slack.bot_token: does not begin with xoxb-, so it is not the right token. Copy the bot token from OAuth & Permissions.",
            "slack.app_token: does not begin with xapp-, so it is not the right token. Make an app-level token with connections:write under Basic Information.",
            "okta.token: holds spaces or characters that no token has. Copy the token again.",
        ],
    ),
    (&[("\"00token\"", "\" \"")], &["okta.token: is empty. Write the token, or name its file with token_file."]),
    (
        &[("[slack]", "[slack]\nbot_token_file = \"/nowhere/token\"")],
        &[
            "slack.bot_token: is given twice, as bot_token and as bot_token_file. Keep one of them.",
            "slack.bot_token_file: the file \"/nowhere/token\" cannot be read (entity not found). Make it readable for this user, or name another.",
        ],
    ),
    (
        &[("token = \"00token\"", "token_file = \"/dev/null\"")],
        &["okta.token_file: \"/dev/null\" is no regular file. Name one that holds the token."],
    ),
    (&[("\"xoxb-1\"", "12345")], &["slack.bot_token: must be a text in quotes, not a number."]),
];

#[test]
fn every_fault_is_named_with_its_place_and_a_mend() {
    let mut kinds = 0;
    for (edits, lines) in CASES.iter().chain(CATALOGUE) {
        let folder = Folder::of(&[("a.toml", &sound_but(edits))]);
        let said = folder.check(&[]);
        let said: Vec<&str> = said.lines().collect();
        let expected: Vec<String> = lines.iter().map(|line| in_full(line)).collect();
        let (_, without_count) = said.split_last().unwrap();
        assert_eq!(without_count, expected, "{edits:?}");
        kinds += lines.len();
    }
    assert!(kinds >= 25, "{kinds}");
}

fn in_full(line: &str) -> String {
    let line = line.replace("LEVEL", LEVEL).replace("APPLICATION", APPLICATION);
    format!("config/a.toml: {line}")
}

#[test]
fn a_group_may_give_authority_where_that_is_said() {
    let settings =
        loaded(&sound_but(&[("00gPRODRW", "00gENG"), ("max_duration", "confers_authority = true\nmax_duration")]));
    assert_eq!(only(&settings).group.as_str(), "00gENG");
}
