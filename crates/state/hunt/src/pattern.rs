/// Text with wildcards. Compared without regard to case, over the whole value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// `*`: any run of characters, also none.
    AnyRun,
    /// `?`: exactly one character.
    AnyOne,
}

impl Pattern {
    /// Joins neighbouring texts and drops repeated `*`, so that equal patterns are equal values.
    pub fn new(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (joined.last_mut(), piece) {
                (_, Piece::Text(text)) if text.is_empty() => {}
                (Some(Piece::Text(last)), Piece::Text(text)) => last.push_str(&text),
                (Some(Piece::AnyRun), Piece::AnyRun) => {}
                (_, piece) => joined.push(piece),
            }
        }
        Self { pieces: joined }
    }

    /// Exactly this text.
    pub fn literal(text: &str) -> Self {
        Self::new([Piece::Text(text.to_owned())])
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The text, where there is no wildcard.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it is `*` alone.
    pub fn is_any(&self) -> bool {
        self.pieces == [Piece::AnyRun]
    }

    /// The same pattern anywhere in a text.
    #[must_use]
    pub fn anywhere(&self) -> Self {
        let pieces = self.pieces.iter().cloned();
        Self::new(
            [Piece::AnyRun]
                .into_iter()
                .chain(pieces)
                .chain([Piece::AnyRun]),
        )
    }

    /// Whether the whole of `text` fits. Plain and quadratic at worst.
    pub fn is_match(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().map(fold).collect();
        let atoms: Vec<Atom> = self.pieces.iter().flat_map(atoms).collect();
        fits(&atoms, &text)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Atom {
    One(char),
    AnyOne,
    AnyRun,
}

fn atoms(piece: &Piece) -> Vec<Atom> {
    match piece {
        Piece::Text(text) => text.chars().map(|c| Atom::One(fold(c))).collect(),
        Piece::AnyRun => vec![Atom::AnyRun],
        Piece::AnyOne => vec![Atom::AnyOne],
    }
}

/// One character for one, so that `?` keeps its meaning: the few that fold to more stay themselves.
fn fold(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Greedy with one point to come back to, the last `*` seen.
fn fits(atoms: &[Atom], text: &[char]) -> bool {
    let (mut a, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match atoms.get(a) {
            Some(Atom::AnyRun) => {
                back = Some((a, t));
                a += 1;
            }
            Some(Atom::AnyOne) => (a, t) = (a + 1, t + 1),
            Some(Atom::One(c)) if *c == text[t] => (a, t) = (a + 1, t + 1),
            _ => {
                let Some((star, from)) = back else {
                    return false;
                };
                back = Some((star, from + 1));
                (a, t) = (star + 1, from + 1);
            }
        }
    }
    atoms[a..].iter().all(|atom| *atom == Atom::AnyRun)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text.chars().map(|c| match c {
            '*' => Piece::AnyRun,
            '?' => Piece::AnyOne,
            c => Piece::Text(c.to_string()),
        }))
    }

    #[test]
    fn patterns_fit_whole_texts() {
        for (wanted, text) in [
            ("*mimi*katz*", "C:\\MIMIxKATZ.exe"),
            ("a*b*c", "aXbXbXc"),
            ("?", "ü"),
            ("STRASSE ä", "strasse Ä"),
            ("*", ""),
            ("", ""),
            ("a**?", "ab"),
        ] {
            assert!(pattern(wanted).is_match(text), "{wanted} {text}");
        }
        for (wanted, text) in [
            ("a", "ab"),
            ("?", ""),
            ("*b", "ba"),
            ("a?c", "ac"),
            ("", "x"),
        ] {
            assert!(!pattern(wanted).is_match(text), "{wanted} {text}");
        }
    }
}
