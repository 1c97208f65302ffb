//! Who may steer the world: a program of this machine, or a browser on a page that was served here.
//!
//! Law: a request names this machine by one of its own names and the port it came to, whatever it asks for. Else another
//! site could let its own name point here (DNS rebinding), and would be of one origin with this one.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

/// This machine, as a browser on it names it.
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// HTTP's own port, which a browser leaves out.
const PLAIN: u16 = 80;

/// The same routes on this port, for nobody else. What is added afterwards is not guarded.
pub fn guarded(router: Router, port: u16) -> Router {
    router.layer(middleware::from_fn(move |request, next| own(port, request, next)))
}

async fn own(port: u16, request: Request, next: Next) -> Response {
    if is_foreign(request.headers(), port) {
        let words = format!("Only http://127.0.0.1:{port} is answered here, and only its own page may do this.");
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    next.run(request).await
}

/// A browser names the origin of whatever changes something; without one it is no browser.
fn is_foreign(headers: &HeaderMap, port: u16) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    let is_from_elsewhere = |origin: &str| origin.split_once("://").is_none_or(|(_, from)| from != host);
    !is_this_machine(host, port) || text(header::ORIGIN).is_some_and(is_from_elsewhere)
}

fn is_this_machine(host: &str, port: u16) -> bool {
    NAMES.iter().filter_map(|name| host.strip_prefix(name)).any(|rest| match rest.strip_prefix(':') {
        Some(given) => given == port.to_string(),
        None => rest.is_empty() && port == PLAIN,
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::is_foreign;

    fn is_turned_away(host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        origin.map(|origin| headers.insert(header::ORIGIN, HeaderValue::from_static(origin)));
        is_foreign(&headers, 8080)
    }

    #[test]
    fn another_site_in_the_same_browser_is_turned_away() {
        assert!(!is_turned_away("127.0.0.1:8080", None));
        assert!(!is_turned_away("127.0.0.1:8080", Some("http://127.0.0.1:8080")));
        assert!(is_turned_away("127.0.0.1:8080", Some("http://127.0.0.1:9090")));
        assert!(is_turned_away("127.0.0.1:8080", Some("http://localhost:8080")));
        assert!(is_turned_away("127.0.0.1:8080", Some("null")));
    }

    #[test]
    fn a_name_that_another_site_lets_point_here_is_turned_away_whatever_it_asks_for() {
        for own in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert!(!is_turned_away(own, None), "{own}");
        }
        let others = [
            "evil.example:8080",
            "evil.example",
            "localhost",
            "localhost:80",
            "localhost.evil.example:8080",
            "127.0.0.1.evil.example:8080",
            "127.0.0.1:8080.evil.example",
            "",
            ":8080",
        ];
        for other in others {
            assert!(is_turned_away(other, None), "{other}");
        }
        assert!(is_turned_away("evil.example:8080", Some("http://evil.example:8080")));
        assert!(is_foreign(&HeaderMap::new(), 8080), "no name at all");
    }

    #[test]
    fn on_the_plain_port_a_browser_names_none() {
        let headers: HeaderMap = [(header::HOST, HeaderValue::from_static("localhost"))].into_iter().collect();
        assert!(!is_foreign(&headers, 80));
        assert!(is_foreign(&headers, 8080));
    }
}
