use crate::number::Number;

/// A scalar by YAML 1.2's core schema. Numbers keep the text they were written with, because
/// `0x1F` in a log is text as often as it is a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Number(Number, String),
    Text(String),
}

impl Scalar {
    /// What a plain (unquoted) scalar means.
    pub fn resolve(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "true" | "True" | "TRUE" => Self::Bool(true),
            "false" | "False" | "FALSE" => Self::Bool(false),
            _ => match plain_number(text) {
                Some(number) => Self::Number(number, text.to_owned()),
                None => Self::Text(text.to_owned()),
            },
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(_, text) | Self::Text(text) => text.clone(),
        }
    }

    pub fn describe(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => format!("`{value}`"),
            Self::Number(_, text) => format!("the number {text}"),
            Self::Text(text) => quoted(text),
        }
    }
}

/// Text in backquotes, shortened to what an error message can bear.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

fn plain_number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0o") {
        return i128::from_str_radix(digits, 8).ok().map(Number::Int);
    }
    let first = text.trim_start_matches(['-', '+']).bytes().next()?;
    let numeric = first.is_ascii_digit() || first == b'.';
    if numeric { Number::parse(text) } else { None }
}
