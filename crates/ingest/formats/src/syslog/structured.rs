//! Structured data of RFC 5424, section 6.3.

use super::Element;

/// The elements, and the message after them. Where the grammar is broken the rest is message.
pub(super) fn structured_data(text: &str) -> (Vec<Element<'_>>, &str) {
    if let Some(rest) = text.strip_prefix('-') {
        return (Vec::new(), rest.strip_prefix(' ').unwrap_or(rest));
    }
    let mut elements = Vec::new();
    let mut rest = text;
    while let Some((element, after)) = rest.strip_prefix('[').and_then(element) {
        elements.push(element);
        rest = after;
    }
    (elements, rest.strip_prefix(' ').unwrap_or(rest))
}

fn element(text: &str) -> Option<(Element<'_>, &str)> {
    let end = text.find([' ', ']'])?;
    let (id, mut rest) = text.split_at(end);
    let mut params = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix(']') {
            return Some((
                Element {
                    id: id.into(),
                    params,
                },
                after,
            ));
        }
        let (name, quoted) = rest.trim_start_matches(' ').split_once("=\"")?;
        let (value, after) = value(quoted)?;
        params.push((name.into(), value));
        rest = after;
    }
}

/// Up to the closing quote; `\"`, `\\` and `\]` are escapes, any other backslash stands for itself.
fn value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.clone().next() {
                Some((_, next @ ('"' | '\\' | ']'))) => {
                    value.push(next);
                    chars.next();
                }
                _ => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    None
}
