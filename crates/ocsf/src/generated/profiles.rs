// Written by `cargo xtask codegen` from the OCSF 1.3.0 schema export (Apache-2.0), facts only. Do not edit.

pub(crate) static PROFILES: [&str; 10] = ["cloud", "container", "data_classification", "datetime", "host", "linux/linux_users", "load_balancer", "network_proxy", "osint", "security_control"];
