//! Tickets in Jira: which call keeps which promise, in whose words.
//!
//! It refuses to know when to try again.

use std::sync::{Mutex, PoisonError};

use jiff::tz::TimeZone;
use tracing::error;

use crate::{
    config::{self, Settings},
    domain::{
        id::EffectId,
        port::{Alert, Class, Doubt, Effect, EffectError, Outcome},
        request::Request,
        ticket::{Column, Ticket},
    },
    http::BaseError,
    jira::{
        self, Gap, Issue, Jira, Timing, Words,
        adf::{self, Block},
    },
    say::{
        Card, alert,
        ticket::{self, Part},
    },
};

/// The tickets of a project.
pub struct Tickets {
    jira: Jira,
    granted: String,
    project: String,
    /// In which their times are written.
    zone: Mutex<TimeZone>,
}

impl Tickets {
    /// As configured; none where none are kept.
    ///
    /// # Errors
    /// If the URL may not be called, or the token cannot be sent.
    pub fn new(settings: &Settings) -> Result<Option<Self>, BaseError> {
        let Some(configured) = &settings.jira else { return Ok(None) };
        let config::Jira { base_url, email, token, project, issue_type, granted, closed } = configured.clone();
        let words = Words { cut: ticket::CUT, duplicate_of: ticket::duplicate_of };
        let settings_of_jira =
            jira::Settings { base: base_url, email: Some(email), project: project.clone(), issue_type, closed, words };
        let jira = Jira::new(settings_of_jira, &token, Timing::default())?;
        Ok(Some(Self { jira, granted, project, zone: Mutex::new(settings.requests.business_day.zone.clone()) }))
    }

    /// From now on times are written in this zone.
    pub(super) fn adopt(&self, zone: &TimeZone) {
        self.zone.lock().unwrap_or_else(PoisonError::into_inner).clone_from(zone);
    }

    fn zone(&self) -> TimeZone {
        self.zone.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What admins should know of the project before its first ticket, if anything.
    ///
    /// # Errors
    /// Where Jira does not answer.
    pub(super) async fn look_over(&self) -> Result<Option<Card>, EffectError> {
        let gaps = match self.jira.gaps(&[&self.granted]).await {
            Err(error) if matches!(error.class, Class::Retry | Class::Unknown) => return Err(error),
            Err(EffectError { fault, .. }) => {
                error!(?fault, "Jira does not let the bot in, or not to the project");
                return Ok(Some(alert::card(&Alert::CredentialsRefused { fault }, None)));
            }
            Ok(gaps) => gaps,
        };
        for gap in &gaps {
            error!(?gap, project = self.project, "the project does not fit the tickets");
        }
        let words = gaps.iter().map(|gap| match gap {
            Gap::Field(need) => alert::gap::field(&need.name, &need.id),
            Gap::IssueType(name) => alert::gap::issue_type(name),
            Gap::Status(name) => alert::gap::status(name),
        });
        Ok((!gaps.is_empty()).then(|| alert::project(&self.project, words.collect())))
    }

    /// One try of one promise about a ticket. An extension has none of its own: what it extends, `first`, has.
    pub(super) async fn perform(
        &self,
        promise: EffectId,
        effect: &Effect,
        (request, first): (&Request, Option<&Request>),
        doubt: Doubt,
    ) -> Result<Outcome, EffectError> {
        if matches!(effect, Effect::CreateTicket { .. }) {
            return self.open(request, doubt).await;
        }
        let Some(Ticket::Opened { id, key, .. }) = &first.unwrap_or(request).ticket else { return Ok(Outcome::Moot) };
        match effect {
            Effect::CommentTicket { what, at, .. } => {
                let said = document(&ticket::comment(request, what, *at, &self.zone()));
                self.jira.comment(id, &promise.to_string(), &said, doubt).await?;
            }
            Effect::MoveTicket { to: Column::Granted, .. } => drop(self.jira.move_to(id, &self.granted).await?),
            Effect::MoveTicket { to: Column::Closed, .. } => {
                self.jira.close(id).await?;
                let kept = Issue { id: id.clone(), key: key.clone() };
                self.jira.close_others(&self.ticket(request), &kept).await?;
            }
            _ => return Ok(Outcome::Moot),
        }
        Ok(Outcome::Told)
    }

    async fn open(&self, request: &Request, doubt: Doubt) -> Result<Outcome, EffectError> {
        // Before anything is sent: what fails after that would be sent twice.
        self.jira.link("").await?;
        let issue = self.jira.open(&self.ticket(request), doubt).await?;
        let link = self.jira.link(&issue.key).await?.to_string();
        Ok(Outcome::TicketOpened { id: issue.id, key: issue.key, link })
    }

    fn ticket(&self, request: &Request) -> jira::Ticket {
        jira::Ticket {
            name: request.id.to_string(),
            // Salted: no other request, of no other store, has the same.
            mark: format!("{}@{}", request.id, request.justification.digest),
            summary: ticket::summary(request, &self.zone()),
            description: document(&ticket::description(request, &self.zone())),
            labels: labels(request),
        }
    }
}

fn labels(request: &Request) -> Vec<String> {
    let emergency = request.purpose.is_emergency().then(|| ticket::BREAK_GLASS.to_owned());
    std::iter::once(request.access.entitlement.application().to_string()).chain(emergency).collect()
}

fn document(parts: &[Part]) -> serde_json::Value {
    let blocks: Vec<Block<'_>> = parts
        .iter()
        .map(|part| match part {
            Part::Paragraph(text) => Block::Paragraph(text),
            Part::Quote(text) => Block::Quote(text),
        })
        .collect();
    adf::document(&blocks, ticket::CUT)
}
