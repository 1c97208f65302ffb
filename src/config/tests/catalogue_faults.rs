//! The part of the table of faults that is about the catalogue, and about what is not in this release.

use super::faults::Case;

pub(super) const CATALOGUE: &[Case] = &[
    // The catalogue.
    (
        &[("id = \"prod-db\"", "id = \"Prod DB\""), ("id = \"rw\"", "id = \"r/w\"")],
        &[
            "application[0].id: \"Prod DB\" is not an id. Write lower-case letters, digits, '-', '_' or '.', such as prod-db.",
            "application[0].entitlement[0].id: \"r/w\" is not an id. Write lower-case letters, digits, '-', '_' or '.', such as prod-db.",
        ],
    ),
    (&[("\"Read-Write\"", "\" \"")], &["LEVEL.name: is blank. Write a name that people know."]),
    (
        &[("[\"bob@acme.example\"]", "[]")],
        &["APPLICATION.owners: is empty. Write at least one e-mail address or okta: group."],
    ),
    (
        &[("[\"carol@acme.example\"]", "[]")],
        &["approvers.soc: is empty. Write at least one e-mail address or okta: group."],
    ),
    (
        &[("soc", "owner")],
        &["approvers.owner: owner has a meaning of its own in approval. Give the group another name."],
    ),
    (
        &[("soc", "SOC")],
        &["approvers.SOC: \"SOC\" is not an id. Write lower-case letters, digits, '-', '_' or '.', such as prod-db."],
    ),
    (
        &[("[\"owner\"]", "[]")],
        &["LEVEL.approval: is empty. Write \"owner\", \"manager\", a name of [approvers] or an e-mail address."],
    ),
    (&[("[\"owner\"]", "[\"sock\"]")], &["LEVEL.approval[0]: \"sock\" is no group of [approvers]. Did you mean soc?"]),
    (
        &[("[\"owner\"]", "[\"xyz\"]")],
        &[
            "LEVEL.approval[0]: \"xyz\" is no group of [approvers]. Write owner, manager, a name of [approvers] or an e-mail address.",
        ],
    ),
    (
        &[("requesters = [\"okta:00gENG\"]", "")],
        &["LEVEL.requesters: is missing. Write requesters = [\"okta:00g1ab2cd3ef4gh5ij6k\"], or [\"everyone\"]."],
    ),
    (&[("[\"okta:00gENG\"]", "[]")], &["LEVEL.requesters: is empty. Write who may ask, or \"everyone\"."]),
    (
        &[("[\"okta:00gENG\"]", "[\"okta:00gENG\", \"everyone\"]")],
        &["LEVEL.requesters: \"everyone\" stands alone. Take it out, or take the others out."],
    ),
    (
        &[("\"high\"", "\"higher\"")],
        &["LEVEL.sensitivity: \"higher\" is not one of the words known here. Write low, medium, high or critical."],
    ),
    (
        &[("\"00gPRODRW\"", "\"prod-rw\""), ("okta:00gENG", "okta:")],
        &[
            "LEVEL.okta_group: \"prod-rw\" is not an Okta group id. Write the id from the group's page in Okta, such as 00g1ab2cd3ef4gh5ij6k.",
            "LEVEL.requesters[0]: \"\" is not an Okta group id. Write the id from the group's page in Okta, such as 00g1ab2cd3ef4gh5ij6k.",
        ],
    ),
    (
        &[(
            "[[application]]",
            "[[application]]\nid = \"empty\"\nname = \"Empty\"\nowners = [\"bob@acme.example\"]\n[[application]]",
        )],
        &[
            "application[0] empty.entitlement: is missing. Write [[application.entitlement]] and below it what one can ask for.",
        ],
    ),
    // Not in this release.
    (
        &[("max_duration", "managed = \"exclusive\"\nmax_duration")],
        &["LEVEL.managed: removing members that Jitney does not know is not supported yet. Write \"report\"."],
    ),
    (
        &[("max_duration", "emergency = true\nmax_duration"), ("okta:00gENG", "everyone")],
        &[
            "LEVEL.emergency: is not set up. Write [emergency] and below it who reviews what is taken, or write false.",
            "LEVEL.requesters: what may be taken in an emergency must not be open to everyone. Name who may take it.",
        ],
    ),
    (
        &[("token = \"00token\"", "client_id = \"a\"\nkey_id = \"b\"\nprivate_key_file = \"c\"")],
        &[
            "okta.client_id: not supported yet. Take it out.",
            "okta.key_id: not supported yet. Take it out.",
            "okta.private_key_file: not supported yet. Take it out.",
        ],
    ),
    (
        &[(
            "[slack]",
            "[jira]\nbase_url = \"http://jira.acme.example\"\nemail = \"bot\"\ntoken = \" \"\nproject = \"\"\nissue_type = 1\nstatuss = 1\nstatus = { granted = \"x\", close = \"y\" }\n[slack]",
        )],
        &[
            "jira.base_url: plain http is for loopback only, since tokens go over it. Write https://.",
            "jira.email: \"bot\" is not an e-mail address. Write someone@company.example.",
            "jira.token: is empty. Write the token, or name its file with token_file.",
            "jira.project: is blank. Write a name that people know.",
            "jira.issue_type: must be a text in quotes, not a number.",
            "jira.status.closed: is missing. Write closed = \"Done\".",
            "jira.status.close: unknown key. Did you mean closed?",
            "jira.statuss: unknown key. Did you mean status?",
        ],
    ),
    (
        &[("[slack]", "[jira]\n[slack]")],
        &[
            "jira.base_url: is missing. Write base_url = \"https://acme.atlassian.net\".",
            "jira.email: is missing. Write email = \"jit-bot@acme.example\".",
            "jira.token: is missing. Write token_file = \"a file that holds it\", or set JITNEY__JIRA__TOKEN.",
            "jira.project: is missing. Write project = \"ACCESS\".",
            "jira.issue_type: is missing. Write issue_type = \"Task\".",
            "jira.status.granted: is missing. Write granted = \"In Progress\".",
            "jira.status.closed: is missing. Write closed = \"Done\".",
        ],
    ),
    // How often Okta is compared.
    (
        &[("[slack]", "[reconcile]\nevery = \"59s\"\n[slack]")],
        &["reconcile.every: 59s is out of range. Write a length from 1m to 1d."],
    ),
    (
        &[("[slack]", "[reconcile]\nevery = \"2d\"\n[slack]")],
        &["reconcile.every: 2d is out of range. Write a length from 1m to 1d."],
    ),
    (
        &[("[slack]", "[reconcile]\nevery = \"eod\"\nevry = \"5m\"\n[slack]")],
        &[
            "reconcile.every: \"eod\" is not a length. Write 45m, 2h or 1h 30m.",
            "reconcile.evry: unknown key. Did you mean every?",
        ],
    ),
    // Break-glass.
    (
        &[("[slack]", "[emergency]\nreview = \"sock\"\n[slack]")],
        &["emergency.review: \"sock\" is no group of [approvers]. Did you mean soc?"],
    ),
    (
        &[("[slack]", "[emergency]\nmax_duration = \"30s\"\ncooldowns = \"12h\"\n[slack]")],
        &[
            "emergency.review: is missing. Write review = \"soc\".",
            "emergency.cooldowns: unknown key. Did you mean cooldown?",
            "emergency.max_duration: 30s is shorter than requests.min_duration, 1m. Write a longer one.",
        ],
    ),
    (
        &[("max_duration", "emergency = \"true\"\nmax_duration")],
        &["LEVEL.emergency: must be true or false, not a text."],
    ),
    (
        &[("[slack]", "[policy]\nfiles = [\"a.cedar\", \" \", 1]\nflies = 1\n[slack]")],
        &[
            "policy.files[1]: is empty. Write the name of a file, such as policy.cedar.",
            "policy.files[2]: must be a text in quotes, not a number.",
            "policy.flies: unknown key. Did you mean files?",
        ],
    ),
    (
        &[("[slack]", "[slack]\naudit_channel = \"#access-audit\"\ngroups_decide = \"yes\"")],
        &[
            "slack.audit_channel: \"#access-audit\" is not the id of a channel. Copy it from the channel's details in Slack, such as C0123456789.",
            "slack.groups_decide: must be true or false, not a text.",
        ],
    ),
    (
        &[(
            "[slack]",
            "[requests]\nescalate_after = \"soon\"\nfallback = \"sox\"\nwarn_before_expiry = 10\ngap = \"eod\"\n[audit]\ncheckpoint_every = \"1m\"\n[slack]",
        )],
        &[
            "audit.checkpoint_every: not supported yet. Take it out.",
            "requests.escalate_after: \"soon\" is not a length. Write 45m, 2h or 1h 30m.",
            "requests.fallback: \"sox\" is no group of [approvers]. Did you mean soc?",
            "requests.warn_before_expiry: must be a text in quotes, not a number.",
            "requests.gap: \"eod\" is not a length. Write 45m, 2h or 1h 30m.",
        ],
    ),
    (
        &[("[slack]", "[requests]\nfallback = \"security\"\n[slack]")],
        &["requests.fallback: \"security\" is no group of [approvers]. Write the name of one that is."],
    ),
    // Groups that decide.
    (
        &[("[\"owner\"]", "[\"okta:00gX\", \"slack:S1\", \"managr\"]")],
        &[
            "LEVEL.approval[0]: \"okta:00gX\" is a group. Name it in [approvers], and write that name here.",
            "LEVEL.approval[1]: \"slack:S1\" is a group. Name it in [approvers], and write that name here.",
            "LEVEL.approval[2]: \"managr\" is no group of [approvers]. Did you mean manager?",
        ],
    ),
    (
        &[("bob@acme.example", "slack:S0DBA"), ("carol@acme.example", "slack:S1")],
        &[
            "approvers.soc[0]: \"slack:S1\" is a Slack user group, and whoever may change it could make themselves approvers. Write groups_decide = true in [slack] to allow that, or name people and okta: groups.",
            "APPLICATION.owners[0]: \"slack:S0DBA\" is a Slack user group, and whoever may change it could make themselves approvers. Write groups_decide = true in [slack] to allow that, or name people and okta: groups.",
        ],
    ),
    (
        &[("carol@acme.example", "slack:@soc"), ("okta:00gENG", "slack:S1"), ("security@acme.example", "slack:S1")],
        &[
            "slack.admins[0]: \"slack:S1\" is a Slack user group, which can only decide. Name people and okta: groups.",
            "approvers.soc[0]: \"@soc\" is not the id of a Slack user group. Copy it from the group's page in Slack, such as S0123456789.",
            "LEVEL.requesters[0]: \"slack:S1\" is a Slack user group, which can only decide. Name people and okta: groups.",
        ],
    ),
    (&[("max_duration", "escalates = \"no\"\nmax_duration")], &["LEVEL.escalates: must be true or false, not a text."]),
    // Authority.
    (
        &[("00gPRODRW", "00gENG")],
        &[
            "LEVEL.okta_group: 00gENG also gives authority (LEVEL.requesters), so holding this access would make people decide or ask. Take another group, or write confers_authority = true.",
        ],
    ),
    (
        &[("security@acme.example", "okta:00gPRODRW")],
        &[
            "LEVEL.okta_group: 00gPRODRW also gives authority (slack.admins), so holding this access would make people decide or ask. Take another group, or write confers_authority = true.",
        ],
    ),
    (
        &[("bob@acme.example", "okta:00gPRODRW")],
        &[
            "LEVEL.okta_group: 00gPRODRW also gives authority (APPLICATION.owners), so holding this access would make people decide or ask. Take another group, or write confers_authority = true.",
        ],
    ),
    (
        &[("carol@acme.example", "okta:00gPRODRW")],
        &[
            "LEVEL.okta_group: 00gPRODRW also gives authority (approvers.soc), so holding this access would make people decide or ask. Take another group, or write confers_authority = true.",
        ],
    ),
    (
        &[("[approvers]", "[groups]\noncall = \"00gPRODRW\"\nodd = 1\nOn-Call = \"00gONCALL\"\n[approvers]")],
        &[
            "groups.odd: must be a text in quotes, not a number.",
            "groups.On-Call: \"On-Call\" is not an id. Write lower-case letters, digits, '-', '_' or '.', such as prod-db.",
            "LEVEL.okta_group: 00gPRODRW also gives authority (groups.oncall), so holding this access would make people decide or ask. Take another group, or write confers_authority = true.",
        ],
    ),
];
