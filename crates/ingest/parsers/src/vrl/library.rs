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
    let mut names: Vec<_> = allowed()
        .iter()
        .map(|function| function.identifier())
        .collect();
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
        expect!["abs among append array assert assert_eq basename bool camelcase ceil chunks community_id compact contains contains_all crud decode_base16 decode_base64 decode_charset decode_gzip decode_lz4 decode_mime_q decode_percent decode_punycode decode_snappy decode_zlib decode_zstd del digests dirname downcase encode_base16 encode_base64 encode_charset encode_csv encode_gzip encode_json encode_key_value encode_logfmt encode_lz4 encode_percent encode_punycode encode_snappy encode_zlib encode_zstd endpoint ends_with epoch_ms exists file_of filter find first flatten float floor for_each format_int format_number format_timestamp from_entries from_unix_timestamp get haversine http_method http_verb includes int ip_aton ip_cidr_contains ip_ntoa ip_ntop ip_pton ip_subnet ip_to_ipv6 ipv6_to_ipv4 is_array is_boolean is_empty is_float is_integer is_ipv4 is_ipv6 is_json is_null is_nullish is_object is_regex is_string is_timestamp join kebabcase keys last_segment length lookup map_keys map_values match match_any match_array match_datadog_query merge mod named object object_from_array pairs parse_apache_log parse_aws_alb_log parse_aws_cloudwatch_log_subscription_message parse_aws_vpc_flow_log parse_bytes parse_cbor parse_cef parse_common_log parse_csv parse_duration parse_float parse_glog parse_grok parse_influxdb parse_int parse_json parse_key_value parse_klog parse_linux_authorization parse_logfmt parse_nginx_log parse_query_string parse_regex parse_regex_all parse_ruby_hash parse_syslog parse_timestamp parse_tokens parse_url parse_user_agent parse_xml parse_yaml pascalcase pick pop protocol push range redact remove replace replace_with round rows screamingsnakecase set severity shannon_entropy sieve slice snakecase split split_path starts_with string strip_ansi_escape_codes strip_whitespace strlen tag_types_externally tally tally_value text timestamp to_bool to_entries to_float to_int to_regex to_string to_syslog_facility to_syslog_facility_code to_syslog_level to_syslog_severity to_unix_timestamp truncate type_def unflatten unique unnest upcase url_of uuid_from_friendly_id values whole words wrapped zip"].assert_eq(&names.join(" "));
    }
}
