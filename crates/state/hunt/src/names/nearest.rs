/// The candidate that takes the fewest edits, if those are few for its length.
pub(super) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let best = candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .min_by_key(|(edits, candidate)| (*edits, candidate.len()))?;
    (best.0 <= (name.len() / 3).max(1)).then_some(best.1)
}

/// Levenshtein's distance over bytes, without regard to case. Names are short.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 8 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(!x.eq_ignore_ascii_case(y));
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_name_and_nonsense_finds_none() {
        let names = ["process.cmd_line", "process.name", "user.name"];
        assert_eq!(nearest("proces.cmdline", names), Some("process.cmd_line"));
        assert_eq!(nearest("User.nam", names), Some("user.name"));
        assert_eq!(nearest("zzzz", names), None);
    }
}
