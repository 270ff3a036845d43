import { describe, expect, it } from 'vitest';
import { plain, safe } from './hostile';

function show(text: string, multiline = false): string {
  return safe(text, { multiline })
    .pieces.map((piece) => ('text' in piece ? piece.text : `[${piece.chip}]`))
    .join('');
}

describe('safe', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['<b>&amp;', '<b>&amp;'],
    ['invoice\u202efdp.exe', 'invoice[RLO]fdp.exe'],
    ['a\u0000b\u001b[31m', 'a[NUL]b[ESC][31m'],
    ['pay\u200bpal\ufeff', 'pay[ZWSP]pal[BOM]'],
    ['one\r\ntwo\tthree', 'one[CR][LF]two[TAB]three'],
    ['\u0085', '[U+0085]'],
    ['a\u{e0041}b', 'a[U+E0041]b'],
    ['x\ud800y', 'x[U+D800]y'],
    ['😀 ok', '😀 ok'],
    ['المدير', 'المدير'],
    ['e\u0301', 'e\u0301'],
    [`Z${'\u0335'.repeat(9)}`, `Z${'\u0335'.repeat(3)}[+6]`],
  ])('%j', (text, want) => expect(show(text)).toBe(want));

  it('keeps lines where lines are wanted', () => {
    expect(show('one\r\ntwo\tthree\rfour', true)).toBe('one\ntwo\tthree[CR]four');
  });

  it('says how much it left out', () => {
    const { pieces, omitted } = safe('x'.repeat(50), { limit: 20 });
    expect(pieces).toEqual([{ text: 'x'.repeat(20) }]);
    expect(omitted).toBe(30);
  });

  it('leaves nothing behind that it is there to find', () => {
    for (let code = 0; code < 0x3000; code += 1) {
      const text = plain(`a${String.fromCodePoint(code)}b`);
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f]/u);
    }
  });
});
