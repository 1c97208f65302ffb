//! `jitney identity list` and `jitney identity unlink`.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use serde::Serialize;

use super::control;
use crate::{
    clock::Clock,
    config::Loaded,
    domain::{
        binding::{Binding, Mismatch, Trust},
        id::{Email, OktaUserId, SlackUserId},
        time::Timestamp,
    },
    say::identity,
    server::control::{Order, Report},
};

/// How a list is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A line each.
    Lines,
    /// One array.
    Json,
}

/// Shows who is bound to which Okta user.
pub fn list(form: Form, loaded: &Loaded, clock: &dyn Clock) -> ExitCode {
    said(listed(form, loaded, clock))
}

/// Ends a binding.
pub fn unlink(slack: SlackUserId, loaded: &Loaded, clock: &dyn Clock) -> ExitCode {
    said(unlinked(slack, loaded, clock))
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is what the command is for")]
fn said(done: Result<String>) -> ExitCode {
    match done {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn ordered(order: &Order, loaded: &Loaded, clock: &dyn Clock) -> Result<Report> {
    let record = loaded.record.as_ref().map_err(|faults| anyhow!("{}", faults.to_string().trim_end()))?;
    match control::order(order, record, clock)? {
        Report::NotSaved => bail!("It could not be saved, so nothing was done. The bot's log says why."),
        Report::Unknown => bail!("The bot that runs does not know this order: it is of another version."),
        report => Ok(report),
    }
}

fn listed(form: Form, loaded: &Loaded, clock: &dyn Clock) -> Result<String> {
    let Report::Identities { bindings } = ordered(&Order::ListIdentities, loaded, clock)? else {
        bail!("The bot answered something else.")
    };
    match form {
        Form::Json => Ok(serde_json::to_string_pretty(&bindings.iter().map(Row::of).collect::<Vec<_>>())?),
        Form::Lines if bindings.is_empty() => Ok(identity::NOBODY.to_owned()),
        Form::Lines => Ok(bindings.iter().map(identity::listed).collect::<Vec<_>>().join("\n")),
    }
}

fn unlinked(slack: SlackUserId, loaded: &Loaded, clock: &dyn Clock) -> Result<String> {
    match ordered(&Order::UnlinkIdentity { slack: slack.clone() }, loaded, clock)? {
        Report::Unlinked => Ok(identity::unlinked(&slack)),
        Report::NotBound => Err(anyhow!("{}", identity::not_bound(&slack))),
        _ => bail!("The bot answered something else."),
    }
}

/// One binding as scripts read it. What is absent is null.
#[derive(Serialize)]
struct Row<'a> {
    slack: &'a SlackUserId,
    okta: &'a OktaUserId,
    email: &'a Email,
    name: &'a str,
    since: Timestamp,
    state: &'static str,
    suspended_at: Option<Timestamp>,
    why: Option<&'a Mismatch>,
}

impl<'a> Row<'a> {
    fn of(binding: &'a Binding) -> Self {
        let Binding { identity, since, trust } = binding;
        let (state, suspended_at, why) = match trust {
            Trust::Bound => ("bound", None, None),
            Trust::Suspended { at, why } => ("suspended", Some(*at), Some(why)),
        };
        let (slack, okta, email) = (&identity.slack, &identity.okta, &identity.email);
        Self { slack, okta, email, name: &identity.name, since: *since, state, suspended_at, why }
    }
}
