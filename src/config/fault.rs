//! What can be wrong with a configuration, in sentences: where it stands, what is so, how to mend it.
//!
//! Law: no sentence shows a secret, nor anything that looks like one, wherever it was written.

use std::fmt;

use crate::domain::{
    configuration::{FaultCounts, FaultKind},
    id::OktaGroupId,
};
use crate::file::{LARGEST_TEXT, toml::Slip};

/// The origin of what stands in no file, in the words of the crate that layers the sources.
pub(super) const ENVIRONMENT: &str = "the environment";

/// One thing that is wrong, with its place and a mend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The file as it was named, or [`ENVIRONMENT`].
    pub(super) origin: String,
    /// The path of the key, as people would say it; empty for the file as a whole.
    pub(super) key: String,
    /// The outermost table it stands in.
    pub(super) section: String,
    pub(super) wrong: Wrong,
}

impl Fault {
    /// What is wrong with rules: in which file, where in it, and a sentence with a mend.
    #[must_use]
    pub fn in_rules(file: &str, place: String, sentence: String) -> Self {
        Self { origin: file.to_owned(), key: place, section: "policy".to_owned(), wrong: Wrong::InRules(sentence) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.origin == ENVIRONMENT {
            let variable = self.key.replace('.', "__").to_uppercase();
            return write!(f, "environment: JITNEY__{variable}: {}", self.wrong);
        }
        if self.key.is_empty() {
            return write!(f, "{}: {}", self.origin, self.wrong);
        }
        write!(f, "{}: {}: {}", self.origin, self.key, self.wrong)
    }
}

/// All that is wrong, in the order of the sources.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Faults(pub(super) Vec<Fault>);

impl Faults {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }
}

impl Faults {
    /// How many there are of each kind: all that goes on record of them.
    #[must_use]
    pub fn counts(&self) -> FaultCounts {
        let mut counts = FaultCounts::new();
        for fault in &self.0 {
            *counts.entry(fault.wrong.kind()).or_default() += 1;
        }
        counts
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| writeln!(f, "{fault}"))
    }
}

impl std::error::Error for Faults {}

/// A text of somebody's, fit to be shown: short, and not if it looks like a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Shown(Option<String>);

/// What is shown of a text at most.
const LONGEST_SHOWN: usize = 48;

/// Words of letters, digits, `-` and `_` that are so long are taken for tokens: vendors' ids have at most 30
/// characters, an Okta token 42.
const SHORTEST_SECRET: usize = 32;

impl Shown {
    pub(super) fn of(text: &str) -> Self {
        let token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let long = text.split(|c| !token(c)).any(|word| word.len() >= SHORTEST_SECRET);
        let named = ["xox", "xapp-", "SSWS"].iter().any(|prefix| text.contains(prefix));
        let password = text.contains("://") && text.contains('@');
        let secret = long || named || password;
        Self((!secret).then(|| text.chars().take(LONGEST_SHOWN).collect()))
    }

    /// Whether a text is not fit to be shown.
    pub(super) fn is_secret(text: &str) -> bool {
        Self::of(text).0.is_none()
    }

    /// The name of a key, without quotes.
    pub(super) fn key(&self) -> String {
        match &self.0 {
            Some(text) => text.escape_debug().to_string(),
            None => "(a key that looks like a token)".to_owned(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(text) => write!(f, "{text:?}"),
            None => f.write_str("what stands there (it looks like a secret, so it is not shown)"),
        }
    }
}

fn did_you_mean(nearest: Option<&String>, otherwise: &str) -> String {
    match nearest {
        Some(nearest) => format!("Did you mean {nearest}?"),
        None => otherwise.to_owned(),
    }
}

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Wrong {
    // The sources.
    #[error("there is no such file. Correct --config, or make it.")]
    NoSuchFile,
    #[error("cannot be read ({0}). Mend that, or name another file.")]
    Unreadable(std::io::ErrorKind),
    #[error("is no regular file. Name one that holds settings.")]
    NotAFile,
    #[error("is larger than {LARGEST_TEXT}, the most a file of settings may be. Split it, or name another file.")]
    TooLarge,
    #[error("not UTF-8 text. Save it as UTF-8.")]
    NotText,
    #[error("no *.toml here. Write one, or name it with --config.")]
    NoFiles,
    #[error("{0}")]
    Toml(Slip),
    #[error("cannot be read as settings, and how it broke is not known. Put what you wrote last in other words.")]
    Broken,

    // Keys.
    #[error("unknown key. {}", did_you_mean(.0.as_ref(), "Take it out."))]
    Unknown(Option<String>),
    #[error("is missing. Write {0}")]
    Missing(String),
    #[error("not supported yet. Take it out.")]
    NotSupported,
    #[error("{what} is not supported yet. {mend}")]
    NotSupportedHere { what: String, mend: &'static str },
    #[error("must be {wanted}, not {found}.")]
    Type { wanted: &'static str, found: &'static str },

    // Single values.
    #[error("{0} is not a length. Write 45m, 2h or 1h 30m.")]
    NotALength(Shown),
    #[error("{0} has no unit: is that minutes or hours? Write {0}m or {0}h.")]
    BareNumber(u64),
    #[error("no time at all. Write a length above zero, such as 45m.")]
    ZeroLength,
    #[error("{0} is longer than 366 days, the most that a length may be. Write less.")]
    EndlessLength(Shown),
    #[error("{0} is longer than max_duration, {1}. Take it out, or raise max_duration.")]
    AboveMaximum(String, String),
    #[error("{0} is shorter than requests.min_duration, {1}. Write a longer one.")]
    BelowMinimum(String, String),
    #[error("{0} is not an e-mail address. Write someone@company.example.")]
    NotAnEmail(Shown),
    #[error("{0} is neither a person nor a group. Write someone@company.example or okta: and a group's id.")]
    NotAWho(Shown),
    #[error("{0} is not an Okta group id. Write the id from the group's page in Okta, such as 00g1ab2cd3ef4gh5ij6k.")]
    NotAGroup(Shown),
    #[error("{0} is not the id of a Slack user group. Copy it from the group's page in Slack, such as S0123456789.")]
    NotASlackGroup(Shown),
    #[error("{0} is not an id. Write lower-case letters, digits, '-', '_' or '.', such as prod-db.")]
    NotAnId(Shown),
    #[error("{0} is not a URL. Write https:// and the host.")]
    NotAUrl(Shown),
    #[error("plain http is for loopback only, since tokens go over it. Write https://.")]
    PlainHttp,
    #[error("{0} is more than the organisation's address. Write https:// and the host alone, without a path.")]
    NotTheOrg(Shown),
    #[error("{0} is the admin console's address. Write the organisation's own, without -admin.")]
    AdminConsole(Shown),
    #[error("holds bytes that are not UTF-8. Set it again as UTF-8.")]
    NotUtf8,
    #[error("is empty. Write the name of a file, such as jitney.key.")]
    NoFileName,
    #[error("is empty. Write the name of a file, such as policy.cedar.")]
    NoRuleFile,
    #[error("{0} is a folder. Write the name of a file in it.")]
    Folder(Shown),
    #[error("{0} is not a command. Write a slash and one word in lower case, such as /jit.")]
    NotACommand(Shown),
    #[error("{0} is not the id of a channel. Copy it from the channel's details in Slack, such as C0123456789.")]
    NotAChannel(Shown),
    #[error("{0} is not an address to listen on. Write 127.0.0.1:9464 or another IP and port, or \"\" for none.")]
    NotAnAddress(Shown),
    #[error("{0} is not a size. Write a number above zero and B, KiB, MiB, GiB or TiB, such as 1GiB.")]
    NotASize(Shown),
    #[error("{0} is not a time of day. Write 18:00.")]
    NotAClock(Shown),
    #[error("{0} is not a day. Write Mon, Tue, Wed, Thu, Fri, Sat or Sun.")]
    NotADay(Shown),
    #[error("{0} is not a time zone. Write a name of the IANA database, such as Europe/Paris.")]
    NotAZone(Shown),
    #[error("{0} is not one of the words known here. Write {1}.")]
    NotAWord(Shown, &'static str),
    #[error("{0} is out of range. Write a whole number from {1} to {2}.")]
    OutOfRange(i64, i64, i64),
    #[error("is blank. Write a name that people know.")]
    Blank,
    #[error("{0} is not a store. Write sled: and a directory, such as sled:data/jitney.")]
    NotAStore(Shown),
    #[error("PostgreSQL is not supported yet. Write sled: and a directory, such as sled:data/jitney.")]
    Postgres,
    #[error("{0} is out of range. Write a length from {1} to {2}.")]
    LengthOutOfRange(String, String, String),

    // Secrets.
    #[error("is empty. Write the token, or name its file with {0}_file.")]
    EmptySecret(&'static str),
    #[error("does not begin with {0}, so it is not the right token. {1}")]
    ForeignToken(&'static str, &'static str),
    #[error("holds spaces or characters that no token has. Copy the token again.")]
    MalformedToken,
    #[error("is given twice, as {0} and as {0}_file. Keep one of them.")]
    TwoSecrets(&'static str),
    #[error("the file {0} cannot be read ({1}). Make it readable for this user, or name another.")]
    SecretUnreadable(Shown, std::io::ErrorKind),
    #[error("the file {0} is empty. Write the token into it.")]
    SecretFileEmpty(Shown),
    #[error("{0} is no regular file. Name one that holds the token.")]
    SecretNotAFile(Shown),
    #[error("the key must not lie inside the store: who copies the store would have it. Name a file outside {0}.")]
    KeyInStore(String),

    // The catalogue.
    #[error("is empty. Write {0}.")]
    EmptyList(&'static str),
    #[error("{0} is also an application of {1}. Give one of them another id.")]
    DuplicateApplication(String, String),
    #[error("{0} comes twice in this application. Give one of them another id.")]
    DuplicateEntitlement(String),
    #[error("{step} is no group of [approvers]. {}", did_you_mean(.nearest.as_ref(), "Write owner, manager, a name of [approvers] or an e-mail address."))]
    UnknownApprovers { step: Shown, nearest: Option<String> },
    #[error("is not set up. Write [emergency] and below it who reviews what is taken, or write false.")]
    NoEmergencyTable,
    #[error("{name} is no group of [approvers]. {}", did_you_mean(.nearest.as_ref(), "Write the name of one that is."))]
    NoSuchApprovers { name: Shown, nearest: Option<String> },
    #[error("{0} is a group. Name it in [approvers], and write that name here.")]
    GroupAsStep(Shown),
    #[error(
        "{0} is a Slack user group, and whoever may change it could make themselves approvers. Write groups_decide = true in [slack] to allow that, or name people and okta: groups."
    )]
    SlackGroupsOff(Shown),
    #[error("{0} is a Slack user group, which can only decide. Name people and okta: groups.")]
    SlackGroupHere(Shown),
    #[error("{0} has a meaning of its own in approval. Give the group another name.")]
    ReservedName(String),
    #[error("\"everyone\" stands alone. Take it out, or take the others out.")]
    EveryoneAndOthers,
    #[error("what may be taken in an emergency must not be open to everyone. Name who may take it.")]
    EmergencyForEveryone,
    #[error(
        "{group} is the group of {other} too. Write shares_group = true in both, or give one of them another group."
    )]
    SharedGroup { group: OktaGroupId, other: String },
    #[error(
        "{group} also gives authority ({mention}), so holding this access would make people decide or ask. Take another group, or write confers_authority = true."
    )]
    ConfersAuthority { group: OktaGroupId, mention: String },

    // The rules.
    /// What whoever reads them says, mend and all.
    #[error("{0}")]
    InRules(String),
}

impl Wrong {
    /// What kind of fault it is, for the record.
    const fn kind(&self) -> FaultKind {
        match self {
            Self::NoSuchFile
            | Self::Unreadable(_)
            | Self::NotAFile
            | Self::TooLarge
            | Self::NotText
            | Self::NoFiles
            | Self::Toml(_)
            | Self::Broken => FaultKind::Source,
            Self::Unknown(_) => FaultKind::UnknownKey,
            Self::Missing(_) => FaultKind::MissingKey,
            Self::NotSupported | Self::NotSupportedHere { .. } | Self::Postgres => FaultKind::NotSupported,
            Self::EmptySecret(_)
            | Self::ForeignToken(..)
            | Self::MalformedToken
            | Self::TwoSecrets(_)
            | Self::SecretUnreadable(..)
            | Self::SecretFileEmpty(_)
            | Self::SecretNotAFile(_)
            | Self::KeyInStore(_) => FaultKind::Secret,
            _ => FaultKind::Value,
        }
    }

    /// Whether the key is well written and only its meaning is not there yet: it hides nothing else.
    pub(super) const fn is_only_unsupported(&self) -> bool {
        matches!(self, Self::NotSupported | Self::NotSupportedHere { .. })
    }

    /// Whether this may follow from a source that could not be read, and would go away with it.
    pub(super) const fn may_be_elsewhere(&self) -> bool {
        matches!(
            self,
            Self::Missing(_)
                | Self::UnknownApprovers { .. }
                | Self::NoSuchApprovers { .. }
                | Self::NoEmergencyTable
                | Self::SlackGroupsOff(_)
        )
    }
}
