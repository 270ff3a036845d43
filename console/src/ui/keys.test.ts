import { expect, it } from 'vitest';
import { command, Keys } from './keys';

function press(key: string, code = '', held: 'ctrlKey' | 'metaKey' | 'altKey' | '' = '') {
  const up = { ctrlKey: false, metaKey: false, altKey: false };
  return command({ key, code, ...up, ...(held ? { [held]: true } : {}) });
}

it.each([
  ['j', 'KeyJ', { kind: 'move', by: 1 }],
  ['ت', 'KeyJ', { kind: 'move', by: 1 }],
  ['ش', 'KeyA', { kind: 'own' }],
  ['K', 'KeyK', { kind: 'move', by: -1 }],
  ['1', 'Digit1', { kind: 'close', disposition: 'true_positive' }],
  ['٣', 'Digit3', { kind: 'close', disposition: 'false_positive_rule' }],
  ['6', 'Numpad6', { kind: 'close', disposition: 'test' }],
  ['!', 'Digit1', undefined],
  ['7', 'Digit7', undefined],
  ['?', 'Slash', { kind: 'help' }],
  ['/', 'Slash', { kind: 'filter' }],
  ['ظ', 'Slash', { kind: 'filter' }],
  ['n', 'KeyN', { kind: 'note' }],
  ['ه', 'KeyI', { kind: 'incident' }],
  ['q', 'KeyQ', undefined],
  ['toString', '', undefined],
])('%s at %s', (key, code, want) => expect(press(key, code)).toEqual(want));

it.each(['ctrlKey', 'metaKey', 'altKey'] as const)('leaves %s combinations alone', (held) => {
  expect(press('a', 'KeyA', held)).toBeUndefined();
});

it.each([
  ['ga', [undefined, { kind: 'go', page: 'alerts' }]],
  ['gi', [undefined, { kind: 'go', page: 'incidents' }]],
  ['gj', [undefined, { kind: 'move', by: 1 }]],
  ['gga', [undefined, undefined, { kind: 'own' }]],
  ['ai', [{ kind: 'own' }, { kind: 'incident' }]],
])('%s one after the other', (typed, want) => {
  const keys = new Keys();
  const up = { ctrlKey: false, metaKey: false, altKey: false };
  expect([...typed].map((key) => keys.read({ key, code: '', ...up }))).toEqual(want);
});

it('goes with a layout that has no Latin letters', () => {
  const keys = new Keys();
  const up = { ctrlKey: false, metaKey: false, altKey: false };
  keys.read({ key: 'ل', code: 'KeyG', ...up });
  const second = keys.read({ key: 'ه', code: 'KeyI', ...up });
  expect(second).toEqual({ kind: 'go', page: 'incidents' });
});
