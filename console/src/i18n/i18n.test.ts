import { describe, expect, it } from 'vitest';
import { ar } from './ar';
import { en, type Catalogue, type Key, type Message } from './en';
import { fill, pseudo } from './message';

const english: Catalogue = en;

function texts(message: Message): string[] {
  return typeof message === 'string' ? [message] : Object.values(message);
}

function names(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort();
}

describe.each([['ar', ar]] as [string, Catalogue][])('the %s catalogue', (locale, catalogue) => {
  const keys = Object.keys(english) as Key[];

  it('has every message and no other', () => {
    expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
  });

  it.each(keys)('%s fills in what English fills in', (key) => {
    const allowed = new Set(texts(english[key]).flatMap(names));
    for (const text of texts(catalogue[key])) {
      expect(text.trim()).not.toBe('');
      for (const name of names(text)) expect(allowed).toContain(name);
      // A number may be a word, as in "two alerts"; everything else must be there.
      for (const name of allowed) if (name !== 'count') expect(names(text)).toContain(name);
    }
  });

  it('has a form for every count where English has forms', () => {
    const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    for (const key of keys) {
      const message = catalogue[key];
      if (typeof english[key] === 'string') continue;
      expect(Object.keys(message).sort(), key).toEqual([...wanted].sort());
    }
  });
});

it('chooses the form by the count', () => {
  expect(fill(en['queue.count'], 'en', { count: 1 })).toBe('1 alert');
  expect(fill(en['queue.count'], 'en', { count: 1_234 })).toBe('1,234 alerts');
  expect(fill(ar['queue.count'], 'ar-u-nu-latn', { count: 2 })).toBe('تنبيهان');
  expect(fill(ar['queue.count'], 'ar-u-nu-latn', { count: 5 })).toBe('5 تنبيهات');
});

it('stretches every message for the pseudo-locale and keeps its values', () => {
  const stretched = pseudo(english);
  for (const key of Object.keys(english) as Key[]) {
    const [before, after] = [texts(english[key]), texts(stretched[key])];
    after.forEach((text, index) => {
      expect(text.length).toBeGreaterThan((before[index] ?? '').length * 1.4);
      expect(names(text)).toEqual(names(before[index] ?? ''));
    });
  }
});
