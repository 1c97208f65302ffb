//! Which of Okta's rate limits counts a call.
//!
//! Okta counts by path, and publishes the table no longer; what stands here is split rather finer than it last was
//! (<https://developer.okta.com/docs/reference/rate-limits/>). Too fine costs one more refused call at a reset; too
//! coarse would let a look-up hold up a removal.

use url::Url;

use crate::http::Family;

/// The family of a call.
pub(super) fn family(url: &Url) -> Family {
    let path: Vec<&str> = url.path_segments().into_iter().flatten().skip_while(|part| *part != "v1").skip(1).collect();
    match path.as_slice() {
        ["groups"] | ["groups", "rules", ..] => "groups",
        ["groups", _] => "one group",
        ["groups", _, "users", _] => "memberships",
        ["groups", _, ..] => "below a group",
        ["users"] => "users",
        ["users", _] => "one user",
        ["users", _, "linkedObjects", ..] => "links",
        ["users", _, ..] => "below a user",
        _ => "all else",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn memberships_share_a_limit_with_nothing_that_is_looked_up() {
        let of = |path: &str| family(&Url::parse(&format!("https://acme.okta.com/api/v1/{path}")).unwrap());
        assert_eq!(of("groups/00gA/users/00uA"), of("groups/00gB/users/00uB"));
        let families = [
            "groups/00gA/users/00uA",
            "groups/00gA/users?limit=200",
            "groups/00gA",
            "groups/rules?limit=200",
            "users/00uA/groups",
            "users/00uA/linkedObjects/manager",
            "users/00uA",
            "users?search=x",
            "logs",
        ];
        assert_eq!(families.iter().map(|path| of(path)).collect::<BTreeSet<_>>().len(), families.len());
        assert_eq!(of("groups/00gA/users"), of("groups/00gA/roles"));
        assert_eq!(of("groups"), of("groups/rules"));
    }
}
