//! Who did it: the process of an event, its user, its login and its session, in OCSF's words.
//!
//! Made here and not in the program: every event has them, and a program takes as long for them as for all the rest.

use std::borrow::Cow;

use vrl::value::{ObjectMap, Value};

use super::joined::Fields;

/// `auid` and `ses` of what nobody logged in for.
const UNSET: &str = "4294967295";

/// Members of the joined event: `status` (OCSF's number of how it went), `who` (the user), `login` (who logged in), `session` and `process`; each only where the
/// records tell of it. `fields` and `argv` are the joined event's.
pub(super) fn members(
    fields: &Fields<'_>,
    argv: &[Cow<'_, str>],
) -> impl Iterator<Item = (&'static str, Value)> {
    let subject = Subject(fields);
    let who = some(subject.user("uid", "UID"));
    let session = some(subject.session());
    let process = subject.process(argv, &who, &session);
    let all = [
        ("status", Some(Value::Integer(subject.status()))),
        ("login", some(subject.login())),
        ("process", process.map(Value::Object)),
        ("session", session),
        ("who", who),
    ];
    all.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
}

struct Subject<'f>(&'f Fields<'f>);

impl<'f> Subject<'f> {
    /// A field's first value.
    fn field(&self, name: &str) -> Option<&'f str> {
        self.0.first(name)
    }

    fn value(&self, name: &str) -> Option<Value> {
        self.field(name).map(Value::from)
    }

    fn text(&self, name: &str) -> Option<&'f str> {
        self.field(name).filter(|text| !text.is_empty())
    }

    /// Not what a number says that means that there is none.
    fn set(&self, name: &str, unset: [&str; 2]) -> Option<&'f str> {
        self.field(name).filter(|text| !unset.contains(text))
    }

    fn status(&self) -> i64 {
        let said = ["success", "res", "result"];
        match said.into_iter().find_map(|name| self.field(name)) {
            None => 0,
            Some("yes" | "success" | "1") => 1,
            Some(_) => 2,
        }
    }

    fn user(&self, uid: &str, name: &str) -> ObjectMap {
        object([("uid", self.value(uid)), ("name", self.value(name))])
    }

    fn auid(&self) -> Option<&'f str> {
        self.set("auid", [UNSET, "unset"])
    }

    fn login(&self) -> ObjectMap {
        let name = self.set("AUID", ["unset", "unset"]);
        object([
            ("uid", self.auid().map(Value::from)),
            ("name", name.map(Value::from)),
        ])
    }

    fn session(&self) -> ObjectMap {
        let Some(number) = self.set("ses", [UNSET, "-1"]) else {
            return ObjectMap::new();
        };
        let terminal = self.field("tty").or_else(|| self.field("terminal"));
        object([
            ("uid", Some(number.into())),
            ("terminal", terminal.map(Value::from)),
        ])
    }

    /// Nothing without a `pid`.
    fn process(
        &self,
        argv: &[Cow<'_, str>],
        who: &Option<Value>,
        session: &Option<Value>,
    ) -> Option<ObjectMap> {
        let pid = self.field("pid")?;
        let exe = self.text("exe");
        let base = exe
            .and_then(|path| path.rsplit(['/', '\\']).next())
            .filter(|name| !name.is_empty());
        let name = self.text("comm").or(base);
        let mut process = object([
            ("pid", whole(pid)),
            ("name", name.map(Value::from)),
            ("cmd_line", self.command_line(argv)),
            ("user", who.clone()),
            ("session", session.clone()),
            ("file", exe.map(|path| file(path, base.unwrap_or(path)))),
        ]);
        if let Some(parent) = self.field("ppid") {
            process.insert(
                "parent_process".into(),
                Value::Object(object([("pid", whole(parent))])),
            );
        }
        if let Some(euid) = self.field("euid") {
            let group = self
                .field("gid")
                .map(|_| Value::Object(self.user("gid", "GID")));
            process.extend(object([
                ("euid", whole(euid)),
                ("egid", self.field("egid").and_then(whole)),
                ("auid", self.auid().and_then(whole)),
                ("group", group),
            ]));
        }
        Some(process)
    }

    fn command_line(&self, argv: &[Cow<'_, str>]) -> Option<Value> {
        if argv.is_empty() {
            return self.value("proctitle");
        }
        Some(Value::from(argv.join(" ")))
    }
}

fn file(path: &str, name: &str) -> Value {
    let members = [
        ("path", Value::from(path)),
        ("name", Value::from(name)),
        ("type_id", Value::Integer(1)),
    ];
    Value::Object(object(members.map(|(name, value)| (name, Some(value)))))
}

fn some(members: ObjectMap) -> Option<Value> {
    (!members.is_empty()).then_some(Value::Object(members))
}

fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> ObjectMap {
    let there = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.into(), value?)));
    there.collect()
}

fn whole(text: &str) -> Option<Value> {
    text.trim().parse().ok().map(Value::Integer)
}
