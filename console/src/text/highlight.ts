// Where a rule's matched values stand in the raw record.

export interface Span {
  text: string;
  marked: boolean;
}

/** Shorter values occur everywhere and would mark noise. */
const SHORTEST = 2;
const MOST_MARKS = 200;

export function highlight(raw: string, values: readonly string[]): Span[] {
  const lower = fold(raw);
  const ranges: [number, number][] = [];
  for (const value of new Set(values.flatMap(forms))) {
    for (let at = lower.indexOf(value); at >= 0; at = lower.indexOf(value, at + value.length)) {
      ranges.push([at, at + value.length]);
      if (ranges.length >= MOST_MARKS) break;
    }
  }
  return cut(raw, ranges.sort((a, b) => a[0] - b[0] || b[1] - a[1]));
}

/** As it is, and as JSON writes it. */
function forms(value: string): string[] {
  const folded = fold(value);
  const escaped = fold(JSON.stringify(value).slice(1, -1));
  return [folded, escaped].filter((form) => form.length >= SHORTEST);
}

/** Lower case without a change of length, so that places stay places. */
function fold(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

function cut(raw: string, ranges: readonly [number, number][]): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    if (to <= at) continue;
    const start = Math.max(from, at);
    if (start > at) spans.push({ text: raw.slice(at, start), marked: false });
    const last = spans.at(-1);
    if (start === at && last?.marked) last.text += raw.slice(start, to);
    else spans.push({ text: raw.slice(start, to), marked: true });
    at = to;
  }
  if (at < raw.length || spans.length === 0) spans.push({ text: raw.slice(at), marked: false });
  return spans;
}
