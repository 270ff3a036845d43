//! Inputs from other inputs, by chance that a seed repeats.

/// Texts and numbers at which decoders part their ways.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\n",
    b"\r\n",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud83d",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{}",
    b"[]",
    b":",
    b",",
    b"=",
    b"|",
    b"'",
    b"<",
    b">",
    b"<1>1 ",
    b"null",
    b"true",
    b"-0",
    b"1e308",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"1970-01-01T00:00:00Z",
    b"9999-12-31T23:59:59.999999999Z",
    b"audit(1.0:1)",
    b"type=EOE ",
    b"CEF:0|",
    b"LEEF:2.0|",
    b"::ffff:1.2.3.4",
    b"%25",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3\x28",
    b"\xe2\x80\xae",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x00\x00\x00\x80",
    b"\x28\xb5\x2f\xfd",
    b"\x1f\x8b\x08",
    b"ElfFile\0",
    b"ElfChnk\0",
];

/// Numbers that follow from a seed (xorshift64*, Vigna 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self(seed ^ 0x9e37_79b9_7f4a_7c15 | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        usize::try_from((self.next() >> 11) % bound).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }
}

/// One of `inputs`, changed in a few places, of at most `most` bytes.
pub fn mutated(dice: &mut Dice, inputs: &[Vec<u8>], most: usize) -> Vec<u8> {
    let mut input = chosen(dice, inputs).to_vec();
    // Most decoders end at the first oddity: some inputs get only one.
    for _ in 0..=dice.below(6) {
        change(dice, &mut input, inputs);
    }
    input.truncate(most);
    input
}

fn chosen<'i>(dice: &mut Dice, inputs: &'i [Vec<u8>]) -> &'i [u8] {
    match inputs.len() {
        0 => &[],
        count => &inputs[dice.below(count)],
    }
}

fn change(dice: &mut Dice, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
    let (from, to) = range(dice, input.len());
    match dice.below(9) {
        0 if from < input.len() => input[from] ^= 1 << dice.below(8),
        1 if from < input.len() => input[from] = dice.byte(),
        2 if from < input.len() => input[from] = input[from].wrapping_add(1),
        3 => drop(input.drain(from..to)),
        4 => {
            let copy = input[from..to].to_vec();
            drop(input.splice(from..from, copy));
        }
        5 => {
            let other = chosen(dice, inputs);
            let (start, end) = range(dice, other.len());
            drop(input.splice(from..to, other[start..end].iter().copied()));
        }
        6 => {
            let byte = dice.byte();
            input.insert(from, byte);
        }
        7 => input.truncate(to),
        _ => {
            let token = TOKENS[dice.below(TOKENS.len())];
            let to = if dice.below(2) == 0 { from } else { to };
            drop(input.splice(from..to, token.iter().copied()));
        }
    }
}

/// Two places, the second at most some dozens behind the first, or rarely anywhere.
fn range(dice: &mut Dice, length: usize) -> (usize, usize) {
    let from = dice.below(length + 1);
    let far = if dice.below(8) == 0 { length } else { 48 };
    let to = from + dice.below((length - from).min(far) + 1);
    (from, to)
}
