//! Whose record is this? All sources' marks are looked for in one pass.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// The marks of a list of sources, by their places in the list.
#[derive(Debug)]
pub(crate) struct Marks {
    automaton: Option<AhoCorasick>,
    count: usize,
    /// For each source the lists of which one must be found whole.
    sources: Vec<Vec<Wanted>>,
}

#[derive(Debug, Default)]
struct Wanted {
    found: Vec<usize>,
    starts: Vec<Box<[u8]>>,
}

/// Which marks stand in a record.
pub(crate) struct Seen(Vec<u64>);

/// A mark beyond this many bytes is not looked for: detection reads a record's head, not a megabyte.
const HEAD_BYTES: usize = 64 * 1024;

impl Marks {
    pub(crate) fn new<'d>(sources: impl Iterator<Item = &'d [Vec<String>]>) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut place = |text: &str| match texts.iter().position(|known| known == text) {
            Some(at) => at,
            None => {
                texts.push(text.to_owned());
                texts.len() - 1
            }
        };
        let mut wanted = |list: &Vec<String>| {
            let mut wanted = Wanted::default();
            for mark in list {
                match mark.strip_prefix('^') {
                    Some(start) => wanted.starts.push(start.as_bytes().into()),
                    None => wanted.found.push(place(mark)),
                }
            }
            wanted
        };
        let sources = sources
            .map(|lists| lists.iter().map(&mut wanted).collect())
            .collect();
        let automaton = (!texts.is_empty()).then(|| {
            AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::DFA))
                .match_kind(MatchKind::Standard)
                .build(&texts)
                .expect("a few hundred short marks fit")
        });
        Self {
            automaton,
            count: texts.len(),
            sources,
        }
    }

    pub(crate) fn look(&self, body: &[u8]) -> Seen {
        let mut bits = vec![0_u64; self.count.div_ceil(64)];
        if let Some(automaton) = &self.automaton {
            let head = &body[..body.len().min(HEAD_BYTES)];
            for found in automaton.find_overlapping_iter(head) {
                let at = found.pattern().as_usize();
                bits[at / 64] |= 1 << (at % 64);
            }
        }
        Seen(bits)
    }

    /// Whether the record has what the source at this place wants; `None` when it wants nothing.
    pub(crate) fn fits(&self, at: usize, seen: &Seen, body: &[u8]) -> Option<bool> {
        let lists = &self.sources[at];
        let has = |mark: &usize| seen.0[mark / 64] & (1 << (mark % 64)) != 0;
        let start = body.trim_ascii_start();
        let whole = |wanted: &Wanted| {
            wanted.found.iter().all(has) && wanted.starts.iter().all(|s| start.starts_with(s))
        };
        (!lists.is_empty()).then(|| lists.iter().any(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_together_or_not_at_all() {
        let lists = |lists: &[&[&str]]| -> Vec<Vec<String>> {
            let owned = |list: &&[&str]| list.iter().map(|mark| (*mark).to_owned()).collect();
            lists.iter().map(owned).collect()
        };
        let sources = [
            lists(&[&["\"a\"", "\"b\""], &["^CEF:"]]),
            lists(&[]),
            lists(&[&["\"a\""]]),
        ];
        let marks = Marks::new(sources.iter().map(Vec::as_slice));
        let check = |body: &str| -> Vec<Option<bool>> {
            let seen = marks.look(body.as_bytes());
            (0..3)
                .map(|at| marks.fits(at, &seen, body.as_bytes()))
                .collect()
        };
        assert_eq!(check(r#"{"a":1,"b":2}"#), [Some(true), None, Some(true)]);
        assert_eq!(check(r#"{"a":1}"#), [Some(false), None, Some(true)]);
        assert_eq!(check(" CEF:0|"), [Some(true), None, Some(false)]);
        assert_eq!(check("x CEF:0|"), [Some(false), None, Some(false)]);
    }
}
