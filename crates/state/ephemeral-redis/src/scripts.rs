//! What needs more than one command: Redis runs a script alone.

use redis::Script;

/// Sent once; after that their hash is enough.
#[derive(Debug)]
pub(crate) struct Scripts {
    pub(crate) swap: Script,
    pub(crate) count: Script,
    pub(crate) lock: Script,
    pub(crate) renew: Script,
    pub(crate) unlock: Script,
}

impl Scripts {
    pub(crate) fn new() -> Self {
        Self {
            swap: Script::new(SWAP),
            count: Script::new(COUNT),
            lock: Script::new(LOCK),
            renew: Script::new(RENEW),
            unlock: Script::new(UNLOCK),
        }
    }
}

/// Whether something is expected, what, whether something is put, what, milliseconds.
const SWAP: &str = r"
local found = redis.call('GET', KEYS[1])
if ARGV[1] == '0' then
    if found then return 0 end
elseif found ~= ARGV[2] then
    return 0
end
if ARGV[3] == '0' then
    redis.call('DEL', KEYS[1])
else
    redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
end
return 1";

/// How much, milliseconds. Gives the sum and how long it stands.
const COUNT: &str = r"
if ARGV[1] == '0' then
    return {tonumber(redis.call('GET', KEYS[1]) or '0'), redis.call('PTTL', KEYS[1])}
end
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    left = tonumber(ARGV[2])
end
return {sum, left}";

/// Milliseconds. The token is of the server's clock, so that it grows although a restart forgets the
/// last one; microseconds of this century fit a double exactly.
const LOCK: &str = r"
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local fence = string.format('%.0f', math.max(now, last + 1))
redis.call('SET', KEYS[2], fence)
redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
return fence";

/// Token, milliseconds.
const RENEW: &str = r"
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1";

/// Token.
const UNLOCK: &str = r"
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1";
