//! What a person does on the page, by the names the page gives things.

use std::io::Write as _;

use crate::{
    browser::{Browser, installed},
    sandbox::Sandbox,
};

/// A desk's screen.
pub const DESK: (u32, u32) = (1440, 1000);

/// Alice, where the board and the groups show her.
pub const IN_THE_GROUP: &str = "[data-group='00gPRODRW'] [data-member='00uALICE']";

/// Opens sandbox and browser; says so where there is no browser.
pub async fn open() -> Option<(Sandbox, Browser)> {
    open_with(&[]).await
}

/// The same, with further arguments to the sandbox.
pub async fn open_with(arguments: &[&str]) -> Option<(Sandbox, Browser)> {
    let program = browser()?;
    let sandbox = Sandbox::open_with(arguments).await;
    let mut browser = Browser::open(program, &sandbox.url, DESK).await;
    browser.prefer("light").await;
    browser.until_text("#bot-state", "Running").await;
    Some((sandbox, browser))
}

fn browser() -> Option<std::path::PathBuf> {
    let found = installed();
    if found.is_none() {
        let required =
            std::env::var("JITNEY_REQUIRE").is_ok_and(|names| names.split(',').any(|name| name == "browser"));
        assert!(!required, "no Chromium on this machine, and JITNEY_REQUIRE asks for the browser");
        // Written past the test harness, which keeps what a passing test prints.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no Chromium on this machine, so the page was not tried");
    }
    found
}

impl Browser {
    /// Shows this person's Slack.
    pub async fn become_person(&mut self, user: &str) {
        self.click(&format!("[data-user='{user}']")).await;
        self.until_there(&format!("[data-user='{user}'][aria-current]")).await;
    }

    /// Turns to one of the person's conversations.
    pub async fn tab(&mut self, tab: &str) {
        self.click(&format!("[data-tab='{tab}']")).await;
        self.until_there(&format!("[data-tab='{tab}'][aria-current]")).await;
    }

    /// Types a slash command.
    pub async fn slash(&mut self, line: &str) {
        self.write("#command", line).await;
        self.click("#send").await;
    }

    /// Fills the request form, which is open, for two hours of Read-Write.
    pub async fn fill_request(&mut self, why: &str) {
        self.pick("#input-entitlement", "prod-db/rw").await;
        self.until_text("#modal", "owners of Production Database").await;
        self.pick("#input-duration", "7200s").await;
        self.until_text("#modal", "The 2 hours start").await;
        self.write("#input-justification", why).await;
    }

    /// Sends the form that is open, which closes it.
    pub async fn send_form(&mut self) {
        self.click("#modal-submit").await;
        self.until("!document.querySelector('#modal').open").await;
    }

    /// Asks as Alice by the form.
    pub async fn ask(&mut self, why: &str) {
        self.become_person("U0ALICE").await;
        self.slash("/jit").await;
        self.fill_request(why).await;
        self.send_form().await;
        self.until_text("#messages", why).await;
    }

    /// Approves the one card that can be decided, as Bob.
    pub async fn approve(&mut self, why: &str) {
        self.until_there("[data-user='U0BOB'] .badge, [data-user='U0BOB'][aria-current]").await;
        self.become_person("U0BOB").await;
        self.until_text("#messages", why).await;
        // What is decided has no button any more: the one that is left is this card's.
        self.until("document.querySelectorAll(\"#messages [data-action='approve']\").length === 1").await;
        self.click("#messages [data-action='approve']").await;
        self.click("#confirm-yes").await;
        self.until_there(IN_THE_GROUP).await;
    }

    /// Waits until the walk is at this step.
    pub async fn until_step(&mut self, number: u32) {
        self.until_text("#walk-count", &format!("Step {number} of")).await;
    }

    /// What can be pressed or filled in and has no name for a screen reader, as its markup.
    pub async fn nameless(&mut self) -> serde_json::Value {
        self.eval(
            "[...document.querySelectorAll('button, a, input, select, textarea, summary, dialog[open], nav, [role=region]')] \
             .filter((it) => it.checkVisibility() && !it.closest('[inert]')) \
             .filter((it) => !(it.getAttribute('aria-label') || it.innerText.trim() && !it.matches('select, textarea') \
                || it.labels?.length || document.getElementById(it.getAttribute('aria-labelledby')))) \
             .map((it) => it.outerHTML.slice(0, 200))",
        )
        .await
    }

    /// Whether nothing stands outside the screen at its side.
    pub async fn fits(&mut self) -> bool {
        self.eval("document.documentElement.scrollWidth <= innerWidth").await == serde_json::json!(true)
    }
}
