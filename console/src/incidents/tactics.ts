// ATT&CK's enterprise tactics in the order of the kill chain. Names are ATT&CK's own in every
// language, as analysts cite them.
import type { Stage } from '../api/types';

const CHAIN: readonly [id: string, name: string][] = [
  ['TA0043', 'Reconnaissance'],
  ['TA0042', 'Resource Development'],
  ['TA0001', 'Initial Access'],
  ['TA0002', 'Execution'],
  ['TA0003', 'Persistence'],
  ['TA0004', 'Privilege Escalation'],
  ['TA0005', 'Defense Evasion'],
  ['TA0006', 'Credential Access'],
  ['TA0007', 'Discovery'],
  ['TA0008', 'Lateral Movement'],
  ['TA0009', 'Collection'],
  ['TA0011', 'Command and Control'],
  ['TA0010', 'Exfiltration'],
  ['TA0040', 'Impact'],
];

/** These precede what a site can see; they are drawn only when they were seen. */
const BEFORE = 2;

export interface Link {
  tactic: string;
  name: string;
  /** Absent where the incident has not been. */
  stage: Stage | undefined;
}

export function chain(stages: readonly Stage[]): Link[] {
  const seen = new Map(stages.map((stage) => [stage.tactic, stage]));
  const known = CHAIN.map(([tactic, name]) => ({ tactic, name, stage: seen.get(tactic) })).filter(
    ({ stage }, index) => stage !== undefined || index >= BEFORE,
  );
  const ids = new Set(CHAIN.map(([id]) => id));
  const others = stages.filter(({ tactic }) => !ids.has(tactic));
  return [...known, ...others.map((stage) => ({ tactic: stage.tactic, name: stage.name, stage }))];
}

/** `Execution` for `TA0002`; an id that is not known stays one. */
export function tacticName(id: string): string {
  return CHAIN.find(([known]) => known === id)?.[1] ?? id;
}
