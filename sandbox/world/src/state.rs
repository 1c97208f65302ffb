//! All of the outside world as one value under one lock.
//!
//! Law: vendors change it only while they hold the lock, so that one call is one step.

use crate::TEAM_ID;
use crate::Vendor;
use crate::calls::Calls;
use crate::clock::Clock;
use crate::company::{Company, Person};
use crate::faults::Faults;
use crate::jira::Jira;
use crate::okta::Okta;
use crate::slack::Slack;

/// The outside world. Tests read and change it in `World::look` and `World::change`.
#[derive(Debug)]
pub struct State {
    /// Wall and elapsed time.
    pub clock: Clock,
    /// Everybody.
    pub people: Vec<Person>,
    /// Slack: channels, messages, views, sockets.
    pub slack: Slack,
    /// Okta: groups, rules, the record of membership writes.
    pub okta: Okta,
    /// Jira: the project and its issues.
    pub jira: Jira,
    pub(crate) calls: Calls,
    pub(crate) faults: Faults,
    pub(crate) down: Vec<Vendor>,
    pub(crate) urls: Urls,
    next_id: u64,
}

/// Where the vendors listen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Urls {
    pub(crate) slack: String,
    pub(crate) okta: String,
    pub(crate) jira: String,
    pub(crate) control: String,
}

impl State {
    pub(crate) fn new(company: Company, urls: Urls) -> Self {
        let clock = Clock::start();
        let now = clock.now();
        let mut slack = Slack::new(now);
        slack.join_audit(&company.people);
        Self {
            people: company.people,
            slack,
            okta: Okta::new(company.groups, company.rules, now),
            jira: Jira::new(company.project),
            calls: Calls::default(),
            faults: Faults::default(),
            down: Vec::new(),
            urls,
            next_id: 0,
            clock,
        }
    }

    /// A number never given before in this world.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Whether a call whose path ends so was answered.
    #[must_use]
    pub fn has_answered(&self, end: &str) -> bool {
        self.calls.all().any(|call| call.path.ends_with(end) && call.status.is_some())
    }

    /// How many calls have reached the vendors so far.
    #[must_use]
    pub fn called(&self) -> u64 {
        self.calls.count()
    }

    /// The person with this Slack id.
    #[must_use]
    pub fn by_slack(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.slack.as_ref().is_some_and(|account| account.id == id))
    }

    /// The person with this Slack id, to be changed.
    pub fn by_slack_mut(&mut self, id: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.slack.as_ref().is_some_and(|account| account.id == id))
    }

    /// The person with this Okta id.
    #[must_use]
    pub fn by_okta(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.okta.as_ref().is_some_and(|account| account.id == id))
    }

    /// The person with this Okta id, to be changed.
    pub fn by_okta_mut(&mut self, id: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.okta.as_ref().is_some_and(|account| account.id == id))
    }

    /// The name people see for a Slack id; the id itself where nobody has it.
    #[must_use]
    pub fn name_of(&self, slack_id: &str) -> String {
        if slack_id == self.slack.bot_user {
            return "jit".into();
        }
        self.by_slack(slack_id).map_or_else(|| slack_id.to_owned(), |person| person.name.clone())
    }

    /// The zone that a Slack account says, or UTC.
    #[must_use]
    pub fn zone_of(&self, slack_id: &str) -> String {
        let zone = self.by_slack(slack_id).and_then(|person| person.slack.as_ref()).map(|account| account.tz.clone());
        zone.filter(|zone| !zone.is_empty()).unwrap_or_else(|| "UTC".into())
    }

    /// True while a group has this member, whatever a lagging read says.
    #[must_use]
    pub fn is_member(&self, group: &str, okta_user: &str) -> bool {
        self.okta.group(group).is_some_and(|group| group.members.contains(okta_user))
    }

    pub(crate) fn team_of(&self, person: &Person) -> String {
        let team = person.slack.as_ref().and_then(|account| account.team_id.clone());
        team.unwrap_or_else(|| TEAM_ID.into())
    }
}
