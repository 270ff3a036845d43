use crate::document::Options;
use crate::error::{Error, Location};

/// More variants than any table of a site's machines needs.
const MAX_VARIANTS: usize = 10_000;

/// Every text that `%name%` placeholders expand to; `\%` is a plain percent sign.
///
/// # Errors
/// [`Error::Placeholder`] when a name has no values.
pub(super) fn expand(
    text: &str,
    options: &Options<'_>,
    at: &Location,
) -> Result<Vec<String>, Error> {
    let mut variants = vec![String::new()];
    let mut rest = text;
    while let Some((before, after)) = split_at_percent(rest) {
        append(&mut variants, &before);
        let Some((name, tail)) = after.split_once('%') else {
            append(&mut variants, "%");
            rest = after;
            continue;
        };
        let Some(values) = options.placeholders.and_then(|table| table.get(name)) else {
            return Err(Error::Placeholder {
                at: at.clone(),
                name: name.to_owned(),
            });
        };
        if variants.len().saturating_mul(values.len()) > MAX_VARIANTS {
            let what = "the number of expanded values";
            return Err(Error::TooLarge {
                at: at.clone(),
                what,
                limit: MAX_VARIANTS,
            });
        }
        variants = variants
            .iter()
            .flat_map(|v| values.iter().map(move |w| format!("{v}{w}")))
            .collect();
        rest = tail;
    }
    append(&mut variants, &rest.replace(r"\%", "%"));
    Ok(variants)
}

/// What stands before the first unescaped `%`, and what follows it.
fn split_at_percent(text: &str) -> Option<(String, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '%' if !escaped => return Some((text[..at].replace(r"\%", "%"), &text[at + 1..])),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

fn append(variants: &mut [String], text: &str) {
    variants
        .iter_mut()
        .for_each(|variant| variant.push_str(text));
}
