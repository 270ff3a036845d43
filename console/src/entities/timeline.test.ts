import { expect, it } from 'vitest';
import type { EntityDetail } from '../api/types';
import { said, timeline } from './timeline';

const detail = {
  entity: { kind: 'host', value: 'ws1' },
  known: null,
  notes: [{ at: 30, author: 'ana', text: 'rebuilt' }],
  alerts: [{ id: 'a', last_seen: 20, severity: 'high', title: 'An alert' }],
  alerts_total: 1,
  incidents: [{ id: 'i', last_seen: 40, severity: 'low', title: 'An incident' }],
  query: '',
  events: [{ time: 10, process: { cmd_line: 'whoami' } }],
  history: [{ seq: 7, at: 30, actor: { name: 'ana' }, reason: 'because' }],
} as unknown as EntityDetail;

it('puts everything on record into one list, the newest first', () => {
  expect(timeline(detail).map(({ what, text }) => `${what} ${text}`)).toEqual([
    'incident An incident',
    'note rebuilt',
    'decision because',
    'alert An alert',
    'event whoami',
  ]);
  expect(timeline(detail)[0]?.to).toEqual({ page: 'incidents', id: 'i' });
});

it('tells an event by what says most', () => {
  expect(said({ class_name: 'DNS Activity', query: { hostname: 'a.example' } })).toBe('a.example');
  expect(said({ process: 'odd', class_name: 'Process Activity' })).toBe('Process Activity');
  expect(said({ a: 1 })).toBe('{"a":1}');
});
