import { expect, it } from 'vitest';
import { highlight } from './highlight';

function show(raw: string, values: string[]): string {
  return highlight(raw, values)
    .map(({ text, marked }) => (marked ? `«${text}»` : text))
    .join('');
}

it.each([
  ['nothing here', ['absent'], 'nothing here'],
  ['', ['x'], ''],
  ['run LSASS.exe now', ['lsass.exe'], 'run «LSASS.exe» now'],
  ['{"p":"C:\\\\Windows\\\\x"}', ['C:\\Windows\\x'], '{"p":"«C:\\\\Windows\\\\x»"}'],
  ['aaaa', ['aa'], '«aaaa»'],
  ['abcdef', ['abcd', 'cdef'], '«abcdef»'],
  ['abcdef', ['abcdef', 'cd'], '«abcdef»'],
  ['a a a', ['a'], 'a a a'],
  ['.*+?', ['.*'], '«.*»+?'],
  ['İx mark', ['mark'], 'İx «mark»'],
])('%j with %j', (raw, values, want) => expect(show(raw, values)).toBe(want));

it('loses nothing', () => {
  const raw = 'abcabcabc<script>';
  const text = highlight(raw, ['bc', 'ca', '<script>'])
    .map((span) => span.text)
    .join('');
  expect(text).toBe(raw);
});
