//! The nearest known name to a mistyped one, for errors that teach.
//!
//! What it is: one function, [`nearest`], and the rule of what is near enough to be suggested.
//! What it is not: a search; the caller knows the candidates. Start reading at [`nearest`].

/// Longer words are not names; comparing them would cost the product of both lengths.
const LONGEST: usize = 256;

/// The candidate that is the fewest edits away from `word`, the first of several; none when even
/// that one is too far to be what was meant: more than one edit in three characters.
///
/// An edit inserts, removes or replaces a character, or swaps two neighbours. ASCII case does not
/// count.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let limit = (length / 3).max(1);
    let word = word.to_ascii_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| {
            let edits = strsim::osa_distance(&word, &candidate.to_ascii_lowercase());
            (edits, candidate)
        })
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, known: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(word, known.iter().copied()), expected, "{word}");
    }

    #[test]
    fn a_slip_finds_the_name() {
        let keys = ["listen", "retention_days", "data_dir"];
        check("retension_days", &keys, Some("retention_days"));
        check("datadir", &keys, Some("data_dir"));
        let modifiers = ["contains", "startswith", "endswith", "re"];
        check("contain", &modifiers, Some("contains"));
        check("StartWith", &modifiers, Some("startswith"));
        check("er", &modifiers, Some("re"));
        let fields = ["process.cmd_line", "process.name", "user.name"];
        check("proces.cmdline", &fields, Some("process.cmd_line"));
        check("User.nam", &fields, Some("user.name"));
    }

    #[test]
    fn nonsense_finds_none() {
        check("zzzz", &["user.name", "zz"], None);
        check("quantum", &["contains", "re"], None);
        check("", &["re"], None);
        check("x", &[], None);
        let long = "x".repeat(LONGEST + 1);
        check(&long, &[&long], None);
    }

    #[test]
    fn of_two_that_are_as_near_the_first_is_given() {
        check("endwith", &["endswith", "endwiths"], Some("endswith"));
    }
}
