//! The command line: arguments in, an exit code out.
//!
//! It owns one file a command. It refuses to know any rule. Exit codes: 0; 1 where a fault was found or what was asked
//! was refused; 2 for wrong usage.

use std::{ffi::OsString, future::Future, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Args, Parser, Subcommand};

use crate::{
    clock::Clock,
    config::{self, Environment, Loaded},
    domain::{id::SlackUserId, time::Timestamp},
    setup,
};

mod audit;
mod check;
mod control;
mod identity;
mod policy;
mod run;

/// Just-in-time access from Slack: asked for, approved, given in Okta, taken back on time.
#[derive(Debug, Parser)]
#[command(name = "jitney", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the bot until SIGTERM or SIGINT; then finish what is under way and close the store. SIGHUP reads the
    /// configuration again
    Run(Configured),
    /// Check the configuration without a connection: every fault, each with file, key and a mend
    Check(Configured),
    /// What rules can say, what they say to a request, and whether they say what they should
    #[command(subcommand)]
    Policy(Policy),
    /// Check the journal
    #[command(subcommand)]
    Audit(Audit),
    /// Show, or end, who is bound to which Okta user
    #[command(subcommand)]
    Identity(Identity),
}

#[derive(Debug, Subcommand)]
enum Policy {
    /// Print the schema that rules are held to, as the catalogue has it
    Schema(Configured),
    /// Say who would be asked, in which steps and by which rules, or why nobody would
    Explain {
        #[command(flatten)]
        supposed: policy::Supposed,
        #[command(flatten)]
        configured: Configured,
    },
    /// Hold the rules to the cases of a file
    Test {
        /// A TOML file of cases, such as config/policy-tests.toml
        file: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// Check chain, seals and texts of the store, or of a copied journal file; name the first bad line
    Verify {
        /// A copied journal file; without one the store of the configuration
        file: Option<PathBuf>,
        #[command(flatten)]
        configured: Configured,
    },
}

#[derive(Debug, Subcommand)]
enum Identity {
    /// List every Slack user with the Okta user they are bound to; of those that are suspended, why
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// End a binding: the next request of this Slack user binds anew
    Unlink {
        /// The Slack user's id, as in U0123456789
        #[arg(value_name = "SLACK_USER", value_parser = slack_user)]
        slack: SlackUserId,
        #[command(flatten)]
        configured: Configured,
    },
}

fn slack_user(text: &str) -> Result<SlackUserId, String> {
    SlackUserId::parse(text).map_err(|fault| fault.to_string())
}

#[derive(Debug, Args)]
struct Configured {
    /// A configuration file, or a folder of them; may be given more than once [default: config/]
    #[arg(long = "config", value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Runs a command. Beside SIGTERM and SIGINT, `stop` ends the bot too.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    clock: Arc<dyn Clock>,
    stop: impl Future<Output = ()> + Send,
) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => {
            // A closed terminal cannot be told anything.
            let _ = usage.print();
            return ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2));
        }
    };
    match cli.command {
        Command::Run(configured) => run::run(configured, clock, stop),
        Command::Check(configured) => check::check(&configured.load()),
        Command::Identity(Identity::List { json, configured }) => {
            let form = if json { identity::Form::Json } else { identity::Form::Lines };
            identity::list(form, &configured.load(), clock.as_ref())
        }
        Command::Identity(Identity::Unlink { slack, configured }) => {
            identity::unlink(slack, &configured.load(), clock.as_ref())
        }
        Command::Policy(command) => command.run(clock.now()),
        Command::Audit(Audit::Verify { file, configured }) => audit::verify(file.as_deref(), &configured.load()),
    }
}

impl Policy {
    fn run(self, now: Timestamp) -> ExitCode {
        match self {
            Self::Schema(configured) => policy::schema(&configured.load_without_rules()),
            Self::Explain { supposed, configured } => policy::explain(supposed, &configured.load(), now),
            Self::Test { file, configured } => policy::test(&file, &configured.load(), now),
        }
    }
}

impl Configured {
    fn load(&self) -> Loaded {
        setup::load(&self.paths, &environment())
    }

    fn load_without_rules(&self) -> Loaded {
        config::load(&self.paths, &environment())
    }
}

fn environment() -> Environment {
    std::env::vars_os()
        // What is not UTF-8 in a value is marked, and said to be a fault where it is read.
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.to_string_lossy().into_owned())))
        .collect()
}
