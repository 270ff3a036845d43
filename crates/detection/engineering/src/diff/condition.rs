use aurora_sigma::{Detection, Expr};

/// A rule's conditions as Sigma writes them, `1 of` and `all of` written out.
pub(super) fn conditions(detection: &Detection) -> String {
    let selections = detection.selections.iter();
    let names: Vec<&str> = selections.map(|one| one.name.as_str()).collect();
    let all = detection.conditions.iter();
    let texts: Vec<String> = all.map(|expr| over(expr, &names)).collect();
    texts.join("; ")
}

/// An expression over these names.
pub(super) fn over(expr: &Expr, names: &[&str]) -> String {
    text(expr, names, 0)
}

/// `tightness`: 0 anything, 1 no `or` without brackets, 2 no `and` either.
fn text(expr: &Expr, names: &[&str], tightness: u8) -> String {
    let each = |terms: &[Expr], word: &str, inner: u8| {
        let terms: Vec<String> = terms.iter().map(|t| text(t, names, inner)).collect();
        terms.join(word)
    };
    let (written, own) = match expr {
        Expr::Selection(index) => (names.get(*index).copied().unwrap_or("?").to_owned(), 3),
        Expr::Not(inner) => (format!("not {}", text(inner, names, 2)), 2),
        Expr::And(terms) => (each(terms, " and ", 1), 1),
        Expr::Or(terms) => (each(terms, " or ", 0), 0),
    };
    if own < tightness {
        format!("({written})")
    } else {
        written
    }
}
