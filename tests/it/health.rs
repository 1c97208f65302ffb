//! What machines are told of the program: that it is there, and whether it does all of its work.

use std::time::Duration;

use jitney::clock::timeout;
use serde_json::Value;
use world::{Company, PATIENCE, Vendor};

use crate::{house::House, process::Process};

/// The program, and where it answers.
struct Asked {
    house: House,
    process: Process,
    base: String,
}

impl Asked {
    /// Starts the program. It picks its own port, and says in its log which.
    async fn start(house: House) -> Self {
        house.change_settings("listen = \"\"", "listen = \"127.0.0.1:0\"");
        house.set_clocks();
        let process = Process::steered_with(&house, &[]);
        let address = async {
            let mut looks = tokio::time::interval(Duration::from_millis(20));
            loop {
                let log = std::fs::read_to_string(house.path("log")).unwrap_or_default();
                let said = log.lines().find(|line| line.contains("health is answered"));
                if let Some(address) = said.and_then(|line| line.split("address=").nth(1)) {
                    return address.trim().to_owned();
                }
                looks.tick().await;
            }
        };
        let address = timeout(PATIENCE, address).await.expect("health is answered");
        Self { house, process, base: format!("http://{address}") }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let reply = reqwest::get(format!("{}{path}", self.base)).await.unwrap();
        (reply.status().as_u16(), reply.text().await.unwrap())
    }

    /// Waits until readiness is so; answers what is the matter. The program is there all the time.
    async fn until(&self, status: u16, part: &str) -> String {
        let so = async {
            let mut looks = tokio::time::interval(Duration::from_millis(20));
            loop {
                assert_eq!(self.get("/healthz").await, (200, "ok\n".to_owned()));
                let (seen, said) = self.get("/readyz").await;
                if seen == status && said.contains(part) {
                    return said;
                }
                looks.tick().await;
            }
        };
        let said = timeout(PATIENCE, so).await.unwrap_or_else(|_| panic!("never {status} with {part}"));
        let read: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(read["ready"], status == 200, "{said}");
        said
    }

    async fn end(self) {
        self.process.kill(&self.house.world).await;
        self.house.finish_unread().await;
    }
}

const READY: &str = r#"{"ready":true,"not_ready":{}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_socket_it_is_there_and_not_ready() {
    let asked = Asked::start(House::closed(Company::acme()).await).await;
    assert_eq!(asked.until(200, "").await, READY);
    asked.house.world.down(Vendor::Slack);
    let said = asked.until(503, "socket").await;
    assert!(!said.contains("ledger") && !said.contains("custody"), "{said}");
    asked.house.world.up(Vendor::Slack);
    assert_eq!(asked.until(200, "").await, READY);
    asked.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_disk_that_is_nearly_full_it_is_there_and_not_ready() {
    let house = House::closed(Company::acme()).await;
    house.change_settings("low_mark = \"1MiB\"", "low_mark = \"1000TiB\"");
    let asked = Asked::start(house).await;
    asked.house.world.until_connected(1).await;
    let said = asked.until(503, r#"{"ledger":"the disk is nearly full"#).await;
    assert!(!said.contains("custody"), "{said}");
    asked.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_custody_it_is_there_and_not_ready() {
    let house = House::closed(Company::acme()).await;
    house.write_catalogue("[[application]]\nid = \"prod-db\"\nowners = [");
    let asked = Asked::start(house).await;
    asked.house.world.until_connected(1).await;
    asked.until(503, r#"{"custody":"only access that is due is ended"#).await;
    asked.end().await;
}

/// Slack takes no token, so there is no socket either, and nothing is granted.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_refused_token_both_are_named() {
    let house = House::closed(Company::acme()).await;
    house.change_settings(world::bot_token(), "xoxb-revoked");
    let asked = Asked::start(house).await;
    let said = asked.until(503, "custody").await;
    assert!(said.contains("socket"), "{said}");
    asked.end().await;
}

/// No line can be believed without the key that sealed it.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_audit_key_the_ledger_is_named() {
    let mut house = House::closed(Company::acme()).await;
    house.set_clocks();
    house.start().await;
    house.stop().await;
    let key = std::fs::read(house.path("audit.key")).unwrap();
    std::fs::remove_file(house.path("audit.key")).unwrap();
    let asked = Asked::start(house).await;
    let said = asked.until(503, "the journal cannot be believed").await;
    assert!(said.contains("custody"), "{said}");
    std::fs::write(asked.house.path("audit.key"), key).unwrap();
    asked.end().await;
}
