//! Who did it: the process of an event, its user, its login and its session, in OCSF's words.
//!
//! Made here and not in the program: every event has them, and a program takes as long for them as for all the rest.

use vrl::value::{ObjectMap, Value};

/// `auid` and `ses` of what nobody logged in for.
const UNSET: &str = "4294967295";

/// Members of the joined event: `status` (OCSF's number of how it went), `who` (the user), `login` (who logged in), `session` and `process`; each only where the
/// records tell of it. `fields` and `argv` are the joined event's.
pub(super) fn members(
    fields: &ObjectMap,
    argv: &[Value],
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

struct Subject<'f>(&'f ObjectMap);

impl<'f> Subject<'f> {
    /// A field's first value.
    fn field(&self, name: &str) -> Option<&'f Value> {
        match self.0.get(name)? {
            Value::Array(values) => values.first(),
            value => Some(value),
        }
    }

    fn text(&self, name: &str) -> Option<&'f str> {
        self.field(name)?.to_str().filter(|text| !text.is_empty())
    }

    /// Not what a number says that means that there is none.
    fn set(&self, name: &str, unset: [&str; 2]) -> Option<&'f Value> {
        self.field(name)
            .filter(|value| !value.to_str().is_some_and(|text| unset.contains(&text)))
    }

    fn status(&self) -> i64 {
        let mut said = ["success", "res", "result"]
            .into_iter()
            .filter_map(|name| self.field(name));
        match said.next().map(|word| word.to_str()) {
            None => 0,
            Some(Some("yes" | "success" | "1")) => 1,
            Some(_) => 2,
        }
    }

    fn user(&self, uid: &str, name: &str) -> ObjectMap {
        object([
            ("uid", self.field(uid).cloned()),
            ("name", self.field(name).cloned()),
        ])
    }

    fn auid(&self) -> Option<&'f Value> {
        self.set("auid", [UNSET, "unset"])
    }

    fn login(&self) -> ObjectMap {
        let name = self.set("AUID", ["unset", "unset"]);
        object([("uid", self.auid().cloned()), ("name", name.cloned())])
    }

    fn session(&self) -> ObjectMap {
        let Some(number) = self.set("ses", [UNSET, "-1"]) else {
            return ObjectMap::new();
        };
        let terminal = self.field("tty").or_else(|| self.field("terminal"));
        object([
            ("uid", Some(number.clone())),
            ("terminal", terminal.cloned()),
        ])
    }

    /// Nothing without a `pid`.
    fn process(
        &self,
        argv: &[Value],
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

    fn command_line(&self, argv: &[Value]) -> Option<Value> {
        if argv.is_empty() {
            return self.field("proctitle").cloned();
        }
        let words: Vec<_> = argv.iter().map(Value::to_string_lossy).collect();
        Some(Value::from(words.join(" ")))
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

fn whole(value: &Value) -> Option<Value> {
    crate::vrl::whole(value).map(Value::Integer)
}
