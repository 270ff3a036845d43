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
export type LedgerReport = Schemas['LedgerReport'];
export type MatchedField = Schemas['MatchedField'];
export type NotShown = Schemas['NotShown'];
export type SessionInfo = Schemas['SessionInfo'];
export type Severity = Schemas['Severity'];
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
