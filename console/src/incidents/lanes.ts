// The picture of an incident: a lane for each entity that joins its alerts, and one mark for the
// alerts of one moment.
import { rank, type Entity, type IncidentEntity, type Member, type Severity } from '../api/types';
import { key } from './entity';

export interface Mark {
  /** Where it stands between the first and the last alert, 0 to 100. */
  at: number;
  severity: Severity;
  members: readonly Member[];
}

export interface Lane {
  entity: Entity;
  marks: readonly Mark[];
}

/** Marks of one lane that are nearer to one another than this, in hundredths, are one. */
const NEAR = 1.2;

/** At most `most` lanes, the riskiest entities first; their marks in order of time. */
export function lanes(
  members: readonly Member[],
  entities: readonly IncidentEntity[],
  most: number,
): Lane[] {
  const byEntity = new Map<string, Member[]>();
  for (const member of members) {
    for (const at of new Set(member.joined_by.map(key))) {
      const known = byEntity.get(at);
      if (known) known.push(member);
      else byEntity.set(at, [member]);
    }
  }
  const span = reach(members);
  return entities
    .flatMap((entity) => {
      const seen = byEntity.get(key(entity));
      return seen ? [{ entity, marks: marks(seen, span) }] : [];
    })
    .slice(0, most);
}

export interface Span {
  from: number;
  to: number;
}

export function reach(members: readonly Member[]): Span {
  const times = members.map((member) => member.first_seen);
  return times.reduce(({ from, to }, at) => ({ from: Math.min(from, at), to: Math.max(to, at) }), {
    from: times[0] ?? 0,
    to: times[0] ?? 0,
  });
}

function marks(members: readonly Member[], { from, to }: Span): Mark[] {
  const place = (at: number) => (to > from ? ((at - from) / (to - from)) * 100 : 50);
  const made: { at: number; severity: Severity; members: Member[] }[] = [];
  for (const member of [...members].sort((a, b) => a.first_seen - b.first_seen)) {
    const at = place(member.first_seen);
    const last = made.at(-1);
    if (last && at - last.at < NEAR) {
      last.members.push(member);
      if (rank(member.severity) > rank(last.severity)) last.severity = member.severity;
    } else {
      made.push({ at, severity: member.severity, members: [member] });
    }
  }
  return made;
}
