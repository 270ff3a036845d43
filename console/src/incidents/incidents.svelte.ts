// The state of the incident pages: the list, and the one that is open.
import { call, type Refused } from '../api/client';
import type { Live } from '../api/live.svelte';
import {
  rank,
  type Disposition,
  type Entity,
  type IncidentChange,
  type IncidentDetail,
  type IncidentRow,
  type Member,
  type Severity,
} from '../api/types';
import { t } from '../i18n/i18n.svelte';
import type { Command } from '../ui/keys';
import { refused, type Notices } from '../ui/notices.svelte';
import type { Route } from '../ui/route.svelte';
import { key } from './entity';

export interface Filter {
  view: 'needs_human' | 'all';
  severity: Severity | '';
  text: string;
}

/** What the story is narrowed to. */
export type Narrowed = { tactic: string; name: string } | { entity: Entity };

const LIMIT = 1_000;
const TYPING_MS = 150;
/** Recalculations come in bursts; the open incident is loaded once for each burst. */
const BURST_MS = 300;

export const DEFAULT: Filter = { view: 'needs_human', severity: '', text: '' };

export class Incidents {
  rows = $state.raw<readonly IncidentRow[]>([]);
  total = $state(0);
  cursor = $state(0);
  /** New incidents that wait, so that nothing moves under the cursor. */
  fresh = $state.raw<ReadonlySet<string>>(new Set());
  filter = $state.raw<Filter>(DEFAULT);
  loading = $state(true);
  failure = $state<Refused | undefined>();

  /** The incident whose page is shown. */
  open = $state<string | undefined>();
  detail = $state.raw<IncidentDetail | undefined>();
  detailFailure = $state<Refused | undefined>();
  narrowed = $state.raw<Narrowed | undefined>();
  /** Where the cursor is in the story. */
  step = $state(0);
  /** The disposition about to be given, while its card is open. */
  closing = $state<Disposition | undefined>();
  /** Asks the page to put the cursor into the field for notes. */
  noting = $state(0);

  readonly dialog = undefined;
  current = $derived(this.rows[this.cursor]);
  story = $derived.by((): readonly Member[] => {
    const members = this.detail?.story.members ?? [];
    const narrowed = this.narrowed;
    return narrowed ? members.filter((member) => fits(member, narrowed)) : members;
  });
  /** What a key acts on. */
  subject = $derived.by((): IncidentRow | undefined =>
    this.open === undefined ? this.current : this.detail?.incident,
  );

  readonly me: string;
  readonly #live: Live;
  readonly #notices: Notices;
  readonly #route: Route;
  #load: AbortController | undefined;
  #show: AbortController | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #due: ReturnType<typeof setTimeout> | undefined;

  constructor(me: string, live: Live, notices: Notices, route: Route) {
    this.me = me;
    this.#live = live;
    this.#notices = notices;
    this.#route = route;
  }

  start(): () => void {
    const end = this.#live.tell({
      load: () => {
        void this.reload();
        if (this.open !== undefined) void this.#loadDetail(this.open);
      },
      incident: (change) => this.#heard(change),
      // An alert's status is shown in the story; the correlator tells of it a little later.
      alert: ({ alert }) => {
        if (this.detail?.story.members.some((member) => member.alert === alert.id)) this.#again();
      },
    });
    return () => {
      end();
      clearTimeout(this.#due);
      this.#due = undefined;
    };
  }

  // --- the list ---

  async reload(): Promise<void> {
    this.#load?.abort();
    const load = (this.#load = new AbortController());
    this.loading = true;
    const { view, severity, text } = this.filter;
    const query = { view, limit: LIMIT, ...(severity && { severity }), ...(text && { text }) };
    try {
      const page = await call('get', '/incidents', { query }, load.signal);
      const at = this.current?.id;
      this.rows = page.incidents;
      this.total = page.total;
      this.fresh = new Set();
      this.failure = undefined;
      const index = page.incidents.findIndex((row) => row.id === at);
      this.cursor = Math.max(0, index >= 0 ? index : Math.min(this.cursor, this.rows.length - 1));
    } catch (error) {
      if (load.signal.aborted) return;
      this.failure = refused(error);
    } finally {
      if (this.#load === load) this.loading = false;
    }
  }

  setFilter(change: Partial<Filter>) {
    this.filter = { ...this.filter, ...change };
    this.cursor = 0;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.reload(), 'text' in change ? TYPING_MS : 0);
  }

  moveTo(index: number) {
    this.cursor = Math.max(0, Math.min(index, this.rows.length - 1));
    this.closing = undefined;
  }

  // --- live ---

  #heard({ incident }: IncidentChange) {
    if (incident.id === this.detail?.incident.id || incident.id === this.open) this.#again();
    const index = this.rows.findIndex((row) => row.id === incident.id);
    if (index >= 0) this.rows = this.rows.with(index, incident);
    else if (this.belongs(incident)) this.fresh = new Set(this.fresh).add(incident.id);
    else this.fresh = new Set([...this.fresh].filter((id) => id !== incident.id));
  }

  /** Whether the present list is a place for it, as far as can be told here; text is the site's. */
  belongs(incident: IncidentRow): boolean {
    const { view, severity } = this.filter;
    const mineOrFree = !incident.owner || incident.owner === this.me;
    const waits = incident.state === 'live' && incident.status !== 'closed' && mineOrFree;
    if (view === 'needs_human' && !waits) return false;
    return !severity || rank(incident.severity) >= rank(severity);
  }

  #again() {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      if (this.open !== undefined) void this.#loadDetail(this.open);
    }, BURST_MS);
  }

  // --- one incident ---

  async show(id: string): Promise<void> {
    this.open = id;
    this.closing = undefined;
    if (this.detail?.incident.id !== id) {
      this.detail = undefined;
      this.detailFailure = undefined;
      this.narrowed = undefined;
      this.step = 0;
    }
    const index = this.rows.findIndex((row) => row.id === id);
    if (index >= 0) this.cursor = index;
    await this.#loadDetail(id);
  }

  async #loadDetail(id: string) {
    this.#show?.abort();
    const show = (this.#show = new AbortController());
    try {
      const detail = await call('get', '/incidents/{id}', { path: { id } }, show.signal);
      if (this.open !== id) return;
      this.detail = detail;
      this.detailFailure = undefined;
      this.step = Math.max(0, Math.min(this.step, this.story.length - 1));
      const now = detail.incident.id;
      if (now === id) return;
      // It has become part of another one, which the site shows instead.
      this.open = now;
      this.#notices.tell({ text: t('incident.partOf') });
      this.#route.settle({ page: 'incidents', id: now });
    } catch (error) {
      if (!show.signal.aborted && this.open === id) this.detailFailure = refused(error);
    }
  }

  retry() {
    if (this.open !== undefined) void this.show(this.open);
  }

  hide() {
    this.#show?.abort();
    this.open = undefined;
    this.detail = undefined;
    this.detailFailure = undefined;
    this.narrowed = undefined;
    this.closing = undefined;
    this.step = 0;
  }

  /** Narrows the story, or widens it again when it is narrowed to just that. */
  narrow(to: Narrowed) {
    this.narrowed = this.isNarrowedTo(to) ? undefined : to;
    this.step = 0;
  }

  isNarrowedTo(to: Narrowed): boolean {
    const now = this.narrowed;
    if (now === undefined) return false;
    if ('tactic' in now) return 'tactic' in to && to.tactic === now.tactic;
    return 'entity' in to && key(to.entity) === key(now.entity);
  }

  stepTo(index: number) {
    this.step = Math.max(0, Math.min(index, this.story.length - 1));
  }

  /** Puts the cursor on an alert of the story. */
  find(alert: string) {
    const index = this.story.findIndex((member) => member.alert === alert);
    if (index >= 0) this.step = index;
  }

  openAlert() {
    const id = this.story[this.step]?.alert;
    if (id !== undefined) this.#route.go({ page: 'alerts', id });
  }

  // --- decisions ---

  async own(): Promise<void> {
    const subject = this.subject;
    if (!subject || subject.status === 'closed') return;
    const mine = subject.owner === this.me;
    const [does, back] = mine
      ? (['/incidents/{id}/release', '/incidents/{id}/own'] as const)
      : (['/incidents/{id}/own', '/incidents/{id}/release'] as const);
    const post = (path: typeof does | typeof back) =>
      this.#act(subject.id, (id) => call('post', path, { path: { id }, body: { reason: '' } }));
    if (!(await post(does))) return;
    this.#notices.tell({
      text: t(mine ? 'done.release' : 'done.own', { count: 1 }),
      undo: async () => void (await post(back)),
    });
  }

  async close(note: string): Promise<void> {
    const [disposition, subject] = [this.closing, this.subject];
    if (!disposition || !subject) return;
    this.closing = undefined;
    const text = note.trim();
    const body = text ? { disposition, note: text } : { disposition };
    const done = await this.#act(subject.id, (id) =>
      call('post', '/incidents/{id}/close', { path: { id }, body }),
    );
    if (!done) return;
    const name = t(`disposition.${disposition}`);
    this.#notices.tell({
      text: t('done.closeIncident', { disposition: name }),
      undo: () => this.reopen(subject.id),
    });
  }

  async reopen(id = this.subject?.id): Promise<void> {
    if (id === undefined) return;
    await this.#act(id, (id) =>
      call('post', '/incidents/{id}/reopen', { path: { id }, body: { reason: '' } }),
    );
  }

  /** Whether it is written. */
  async note(text: string): Promise<boolean> {
    const id = this.detail?.incident.id;
    if (id === undefined || !text.trim()) return false;
    const body = { text: text.trim() };
    return this.#act(id, (id) => call('post', '/incidents/{id}/notes', { path: { id }, body }));
  }

  async #act(id: string, act: (id: string) => Promise<IncidentRow>): Promise<boolean> {
    try {
      const changed = await act(id);
      const index = this.rows.findIndex((row) => row.id === changed.id);
      if (index >= 0) this.rows = this.rows.with(index, changed);
      if (this.open !== undefined) await this.#loadDetail(this.open);
      return true;
    } catch (error) {
      this.#notices.fail(error);
      return false;
    }
  }

  // --- keys ---

  run(command: Command) {
    switch (command.kind) {
      case 'move':
        return this.#goTo(this.#at + command.by);
      case 'edge':
        return this.#goTo(command.end ? Number.MAX_SAFE_INTEGER : 0);
      case 'open':
        return this.#enter();
      case 'back':
        return this.#back();
      case 'own':
        return void this.own();
      case 'close':
        if (this.subject && this.subject.status !== 'closed') this.closing = command.disposition;
        return undefined;
      case 'note':
        if (this.detail) this.noting += 1;
        return undefined;
      case 'new':
        return void this.reload();
      default:
        return undefined;
    }
  }

  get #at(): number {
    return this.open === undefined ? this.cursor : this.step;
  }

  #goTo(index: number) {
    if (this.open === undefined) this.moveTo(index);
    else this.stepTo(index);
  }

  #enter() {
    if (this.open !== undefined) this.openAlert();
    else if (this.current) this.#route.go({ page: 'incidents', id: this.current.id });
  }

  /** One step back: the card, the narrowing, the page, the filter. */
  #back() {
    if (this.closing) this.closing = undefined;
    else if (this.narrowed) this.narrowed = undefined;
    else if (this.open !== undefined) this.#route.go({ page: 'incidents' });
    else if (this.filter !== DEFAULT) this.setFilter(DEFAULT);
  }
}

function fits(member: Member, narrowed: Narrowed): boolean {
  if ('tactic' in narrowed) return member.tactics.includes(narrowed.tactic);
  const wanted = key(narrowed.entity);
  return member.joined_by.some((entity) => key(entity) === wanted);
}
