import type { Catalogue, Key, Message } from './en';

export type Values = Readonly<Record<string, string | number>>;

/** A message with its values filled in; numbers are written as the locale writes them. */
export function fill(message: Message, locale: string, values: Values = {}): string {
  const text = typeof message === 'string' ? message : form(message, locale, values);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? value.toLocaleString(locale) : value;
  });
}

function form(forms: Exclude<Message, string>, locale: string, values: Values): string {
  const count = typeof values.count === 'number' ? values.count : 0;
  return forms[new Intl.PluralRules(locale).select(count)] ?? forms.other;
}

const ACCENTS: Readonly<Record<string, string>> = {
  a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', c: 'ç', n: 'ñ', y: 'ý',
  A: 'Á', E: 'É', I: 'Í', O: 'Ó', U: 'Ú', C: 'Ç', N: 'Ñ', Y: 'Ý',
};

/** A catalogue that nobody wrote: half as long again, so that it finds what does not fit. */
export function pseudo(catalogue: Catalogue): Catalogue {
  const stretch = (text: string) => {
    const changed = text
      .split(/(\{\w+\})/)
      .map((part) => (part.startsWith('{') ? part : part.replace(/[a-z]/gi, (c) => ACCENTS[c] ?? c)))
      .join('');
    return `[${changed}${'~'.repeat(Math.ceil(text.length / 2))}]`;
  };
  const entries = Object.entries(catalogue).map(([key, message]) => {
    if (typeof message === 'string') return [key, stretch(message)];
    const forms = Object.entries(message);
    return [key, Object.fromEntries(forms.map(([name, text]) => [name, stretch(text)]))];
  });
  return Object.fromEntries(entries) as Record<Key, Message>;
}
