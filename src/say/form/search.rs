//! Searching among what may be asked for: the best match first, under the headings it is listed under.

use super::{Choice, Group, MOST_LISTED};

/// In so many characters a mistyped word differs from one that is there: one is missing, wrong, too many or swapped.
const NEAR: usize = 1;

/// Shorter words are near to too many.
const LEAST_TO_BE_NEAR: usize = 4;

/// The groups with what was typed in an option's name or id or the group's name: every word of it, in any order. At most
/// [`MOST_LISTED`] options in all; of nothing typed the first.
#[must_use]
pub fn search(all: &[Group], typed: &str) -> Vec<Group> {
    let words: Vec<String> = typed.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let options = all.iter().flat_map(|group| group.options.iter().map(move |option| (group, option)));
    let mut found: Vec<(u32, &Group, &Choice)> =
        options.filter_map(|(group, option)| Some((score(&words, group, option)?, group, option))).collect();
    // What is equally good stays in the order in which it is listed.
    found.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    let mut groups: Vec<Group> = Vec::new();
    for (_, group, option) in found.into_iter().take(MOST_LISTED) {
        match groups.iter_mut().find(|known| known.label == group.label) {
            Some(known) => known.options.push(option.clone()),
            None => groups.push(Group { label: group.label.clone(), options: vec![option.clone()] }),
        }
    }
    groups
}

/// How good a match is; nothing where a word is not there.
fn score(words: &[String], group: &Group, option: &Choice) -> Option<u32> {
    let text = format!("{} {} {}", option.label, group.label, option.value).to_lowercase();
    let there: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let of = |word: &String| match word.as_str() {
        word if text.split_whitespace().chain(there.iter().copied()).any(|known| known == word) => Some(4),
        word if there.iter().any(|known| known.starts_with(word)) => Some(3),
        word if text.contains(word) => Some(2),
        word if there.iter().any(|known| is_near(word, known)) => Some(1),
        _ => None,
    };
    words.iter().map(of).sum()
}

fn is_near(word: &str, known: &str) -> bool {
    word.chars().count() >= LEAST_TO_BE_NEAR && strsim::osa_distance(word, known) <= NEAR
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(label: &str, options: &[&str]) -> Group {
        let choice = |name: &&str| Choice {
            label: format!("{name} · {label}"),
            value: format!("{}/{}", label.to_lowercase().replace(' ', "-"), name.to_lowercase()),
            description: None,
        };
        Group { label: label.to_owned(), options: options.iter().map(choice).collect() }
    }

    fn company() -> Vec<Group> {
        vec![
            group("Audit", &["Reader"]),
            group("Billing", &["Read", "Admin"]),
            group("Data Warehouse", &["Read", "Write"]),
            group("Production Database", &["Read", "Administer"]),
        ]
    }

    fn found(typed: &str) -> Vec<String> {
        let groups = search(&company(), typed);
        groups.into_iter().flat_map(|group| group.options).map(|option| option.label).collect()
    }

    #[test]
    fn of_nothing_typed_all_is_listed_as_it_stands() {
        assert_eq!(search(&company(), "  "), company());
    }

    #[test]
    fn the_best_match_comes_first_under_its_own_heading() {
        assert_eq!(found("admin"), ["Admin · Billing", "Administer · Production Database"]);
        assert_eq!(
            found("data"),
            [
                "Read · Data Warehouse",
                "Write · Data Warehouse",
                "Read · Production Database",
                "Administer · Production Database"
            ]
        );
        assert_eq!(search(&company(), "base read")[0].label, "Production Database");
        let read = found("read");
        assert_eq!(
            (read[0].as_str(), read[3].as_str()),
            ("Read · Billing", "Reader · Audit"),
            "the word before what it begins"
        );
    }

    #[test]
    fn every_word_counts_in_any_order_and_case_and_a_mistyped_one_is_understood() {
        assert_eq!(found("DATABASE read"), ["Read · Production Database"]);
        assert_eq!(found("production-database/read"), ["Read · Production Database"]);
        assert_eq!(found("prodution read"), ["Read · Production Database"]);
        assert_eq!(found("billing write"), Vec::<String>::new());
    }

    #[test]
    fn no_more_are_found_than_a_list_holds() {
        let names: Vec<String> = (0..240).map(|number| format!("Level{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let groups = search(&[group("Vast", &names)], "level");
        assert_eq!(groups.iter().map(|group| group.options.len()).sum::<usize>(), MOST_LISTED);
    }
}
