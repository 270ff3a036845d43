import { expect, it } from 'vitest';
import type { IncidentDetail } from '../api/types';
import { activity } from './activity';

type Note = IncidentDetail['notes'][number];
type Decision = IncidentDetail['history'][number];

const note = (at: number, author: string, text: string): Note => ({ at, author, text });

function decision(at: number, name: string, reason: string): Decision {
  const actor = { kind: 'person', name: 'eva' } as const;
  return { seq: at, at, actor, auth: 'token', action: { name, objects: [] }, reason };
}

function seen(notes: Note[], history: Decision[], disposition: string | null = null) {
  const incident = { disposition } as unknown as IncidentDetail['incident'];
  const detail = { notes, history, incident } as unknown as IncidentDetail;
  return activity(detail).map(({ at, who, does, disposition, text }) =>
    [at, who, does, disposition, text].filter((part) => part !== undefined).join(' '),
  );
}

it('tells notes and decisions as one story, the newest first', () => {
  const notes = [note(1, 'eva', 'called ws12'), note(5, 'incidents', 'open again')];
  const history = [decision(1, 'incident.note', 'called ws12'), decision(3, 'incident.own', '')];
  expect(seen(notes, history)).toEqual([
    '5 incidents open again',
    '3 eva history.alert.own',
    '1 eva called ws12',
  ]);
});

it('tells a closing with its note once', () => {
  const closed = [decision(3, 'incident.close', 'hosts rebuilt')];
  expect(seen([note(2, 'eva', 'hosts rebuilt')], closed, 'true_positive')).toEqual([
    '3 eva history.alert.close true_positive hosts rebuilt',
  ]);
});

it('reads the judgement where there is no note', () => {
  expect(seen([], [decision(3, 'incident.close', 'duplicate')])).toEqual([
    '3 eva history.alert.close duplicate',
  ]);
});
