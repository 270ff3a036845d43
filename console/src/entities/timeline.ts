// What is on record of an entity as one list.
import type { EntityDetail, Severity } from '../api/types';
import type { Key } from '../i18n/en';
import type { Place } from '../ui/place';

export interface Moment {
  id: string;
  at: number;
  what: 'alert' | 'incident' | 'event' | 'note' | 'decision';
  severity?: Severity;
  /** From the log, or somebody's own words. */
  text: string;
  /** What was decided, in the reader's language. */
  does?: Key;
  who?: string;
  to?: Place;
}

type Event = EntityDetail['events'][number];

/** The newest first. A note that was written with a decision is told once, as the note. */
export function timeline(detail: EntityDetail): Moment[] {
  const alerts = detail.alerts.map(
    (alert): Moment => ({
      id: `alert-${alert.id}`,
      at: alert.last_seen,
      what: 'alert',
      severity: alert.severity,
      text: alert.title,
      to: { page: 'alerts', id: alert.id },
    }),
  );
  const incidents = detail.incidents.map(
    (incident): Moment => ({
      id: `incident-${incident.id}`,
      at: incident.last_seen,
      what: 'incident',
      severity: incident.severity,
      text: incident.title,
      to: { page: 'incidents', id: incident.id },
    }),
  );
  const events = detail.events.map((event, index): Moment => ({
    id: `event-${index}`,
    at: number(event, 'time') ?? 0,
    what: 'event',
    text: said(event),
  }));
  const notes = detail.notes.map(({ at, author, text }, index): Moment => ({
    id: `note-${index}`,
    at,
    what: 'note',
    text,
    who: author,
  }));
  const decisions = detail.history.map(
    ({ seq, at, actor, reason }): Moment => ({
      id: `decision-${seq}`,
      at,
      what: 'decision',
      text: reason === UNSAID ? '' : reason,
      does: 'entity.set',
      who: actor.name,
    }),
  );
  const all = [...alerts, ...incidents, ...events, ...notes, ...decisions];
  return all.sort((a, b) => b.at - a.at);
}

function number(event: Event, name: string): number | undefined {
  const value = (event as Record<string, unknown>)[name];
  return typeof value === 'number' ? value : undefined;
}

/** The site's own words where nobody gave a reason. */
const UNSAID = 'says what is known of it';

/** What tells most of an event, in the order in which an analyst looks. */
const TELLING = [
  ['process', 'cmd_line'],
  ['message'],
  ['http_request', 'url', 'url_string'],
  ['query', 'hostname'],
  ['file', 'path'],
  ['api', 'operation'],
  ['type_name'],
  ['class_name'],
] as const;

export function said(event: object): string {
  for (const path of TELLING) {
    let value: unknown = event;
    for (const name of path) {
      value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
    }
    if (typeof value === 'string' && value) return value;
  }
  return JSON.stringify(event);
}
