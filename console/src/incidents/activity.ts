// Notes and decisions as one list.
import { DISPOSITIONS, type Disposition, type IncidentDetail } from '../api/types';
import type { Key } from '../i18n/en';

export interface Entry {
  at: number;
  who: string;
  /** What was done; a note alone does nothing. */
  does?: Key;
  disposition?: Disposition;
  text?: string;
}

const DOES = new Map<string, Key>([
  ['incident.own', 'history.alert.own'],
  ['incident.release', 'history.alert.release'],
  ['incident.close', 'history.alert.close'],
  ['incident.reopen', 'history.alert.reopen'],
]);

/** The newest first. A note that came with a closing is told once, with the closing. */
export function activity({ notes, history, incident }: IncidentDetail): Entry[] {
  const decisions = history.flatMap(({ at, actor, action, reason }): Entry[] => {
    const does = DOES.get(action.name);
    if (does === undefined) return [];
    const disposition = DISPOSITIONS.find((word) => word === reason);
    if (disposition) return [{ at, who: actor.name, does, disposition }];
    return [{ at, who: actor.name, does, ...(reason && { text: reason }) }];
  });
  const told = decisions.flatMap(({ who, text }) => (text === undefined ? [] : [`${who}\n${text}`]));
  const rest: Entry[] = notes
    .filter(({ author, text }) => !told.includes(`${author}\n${text}`))
    .map(({ at, author, text }) => ({ at, who: author, text }));
  const all = [...decisions, ...rest].sort((a, b) => b.at - a.at);
  const closing = all.find(({ does }) => does === 'history.alert.close');
  if (closing && incident.disposition) closing.disposition = incident.disposition;
  return all;
}
