// Which rows of a long list are drawn.

export const ROW_HEIGHT = 40;
const OVERSCAN = 8;

export interface Slice {
  from: number;
  to: number;
}

export function visible(scroll: number, height: number, count: number): Slice {
  const first = Math.floor(Math.max(0, scroll) / ROW_HEIGHT);
  const rows = Math.ceil(height / ROW_HEIGHT);
  const from = Math.min(Math.max(0, first - OVERSCAN), count);
  return { from, to: Math.min(count, first + rows + OVERSCAN) };
}

/** Where to scroll so that `index` is in sight; the present place when it is already. */
export function reveal(index: number, scroll: number, height: number): number {
  const above = index * ROW_HEIGHT;
  if (above < scroll) return above;
  const below = above + ROW_HEIGHT - height;
  return below > scroll ? below : scroll;
}
