import { describe, expect, it } from 'vitest';
import type { Entity, IncidentEntity, Member, Severity } from '../api/types';
import { lanes, reach } from './lanes';

const host = (value: string): Entity => ({ kind: 'host', value });

function member(at: number, severity: Severity, ...joined_by: Entity[]): Member {
  return {
    alert: String(at),
    rule: 'r',
    title: 't',
    severity,
    status: 'new',
    source: 's',
    matches: 1,
    first_seen: at,
    last_seen: at,
    tactics: [],
    joined_by,
  };
}

function part(entity: Entity, risk = 1): IncidentEntity {
  return { ...entity, risk, alerts: 1, criticality: 'normal', joins: true };
}

describe('lanes', () => {
  it('has a lane for each entity that joins, whatever its writing', () => {
    const members = [
      member(0, 'low', host('WS-1.corp.example')),
      member(50, 'high', host('ws-1'), host('ws-2')),
      member(100, 'low', host('ws-2')),
    ];
    const found = lanes(members, [part(host('ws-1')), part(host('ws-9')), part(host('ws-2'))], 8);
    expect(found.map(({ entity, marks }) => [entity.value, marks.map(({ at }) => at)])).toEqual([
      ['ws-1', [0, 50]],
      ['ws-2', [50, 100]],
    ]);
  });

  it('makes one mark, as bad as the worst, of what is near', () => {
    const one = host('a');
    const members = [member(0, 'low', one), member(1, 'high', one), member(1_000, 'medium', one)];
    const [lane] = lanes(members, [part(one)], 8);
    const seen = lane?.marks.map(({ severity, members }) => [severity, members.length]);
    expect(seen).toEqual([
      ['high', 2],
      ['medium', 1],
    ]);
  });

  it('never draws more than a hundred marks in a lane', () => {
    const one = host('a');
    const members = Array.from({ length: 5_000 }, (_, at) => member(at, 'low', one));
    const [lane] = lanes(members, [part(one)], 8);
    expect(lane?.marks.length).toBeLessThan(100);
    expect(lane?.marks.reduce((sum, mark) => sum + mark.members.length, 0)).toBe(5_000);
  });

  it('puts a single moment into the middle, and stops at the most lanes', () => {
    const members = [member(7, 'low', host('a'), host('b'))];
    const found = lanes(members, [part(host('a')), part(host('b'))], 1);
    expect(found.map(({ marks }) => marks[0]?.at)).toEqual([50]);
  });

  it('has no lanes without alerts', () => {
    expect(lanes([], [part(host('a'))], 8)).toEqual([]);
    expect(reach([])).toEqual({ from: 0, to: 0 });
  });
});
