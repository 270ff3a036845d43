//! One file a target. Each takes any bytes, and panics when what it holds does not hold.

pub mod audit_bundle;
pub mod audit_text;
pub mod bus_bodies;
pub mod bus_message;
pub mod collector_batches;
pub mod dedupe_slots;
pub mod event_text;
pub mod federation_frame;
pub mod framer;
pub mod hunt;
pub mod indicator_feed;
pub mod indicator_set;
pub mod joined_records;
pub mod journal_export;
pub mod json;
pub mod log_segment;
pub mod push_bodies;
pub mod records;
pub mod rule_set;
pub mod sigma_rules;
pub mod syslog;
pub mod window_state;
pub mod windows_event;
