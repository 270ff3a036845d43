import { DISPOSITIONS, type Disposition } from '../api/types';
import type { Page } from './place';

export type Command =
  | { kind: 'move'; by: number }
  | { kind: 'edge'; end: boolean }
  | { kind: 'close'; disposition: Disposition }
  | { kind: 'go'; page: Page }
  | { kind: 'open' | 'back' | 'select' | 'own' | 'suppress' | 'undo' | 'new' | 'filter' | 'help' }
  | { kind: 'note' | 'incident' };

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
  i: { kind: 'incident' },
  n: { kind: 'note' },
  u: { kind: 'undo' },
} as const));

/** What follows `g`. */
const PAGES = new Map<string, Page>([
  ['a', 'alerts'],
  ['i', 'incidents'],
  ['e', 'entities'],
  ['r', 'rules'],
  ['f', 'fleet'],
  ['p', 'people'],
  ['k', 'account'],
]);

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
  if (!LATIN.test(key) && code === 'Slash') return { kind: 'filter' };
  if (!LATIN.test(key) && code === 'Period') return { kind: 'new' };
  return LETTERS.get(letter(key, code));
}

function letter(key: string, code: string): string {
  if (LATIN.test(key)) return key.toLowerCase();
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? '';
}

/** Reads one key after the other: `g` and a letter are one command. */
export class Keys {
  #going = false;

  read(stroke: Stroke): Command | undefined {
    const { key, code, ctrlKey, metaKey, altKey } = stroke;
    // A shift pressed on the way is not the second key.
    if (key === 'Shift') return undefined;
    const name = ctrlKey || metaKey || altKey ? '' : letter(key, code);
    const page = this.#going ? PAGES.get(name) : undefined;
    this.#going = !this.#going && name === 'g';
    return page ? { kind: 'go', page } : command(stroke);
  }
}
