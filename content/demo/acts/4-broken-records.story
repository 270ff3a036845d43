# Two records that cannot be read, on purpose: they show where such records go, and why.
# `aurorasoc deadletter list` has both.

# The power went while the agent wrote: half a JSON object (reason: unparsable).
@ 333 windows ws-009
{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"TimeCreated":{"#attributes":{"SystemTime":"{{time:windows}}"}},"EventRecordID":{{count}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"WS-009.corp.nordhafen.exa

# Something that speaks no format we know was pointed at us (reason: unknown_format).
@ 777 auto print-03
PRN-03 @ TONER-K 7% :: CALL SERVICE {{time:zeek}}
