import { expect, it } from 'vitest';
import { toBytes, toText } from './passkey';

it.each([[''], ['AA'], ['_-8'], ['AQIDBAU']])('reads and writes %s', (text) => {
  expect(toText(toBytes(text))).toBe(text);
});

it('keeps every byte', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  expect([...new Uint8Array(toBytes(toText(bytes.buffer)))]).toEqual([...bytes]);
});
