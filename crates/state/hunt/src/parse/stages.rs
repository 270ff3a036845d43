use super::Parser;
use crate::{Error, Field, Filter, Output, Query, Sort, SortKey};

const STAGES: &str = "`count`, `top`, `rare`, `sort`, `limit` or `fields` after `|`";

impl Parser<'_> {
    /// Everything from the first `|`.
    pub(super) fn stages(&mut self, filter: Filter) -> Result<Query, Error> {
        let mut query = Query {
            filter,
            ..Query::all()
        };
        loop {
            self.cursor.skip_space();
            if !self.cursor.take('|') {
                return Ok(query);
            }
            self.cursor.skip_space();
            self.stage(&mut query)?;
        }
    }

    fn stage(&mut self, query: &mut Query) -> Result<(), Error> {
        let at = self.cursor.at();
        let word = self
            .cursor
            .take_while(char::is_alphanumeric)
            .to_ascii_lowercase();
        match word.as_str() {
            "count" => {
                let by = if self.takes("by") {
                    self.fields()?
                } else {
                    Vec::new()
                };
                self.output(query, Output::Count { by }, at)
            }
            "top" => self.extremes(query, at, true),
            "rare" => self.extremes(query, at, false),
            "fields" => {
                let fields = self.fields()?;
                self.output(query, Output::Fields(fields), at)
            }
            "sort" => self.sort(query, at),
            "limit" | "head" => {
                let limit = self.whole_number()?;
                query.limit = Some(query.limit.map_or(limit, |old| old.min(limit)));
                Ok(())
            }
            _ => {
                self.cursor.back_to(at);
                Err(self.expected(STAGES))
            }
        }
    }

    /// `top N a, b` is `count by a, b | sort count desc | limit N`; `rare` starts at the other end.
    fn extremes(&mut self, query: &mut Query, at: usize, descending: bool) -> Result<(), Error> {
        self.cursor.skip_space();
        let digits = self.cursor.peek().is_some_and(|c| c.is_ascii_digit());
        let limit = if digits { self.whole_number()? } else { 10 };
        self.takes("by");
        let by = self.fields()?;
        self.output(query, Output::Count { by }, at)?;
        query.sort = vec![Sort {
            key: SortKey::Count,
            descending,
        }];
        query.limit = Some(limit);
        Ok(())
    }

    fn output(&self, query: &mut Query, output: Output, at: usize) -> Result<(), Error> {
        if query.output != Output::Events {
            let problem = "one of `count`, `top`, `rare` and `fields` can stand in a query";
            return Err(Error::Meaningless { at, problem });
        }
        if !query.sort.is_empty() || query.limit.is_some() {
            let problem = "`sort` and `limit` stand after `count`, `top`, `rare` and `fields`";
            return Err(Error::Meaningless { at, problem });
        }
        query.output = output;
        Ok(())
    }

    fn sort(&mut self, query: &mut Query, at: usize) -> Result<(), Error> {
        if !query.sort.is_empty() || query.limit.is_some() {
            let problem = "`sort` stands once, before `limit`; `top` and `rare` sort already";
            return Err(Error::Meaningless { at, problem });
        }
        self.takes("by");
        loop {
            let sort = self.sort_key(&query.output)?;
            query.sort.push(sort);
            if !self.takes_comma() {
                return Ok(());
            }
        }
    }

    fn sort_key(&mut self, output: &Output) -> Result<Sort, Error> {
        self.cursor.skip_space();
        let minus = self.cursor.take('-');
        let at = self.cursor.at();
        let name = self
            .take_name(false)
            .ok_or_else(|| self.expected("a field to sort by"))?;
        let key = match output {
            Output::Count { .. } if name == "count" => SortKey::Count,
            Output::Count { by } => {
                let among = by.iter().find(|field| field.written == name).cloned();
                let problem = "an answer of counts is sorted by `count` or by a field it counts by";
                SortKey::Field(among.ok_or(Error::Meaningless { at, problem })?)
            }
            _ => SortKey::Field(self.field(name, at)?),
        };
        let descending = self.takes("desc");
        let ascending = !descending && self.takes("asc");
        let descending = descending || (minus && !ascending);
        Ok(Sort { key, descending })
    }

    fn fields(&mut self) -> Result<Vec<Field>, Error> {
        let mut fields = Vec::new();
        loop {
            self.cursor.skip_space();
            let at = self.cursor.at();
            let name = self
                .take_name(false)
                .ok_or_else(|| self.expected("a field's name"))?;
            self.count_term(at)?;
            fields.push(self.field(name, at)?);
            if !self.takes_comma() {
                return Ok(fields);
            }
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        let at = self.cursor.at();
        self.cursor.skip_space();
        let found = self.cursor.take_word(word) || self.cursor.take_word_before(word, ',');
        if !found {
            self.cursor.back_to(at);
        }
        found
    }

    fn takes_comma(&mut self) -> bool {
        self.cursor.skip_space();
        self.cursor.take(',')
    }

    fn whole_number(&mut self) -> Result<u32, Error> {
        self.cursor.skip_space();
        let at = self.cursor.at();
        let value = self.cursor.take_while(|c| !c.is_whitespace() && c != '|');
        match value.parse::<u32>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(Error::BadValue {
                at,
                value,
                expected: "a whole number from 1",
            }),
        }
    }
}
