import { DISPOSITIONS, type Disposition } from '../api/types';

export type Command =
  | { kind: 'move'; by: number }
  | { kind: 'edge'; end: boolean }
  | { kind: 'close'; disposition: Disposition }
  | { kind: 'open' | 'back' | 'select' | 'own' | 'suppress' | 'undo' | 'new' | 'filter' | 'help' };

export interface Stroke {
  key: string;
  /** The key's place on the keyboard; letters are found by it where the layout has no Latin. */
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const LETTERS = new Map<string, Command>(Object.entries({
  j: { kind: 'move', by: 1 },
  k: { kind: 'move', by: -1 },
  x: { kind: 'select' },
  a: { kind: 'own' },
  s: { kind: 'suppress' },
  u: { kind: 'undo' },
} as const));

const OTHERS = new Map<string, Command>(Object.entries({
  ArrowDown: { kind: 'move', by: 1 },
  ArrowUp: { kind: 'move', by: -1 },
  PageDown: { kind: 'move', by: 10 },
  PageUp: { kind: 'move', by: -10 },
  Home: { kind: 'edge', end: false },
  End: { kind: 'edge', end: true },
  Enter: { kind: 'open' },
  Escape: { kind: 'back' },
  '.': { kind: 'new' },
  '/': { kind: 'filter' },
  '?': { kind: 'help' },
} as const));

const LATIN = /^[ -~]$/;

/** What a key means outside text fields. */
export function command({ key, code, ctrlKey, metaKey, altKey }: Stroke): Command | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const other = OTHERS.get(key);
  if (other) return other;
  const digit = /^Digit([1-6])$/.exec(code)?.[1] ?? /^[1-6]$/.exec(key)?.[0];
  if (digit && (/^[1-6]$/.test(key) || !LATIN.test(key))) {
    const disposition = DISPOSITIONS[Number(digit) - 1];
    return disposition && { kind: 'close', disposition };
  }
  if (LATIN.test(key)) return LETTERS.get(key.toLowerCase());
  if (code === 'Slash') return { kind: 'filter' };
  if (code === 'Period') return { kind: 'new' };
  return LETTERS.get(/^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? '');
}
