/// Why a text is no hunt. `at` counts characters from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("cannot read the query at character {at}: expected {expected}, found {found}")]
    Syntax {
        at: usize,
        expected: &'static str,
        found: String,
    },
    #[error("cannot read the query at character {at}: no field is called `{name}`{}", help(.nearest.as_deref()))]
    UnknownField {
        at: usize,
        name: String,
        nearest: Option<String>,
    },
    #[error(
        "cannot read the query at character {at}: `{name}` is an object: name one of its attributes, such as `{name}.{example}`"
    )]
    NotAValue {
        at: usize,
        name: String,
        example: String,
    },
    #[error("cannot read the query at character {at}: `{value}` is not {expected}")]
    BadValue {
        at: usize,
        value: String,
        expected: &'static str,
    },
    #[error("cannot read the query at character {at}: {problem}")]
    Meaningless { at: usize, problem: &'static str },
    #[error("cannot read a query of {bytes} bytes: the limit is {limit}")]
    TooLong { bytes: usize, limit: usize },
    #[error("cannot read the query at character {at}: it nests deeper than {limit}")]
    TooDeep { at: usize, limit: usize },
    #[error("cannot read the query at character {at}: it has more than {limit} terms")]
    TooManyTerms { at: usize, limit: usize },
}

fn help(nearest: Option<&str>) -> String {
    match nearest {
        Some(name) => format!(": did you mean `{name}`? A source's own field is `unmapped.NAME`"),
        None => ": a source's own field is `unmapped.NAME`, plain text is put in quotes".to_owned(),
    }
}

impl Error {
    /// The place in the text, in characters.
    pub fn at(&self) -> usize {
        match self {
            Self::Syntax { at, .. }
            | Self::UnknownField { at, .. }
            | Self::NotAValue { at, .. }
            | Self::BadValue { at, .. }
            | Self::Meaningless { at, .. }
            | Self::TooDeep { at, .. }
            | Self::TooManyTerms { at, .. } => *at,
            Self::TooLong { limit, .. } => *limit,
        }
    }

    /// The message, and the query's line with a mark below the place.
    pub fn render(&self, query: &str) -> String {
        let before: Vec<char> = query.chars().take(self.at()).collect();
        let start = before
            .iter()
            .rposition(|c| *c == '\n')
            .map_or(0, |line| line + 1);
        let line: String = query
            .chars()
            .skip(start)
            .take_while(|c| *c != '\n')
            .take(200)
            .collect();
        let mark = " ".repeat((before.len() - start).min(200));
        format!("{self}\n  {line}\n  {mark}^")
    }
}
