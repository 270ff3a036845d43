#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| aurora_hostile::targets::hunt::run(input));
