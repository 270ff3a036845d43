// Where sites stand on the map, and how links were at another time.
import type { LinkMoment, SiteLink, SiteNode, Topology } from '../api/types';

/** Of the map, in units of its drawing. */
export const WIDTH = 1000;
export const HEIGHT = 540;

export interface Spot {
  site: SiteNode;
  x: number;
  y: number;
}

/** This site in the middle, the others around it, in two rings when there are many. */
export function spots(nodes: readonly SiteNode[], rtl: boolean): Spot[] {
  const here = nodes.filter(({ reach }) => reach === 'here');
  const others = nodes
    .filter(({ reach }) => reach !== 'here')
    .sort((a, b) => a.label.localeCompare(b.label) || a.id.localeCompare(b.id));
  const outer = others.length > 8 ? Math.ceil(others.length * 0.6) : others.length;
  const rings = [
    { sites: others.slice(0, outer), x: 380, y: 205 },
    { sites: others.slice(outer), x: 215, y: 125 },
  ];
  const around = rings.flatMap(({ sites, x, y }, ring) =>
    sites.map((site, index) => {
      // The first one stands where reading begins, a lone second one opposite.
      const turn = Math.PI + ((index + ring / 2) / sites.length) * 2 * Math.PI;
      return spot(site, WIDTH / 2 + Math.cos(turn) * x, HEIGHT / 2 + Math.sin(turn) * y, rtl);
    }),
  );
  return [...here.map((site) => spot(site, WIDTH / 2, HEIGHT / 2, rtl)), ...around];
}

function spot(site: SiteNode, x: number, y: number, rtl: boolean): Spot {
  return { site, x: Math.round(rtl ? WIDTH - x : x), y: Math.round(y) };
}

/** A link as it is drawn: now, or as far as is known of an earlier time. */
export type Drawn = Pick<SiteLink, 'to' | 'state' | 'rtt_ms' | 'backlog_out' | 'backlog_in' | 'carrier'>;

/** Links at a time; `undefined` for now. */
export function linksAt(topology: Topology, at: number | undefined): Drawn[] {
  if (at === undefined) return topology.links;
  const known = new Map<string, LinkMoment>();
  for (const moment of topology.history) if (moment.at <= at) known.set(moment.to, moment);
  return topology.links.map(({ to }) => {
    const moment = known.get(to);
    return moment ?? { to, state: 'unknown', backlog_out: 0, backlog_in: 0 };
  });
}

/** When links changed, for marks on the scrubber: parts of the span, 0 to 1. */
export function changes(topology: Topology, span: number): { at: number; down: boolean }[] {
  const before = new Map<string, string>();
  const found: { at: number; down: boolean }[] = [];
  for (const { to, state, at } of topology.history) {
    if (before.has(to) && before.get(to) !== state) {
      const place = 1 - (topology.at - at) / span;
      if (place >= 0) found.push({ at: place, down: state === 'down' });
    }
    before.set(to, state);
  }
  return found;
}

/** How much of the ring around a site is left: full at a heartbeat, empty after three that did not come. */
export function ring(heard: number | null | undefined, interval: number | null | undefined): number {
  if (heard === undefined || heard === null) return 0;
  return Math.max(0, 1 - heard / (3 * (interval ?? 10_000)));
}

/** Whether alerts from the site are only as good as what was heard last. */
export function isOffline(site: SiteNode | undefined): boolean {
  return site?.reach === 'down' || site?.reach === 'indirect' || site?.reach === 'unknown';
}
