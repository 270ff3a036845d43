import { expect, it } from 'vitest';
import { reveal, ROW_HEIGHT, visible } from './window';

it('draws little of much', () => {
  for (const scroll of [0, 1, 399_000, 1e9, -5]) {
    const { from, to } = visible(scroll, 800, 10_000);
    expect(to - from).toBeLessThan(45);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to).toBeLessThanOrEqual(10_000);
  }
  expect(visible(0, 800, 3)).toEqual({ from: 0, to: 3 });
});

it('scrolls no more than it must', () => {
  expect(reveal(3, 0, 800)).toBe(0);
  expect(reveal(20, 0, 800)).toBe(21 * ROW_HEIGHT - 800);
  expect(reveal(2, 400, 800)).toBe(2 * ROW_HEIGHT);
});
