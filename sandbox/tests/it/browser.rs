//! A browser without a screen, driven over its own debugging protocol (<https://chromedevtools.github.io/devtools-protocol>).
//!
//! Mouse and keys are the browser's real ones, so that what is covered or disabled cannot be pressed.

use std::{env, path::PathBuf, process::Stdio, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
    time::{interval, timeout},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::sandbox::PATIENCE;

/// Names under which the browser is installed.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Where screenshots go, if anybody wants them.
const SCREENSHOTS: &str = "JITNEY_SCREENSHOTS";

/// How often is looked at the page.
const LOOK: Duration = Duration::from_millis(50);

/// What keeps it from the network and from the person's own profile.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
];

/// One tab of a running browser.
pub struct Browser {
    child: Child,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
    calls: u64,
    _profile: tempfile::TempDir,
}

/// The browser of this machine, if it has one.
pub fn installed() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

impl Browser {
    /// Starts the browser and opens a page, so many CSS pixels wide and high.
    pub async fn open(program: PathBuf, url: &str, size: (u32, u32)) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = timeout(PATIENCE, async {
            loop {
                let line = lines.next_line().await.unwrap().expect("the browser says where it listens");
                if let Some(address) = line.strip_prefix("DevTools listening on ") {
                    return address.trim().to_owned();
                }
            }
        });
        let address = address.await.expect("the browser starts");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let (socket, _) = connect_async(address).await.unwrap();
        let mut browser = Self { child, socket, session: String::new(), calls: 0, _profile: profile };
        browser.attach(url, size).await;
        browser
    }

    async fn attach(&mut self, url: &str, (width, height): (u32, u32)) {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"})).await;
        let attached =
            self.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true})).await;
        self.session = attached["sessionId"].as_str().unwrap().to_owned();
        self.resize(width, height).await;
        self.call("Page.navigate", json!({"url": url})).await;
    }

    /// Another screen.
    pub async fn resize(&mut self, width: u32, height: u32) {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", screen).await;
    }

    /// `light` or `dark`.
    pub async fn prefer(&mut self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", features).await;
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut call = json!({"id": self.calls, "method": method, "params": params});
        if !self.session.is_empty() {
            call["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(call.to_string())).await.unwrap();
        let id = self.calls;
        timeout(PATIENCE, self.answer(id)).await.unwrap_or_else(|_| panic!("{method} was not answered"))
    }

    async fn answer(&mut self, id: u64) -> Value {
        loop {
            let Message::Text(text) = self.socket.next().await.unwrap().unwrap() else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == json!(id) {
                assert!(answer["error"].is_null(), "{answer}");
                return answer["result"].clone();
            }
        }
    }

    /// What an expression comes to.
    pub async fn eval(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let came = self.call("Runtime.evaluate", asked).await;
        assert!(came["exceptionDetails"].is_null(), "{expression}: {came}");
        came["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub async fn until(&mut self, expression: &str) {
        let found = timeout(PATIENCE, async {
            let mut ticks = interval(LOOK);
            while self.eval(&format!("Boolean({expression})")).await != json!(true) {
                ticks.tick().await;
            }
        });
        if found.await.is_err() {
            self.screenshot("awaited-in-vain").await;
            panic!("awaited in vain: {expression}\n{}", self.eval("document.body.innerText").await);
        }
    }

    /// Waits until an element shows this text.
    pub async fn until_text(&mut self, selector: &str, part: &str) {
        self.until(&format!("document.querySelector({selector:?})?.innerText.includes({part:?})")).await;
    }

    /// Presses the mouse in the middle of an element that is there, enabled, and not covered.
    pub async fn click(&mut self, selector: &str) {
        let middle = format!(
            "(() => {{ const it = document.querySelector({selector:?}); if (!it || it.disabled) return null; \
             it.scrollIntoView({{block: 'center', behavior: 'instant'}}); const box = it.getBoundingClientRect(); \
             const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]; \
             const top = document.elementFromPoint(x, y); return it.contains(top) ? [x, y] : null; }})()"
        );
        // A redraw may take the element from under the mouse: then nothing was pressed, and it is pressed again.
        let listen = format!(
            "window.pressed = false; document.addEventListener('click', (click) => {{ \
             window.pressed ||= Boolean(click.target.closest({selector:?})); }}, {{capture: true, once: true}})"
        );
        let pressed = timeout(PATIENCE, async {
            while self.eval("window.pressed").await != json!(true) {
                let at = self.settled(&middle).await;
                self.eval(&listen).await;
                for kind in ["mousePressed", "mouseReleased"] {
                    let mouse = json!({"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1});
                    self.call("Input.dispatchMouseEvent", mouse).await;
                }
            }
        });
        assert!(pressed.await.is_ok(), "never pressed: {selector}");
        self.eval("window.pressed = false").await;
    }

    /// What an expression comes to once it is not null and stays the same: a redraw moves what stands below it.
    async fn settled(&mut self, expression: &str) -> Value {
        let mut looks = interval(LOOK);
        let mut last = Value::Null;
        let found = timeout(PATIENCE, async {
            loop {
                looks.tick().await;
                let now = self.eval(expression).await;
                if !now.is_null() && now == last {
                    return now;
                }
                last = now;
            }
        });
        found.await.unwrap_or_else(|_| panic!("never there, or never at rest: {expression}"))
    }

    /// Replaces what a field holds, by the keyboard.
    pub async fn write(&mut self, selector: &str, text: &str) {
        self.click(selector).await;
        self.eval(&format!("document.querySelector({selector:?}).select()")).await;
        self.call("Input.insertText", json!({"text": text})).await;
    }

    /// Presses a key that has a name.
    pub async fn key(&mut self, key: &str, code: u32) {
        for kind in ["rawKeyDown", "char", "keyUp"] {
            let text = if key == "Enter" && kind == "char" { "\r" } else { "" };
            if kind == "char" && text.is_empty() {
                continue;
            }
            let press = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
            self.call("Input.dispatchKeyEvent", press).await;
        }
    }

    /// Picks from a select, whose open list is the system's own and not of the page.
    pub async fn pick(&mut self, selector: &str, value: &str) {
        let offered =
            format!("[...document.querySelector({selector:?}).options].some((one) => one.value === {value:?})");
        self.until(&format!("document.querySelector({selector:?}) && {offered}")).await;
        self.eval(&format!(
            "(() => {{ const it = document.querySelector({selector:?}); it.focus(); it.value = {value:?}; \
             it.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"
        ))
        .await;
    }

    /// Saves what is seen, where `JITNEY_SCREENSHOTS` names a folder.
    pub async fn screenshot(&mut self, name: &str) {
        let Some(folder) = env::var_os(SCREENSHOTS).map(PathBuf::from) else { return };
        let shot = self.call("Page.captureScreenshot", json!({"format": "png"})).await;
        let bytes = BASE64_STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    /// Ends the browser with all of its processes.
    pub async fn close(mut self) {
        self.session.clear();
        self.call("Browser.close", json!({})).await;
        let _ = timeout(PATIENCE, self.child.wait()).await;
    }
}
