import { describe, expect, it } from 'vitest';
import type { SiteNode, Topology } from '../api/types';
import { changes, HEIGHT, isOffline, linksAt, ring, spots, WIDTH } from './layout';

function site(label: string, reach: SiteNode['reach'] = 'up'): SiteNode {
  return {
    id: label, label, name: label, tier: 'secondary', reach, via: [], agents: 0, policy: '',
    software: '', outbox: [], alerts_last_hour: 0,
  };
}

const others = (count: number) => Array.from({ length: count }, (_, index) => site(`s${index + 10}`));

describe('the map', () => {
  it.each([0, 1, 2, 3, 8, 9, 20])('has room for %i other sites', (count) => {
    const found = spots([site('here', 'here'), ...others(count)], false);
    expect(found).toHaveLength(count + 1);
    expect(new Set(found.map(({ x, y }) => `${x}/${y}`)).size).toBe(count + 1);
    for (const { x, y } of found) {
      expect(x).toBeGreaterThan(100);
      expect(x).toBeLessThan(WIDTH - 100);
      expect(y).toBeGreaterThan(50);
      expect(y).toBeLessThan(HEIGHT - 50);
    }
  });

  it('is mirrored for those who read from right to left', () => {
    const nodes = [site('here', 'here'), ...others(3)];
    const [ltr, rtl] = [spots(nodes, false), spots(nodes, true)];
    expect(rtl.map(({ x }) => WIDTH - x)).toEqual(ltr.map(({ x }) => x));
  });

  it('does not move sites when their state changes', () => {
    const before = spots([site('here', 'here'), site('b'), site('a')], false);
    const after = spots([site('a', 'down'), site('here', 'here'), site('b')], false);
    expect(after.map(({ x, y, site }) => [site.id, x, y])).toEqual(
      before.map(({ x, y, site }) => [site.id, x, y]),
    );
  });
});

const topology: Topology = {
  here: 'here', at: 10_000, drills: true, nodes: [], left: [],
  links: [{ from: 'here', to: 'a', state: 'down', since: 9_000, loss: 0, backlog_out: 4, backlog_in: 0, carriers: [], cut: false }],
  history: [
    { at: 1_000, from: 'here', to: 'a', state: 'healthy', backlog_out: 0, backlog_in: 0 },
    { at: 5_000, from: 'here', to: 'a', state: 'healthy', backlog_out: 0, backlog_in: 0 },
    { at: 9_000, from: 'here', to: 'a', state: 'down', backlog_out: 4, backlog_in: 0 },
  ],
};

it('shows links as they were', () => {
  const state = (at?: number) => linksAt(topology, at).map(({ state }) => state);
  expect([state(500), state(1_000), state(8_999), state(9_000), state()].flat()).toEqual([
    'unknown', 'healthy', 'healthy', 'down', 'down',
  ]);
  expect(changes(topology, 10_000)).toEqual([{ at: 0.9, down: true }]);
});

it('empties the ring in three intervals', () => {
  expect([ring(0, 2_000), ring(3_000, 2_000), ring(60_000, 2_000), ring(undefined, 2_000)]).toEqual([1, 0.5, 0, 0]);
});

it('knows whose alerts may be old', () => {
  expect((['here', 'up', 'indirect', 'down', 'unknown'] as const).map((reach) => isOffline(site('a', reach)))).toEqual([
    false, false, true, true, true,
  ]);
});
