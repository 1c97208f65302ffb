//! Where a list goes on: the `Link` header (RFC 8288).
//!
//! It owns the header's reading. Law: what cannot be read is never taken for the end of a list.

/// The targets of `rel="next"`; one header may name several links, separated by commas. Nothing if it cannot be read.
pub(super) fn next(header: &str) -> Option<Vec<String>> {
    let mut links = Vec::new();
    let mut rest = header.trim();
    if !rest.is_empty() && !rest.starts_with('<') {
        return None;
    }
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let end = after.find('<').unwrap_or(after.len());
        let (parameters, following) = after.split_at(end);
        if parameters.split([';', ',']).any(is_next) {
            links.push(target.to_owned());
        }
        rest = following;
    }
    Some(links)
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
    name.trim().eq_ignore_ascii_case("rel") && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(header: &str) -> Vec<String> {
        next(header).unwrap()
    }

    #[test]
    fn pages_are_found_in_any_shape_of_the_header() {
        let one = "<https://acme.okta.com/a?after=x,y>; rel=\"self\"";
        assert_eq!(links(one), Vec::<String>::new());
        let both = "<https://acme.okta.com/a>; rel=\"self\", <https://acme.okta.com/b?after=1&limit=200>; rel=\"next\"";
        assert_eq!(links(both), ["https://acme.okta.com/b?after=1&limit=200"]);
        for parameters in ["rel=\"next\"", "rel=next", "Rel = \"Next\"", "title=\"a, b\"; rel=\"last next\""] {
            let header = format!("<https://acme.okta.com/c>; {parameters}");
            assert_eq!(links(&header), ["https://acme.okta.com/c"], "{parameters}");
        }
        assert_eq!(links(""), Vec::<String>::new());
        assert_eq!(next("no link at all"), None);
        assert_eq!(next("<https://acme.okta.com/c; rel=\"next\""), None);
    }
}
