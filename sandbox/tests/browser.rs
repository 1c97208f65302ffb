//! The page in a real browser: one grant's life, clicked through as a new user would, and once more over a kill.
//!
//! Needs Chromium (Debian's package `chromium`); without it the test says that it was skipped.

#![expect(clippy::unwrap_used, reason = "a panic is a test's report")]

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// How long the page may take for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn spawn(command: &mut Command) -> Running {
    Running(command.spawn().unwrap())
}

/// The rest of the first line that holds a mark.
fn line_with(reader: impl std::io::Read, mark: &str) -> String {
    let mut lines = BufReader::new(reader).lines().map_while(Result::ok);
    lines.find_map(|line| line.split_once(mark).map(|(_, rest)| rest.trim().to_owned())).unwrap()
}

fn sandbox() -> (Running, String) {
    let mut sandbox =
        spawn(Command::new(env!("CARGO_BIN_EXE_sandbox")).args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()));
    let url = line_with(sandbox.0.stdout.take().unwrap(), "is ready: ");
    (sandbox, url)
}

fn chromium() -> Option<&'static str> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| Path::new(path).exists())
}

/// A page in a browser, over the DevTools protocol.
struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next: u64,
    session: String,
    _browser: Running,
}

impl Page {
    async fn open(browser: &str, profile: &Path, url: &str) -> Self {
        let mut browser = spawn(
            Command::new(browser)
                .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
                .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
                .args(["--remote-debugging-port=0", "--window-size=1400,1000"])
                .arg(format!("--user-data-dir={}", profile.display()))
                .stderr(Stdio::piped()),
        );
        let address = line_with(browser.0.stderr.take().unwrap(), "DevTools listening on ");
        let (socket, _) = connect_async(address).await.unwrap();
        let mut page = Self { socket, next: 0, session: String::new(), _browser: browser };
        let target = page.call("Target.createTarget", json!({ "url": url })).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        page.session = page.call("Target.attachToTarget", attach).await["sessionId"].as_str().unwrap().to_owned();
        page
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        let reply = self.ask(method, params).await;
        assert!(reply["error"].is_null(), "{method}: {reply}");
        reply["result"].clone()
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut request = json!({ "id": self.next, "method": method, "params": params });
        if !self.session.is_empty() {
            request["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(request.to_string())).await.unwrap();
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.socket.next()).await.unwrap().unwrap().unwrap();
            let reply: Value = serde_json::from_str(frame.to_text().unwrap()).unwrap_or_default();
            if reply["id"] == self.next {
                return reply;
            }
        }
    }

    /// Waits, in the page, until an expression holds.
    async fn until(&mut self, what: &str) {
        let script = format!(
            "new Promise((done) => {{ const end = Date.now() + 20000; const look = () => {{ let held = false; \
             try {{ held = Boolean({what}); }} catch {{}} if (held) done('held'); \
             else if (Date.now() > end) done(document.body.innerText); else setTimeout(look, 30); }}; look(); }})"
        );
        let params = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let mut seen = self.ask("Runtime.evaluate", params.clone()).await;
        while !seen["error"].is_null() {
            // The page was loading, and what was asked went with what was there before.
            seen = self.ask("Runtime.evaluate", params.clone()).await;
        }
        assert_eq!(seen["result"]["result"]["value"], "held", "waited in vain for {what}");
    }

    async fn run(&mut self, script: &str) {
        let done = self.call("Runtime.evaluate", json!({ "expression": script })).await;
        assert!(done["exceptionDetails"].is_null(), "{script}: {done}");
    }

    async fn click(&mut self, selector: &str) {
        let found = format!("document.querySelector({selector:?}) && !document.querySelector({selector:?}).disabled");
        self.until(&found).await;
        self.run(&format!("document.querySelector({selector:?}).click()")).await;
    }

    async fn become_person(&mut self, id: &str) {
        self.click(&format!("[data-person={id}]")).await;
        self.until(&format!("document.querySelector('[data-person={id}]').ariaCurrent === 'true'")).await;
    }

    async fn reads(&mut self, words: &str) {
        self.until(&format!("document.querySelector('#messages').innerText.includes({words:?})")).await;
    }

    async fn choose(&mut self, field: &str, value: &str) {
        let select = format!("document.querySelector('#field-{field}')");
        self.until(&format!("{select} && [...{select}.options].some((option) => option.value === {value:?})")).await;
        self.run(&format!("{select}.value = {value:?}; {select}.dispatchEvent(new Event('change'))")).await;
    }

    /// Keeps a picture, if somebody wants to look at it.
    async fn picture(&mut self, name: &str) {
        let Ok(folder) = std::env::var("JITNEY_SCREENSHOTS") else { return };
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png" })).await;
        let bytes = base64(shot["data"].as_str().unwrap());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), bytes).unwrap();
    }
}

fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u32> = text.bytes().filter(|byte| *byte != b'=').map(value).collect();
    let bytes = digits.chunks(4).flat_map(|chunk| {
        let bits = chunk.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - chunk.len()));
        bits.to_be_bytes()[1..chunk.len()].to_vec()
    });
    bytes.collect()
}

const IN_THE_GROUP: &str = "document.querySelector('[data-group=\"00gPRODRW\"]').innerText.includes('Alice Martin')";
const NOBODY_IN_IT: &str = "document.querySelector('[data-group=\"00gPRODRW\"]').innerText === 'nobody'";

async fn request(page: &mut Page, why: &str) {
    page.become_person("U0ALICE").await;
    page.click("#typed button").await;
    page.choose("entitlement", "prod-db/rw").await;
    page.until("document.querySelector('#modal').innerText.includes('If approved now')").await;
    page.choose("duration", "7200s").await;
    page.until("document.querySelector('#modal').innerText.includes('The 2 hours start')").await;
    page.picture("form").await;
    let field = "document.querySelector('#field-justification')";
    page.run(&format!("{field}.value = {why:?}")).await;
    page.click("#submit").await;
    page.until("!document.querySelector('#modal').open").await;
    page.reads("Waiting for").await;
}

async fn approve(page: &mut Page, why: &str) {
    page.become_person("U0BOB").await;
    page.reads(why).await;
    page.until("[...document.querySelectorAll('[data-action=approve]')].length === 1").await;
    page.picture("approver").await;
    page.click("[data-action=approve]").await;
    page.click("#sure").await;
    page.until(IN_THE_GROUP).await;
    page.become_person("U0ALICE").await;
    page.reads("Active until").await;
    page.picture("active").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grants_life_is_clicked_through_and_survives_a_kill() {
    let Some(browser) = chromium() else {
        println!("skipped: there is no Chromium on this machine");
        return;
    };
    let (_sandbox, url) = sandbox();
    let profile = tempfile::tempdir().unwrap();
    let mut page = Page::open(browser, profile.path(), &url).await;
    page.until("document.querySelector('#bot').dataset.running === 'true'").await;
    page.until("world.slack.sockets.length > 0").await;
    request(&mut page, "Stuck migration, INC-42").await;
    approve(&mut page, "Stuck migration, INC-42").await;
    page.click("[data-advance='7200']").await;
    page.until(NOBODY_IN_IT).await;
    page.reads("as planned").await;
    page.picture("ended").await;

    request(&mut page, "Once more, INC-43").await;
    approve(&mut page, "Once more, INC-43").await;
    page.click("#kill").await;
    page.until("document.querySelector('#bot').dataset.running === 'false'").await;
    page.click("[data-advance='7200']").await;
    page.until(IN_THE_GROUP).await;
    page.picture("killed").await;
    page.click("#start").await;
    page.until(NOBODY_IN_IT).await;
    page.until("document.querySelectorAll('#messages article').length >= 4 && document.querySelector('#messages').innerText.split('as planned').length === 3").await;
    page.picture("healed").await;
}
