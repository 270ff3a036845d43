//! Hunts to SQL.

mod expression;
mod filter;
mod output;

use aurora_events::{HuntOptions, TimeRange};
use aurora_hunt::{Filter, Query};
use aurora_model::Scope;

use crate::columns::Columns;
use crate::parameters::Parameters;

/// A statement with what is bound to it.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) statement: String,
    pub(crate) parameters: Parameters,
}

/// A hunt, and how its answer is read.
#[derive(Debug)]
pub(crate) struct Hunt {
    pub(crate) compiled: Compiled,
    pub(crate) shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `time, uid, class_name, event, raw_data`
    Events,
    /// Cells as they are.
    Cells,
}

/// A statement under construction.
struct Compiler<'c> {
    columns: &'c Columns,
    parameters: Parameters,
}

impl<'c> Compiler<'c> {
    fn new(columns: &'c Columns) -> Self {
        Self {
            columns,
            parameters: Parameters::default(),
        }
    }

    /// Whose events: every statement on them begins with this.
    fn scope(&mut self, scope: &Scope) -> String {
        let site = self.parameters.text(&scope.site.to_string());
        let tenant = self.parameters.text(scope.tenant.as_str());
        format!("site = unhex({site}) AND tenant = {tenant}")
    }

    fn conditions(&mut self, scope: &Scope, filter: &Filter, range: TimeRange) -> String {
        let scope = self.scope(scope);
        let from = self.parameters.int(range.from.as_millis());
        let until = self.parameters.int(range.until.as_millis());
        let filter = self.filter(filter);
        format!("{scope} AND time >= {from} AND time < {until} AND ({filter})")
    }

    fn done(self, statement: String) -> Compiled {
        Compiled {
            statement,
            parameters: self.parameters,
        }
    }
}

pub(crate) fn hunt(columns: &Columns, scope: &Scope, query: &Query, options: &HuntOptions) -> Hunt {
    let mut compiler = Compiler::new(columns);
    let conditions = compiler.conditions(scope, &query.filter, options.range);
    compiler.output(query, &conditions, options.limit)
}

/// Counts per bucket of `width` milliseconds.
pub(crate) fn histogram(
    columns: &Columns,
    scope: &Scope,
    query: &Query,
    range: TimeRange,
    width: i64,
) -> Compiled {
    let mut compiler = Compiler::new(columns);
    let conditions = compiler.conditions(scope, &query.filter, range);
    let width = compiler.parameters.int(width);
    let statement = format!(
        "SELECT time - positiveModulo(time, {width}) AS start, count() FROM aurora.events \
         WHERE {conditions} GROUP BY start ORDER BY start FORMAT JSONCompactEachRow"
    );
    compiler.done(statement)
}

/// A statement whose only condition is the scope; `{scope}` in it is replaced.
pub(crate) fn scoped(columns: &Columns, scope: &Scope, statement: &str) -> Compiled {
    let mut compiler = Compiler::new(columns);
    let condition = compiler.scope(scope);
    compiler.done(statement.replace("{scope}", &condition))
}

#[cfg(test)]
mod tests;
