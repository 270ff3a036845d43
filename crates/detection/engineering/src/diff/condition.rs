use aurora_sigma::{Detection, Expr};

/// A rule's conditions as Sigma writes them, `1 of` and `all of` written out.
pub(super) fn conditions(detection: &Detection) -> String {
    let all = detection.conditions.iter();
    let texts: Vec<String> = all.map(|expr| text(expr, detection, 0)).collect();
    texts.join("; ")
}

/// `tightness`: 0 anything, 1 no `or` without brackets, 2 no `and` either.
fn text(expr: &Expr, detection: &Detection, tightness: u8) -> String {
    let each = |terms: &[Expr], word: &str, inner: u8| {
        let terms: Vec<String> = terms.iter().map(|t| text(t, detection, inner)).collect();
        terms.join(word)
    };
    let (written, own) = match expr {
        Expr::Selection(index) => (detection.selections[*index].name.clone(), 3),
        Expr::Not(inner) => (format!("not {}", text(inner, detection, 2)), 2),
        Expr::And(terms) => (each(terms, " and ", 1), 1),
        Expr::Or(terms) => (each(terms, " or ", 0), 0),
    };
    if own < tightness {
        format!("({written})")
    } else {
        written
    }
}
