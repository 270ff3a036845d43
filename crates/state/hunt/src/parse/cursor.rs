/// A place in the text, counted in characters.
pub(super) struct Cursor {
    text: Vec<char>,
    at: usize,
}

impl Cursor {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.chars().collect(),
            at: 0,
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    pub(super) fn take(&mut self, wanted: char) -> bool {
        let here = self.peek() == Some(wanted);
        self.at += usize::from(here);
        here
    }

    pub(super) fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.since(start)
    }

    pub(super) fn since(&self, start: usize) -> String {
        self.text[start..self.at].iter().collect()
    }

    /// Takes `word` in any case when it stands alone.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let end = self.at + word.len();
        let Some(here) = self.text.get(self.at..end) else {
            return false;
        };
        let same = here
            .iter()
            .zip(word.chars())
            .all(|(a, b)| a.eq_ignore_ascii_case(&b));
        let alone = match self.text.get(end) {
            None => true,
            Some(c) => c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"' | ']' | '}'),
        };
        if same && alone {
            self.at = end;
        }
        same && alone
    }

    /// Takes `word` in any case when `end` follows it, leaving `end`.
    pub(super) fn take_word_before(&mut self, word: &str, end: char) -> bool {
        let at = self.at;
        if self.take_word_prefix(word) && self.peek() == Some(end) {
            return true;
        }
        self.at = at;
        false
    }

    pub(super) fn take_word_prefix(&mut self, word: &str) -> bool {
        let end = self.at + word.len();
        let Some(here) = self.text.get(self.at..end) else {
            return false;
        };
        let same = here
            .iter()
            .zip(word.chars())
            .all(|(a, b)| a.eq_ignore_ascii_case(&b));
        if same {
            self.at = end;
        }
        same
    }

    /// What stands here, for an error.
    pub(super) fn found(&self) -> String {
        match self.peek() {
            None => "the end".to_owned(),
            Some(_) => {
                let word = self.text[self.at..].iter().take(24);
                let mut text: String = word.take_while(|c| !c.is_whitespace()).collect();
                if text.is_empty() {
                    text.push(' ');
                }
                format!("`{text}`")
            }
        }
    }
}
