//! The tables as a program in Vector's own VRL, with nothing but its library.
//!
//! It finds the record under `.body` and leaves the event beside it, what is left of `.body` being `unmapped`. Where the
//! tables refuse a record the program aborts or fails, and Vector passes the record on as it came.

use std::fmt::Write as _;

use super::op::{METHODS, Op, Source, Table};
use super::paths::Paths;
use super::when::{Condition, Test};
use super::{Kind, Mapping, Row, Tables, Target};

/// The program of these tables.
///
/// # Errors
/// What is wrong in the tables, with the line.
pub(crate) fn program(source: &str, tables: Tables) -> Result<String, String> {
    let mapping = Mapping::compile(tables)?;
    let mut program = format!(
        "# Records of `{source}` to OCSF 1.3 for stock Vector: kinds.tsv and mapping.tsv in this folder as VRL, generated from\n\
         # them; edit the tables, not this file, and run `UPDATE_EXPECT=1 cargo nextest run -p aurora-parsers mapping`.\n\
         #\n\
         # The record is `.body`; the event is left beside it, and what is left of `.body` is `unmapped`. The program aborts\n\
         # or fails where the tables refuse a record, which is then to be sent on as it came.\n\n\
         b = object!(.body)\n\
         kind = \"\"\n"
    );
    for kind in &mapping.kinds {
        let when = ["kind == \"\"".to_owned()]
            .into_iter()
            .chain(conditions(&kind.when, &mapping.paths));
        let when = when.collect::<Vec<_>>().join(" && ");
        line(
            &mut program,
            &format!("if {when} {{ kind = {:?} }}", kind.name),
        );
    }
    program.push_str("if kind == \"\" { abort }\n\n");
    let mut named: Vec<&Kind> = Vec::new();
    for kind in &mapping.kinds {
        if named.iter().all(|other| other.name != kind.name) {
            named.push(kind);
        }
    }
    for (at, kind) in named.iter().enumerate() {
        let word = if at == 0 { "if" } else { " else if" };
        writeln!(program, "{word} kind == {:?} {{", kind.name).expect("memory takes everything");
        line(
            &mut program,
            &format!("    .class_uid = {}", kind.layout.class.uid),
        );
        for row in &kind.rows {
            let alone = kind
                .rows
                .iter()
                .filter(|other| other.target == row.target)
                .count()
                == 1;
            for text in statement(row, alone, &mapping.paths).lines() {
                line(&mut program, &format!("    {text}"));
            }
        }
        program.push('}');
    }
    program.push('\n');
    Ok(program)
}

fn line(program: &mut String, text: &str) {
    program.push_str(text.trim_end());
    program.push('\n');
}

/// A field as VRL writes it.
fn path(path: &str) -> String {
    let mut text = String::new();
    for step in path.split('/') {
        let plain = step
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match step {
            "0" => text.push_str("[0]"),
            step if plain => write!(text, ".{step}").expect("memory takes everything"),
            step => write!(text, ".{step:?}").expect("memory takes everything"),
        }
    }
    text
}

fn conditions(all: &[Condition], paths: &Paths) -> Vec<String> {
    let one = |condition: &Condition| {
        let field = format!("b{}", path(&paths.names[condition.field]));
        let scalar = format!("to_string({field}) ?? null");
        match &condition.test {
            Test::There => format!("{field} != null"),
            Test::Absent => format!("{field} == null"),
            Test::Text => format!("is_string({field})"),
            Test::Is(values) => format!("includes({values:?}, {scalar})"),
            Test::IsNot(values) => format!("!includes({values:?}, {scalar})"),
        }
    };
    all.iter().map(one).collect()
}

fn value(source: &Source, paths: &Paths) -> String {
    if source.time {
        return ".time".to_owned();
    }
    let fields = source.alternatives.iter();
    let fields = fields.map(|one| format!("b{}", path(&paths.names[one.field])));
    fields.collect::<Vec<_>>().join(" || ")
}

/// What uses the source's fields up.
fn uses(source: &Source, paths: &Paths) -> String {
    let name = |at: usize| path(&paths.names[source.alternatives[at].field]);
    let gone = |at: usize| match source.alternatives[at].keep {
        true => "null".to_owned(),
        false => format!("del(.body{})", name(at)),
    };
    let count = source.alternatives.len();
    if source.alternatives.iter().all(|one| one.keep) {
        return String::new();
    }
    let mut text = String::new();
    for at in 0..count {
        let last = at + 1 == count;
        let head = if last {
            String::new()
        } else {
            format!("if b{} != null && b{} != false ", name(at), name(at))
        };
        if count == 1 {
            return gone(0);
        }
        write!(text, "{head}{{ {} }}", gone(at)).expect("memory takes everything");
        if !last {
            text.push_str(" else ");
        }
    }
    text
}

fn statement(row: &Row, alone: bool, paths: &Paths) -> String {
    let mut body = String::new();
    for (at, source) in row.sources.iter().enumerate() {
        if !source.time {
            line(&mut body, &format!("v{at} = {}", value(source, paths)));
        }
        match row.op {
            Op::TakenSingle => line(
                &mut body,
                &format!(
                    "if length(array(v{at}) ?? []) == 1 {{ {} }}",
                    uses(source, paths)
                ),
            ),
            _ => line(&mut body, &uses(source, paths)),
        }
    }
    match &row.target {
        Target::Nowhere => {
            if let Op::Refused = row.op {
                line(&mut body, "abort");
            }
        }
        Target::Identity => put(&mut body, row, "metadata.uid", alone, paths),
        Target::Slot { path, .. } => put(&mut body, row, path, alone, paths),
    }
    let body: Vec<_> = body.lines().filter(|line| !line.is_empty()).collect();
    let when = conditions(&row.when, paths);
    if when.is_empty() {
        return body.join("\n");
    }
    let body = body.iter().map(|line| format!("    {line}\n"));
    format!(
        "if {} {{\n{}}}",
        when.join(" && "),
        body.collect::<String>()
    )
}

/// Makes the value and puts it where nothing stands. What is empty may be put where nothing else would be: whoever takes
/// the event takes it out.
fn put(body: &mut String, row: &Row, target: &str, alone: bool, paths: &Paths) {
    if let Op::Const(constant) = &row.op {
        return line(body, &assigned(target, &constant.json, alone, false));
    }
    for text in made(&row.op, row, paths).lines() {
        line(body, text);
    }
    if let Op::Address = row.op {
        let beside = assigned(&target.replace(".ip", ".hostname"), "o", alone, false);
        let own = assigned(target, "o", alone, false);
        let text = format!("if is_ipv4(o) || is_ipv6(o) {{ {own} }} else {{ {beside} }}");
        return line(body, &text);
    }
    line(body, &assigned(target, "o", alone, true));
}

fn assigned(target: &str, value: &str, alone: bool, perhaps: bool) -> String {
    match (alone, perhaps) {
        (true, _) => format!(".{target} = {value}"),
        (false, false) => format!("if .{target} == null {{ .{target} = {value} }}"),
        (false, true) => format!(
            "if o != null && o != \"\" && o != [] && .{target} == null {{ .{target} = {value} }}"
        ),
    }
}

fn object(table: &Table) -> String {
    let pairs = table
        .pairs
        .iter()
        .map(|(name, number)| format!("{name:?}: {number}"));
    format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
}

fn looked_up(table: &Table, key: &str) -> String {
    let found = format!("o = get!({}, [{key}])", object(table));
    match table.otherwise {
        Some(number) => format!("{found}\nif o == null {{ o = {number} }}"),
        None => found,
    }
}

const WHOLE: &str = r#"if v0 == null || v0 == "" || v0 == [] || v0 == {} { null } else if is_integer(v0) { int!(v0) } else if match(string!(v0), r'^\d+$') { to_int!(v0) } else { abort }"#;

const TIME: &str = r#"if v0 == null {
    null
} else if is_integer(v0) {
    int!(v0) * 1000
} else if is_float(v0) {
    to_int(round(float!(v0) * 1000.0))
} else {
    to_unix_timestamp(parse_timestamp(v0, "%+") ?? parse_timestamp!(v0, "%Y-%m-%dT%H:%M:%S%.f%z"), unit: "milliseconds")
}"#;

const BY_ADDRESS: &str = r#"o = null
if v0 != null {
    s = string!(v0)
    if s == "" || contains(s, "%") { abort }
    if WHEN { o = s }
}"#;

const WORDS: &str = r#"texts = if is_array(v0) { array!(v0) } else { [] }
bad = false
for_each(texts) -> |_at, text| { if !is_string(text) { bad = true } }
if bad { abort }
o = if v0 == null { null } else if is_array(v0) { join!(texts, " ") } else { to_string!(v0) }"#;

const NO_NAME: &str = r#"if o == "" || o == "-" || contains(o, "%") { abort }"#;

/// Leaves the value in `o`.
fn made(op: &Op, row: &Row, paths: &Paths) -> String {
    let numbered = |text: &str, at: usize| text.replace("v0", &format!("v{at}"));
    let optional = |then: &str| format!("o = if v0 == null {{ null }} else {{ {then} }}");
    match op {
        Op::Const(_) | Op::Taken | Op::TakenSingle | Op::Refused => String::new(),
        Op::Text => optional("to_string!(v0)"),
        Op::TextOr(default) => format!(
            "o = if v0 == null {{ \"\" }} else {{ string!(v0) }}\nif o == \"\" {{ o = {default:?} }}"
        ),
        Op::Lower => optional("downcase(string!(v0))"),
        Op::Int(members) => {
            let mut text = format!("o = {WHOLE}");
            if let Some(aurora_ocsf::Members::Integers(members)) = members.map(|all| all.members) {
                let members: Vec<_> = members.iter().map(|(number, _)| *number).collect();
                write!(
                    text,
                    "\nif o != null && !includes({members:?}, o) {{ abort }}"
                )
                .expect("memory takes everything");
            }
            text
        }
        Op::Time => format!("o = {TIME}"),
        Op::Map(table) => looked_up(table, "to_string!(v0)"),
        Op::Verb(table) => format!(
            "m = parse_regex(to_string!(v0), r'^(?P<verb>[A-Z][a-z]+)') ?? {{}}\n{}",
            looked_up(table, "string(m.verb) ?? \"\"")
        ),
        Op::Address => format!("o = string!(v0)\n{NO_NAME}"),
        Op::Port => {
            optional("int!(v0)") + "\nif o != null && (int!(o) < 0 || int!(o) > 65535) { abort }"
        }
        Op::IpVersion => optional("if contains(string!(v0), \":\") { 6 } else { 4 }"),
        Op::Millis => format!("o = {}", millis("v0")),
        Op::After => format!(
            "o = null\nif v0 != null && v1 != null {{\n    t = {TIME}\n    s = {}\n    o = int!(t) + int!(s)\n}}",
            millis("v1")
        ),
        Op::Sum => format!(
            "o = {}\np = {}\no = if o == null || p == null {{ null }} else {{ int!(o) + int!(p) }}",
            WHOLE,
            numbered(WHOLE, 1)
        ),
        Op::Thousand => {
            format!("o = {WHOLE}\no = if o == null {{ null }} else {{ int!(o) * 1000 }}")
        }
        Op::Hex => optional("parse_int(string!(v0), 16) ?? null"),
        Op::Json => "o = if v0 == \"\" || v0 == [] || v0 == {} { null } else { v0 }".to_owned(),
        Op::Join(between) => {
            let parts = row.sources.iter().enumerate().map(|(at, source)| {
                let value = if source.time {
                    ".time".to_owned()
                } else {
                    format!("v{at}")
                };
                let default = source.default.as_deref().unwrap_or_default();
                format!(
                    "p{at} = if {value} == null {{ {default:?} }} else {{ to_string!({value}) }}\n"
                )
            });
            let names: Vec<_> = (0..row.sources.len()).map(|at| format!("p{at}")).collect();
            let sum = names.join(&format!(" + {between:?} + "));
            format!("{}o = {sum}", parts.collect::<String>())
        }
        Op::BaseName => {
            optional("string!(v0)")
                + "\nif o != null { n = split(string!(o), r'[\\\\/]'); n = string!(n[-1]); if n != \"\" { o = n } }"
        }
        Op::Words => WORDS.to_owned(),
        Op::HttpMethod => format!(
            "{}\nif o != null && !includes({METHODS:?}, o) {{ abort }}",
            optional("string!(v0)")
        ),
        Op::HttpStatus => format!(
            "o = {WHOLE}\nif o == null || int!(o) < 1 {{ abort }}\no = if int!(o) < 400 {{ 1 }} else {{ 2 }}"
        ),
        Op::LocalTime => optional(
            "if length(string!(v0)) != 19 { abort }; to_unix_timestamp(parse_timestamp!(string!(v0) + \"+0000\", \"%Y-%m-%dT%H:%M:%S%z\"), unit: \"milliseconds\")",
        ),
        Op::Ip => BY_ADDRESS.replace("WHEN", "is_ipv4(s) || is_ipv6(s)"),
        Op::NoIp => BY_ADDRESS.replace("WHEN", "!is_ipv4(s) && !is_ipv6(s)"),
        Op::OtherName => {
            "o = if v0 == null || .activity_id != 99 { null } else { to_string!(v0) }".to_owned()
        }
        Op::ZeekAnswers => ZEEK_ANSWERS.to_owned(),
        Op::EveAnswers => {
            let name = path(&paths.names[row.sources[0].alternatives[0].field]);
            EVE_ANSWERS.replace("FIELD", &format!(".body{name}"))
        }
        Op::EveAnswer => EVE_ANSWER.replace("WHOLE", &numbered(WHOLE, 2)),
        Op::AwsResources => AWS_RESOURCES.to_owned(),
        Op::Url => URL.replace("WHOLE", &numbered(WHOLE, 3)),
    }
}

fn millis(name: &str) -> String {
    format!(
        "if {name} == null {{ null }} else if is_integer({name}) || is_float({name}) {{ to_int(to_float!({name}) * 1000.0) }} else {{ abort }}"
    )
}

const ZEEK_ANSWERS: &str = r#"o = []
bad = false
lifetimes = if v1 == null { [] } else { array!(v1) }
elements = if v0 == null { [] } else { array!(v0) }
for_each(elements) -> |at, answer| {
    text = to_string(answer) ?? ""
    if text == "" { bad = true }
    seconds = get!(lifetimes, [at])
    one = { "rdata": text }
    if seconds != null {
        number = if is_integer(seconds) || is_float(seconds) { to_float(seconds) ?? -1.0 } else { -1.0 }
        if number < 0.0 { bad = true } else { one.ttl = to_int(number) }
    }
    o = push(o, one)
}
if bad { abort }"#;

const EVE_ANSWERS: &str = r#"o = []
bad = false
names = []
elements = if v0 == null { [] } else { array!(v0) }
for_each(elements) -> |_at, answer| {
    rest = object(answer) ?? {}
    rdata = to_string(del(rest.rdata)) ?? ""
    if rdata == "" { bad = true }
    one = { "rdata": rdata }
    if exists(rest.rrtype) {
        kind_of = to_string(del(rest.rrtype)) ?? ""
        if kind_of == "" { bad = true } else { one.type = kind_of }
    }
    if exists(rest.ttl) {
        seconds = del(rest.ttl)
        if is_integer(seconds) { one.ttl = int(seconds) ?? 0 } else if match(string(seconds) ?? "", r'^\d+$') { one.ttl = to_int(seconds) ?? 0 } else { bad = true }
    }
    if exists(rest.rrname) {
        name = to_string(del(rest.rrname)) ?? ""
        if name == "" { bad = true } else { names = push(names, { "rrname": name }) }
    }
    if !is_empty(rest) { bad = true }
    o = push(o, one)
}
if bad { abort }
if !is_empty(names) { FIELD = names }"#;

const EVE_ANSWER: &str = r#"one = { "rdata": to_string!(v0) }
if one.rdata == "" { abort }
if v1 != null { one.type = to_string!(v1) }
if one.type == "" { abort }
seconds = WHOLE
if seconds != null { one.ttl = seconds }
o = [one]"#;

const AWS_RESOURCES: &str = r#"o = []
bad = false
elements = if v0 == null { [] } else { array!(v0) }
for_each(elements) -> |_at, resource| {
    rest = object(resource) ?? {}
    one = { "uid": to_string(del(rest.ARN)) ?? "" }
    if one.uid == "" { bad = true }
    if exists(rest.type) {
        one.type = to_string(del(rest.type)) ?? ""
        if one.type == "" { bad = true }
    }
    if exists(rest.accountId) {
        account = to_string(del(rest.accountId)) ?? ""
        if account == "" { bad = true }
        one.owner = { "account": { "uid": account, "type_id": 10 } }
    }
    if !is_empty(rest) { bad = true }
    o = push(o, one)
}
if bad { abort }"#;

const URL: &str = r#"host = if v0 != null { string!(v0) } else { string!(v2) }
target = if v1 == null { "" } else { string!(v1) }
if host == "" || (target != "" && !starts_with(target, "/")) { abort }
o = { "hostname": host, "scheme": "http", "url_string": "http://" + host + target }
port = WHOLE
if port != null { o.port = port }
if target != "" {
    parts = split(target, "?", limit: 2)
    o.path = parts[0]
    if length(parts) > 1 && parts[1] != "" { o.query_string = parts[1] }
}"#;
