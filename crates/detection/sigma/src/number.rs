use std::cmp::Ordering;

/// A number as rules and logs hold it.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    /// Reads decimal integers, `0x…` integers and decimal fractions; blanks around them are
    /// ignored, since logs pad. Words such as `inf` and `nan` are no numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let unsigned = text.trim_start_matches(['-', '+']);
        if text.len() - unsigned.len() > 1
            || !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            return None;
        }
        if let Some(digits) = unsigned
            .strip_prefix("0x")
            .or_else(|| unsigned.strip_prefix("0X"))
        {
            let value = i128::from_str_radix(digits, 16)
                .ok()
                .filter(|_| !digits.starts_with(['-', '+']))?;
            return Some(Self::Int(if text.starts_with('-') {
                -value
            } else {
                value
            }));
        }
        match text.parse::<i128>() {
            Ok(value) => Some(Self::Int(value)),
            Err(_) => text
                .parse::<f64>()
                .ok()
                .filter(|value| value.is_finite())
                .map(Self::Float),
        }
    }

    /// `None` only when a side is not a number at all (NaN).
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            (a, b) => a.as_f64().partial_cmp(&b.as_f64()),
        }
    }

    /// The nearest floating-point number.
    pub fn as_f64(self) -> f64 {
        match self {
            #[allow(clippy::cast_precision_loss)]
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.compare(*other) == Some(Ordering::Equal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_logs_write_them() {
        for (text, number) in [
            ("42", Some(Number::Int(42))),
            (" -7 ", Some(Number::Int(-7))),
            ("0x1F", Some(Number::Int(31))),
            ("-0x10", Some(Number::Int(-16))),
            ("1.5", Some(Number::Float(1.5))),
            ("1e3", Some(Number::Int(1000))),
            ("18446744073709551615", Some(Number::Int(u64::MAX.into()))),
            ("", None),
            ("inf", None),
            ("NaN", None),
            ("0x-1", None),
            ("--1", None),
            ("12 apples", None),
        ] {
            assert_eq!(Number::parse(text), number, "{text}");
        }
    }
}
