// Written by `cargo xtask codegen` from the OCSF 1.1.0 schema export (Apache-2.0), facts only and the OCSF 1.5.0 schema export (Apache-2.0), facts only. Do not edit.

pub(crate) static MORE: [&str; 2] = ["incident", "trace"];
