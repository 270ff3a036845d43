// Log text is hostile. Characters that hide, reorder or control are taken out and shown by name.

export type Piece = { text: string } | { chip: string; title: string };

export interface Options {
  /** Keep line breaks and tabs as they are; otherwise they are chips too. */
  multiline?: boolean;
  /** At most this many UTF-16 units are looked at. */
  limit?: number;
}

export interface Safe {
  pieces: Piece[];
  /** UTF-16 units left out. */
  omitted: number;
}

const NAMES: Readonly<Record<number, string>> = {
  0x00: 'NUL',
  0x07: 'BEL',
  0x08: 'BS',
  0x09: 'TAB',
  0x0a: 'LF',
  0x0b: 'VT',
  0x0c: 'FF',
  0x0d: 'CR',
  0x1b: 'ESC',
  0x7f: 'DEL',
  0xad: 'SHY',
  0x061c: 'ALM',
  0x180e: 'MVS',
  0x200b: 'ZWSP',
  0x200c: 'ZWNJ',
  0x200d: 'ZWJ',
  0x200e: 'LRM',
  0x200f: 'RLM',
  0x2028: 'LS',
  0x2029: 'PS',
  0x202a: 'LRE',
  0x202b: 'RLE',
  0x202c: 'PDF',
  0x202d: 'LRO',
  0x202e: 'RLO',
  0x2060: 'WJ',
  0x2066: 'LRI',
  0x2067: 'RLI',
  0x2068: 'FSI',
  0x2069: 'PDI',
  0xfeff: 'BOM',
};

/** More combining marks than this on one letter are a smear, not a script. */
const MARKS = 3;

const HIDDEN =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180e' +
  '\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb' +
  '\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}';
const LONE = '[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]';
const TROUBLE = new RegExp(`[${HIDDEN}]|${LONE}|(?<=\\p{M}{${MARKS}})\\p{M}+`, 'gu');

export function safe(text: string, { multiline = false, limit = 16_384 }: Options = {}): Safe {
  const seen = text.length > limit ? text.slice(0, limit) : text;
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of seen.matchAll(TROUBLE)) {
    const [trouble] = found;
    if (multiline && (trouble === '\n' || trouble === '\t')) continue;
    // The end of a Windows line is an ordinary line end.
    if (multiline && trouble === '\r' && seen[found.index + 1] === '\n') {
      push(pieces, seen.slice(from, found.index));
      from = found.index + 1;
      continue;
    }
    push(pieces, seen.slice(from, found.index));
    pieces.push(chip(trouble));
    from = found.index + trouble.length;
  }
  push(pieces, seen.slice(from));
  return { pieces, omitted: text.length - seen.length };
}

function push(pieces: Piece[], text: string) {
  if (text) pieces.push({ text });
}

function chip(trouble: string): Piece {
  const code = trouble.codePointAt(0) ?? 0;
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (/^\p{M}/u.test(trouble) && NAMES[code] === undefined) {
    return { chip: `+${[...trouble].length}`, title: hex };
  }
  return { chip: NAMES[code] ?? hex, title: hex };
}

/** The same as plain text, for titles and accessible names. */
export function plain(text: string, limit = 200): string {
  const { pieces, omitted } = safe(text, { limit });
  const shown = pieces.map((piece) => ('text' in piece ? piece.text : `⟨${piece.chip}⟩`)).join('');
  return omitted > 0 ? `${shown}…` : shown;
}
