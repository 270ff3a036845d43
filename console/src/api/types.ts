import type { components } from './schema';

type Schemas = components['schemas'];

export type AlertChange = Schemas['AlertChange'];
export type AlertDetail = Schemas['AlertDetail'];
export type AlertPage = Schemas['AlertPage'];
export type AlertRow = Schemas['AlertRow'];
export type AlertStatus = Schemas['AlertStatus'];
export type Decision = Schemas['DecisionEntry'];
export type Disposition = Schemas['Disposition'];
export type Entity = Schemas['Entity'];
export type EntityKind = Schemas['EntityKind'];
export type Evidence = Schemas['Evidence'];
export type DeadLetterPage = Schemas['DeadLetterPage'];
export type IncidentChange = Schemas['IncidentChange'];
export type IncidentDetail = Schemas['IncidentDetail'];
export type IncidentEntity = Schemas['IncidentEntity'];
export type IncidentPage = Schemas['IncidentPage'];
export type IncidentRow = Schemas['IncidentRow'];
export type LedgerReport = Schemas['LedgerReport'];
export type MatchedField = Schemas['MatchedField'];
export type Member = Schemas['Member'];
export type NotShown = Schemas['NotShown'];
export type SessionInfo = Schemas['SessionInfo'];
export type Severity = Schemas['Severity'];
export type Stage = Schemas['Stage'];
export type SuppressionInfo = Schemas['SuppressionInfo'];
export type SuppressionPreview = Schemas['SuppressionPreview'];
export type Suppressions = Schemas['Suppressions'];

export const DISPOSITIONS: readonly Disposition[] = [
  'true_positive',
  'benign_true_positive',
  'false_positive_rule',
  'false_positive_data',
  'duplicate',
  'test',
];

const RANKS: readonly Severity[] = [
  'unknown',
  'informational',
  'low',
  'medium',
  'high',
  'critical',
  'fatal',
];

/** The higher the worse. */
export function rank(severity: Severity): number {
  return RANKS.indexOf(severity);
}
