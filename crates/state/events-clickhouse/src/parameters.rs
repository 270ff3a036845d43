//! Values on their way to the engine, beside the statement and never in it.

/// Parameters of one statement. Equal values share a place.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    values: Vec<String>,
}

impl Parameters {
    /// Binds a text and gives its place, `{p3:String}`.
    pub(crate) fn text(&mut self, text: &str) -> String {
        format!("{{{}:String}}", self.place(escape(text)))
    }

    pub(crate) fn int(&mut self, number: i64) -> String {
        format!("{{{}:Int64}}", self.place(number.to_string()))
    }

    pub(crate) fn float(&mut self, number: f64) -> String {
        format!("{{{}:Float64}}", self.place(number.to_string()))
    }

    fn place(&mut self, value: String) -> String {
        let found = self.values.iter().position(|other| *other == value);
        let at = found.unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        format!("p{at}")
    }

    /// `name, value` as the protocol wants them.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (String, &str)> {
        self.values
            .iter()
            .enumerate()
            .map(|(at, value)| (format!("param_p{at}"), value.as_str()))
    }
}

/// ClickHouse reads a parameter as a field of its tab-separated format.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_reach_the_statement() {
        let mut parameters = Parameters::default();
        assert_eq!(parameters.text("'; DROP"), "{p0:String}");
        assert_eq!(parameters.text("a\tb\\"), "{p1:String}");
        assert_eq!(parameters.text("'; DROP"), "{p0:String}");
        assert_eq!(parameters.int(-5), "{p2:Int64}");
        let pairs: Vec<_> = parameters.pairs().collect();
        assert_eq!(pairs[1], ("param_p1".to_owned(), "a\\tb\\\\"));
    }
}
