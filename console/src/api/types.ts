import type { components } from './schema';

type Schemas = components['schemas'];

export type AlertChange = Schemas['AlertChange'];
export type AlertDetail = Schemas['AlertDetail'];
export type AlertPage = Schemas['AlertPage'];
export type AlertRow = Schemas['AlertRow'];
export type AlertStatus = Schemas['AlertStatus'];
export type Decision = Schemas['DecisionEntry'];
export type Disposition = Schemas['Disposition'];
export type Criticality = Schemas['Criticality'];
export type Entity = Schemas['Entity'];
export type EntityDetail = Schemas['EntityDetail'];
export type EntityPage = Schemas['EntityPage'];
export type EntityRow = Schemas['EntityRow'];
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
export type HealthReport = Schemas['HealthReport'];
export type RuleHealth = Schemas['RuleHealth'];
export type SessionInfo = Schemas['SessionInfo'];
export type PersonInfo = Schemas['PersonInfo'];
export type OpenSession = Schemas['OpenSession'];
export type ApiKey = Schemas['ApiKeyInfo'];
export type ApiKeyCreated = Schemas['ApiKeyCreated'];
export type Credentials = Schemas['CredentialsInfo'];
export type GeneratorCreated = Schemas['GeneratorCreated'];
export type Severity = Schemas['Severity'];
export type Stage = Schemas['Stage'];
export type Trouble = Schemas['Trouble'];
export type SuppressionInfo = Schemas['SuppressionInfo'];
export type SuppressionPreview = Schemas['SuppressionPreview'];
export type Approval = Schemas['ApprovalInfo'];
export type BreakGlass = Schemas['BreakGlassInfo'];
export type Suppressions = Schemas['Suppressions'];
export type LinkMoment = Schemas['LinkMoment'];
export type DepartedSite = Schemas['DepartedSite'];
export type SiteLink = Schemas['SiteLink'];
export type SiteNode = Schemas['SiteNode'];
export type Topology = Schemas['Topology'];

export const DISPOSITIONS: readonly Disposition[] = [
  'true_positive',
  'benign_true_positive',
  'false_positive_rule',
  'false_positive_data',
  'duplicate',
  'test',
];

export const CRITICALITIES: readonly Criticality[] = ['low', 'normal', 'high', 'critical'];

/** Kinds of entities that are kept with what people say of them. */
export const KINDS: readonly EntityKind[] = ['host', 'user', 'address', 'device', 'account'];

/** The worst first. */
export const TROUBLES: readonly Trouble[] = [
  'broken',
  'noisy',
  'bound_reached',
  'slow',
  'source_missing',
  'never_fired',
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
