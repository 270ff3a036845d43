import { expect, it } from 'vitest';
import type { Stage } from '../api/types';
import { chain, tacticName } from './tactics';

function stage(tactic: string, name = tactic): Stage {
  return { tactic, name, first_seen: 0, last_seen: 0, alerts: 1 };
}

it('draws the kill chain, and what precedes it only where it was seen', () => {
  const ids = (stages: Stage[]) => chain(stages).map(({ tactic }) => tactic);
  expect(ids([])).toHaveLength(12);
  expect(ids([])[0]).toBe('TA0001');
  expect(ids([stage('TA0043')])[0]).toBe('TA0043');
  expect(ids([stage('TA0043')])).toHaveLength(13);
});

it('says where the incident has been', () => {
  const been = chain([stage('TA0010'), stage('TA0002')]).filter((link) => link.stage);
  expect(been.map(({ name }) => name)).toEqual(['Execution', 'Exfiltration']);
});

it('keeps a tactic that it does not know', () => {
  expect(chain([stage('TA9999', 'Something new')]).at(-1)?.name).toBe('Something new');
  expect(tacticName('TA9999')).toBe('TA9999');
  expect(tacticName('TA0006')).toBe('Credential Access');
});
