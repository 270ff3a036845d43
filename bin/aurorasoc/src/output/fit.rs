//! How a table fits into a terminal: which widths its columns get, or which of them stand below.

/// What a column would like, in terminal columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Its longest cell or heading.
    pub whole: usize,
    /// Its longest word: narrower than this, words break.
    pub word: usize,
    /// Of a column of figures, the longest of them: they never break, though their heading may.
    pub figure: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Side by side, in these widths.
    Beside(Vec<usize>),
    /// These columns side by side, as wide as they like; the others below each row.
    Below(Vec<usize>),
    /// No two columns fit beside each other.
    List,
}

/// Blank columns between two columns.
pub const GAP: usize = 2;
/// Columns as narrow as a time are never broken while something else can give way.
const SHORT: usize = 20;

pub fn fit(wishes: &[Wish], width: usize) -> Fit {
    let gaps = GAP * wishes.len().saturating_sub(1);
    let room = width.saturating_sub(gaps);
    let is_short = |wish: &Wish| wish.figure.is_some() || wish.whole <= SHORT;
    for word in [30, 16] {
        let least = |wish: &Wish| match is_short(wish) {
            true => wish.whole,
            false => wish.word.min(word).max(SHORT.min(word)),
        };
        if let Some(widths) = shared(wishes, least, room) {
            return Fit::Beside(widths);
        }
    }
    let short = wishes.iter().enumerate();
    let short: Vec<usize> = short
        .filter_map(|(index, wish)| is_short(wish).then_some(index))
        .collect();
    let taken: usize = short.iter().map(|index| wishes[*index].whole).sum();
    let fits = taken + GAP * short.len().saturating_sub(1) <= width;
    if fits && !short.is_empty() && short.len() < wishes.len() {
        return Fit::Below(short);
    }
    let least = |wish: &Wish| match wish.figure {
        Some(figure) => figure.max(6).min(wish.whole),
        None => wish.whole.min(10),
    };
    match shared(wishes, least, room) {
        Some(widths) => Fit::Beside(widths),
        None => Fit::List,
    }
}

/// Everybody's least, and what is left in equal parts to those that want more.
fn shared(wishes: &[Wish], least: impl Fn(&Wish) -> usize, room: usize) -> Option<Vec<usize>> {
    let mut widths: Vec<usize> = wishes.iter().map(least).collect();
    let mut rest = room.checked_sub(widths.iter().sum())?;
    while rest > 0 {
        let before = rest;
        for (width, wish) in widths.iter_mut().zip(wishes) {
            if *width < wish.whole && rest > 0 {
                *width += 1;
                rest -= 1;
            }
        }
        if rest == before {
            break;
        }
    }
    Some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn text(whole: usize, word: usize) -> Wish {
        Wish {
            whole,
            word,
            figure: None,
        }
    }

    const fn number(whole: usize) -> Wish {
        Wish {
            whole,
            word: whole,
            figure: Some(5),
        }
    }

    /// A list of alerts: id, severity, when, matches, about, title.
    const ALERTS: [Wish; 6] = [
        text(8, 8),
        text(10, 8),
        text(7, 3),
        number(7),
        text(29, 29),
        text(55, 14),
    ];

    #[test]
    fn what_fits_is_as_wide_as_it_likes() {
        assert_eq!(
            fit(&ALERTS, 126),
            Fit::Beside(vec![8, 10, 7, 7, 29, 55]),
            "exactly"
        );
        assert_eq!(fit(&ALERTS, 300), Fit::Beside(vec![8, 10, 7, 7, 29, 55]));
    }

    #[test]
    fn long_texts_wrap_before_short_ones_break() {
        assert_eq!(fit(&ALERTS, 100), Fit::Beside(vec![8, 10, 7, 7, 29, 29]));
        assert_eq!(fit(&ALERTS, 80), Fit::Beside(vec![8, 10, 7, 7, 19, 19]));
    }

    #[test]
    fn what_does_not_fit_beside_stands_below() {
        assert_eq!(fit(&ALERTS, 60), Fit::Below(vec![0, 1, 2, 3]));
        assert_eq!(fit(&ALERTS, 38), Fit::Below(vec![0, 1, 2, 3]));
        assert_eq!(fit(&ALERTS, 37), Fit::List);
    }

    #[test]
    fn figures_alone_become_a_list_and_never_break() {
        let ledger = [text(15, 15), number(9), number(9), number(9)];
        assert_eq!(fit(&ledger, 48), Fit::Beside(vec![15, 9, 9, 9]));
        assert_eq!(fit(&ledger, 40), Fit::Beside(vec![12, 8, 7, 7]));
        assert_eq!(fit(&ledger, 33), Fit::List);
    }

    #[test]
    fn nothing_overruns_the_terminal() {
        for width in 40..200 {
            match fit(&ALERTS, width) {
                Fit::Beside(widths) => {
                    assert!(widths.iter().sum::<usize>() + GAP * 5 <= width, "{width}");
                }
                Fit::Below(short) => {
                    let taken: usize = short.iter().map(|index| ALERTS[*index].whole).sum();
                    assert!(taken + GAP * (short.len() - 1) <= width, "{width}");
                }
                Fit::List => {}
            }
        }
    }
}
