import { expect, it } from 'vitest';
import type { Entity } from '../api/types';
import { brief, key } from './entity';

it.each([
  ['host', 'WS-014.corp.example', 'ws-014', true],
  ['host', '10.20.1.14', '10.20.9.9', false],
  ['host', '10.20.1.14', '10', false],
  ['user', 'CORP\\Eva', 'eva', true],
  ['user', 'eva', 'adam', false],
  ['process', 'C:\\Windows\\CMD.exe', 'c:\\windows\\cmd.exe', true],
  ['file', '/etc/Shadow', '/etc/shadow', false],
  ['address', '2001:DB8::1', '2001:db8::1', true],
] as [Entity['kind'], string, string, boolean][])('%s %s and %s', (kind, one, other, same) => {
  expect(key({ kind, value: one }) === key({ kind, value: other })).toBe(same);
});

it('tells kinds apart', () => {
  expect(key({ kind: 'host', value: 'a' })).not.toBe(key({ kind: 'user', value: 'a' }));
});

it.each([
  ['host', 'WS-014.corp.example', 'WS-014'],
  ['host', '10.20.1.14', '10.20.1.14'],
  ['host', '.hidden', '.hidden'],
  ['host', '', ''],
  ['user', 'a.b', 'a.b'],
] as [Entity['kind'], string, string][])('%s %s is %s in brief', (kind, value, want) => {
  expect(brief({ kind, value })).toBe(want);
});
