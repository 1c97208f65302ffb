//! A browser without a screen, driven over its own debugging protocol (<https://chromedevtools.github.io/devtools-protocol>).
//!
//! It owns the process and the wire; `mouse` has its hands. Windows of one browser share what the browser keeps, as a
//! person's windows do.

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
pub const LOOK: Duration = Duration::from_millis(50);

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

/// Notes what goes wrong in the page, from its first line on.
const WATCH: &str = "window.faults = []; addEventListener('error', (it) => faults.push(it.message)); \
     addEventListener('unhandledrejection', (it) => faults.push(String(it.reason))); \
     addEventListener('securitypolicyviolation', (it) => faults.push(it.violatedDirective + ' ' + it.blockedURI))";

/// A running browser, and the window that is looked at.
pub struct Browser {
    child: Child,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    windows: Vec<String>,
    window: Option<usize>,
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
        let mut browser = Self { child, socket, windows: Vec::new(), window: None, calls: 0, _profile: profile };
        browser.another(url, size).await;
        browser
    }

    /// Opens another window, and looks at it; its number.
    pub async fn another(&mut self, url: &str, (width, height): (u32, u32)) -> usize {
        self.window = None;
        let target = self.call("Target.createTarget", json!({"url": "about:blank", "newWindow": true})).await;
        let attached =
            self.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true})).await;
        self.windows.push(attached["sessionId"].as_str().unwrap().to_owned());
        let number = self.windows.len() - 1;
        self.look_at(number);
        self.resize(width, height).await;
        self.call("Page.enable", json!({})).await;
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": WATCH})).await;
        self.call("Page.navigate", json!({"url": url})).await;
        number
    }

    /// Turns to a window.
    pub fn look_at(&mut self, window: usize) {
        self.window = Some(window);
    }

    /// Another screen.
    pub async fn resize(&mut self, width: u32, height: u32) {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", screen).await;
    }

    /// `light` or `dark`.
    pub async fn prefer(&mut self, scheme: &str) {
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}
        ]});
        self.call("Emulation.setEmulatedMedia", features).await;
    }

    /// Loads the page anew, as F5 does.
    pub async fn reload(&mut self) {
        self.eval("window.before = true").await;
        self.call("Page.reload", json!({})).await;
        self.until("!window.before && document.querySelector('#people a')").await;
    }

    /// Calls the browser; what it refuses is the test's failure.
    pub async fn call(&mut self, method: &str, params: Value) -> Value {
        self.try_call(method, params).await.unwrap_or_else(|fault| panic!("{method}: {fault}"))
    }

    async fn try_call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.calls += 1;
        let mut call = json!({"id": self.calls, "method": method, "params": params});
        if let Some(window) = self.window {
            call["sessionId"] = json!(self.windows[window]);
        }
        self.socket.send(Message::text(call.to_string())).await.unwrap();
        let id = self.calls;
        timeout(PATIENCE, self.answer(id)).await.unwrap_or_else(|_| panic!("{method} was not answered"))
    }

    async fn answer(&mut self, id: u64) -> Result<Value, Value> {
        loop {
            let Message::Text(text) = self.socket.next().await.unwrap().unwrap() else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == json!(id) {
                return if answer["error"].is_null() {
                    Ok(answer["result"].clone())
                } else {
                    Err(answer["error"].clone())
                };
            }
        }
    }

    /// What an expression comes to.
    pub async fn eval(&mut self, expression: &str) -> Value {
        self.try_eval(expression).await.unwrap_or_else(|fault| panic!("{expression}: {fault}"))
    }

    async fn try_eval(&mut self, expression: &str) -> Result<Value, Value> {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let came = self.try_call("Runtime.evaluate", asked).await?;
        assert!(came["exceptionDetails"].is_null(), "{expression}: {came}");
        Ok(came["result"]["value"].clone())
    }

    /// Waits until an expression is true; a page that is being loaded anew is asked again.
    pub async fn until(&mut self, expression: &str) {
        let found = timeout(PATIENCE, async {
            let mut ticks = interval(LOOK);
            while self.try_eval(&format!("Boolean({expression})")).await != Ok(json!(true)) {
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

    /// Waits until there is such an element.
    pub async fn until_there(&mut self, selector: &str) {
        self.until(&format!("document.querySelector({selector:?})")).await;
    }

    /// Waits until there is no such element.
    pub async fn until_gone(&mut self, selector: &str) {
        self.until(&format!("!document.querySelector({selector:?})")).await;
    }

    /// Saves what is seen, where `JITNEY_SCREENSHOTS` names a folder.
    pub async fn screenshot(&mut self, name: &str) {
        let Some(folder) = env::var_os(SCREENSHOTS).map(PathBuf::from) else { return };
        let shot = self.call("Page.captureScreenshot", json!({"format": "png"})).await;
        let bytes = BASE64_STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    /// Ends the browser with all of its processes. Nothing may have gone wrong in its windows.
    pub async fn close(mut self) {
        for window in 0..self.windows.len() {
            self.look_at(window);
            assert_eq!(self.eval("window.faults").await, json!([]), "faults in window {window}");
        }
        self.window = None;
        self.call("Browser.close", json!({})).await;
        let _ = timeout(PATIENCE, self.child.wait()).await;
    }
}
