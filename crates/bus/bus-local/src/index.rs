//! Which message has which subject, so that a filtered consumer reads only its own.

use std::collections::{HashMap, VecDeque};

use aurora_model::Subject;

/// Four bytes for each message kept, and each subject once.
#[derive(Debug)]
pub(crate) struct Index {
    first: u64,
    /// The subject's number, of message `first` on.
    by_seq: VecDeque<u32>,
    subjects: Vec<Subject>,
    numbers: HashMap<Subject, u32>,
}

/// A consumer's filters, answered once for each subject.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    patterns: Vec<String>,
    hits: Vec<bool>,
}

impl Index {
    pub(crate) fn new(first: u64) -> Self {
        Self {
            first,
            by_seq: VecDeque::new(),
            subjects: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    pub(crate) fn last(&self) -> u64 {
        self.first + self.by_seq.len() as u64 - 1
    }

    /// The number of a subject, a new one if need be.
    pub(crate) fn number(&mut self, subject: &Subject) -> u32 {
        if let Some(number) = self.numbers.get(subject) {
            return *number;
        }
        let number = u32::try_from(self.subjects.len()).expect("fewer subjects than messages");
        self.subjects.push(subject.clone());
        self.numbers.insert(subject.clone(), number);
        number
    }

    pub(crate) fn push(&mut self, number: u32) {
        self.by_seq.push_back(number);
    }

    pub(crate) fn trim_before(&mut self, first: u64) {
        while self.first < first && self.by_seq.pop_front().is_some() {
            self.first += 1;
        }
    }

    /// The first message at or after `seq` that the filter lets through.
    pub(crate) fn find(&self, filter: &Filter, seq: u64) -> Option<u64> {
        let from = seq.max(self.first);
        let skip = usize::try_from(from - self.first).ok()?;
        let mut numbers = self.by_seq.range(skip.min(self.by_seq.len())..);
        numbers
            .position(|number| filter.hits(*number))
            .map(|i| from + i as u64)
    }

    /// How many messages from `seq` on the filter lets through.
    pub(crate) fn count(&self, filter: &Filter, seq: u64) -> u64 {
        let skip = usize::try_from(seq.max(self.first) - self.first).unwrap_or(usize::MAX);
        let numbers = self.by_seq.range(skip.min(self.by_seq.len())..);
        numbers.filter(|number| filter.hits(**number)).count() as u64
    }
}

impl Filter {
    pub(crate) fn new(patterns: Vec<String>) -> Self {
        Self {
            patterns,
            hits: Vec::new(),
        }
    }

    /// Answers for the subjects that came since the last time.
    pub(crate) fn learn(&mut self, index: &Index) {
        for subject in &index.subjects[self.hits.len()..] {
            let all = self.patterns.is_empty();
            self.hits
                .push(all || self.patterns.iter().any(|p| subject.matches(p)));
        }
    }

    pub(crate) fn hits(&self, number: u32) -> bool {
        self.hits.get(number as usize).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_the_filter_lets_through() {
        let mut index = Index::new(5);
        for name in ["a.1", "b.1", "a.2", "b.2", "a.1"] {
            let number = index.number(&Subject::from(name));
            index.push(number);
        }
        let mut filter = Filter::new(vec!["a.*".into()]);
        filter.learn(&index);
        let found: Vec<_> = (1..=10).map(|seq| index.find(&filter, seq)).collect();
        let (a, b, c) = (Some(5), Some(7), Some(9));
        assert_eq!(found, [a, a, a, a, a, b, b, c, c, None]);
        assert_eq!((index.count(&filter, 1), index.count(&filter, 6)), (3, 2));
        index.trim_before(8);
        assert_eq!(
            (index.first(), index.last(), index.find(&filter, 1)),
            (8, 9, c)
        );
        index.trim_before(99);
        assert_eq!(
            (index.first(), index.last(), index.find(&filter, 1)),
            (10, 9, None)
        );
    }
}
