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
    (&[("[\"bob@acme.example\"]", "[]")], &["APPLICATION.owners: is empty. Write at least one e-mail address."]),
    (&[("[\"carol@acme.example\"]", "[]")], &["approvers.soc: is empty. Write at least one e-mail address."]),
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
        &["LEVEL.approval: is empty. Write \"owner\", a name of [approvers] or an e-mail address."],
    ),
    (&[("[\"owner\"]", "[\"sock\"]")], &["LEVEL.approval[0]: \"sock\" is no group of [approvers]. Did you mean soc?"]),
    (
        &[("[\"owner\"]", "[\"xyz\"]")],
        &[
            "LEVEL.approval[0]: \"xyz\" is no group of [approvers]. Write owner, a name of [approvers] or an e-mail address.",
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
        &[("[\"owner\"]", "[\"manager\"]")],
        &[
            "LEVEL.approval[0]: \"manager\" as a step is not supported yet. Write owner, a name of [approvers] or an e-mail address.",
        ],
    ),
    (
        &[("[\"owner\"]", "[\"okta:00gX\"]")],
        &[
            "LEVEL.approval[0]: \"okta:00gX\" as a step is not supported yet. Write owner, a name of [approvers] or an e-mail address.",
        ],
    ),
    (
        &[("bob@acme.example", "okta:00gDBA"), ("carol@acme.example", "slack:S1")],
        &[
            "approvers.soc[0]: a Slack user group is not supported yet. Name people.",
            "APPLICATION.owners[0]: an Okta group that decides is not supported yet. Name people.",
        ],
    ),
    (
        &[("max_duration", "managed = \"exclusive\"\nescalates = false\nmax_duration")],
        &[
            "LEVEL.escalates: not supported yet. Take it out.",
            "LEVEL.managed: removing members that Jitney does not know is not supported yet. Write \"report\".",
        ],
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
    (
        &[("[slack]", "[policy]\n[reconcile]\n[slack]")],
        &["reconcile: not supported yet. Take it out.", "policy: not supported yet. Take it out."],
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
        &[("[slack]", "[slack]\naudit_channel = \"#access-audit\"\ngroups_decide = true")],
        &[
            "slack.audit_channel: \"#access-audit\" is not the id of a channel. Copy it from the channel's details in Slack, such as C0123456789.",
            "slack.groups_decide: not supported yet. Take it out.",
        ],
    ),
    (
        &[(
            "[slack]",
            "[requests]\nescalate_after = \"1m\"\nfallback = \"soc\"\nwarn_before_expiry = \"1m\"\ngap = \"1m\"\n[audit]\ncheckpoint_every = \"1m\"\n[slack]",
        )],
        &[
            "audit.checkpoint_every: not supported yet. Take it out.",
            "requests.escalate_after: not supported yet. Take it out.",
            "requests.fallback: not supported yet. Take it out.",
            "requests.warn_before_expiry: not supported yet. Take it out.",
            "requests.gap: not supported yet. Take it out.",
        ],
    ),
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
            "APPLICATION.owners[0]: an Okta group that decides is not supported yet. Name people.",
            "LEVEL.okta_group: 00gPRODRW also gives authority (APPLICATION.owners), so holding this access would make people decide or ask. Take another group, or write confers_authority = true.",
        ],
    ),
    (
        &[("carol@acme.example", "okta:00gPRODRW")],
        &[
            "approvers.soc[0]: an Okta group that decides is not supported yet. Name people.",
            "LEVEL.okta_group: 00gPRODRW also gives authority (approvers.soc), so holding this access would make people decide or ask. Take another group, or write confers_authority = true.",
        ],
    ),
    (
        &[("[approvers]", "[groups]\noncall = \"00gPRODRW\"\nodd = 1\n[approvers]")],
        &[
            "groups.odd: must be a text in quotes, not a number.",
            "groups.odd: not supported yet. Take it out.",
            "groups.oncall: not supported yet. Take it out.",
            "LEVEL.okta_group: 00gPRODRW also gives authority (groups.oncall), so holding this access would make people decide or ask. Take another group, or write confers_authority = true.",
        ],
    ),
];
