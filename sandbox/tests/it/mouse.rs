//! The browser's mouse and keys. They are its real ones, so that what is covered or disabled cannot be pressed.

use serde_json::{Value, json};
use tokio::time::{interval, timeout};

use crate::{
    browser::{Browser, LOOK},
    sandbox::PATIENCE,
};

/// A key by the name and the number that the browser knows it under.
#[derive(Clone, Copy)]
pub enum Key {
    Enter,
    Escape,
    Tab,
    /// With Shift held.
    BackTab,
    Down,
}

impl Key {
    fn press(self, kind: &str) -> Value {
        let (name, code, shift) = match self {
            Self::Enter => ("Enter", 13, 0),
            Self::Escape => ("Escape", 27, 0),
            Self::Tab => ("Tab", 9, 0),
            Self::BackTab => ("Tab", 9, 8),
            Self::Down => ("ArrowDown", 40, 0),
        };
        json!({"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code, "modifiers": shift})
    }
}

impl Browser {
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
        self.type_in(text).await;
    }

    /// Types into whatever has the focus.
    pub async fn type_in(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text})).await;
    }

    /// Presses a key.
    pub async fn key(&mut self, key: Key) {
        self.call("Input.dispatchKeyEvent", key.press("rawKeyDown")).await;
        if matches!(key, Key::Enter) {
            let mut char = key.press("char");
            char["text"] = json!("\r");
            self.call("Input.dispatchKeyEvent", char).await;
        }
        self.call("Input.dispatchKeyEvent", key.press("keyUp")).await;
    }

    /// Goes on with Tab until this element has the focus; it must be on the way.
    pub async fn tab_to(&mut self, selector: &str) {
        self.tabs(selector, Key::Tab).await;
    }

    /// The same, backwards.
    pub async fn tab_back_to(&mut self, selector: &str) {
        self.tabs(selector, Key::BackTab).await;
    }

    async fn tabs(&mut self, selector: &str, key: Key) {
        let mut passed = Vec::new();
        for _ in 0..60 {
            if self.eval(&format!("document.activeElement.matches({selector:?})")).await == json!(true) {
                return;
            }
            self.key(key).await;
            passed.push(self.focused().await);
        }
        panic!("Tab never comes to {selector}, but to {passed:?}");
    }

    /// Moves down in the select that has the focus, and waits for what comes of it.
    pub async fn down_until(&mut self, selector: &str, part: &str) {
        self.key(Key::Down).await;
        self.until_text(selector, part).await;
    }

    /// What has the focus: its id, or what it says.
    pub async fn focused(&mut self) -> String {
        let named = "(({id, innerText, tagName}) => id || innerText || tagName)(document.activeElement)";
        self.eval(named).await.as_str().unwrap().to_owned()
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
}
