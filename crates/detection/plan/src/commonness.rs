//! How often texts stand in logs, roughly: what a rule waits for should be rare.

use std::collections::HashMap;

use crate::index::gram;

/// Texts that many events hold, canonical.
const COMMON: &[&str] = &[
    r"c:\\windows\\system32\\svchost.exe",
    r"c:\\windows\\syswow64\\",
    r"c:\\windows\\system32\\windowspowershell\\v1.0\\powershell.exe",
    r"c:\\windows\\system32\\cmd.exe",
    r"c:\\windows\\explorer.exe",
    r"c:\\windows\\system32\\lsass.exe",
    r"c:\\windows\\system32\\services.exe",
    r"c:\\windows\\system32\\wbem\\wmiprvse.exe",
    r"c:\\windows\\microsoft.net\\framework64\\v4.0.30319\\",
    r"c:\\program files\\windows defender\\",
    r"c:\\program files (x86)\\microsoft\\edge\\application\\msedge.exe",
    r"c:\\programdata\\microsoft\\windows\\start menu\\programs\\startup\\",
    r"c:\\users\\administrator\\appdata\\local\\temp\\",
    r"c:\\users\\public\\appdata\\roaming\\microsoft\\windows\\",
    r"c:\\windows\\assembly\\nativeimages_v4.0.30319_64\\system",
    r"c:\\windows\\system32\\ntdll.dll+9d1e4|c:\\windows\\system32\\kernelbase.dll+",
    r"|c:\\windows\\system32\\kernel32.dll+17034|unknown(",
    r"hklm\\system\\currentcontrolset\\services\\",
    r"hklm\\software\\microsoft\\windows\\currentversion\\explorer\\",
    r"hklm\\software\\microsoft\\windows nt\\currentversion\\",
    r"hku\\s-1-5-21-\\software\\policies\\microsoft\\",
    r"hkcu\\software\\classes\\",
    "microsoft-windows-sysmon/operational",
    "microsoft-windows-security-auditing",
    "microsoft-windows-powershell/operational",
    "nt authority\\\\system",
    "microsoft corporation",
    "security",
    "windows powershell",
    "hostname=consolehost",
    "hostapplication=powershell",
    "commandinvocation(",
    "parameterbinding(",
    "scriptname=",
    "/usr/bin/bash",
    "/usr/sbin/",
    "/bin/sh",
    "http://",
    "https://www.",
    ".dll",
    ".exe",
    ".com",
];

/// How common the pieces of texts are, by their length in bytes.
#[derive(Debug)]
pub(crate) struct Commonness([HashMap<u32, u32>; 4]);

impl Commonness {
    pub fn new() -> Self {
        Self([1, 2, 3, 4].map(|width| {
            let mut pieces = HashMap::new();
            for text in COMMON.iter().map(|text| text.as_bytes()) {
                for at in 0..=text.len() - width {
                    *pieces.entry(gram(text, at, width)).or_default() += 16;
                }
            }
            pieces
        }))
    }

    /// A weight beside the number of patterns that share the gram; as [`gram`] makes it.
    pub fn of(&self, gram: u32, width: usize) -> u32 {
        self.0[width - 1].get(&gram).copied().unwrap_or(0)
    }
}

/// How likely a text that is looked for anywhere is found.
pub(crate) fn anywhere(text: &str) -> f64 {
    let common = COMMON.iter().any(|known| known.contains(text));
    by_length(text).max(if common { 0.3 } else { 0.0 })
}

/// How likely a text is found at the one place where it would have to stand.
pub(crate) fn affix(text: &str) -> f64 {
    let common = COMMON.iter().any(|known| known.contains(text));
    (by_length(text) / 2.0).max(if common { 0.1 } else { 0.0 })
}

fn by_length(text: &str) -> f64 {
    match text.len() {
        0 => 1.0,
        1 => 0.9,
        2 => 0.6,
        3 => 0.4,
        4 => 0.15,
        5 => 0.1,
        6 => 0.08,
        7 => 0.03,
        8..11 => 0.02,
        11..16 => 0.01,
        _ => 0.004,
    }
}

/// How likely a field is exactly this.
pub(crate) fn whole(field: &str, text: &str) -> f64 {
    match field.to_ascii_lowercase().as_str() {
        "channel" | "provider_name" | "provider" | "log_name" | "level" | "task" | "opcode"
        | "keywords" | "eventsource" | "category" | "product" | "company" | "description"
        | "signed" | "signaturestatus" | "initiated" => 0.5,
        "eventid" | "event_id" | "eventtype" | "status" | "logontype" | "protocol"
        | "objecttype" => 0.2,
        _ if text.len() < 2 => 0.3,
        _ if COMMON.contains(&text) => 0.1,
        _ => 0.01,
    }
}
