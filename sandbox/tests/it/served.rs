//! What the page is made of: every file of it is served, and nothing else may be loaded.

use std::collections::BTreeSet;

use crate::sandbox::Sandbox;

/// What a file names between quotes and under the page's own folders.
fn named_in(text: &str) -> BTreeSet<String> {
    let quoted = text.split('"').skip(1).step_by(2);
    let own = quoted.filter(|path| path.starts_with("/js/") || path.starts_with("/css/") || *path == "/icon.svg");
    own.map(str::to_owned).collect()
}

async fn read(url: &str) -> String {
    let reply = reqwest::get(url).await.unwrap();
    assert_eq!(reply.status(), 200, "{url}");
    let policy = reply.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{url}: {policy}");
    assert!(!policy.contains("unsafe"), "{url}: {policy}");
    reply.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_that_the_page_names_is_served_from_here() {
    let sandbox = Sandbox::open().await;
    let html = read(&format!("{}/", sandbox.url)).await;
    let mut known = named_in(&html);
    let mut ahead: Vec<String> = known.iter().cloned().collect();
    while let Some(path) = ahead.pop() {
        let text = read(&format!("{}{path}", sandbox.url)).await;
        assert!(!text.contains("innerHTML"), "{path}: people's text is never markup");
        ahead.extend(named_in(&text).into_iter().filter(|path| known.insert(path.clone())));
    }
    assert!(known.len() > 30, "{known:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_name_for_this_machine_is_not_answered() {
    let sandbox = Sandbox::open().await;
    let port = sandbox.url.rsplit_once(':').unwrap().1.to_owned();
    let http = reqwest::Client::new();
    for path in ["/", "/js/page.js", "/sandbox/state", "/control/state", "/nowhere"] {
        let ask = |host: String| http.get(format!("{}{path}", sandbox.url)).header("host", host).send();
        assert_eq!(ask(format!("evil.example:{port}")).await.unwrap().status(), 403, "{path}");
        assert_ne!(ask(format!("localhost:{port}")).await.unwrap().status(), 403, "{path}");
    }
}
