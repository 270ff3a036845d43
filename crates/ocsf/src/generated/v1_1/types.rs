// Written by `cargo xtask codegen` from the OCSF 1.1.0 schema export (Apache-2.0), facts only. Do not edit.

use crate::schema::{DataType, Primitive};

pub(crate) static TYPES: [DataType; 22] = [
DataType { name: "boolean_t", primitive: Primitive::Boolean, regex: None, max_len: None, range: None },
DataType { name: "bytestring_t", primitive: Primitive::String, regex: None, max_len: None, range: None },
DataType { name: "datetime_t", primitive: Primitive::String, regex: Some("^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?(Z|[\\+-]\\d{2}:\\d{2})?$"), max_len: None, range: None },
DataType { name: "email_t", primitive: Primitive::String, regex: Some("^[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\\.[a-zA-Z0-9-.]+$"), max_len: None, range: None },
DataType { name: "file_hash_t", primitive: Primitive::String, regex: None, max_len: Some(64), range: None },
DataType { name: "file_name_t", primitive: Primitive::String, regex: None, max_len: None, range: None },
DataType { name: "float_t", primitive: Primitive::Float, regex: None, max_len: None, range: None },
DataType { name: "hostname_t", primitive: Primitive::String, regex: Some("^(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\\-]*[a-zA-Z0-9])\\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\\-]*[A-Za-z0-9])$"), max_len: None, range: None },
DataType { name: "integer_t", primitive: Primitive::Integer, regex: None, max_len: None, range: None },
DataType { name: "ip_t", primitive: Primitive::String, regex: Some("((^\\s*((([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]).){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))\\s*$)|(^\\s*((([0-9A-Fa-f]{1,4}:){7}([0-9A-Fa-f]{1,4}|:))|(([0-9A-Fa-f]{1,4}:){6}(:[0-9A-Fa-f]{1,4}|((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3})|:))|(([0-9A-Fa-f]{1,4}:){5}(((:[0-9A-Fa-f]{1,4}){1,2})|:((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3})|:))|(([0-9A-Fa-f]{1,4}:){4}(((:[0-9A-Fa-f]{1,4}){1,3})|((:[0-9A-Fa-f]{1,4})?:((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}))|:))|(([0-9A-Fa-f]{1,4}:){3}(((:[0-9A-Fa-f]{1,4}){1,4})|((:[0-9A-Fa-f]{1,4}){0,2}:((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}))|:))|(([0-9A-Fa-f]{1,4}:){2}(((:[0-9A-Fa-f]{1,4}){1,5})|((:[0-9A-Fa-f]{1,4}){0,3}:((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}))|:))|(([0-9A-Fa-f]{1,4}:){1}(((:[0-9A-Fa-f]{1,4}){1,6})|((:[0-9A-Fa-f]{1,4}){0,4}:((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}))|:))|(:(((:[0-9A-Fa-f]{1,4}){1,7})|((:[0-9A-Fa-f]{1,4}){0,5}:((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}))|:)))(%.+)?\\s*$))"), max_len: Some(40), range: None },
DataType { name: "json_t", primitive: Primitive::Json, regex: None, max_len: None, range: None },
DataType { name: "long_t", primitive: Primitive::Integer, regex: None, max_len: None, range: None },
DataType { name: "mac_t", primitive: Primitive::String, regex: Some("^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2})$"), max_len: Some(32), range: None },
DataType { name: "port_t", primitive: Primitive::Integer, regex: None, max_len: None, range: Some((0, 65535)) },
DataType { name: "process_name_t", primitive: Primitive::String, regex: None, max_len: None, range: None },
DataType { name: "resource_uid_t", primitive: Primitive::String, regex: None, max_len: Some(64), range: None },
DataType { name: "string_t", primitive: Primitive::String, regex: None, max_len: Some(65535), range: None },
DataType { name: "subnet_t", primitive: Primitive::String, regex: None, max_len: Some(42), range: None },
DataType { name: "timestamp_t", primitive: Primitive::Integer, regex: None, max_len: None, range: None },
DataType { name: "url_t", primitive: Primitive::String, regex: None, max_len: None, range: None },
DataType { name: "username_t", primitive: Primitive::String, regex: None, max_len: None, range: None },
DataType { name: "uuid_t", primitive: Primitive::String, regex: Some("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"), max_len: None, range: None },
];

pub(crate) const BOOLEAN_T: &DataType = &TYPES[0];
pub(crate) const BYTESTRING_T: &DataType = &TYPES[1];
pub(crate) const DATETIME_T: &DataType = &TYPES[2];
pub(crate) const EMAIL_T: &DataType = &TYPES[3];
pub(crate) const FILE_HASH_T: &DataType = &TYPES[4];
pub(crate) const FILE_NAME_T: &DataType = &TYPES[5];
pub(crate) const FLOAT_T: &DataType = &TYPES[6];
pub(crate) const HOSTNAME_T: &DataType = &TYPES[7];
pub(crate) const INTEGER_T: &DataType = &TYPES[8];
pub(crate) const IP_T: &DataType = &TYPES[9];
pub(crate) const JSON_T: &DataType = &TYPES[10];
pub(crate) const LONG_T: &DataType = &TYPES[11];
pub(crate) const MAC_T: &DataType = &TYPES[12];
pub(crate) const PORT_T: &DataType = &TYPES[13];
pub(crate) const PROCESS_NAME_T: &DataType = &TYPES[14];
pub(crate) const RESOURCE_UID_T: &DataType = &TYPES[15];
pub(crate) const STRING_T: &DataType = &TYPES[16];
pub(crate) const SUBNET_T: &DataType = &TYPES[17];
pub(crate) const TIMESTAMP_T: &DataType = &TYPES[18];
pub(crate) const URL_T: &DataType = &TYPES[19];
pub(crate) const USERNAME_T: &DataType = &TYPES[20];
pub(crate) const UUID_T: &DataType = &TYPES[21];
