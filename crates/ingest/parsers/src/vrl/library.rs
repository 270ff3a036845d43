//! Which functions a program may call.

use vrl::compiler::Function;

use super::native;

/// Functions of VRL's library that are refused, although their features are not even compiled in for most: a feature
/// that some other crate switches on must not open them. Sorted.
///
/// Three reasons: they reach the system (files, environment, network, the process's log), they are not a function of
/// the record (clock, random numbers), which would make a replay give other events, or they encrypt.
const REFUSED: &[&str] = &[
    "decrypt",
    "decrypt_ip",
    "dns_lookup",
    "encode_proto",
    "encrypt",
    "encrypt_ip",
    "get_env_var",
    "get_hostname",
    "get_timezone_name",
    "http_request",
    "log",
    "now",
    "parse_etld",
    "parse_groks",
    "parse_proto",
    "random_bool",
    "random_bytes",
    "random_float",
    "random_int",
    "reverse_dns",
    "uuid_v4",
    "uuid_v7",
    "validate_json_schema",
];

/// Whether a program that calls this function does not compile.
pub fn is_refused(name: &str) -> bool {
    REFUSED.binary_search(&name).is_ok()
}

/// Every function that a program may call, in the order of their names.
pub fn function_names() -> Vec<&'static str> {
    let mut names: Vec<_> = allowed().iter().map(|function| function.identifier()).collect();
    names.sort_unstable();
    names
}

pub(super) fn allowed() -> Vec<Box<dyn Function>> {
    let library = vrl::stdlib::all().into_iter();
    let mut functions: Vec<_> = library.filter(|f| !is_refused(f.identifier())).collect();
    functions.extend(native::functions());
    functions
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_refused_are_sorted() {
        assert!(REFUSED.is_sorted());
    }

    /// A new release of VRL that brings functions must be looked at before programs may call them.
    #[test]
    fn the_reachable_functions_are_these() {
        let names = function_names();
        assert!(names.iter().all(|name| !is_refused(name)));
        expect![[r#""#]].assert_eq(&names.join(" "));
    }
}
