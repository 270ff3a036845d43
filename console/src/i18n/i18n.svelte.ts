import { ar } from './ar';
import { en, type Catalogue, type Key } from './en';
import { fill, pseudo, type Values } from './message';

export type Language = 'en' | 'ar' | 'pseudo';

interface Speech {
  catalogue: Catalogue;
  /** For `Intl`. Digits stay Latin: they stand beside addresses, hashes and times from logs. */
  locale: string;
  direction: 'ltr' | 'rtl';
}

const SPEECHES: Record<Language, Speech> = {
  en: { catalogue: en, locale: 'en-GB', direction: 'ltr' },
  ar: { catalogue: ar, locale: 'ar-u-nu-latn', direction: 'rtl' },
  pseudo: { catalogue: pseudo(en), locale: 'en-GB', direction: 'ltr' },
};

const STORED = 'aurora.language';

function first(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(STORED);
  if (asked === 'en' || asked === 'ar' || asked === 'pseudo') return asked;
  return navigator.language.startsWith('ar') ? 'ar' : 'en';
}

class Speaker {
  language = $state<Language>('en');
  speech = $derived(SPEECHES[this.language]);

  start() {
    this.use(first());
  }

  use(language: Language) {
    this.language = language;
    localStorage.setItem(STORED, language);
    document.documentElement.lang = language === 'pseudo' ? 'en' : language;
    document.documentElement.dir = SPEECHES[language].direction;
  }
}

export const speaker = new Speaker();

/** A message in the reader's language. */
export function t(key: Key, values?: Values): string {
  const { catalogue, locale } = speaker.speech;
  return fill(catalogue[key], locale, values);
}

export function isKey(key: string): key is Key {
  return Object.hasOwn(en, key);
}

export function number(value: number): string {
  return value.toLocaleString(speaker.speech.locale);
}

export function time(at: number): string {
  return new Intl.DateTimeFormat(speaker.speech.locale, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  }).format(at);
}

/** The time of day, without seconds. */
export function hour(at: number): string {
  const format = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(speaker.speech.locale, format).format(at);
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit & string, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** `4m`, `3h`: the largest unit that fits, as short as the language allows. */
export function age(since: number, now: number): string {
  const passed = Math.max(0, now - since);
  const [unit, size] = STEPS.find(([, step]) => passed >= step) ?? ['second', 1_000];
  const format = new Intl.NumberFormat(speaker.speech.locale, {
    style: 'unit',
    unit,
    unitDisplay: 'narrow',
  });
  return format.format(Math.floor(passed / size));
}

/** How long something took: the two largest units. */
export function lasting(milliseconds: number): string {
  const parts: string[] = [];
  let left = Math.max(0, milliseconds);
  for (const [unit, size] of STEPS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count === 0 && !(unit === 'second' && parts.length === 0)) continue;
    const style = { style: 'unit', unit, unitDisplay: 'short' } as const;
    parts.push(new Intl.NumberFormat(speaker.speech.locale, style).format(count));
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

const DAY_MS = 86_400_000;

export function oneDay({ from, to }: { from: number; to: number }): boolean {
  return to - from < DAY_MS && new Date(from).getDate() === new Date(to).getDate();
}

/** The time of day, with the day where what is shown spans more than one. */
export function clock(at: number, { from, to }: { from: number; to: number }): string {
  const whole = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  const format = oneDay({ from, to }) ? whole : ({ ...whole, month: 'short', day: 'numeric' } as const);
  return new Intl.DateTimeFormat(speaker.speech.locale, format).format(at);
}
