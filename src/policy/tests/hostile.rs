//! Nothing that stands in a file breaks whoever reads it.

use proptest::prelude::*;

use super::*;

/// Pieces of rules, put together as they fall.
const PIECES: [&str; 40] = [
    "@id(\"a\")",
    "@id(\"b\")",
    "@step(\"soc\")",
    "@distinct(\"2\")",
    "@message(\"",
    "\")",
    "\"",
    "permit",
    "forbid",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "principal",
    "action",
    "resource",
    "context",
    "==",
    "in",
    "is",
    "Action::\"Request\"",
    "Action::\"Require\"",
    "Group::\"oncall\"",
    "when",
    "unless",
    "if",
    "then",
    "else",
    "!",
    "-",
    "1",
    "+",
    "&&",
    "||",
    ".total > duration(\"2h\")",
    "//",
    "\n",
    ";",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,200}") {
        let _ = load(&text);
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Folder::of(&[("a.cedar", &bytes)]).load(&["a.cedar"]);
    }

    #[test]
    fn no_heap_of_pieces_breaks_the_reader(pieces in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: Vec<&str> = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        let _ = load(&text.join(" "));
    }
}

#[test]
fn neither_chains_nor_heaps_of_operators_break_the_reader() {
    let rule = |condition: String| {
        format!("@id(\"a\") forbid (principal, action == Action::\"Request\", resource) when {{ {condition} }};")
    };
    for condition in [
        "!".repeat(900),
        "-".repeat(900) + "1 == 1",
        format!("principal{}", ".email".repeat(140)),
        format!("{}true", "if true then ".repeat(60)),
        format!("{}true", "true||".repeat(140)),
        format!("{}[]{} == []", "[".repeat(14), "]".repeat(14)),
        format!("principal has {}a", "a.".repeat(400)),
    ] {
        assert!(load(&rule(condition.clone())).is_err() || condition.starts_with("true||"), "{condition}");
    }
}
