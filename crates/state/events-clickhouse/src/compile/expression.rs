use aurora_hunt::{Field, Target};
use aurora_ocsf::{Path, Step};

use super::Compiler;
use crate::columns::Kind;

/// SQL for the values of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    /// One text; empty when there is no value.
    One(String),
    /// One number that every event has.
    Number(String),
    /// An array of texts.
    Many(String),
}

impl Compiler<'_> {
    pub(super) fn target(&mut self, target: &Target) -> Expression {
        match target {
            Target::Source => Expression::One("source".to_owned()),
            Target::Path(path) => self.path(path),
            Target::Ecs(_) => unreachable!("a store is asked for what is stored"),
        }
    }

    /// Whether the path is read without parsing the event's JSON.
    pub(super) fn has_column(&self, path: &Path) -> bool {
        let own = ["time", "class_uid", "metadata.uid"];
        let unmapped = |steps: &[Step]| matches!(steps, [Step::Key(top), Step::Key(_)] if **top == *"unmapped");
        own.contains(&path.to_string().as_str())
            || self.columns.find(path).is_some()
            || unmapped(path.steps())
    }

    fn path(&mut self, path: &Path) -> Expression {
        match path.to_string().as_str() {
            "time" => return Expression::Number("time".to_owned()),
            "class_uid" => return Expression::Number("class_uid".to_owned()),
            "metadata.uid" => return Expression::One("lower(hex(uid))".to_owned()),
            _ => {}
        }
        if let Some((column, kind)) = self.columns.find(path) {
            return match kind {
                Kind::Many => Expression::Many(column.to_owned()),
                Kind::Text | Kind::Few => Expression::One(column.to_owned()),
            };
        }
        match path.steps() {
            [Step::Key(top), Step::Key(key), rest @ ..] if **top == *"unmapped" => {
                let base = format!("unmapped[{}]", self.parameters.text(key));
                self.json(&base, rest)
            }
            steps => self.json("event", steps),
        }
    }

    /// Reads along `steps` in the JSON text `base`, or the text itself when there are none.
    fn json(&mut self, base: &str, steps: &[Step]) -> Expression {
        let each = steps.iter().position(|step| *step == Step::Each);
        let (before, after) = match each {
            None if steps.is_empty() => return Expression::One(base.to_owned()),
            None => {
                let way = self.way(steps);
                return Expression::One(format!("JSONExtract({base}{way}, 'String')"));
            }
            Some(each) => (&steps[..each], &steps[each + 1..]),
        };
        let way = self.way(before);
        let array = format!("JSONExtractArrayRaw({base}{way})");
        // Elements are raw JSON, so even a plain string still has to be read.
        let element = match after {
            [] => Expression::One("JSONExtract(e, 'String')".to_owned()),
            after => self.json("e", after),
        };
        Expression::Many(match element {
            Expression::One(text) | Expression::Number(text) => {
                format!("arrayMap(e -> {text}, {array})")
            }
            Expression::Many(inner) => format!("arrayFlatten(arrayMap(e -> {inner}, {array}))"),
        })
    }

    /// `, {p1:String}, 3` for keys and indices; ClickHouse counts elements from 1.
    fn way(&mut self, steps: &[Step]) -> String {
        let mut way = String::new();
        for step in steps {
            way.push_str(", ");
            way.push_str(&match step {
                Step::Key(key) => self.parameters.text(key),
                Step::Index(index) => index.saturating_add(1).to_string(),
                Step::Each => unreachable!("the caller splits at each"),
            });
        }
        way
    }

    /// The text of a field in a column of an answer: its first target that holds anything.
    pub(super) fn cell(&mut self, field: &Field) -> String {
        let mut cells: Vec<String> = field
            .targets
            .iter()
            .map(|target| cell(&self.target(target)))
            .collect();
        if cells.len() == 1 {
            return cells.remove(0);
        }
        let choices: Vec<String> = cells
            .iter()
            .map(|cell| format!("notEmpty({cell}), {cell}"))
            .collect();
        format!("multiIf({}, '')", choices.join(", "))
    }
}

fn cell(expression: &Expression) -> String {
    match expression {
        Expression::One(text) | Expression::Number(text) => format!("toString({text})"),
        Expression::Many(array) => {
            format!("arrayStringConcat(arrayFilter(e -> notEmpty(e), {array}), ', ')")
        }
    }
}
