// The queue's state. Components read it and call its methods; nothing else changes it.
import { call, Refused } from '../api/client';
import type { Live } from '../api/live.svelte';
import {
  rank,
  type AlertChange,
  type AlertDetail,
  type AlertRow,
  type AlertStatus,
  type Disposition,
  type Entity,
  type LedgerReport,
  type NotShown,
  type Severity,
} from '../api/types';
import { t, time } from '../i18n/i18n.svelte';
import { refused, type Notices } from '../ui/notices.svelte';
import type { Command } from '../ui/keys';
import type { Route } from '../ui/route.svelte';

export interface Filter {
  view: 'needs_human' | 'all';
  status: AlertStatus | '';
  severity: Severity | '';
  text: string;
}

export type Dialog = 'suppress' | 'suppressions' | 'dead-letters';

const LIMIT = 10_000;
const TYPING_MS = 150;

export const DEFAULT: Filter = { view: 'needs_human', status: '', severity: '', text: '' };

export class Queue {
  rows = $state.raw<readonly AlertRow[]>([]);
  total = $state(0);
  cursor = $state(0);
  selected = $state.raw<ReadonlySet<string>>(new Set());
  /** New alerts that wait, so that nothing moves under the cursor. */
  fresh = $state.raw<ReadonlySet<string>>(new Set());
  /** Rows that somebody else settled; they stay where they are until the list is loaded anew. */
  settled = $state.raw<ReadonlySet<string>>(new Set());
  filter = $state.raw<Filter>(DEFAULT);
  loading = $state(true);
  failure = $state<Refused | undefined>();
  notShown = $state.raw<NotShown | undefined>();
  ledger = $state.raw<LedgerReport | undefined>();

  /** The alert in the panel. */
  open = $state<string | undefined>();
  detail = $state.raw<AlertDetail | undefined>();
  detailFailure = $state<Refused | undefined>();
  /** The disposition about to be given, while its card is open. */
  closing = $state<Disposition | undefined>();
  dialog = $state<Dialog | undefined>();

  current = $derived(this.rows[this.cursor]);

  /** What a key or a button acts on when nothing is selected: the alert in the panel, which need
   * not be in the list when a link led to it, else the one under the cursor. */
  subject = $derived.by((): AlertRow | undefined => {
    if (this.open === undefined || this.open === this.current?.id) return this.current;
    return this.detail?.alert.id === this.open ? this.detail.alert : undefined;
  });

  readonly me: string;
  readonly notices: Notices;
  readonly #live: Live;
  readonly #route: Route;
  #load: AbortController | undefined;
  #show: AbortController | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #stripDue: ReturnType<typeof setTimeout> | undefined;

  constructor(me: string, live: Live, notices: Notices, route: Route) {
    this.me = me;
    this.#live = live;
    this.notices = notices;
    this.#route = route;
  }

  start(): () => void {
    return this.#live.tell({
      load: () => void this.reload(),
      alert: (change) => this.#heard(change),
      ledger: (report) => {
        this.ledger = report;
        this.#refreshStrip();
      },
    });
  }

  // --- loading ---

  async reload(): Promise<void> {
    this.#load?.abort();
    const load = (this.#load = new AbortController());
    this.loading = true;
    try {
      const query = { ...this.filter, limit: LIMIT };
      const [page] = await Promise.all([
        call('get', '/alerts', { query: clean(query) }, load.signal),
        this.#strip(),
        this.#ledger(),
      ]);
      const at = this.current?.id;
      this.rows = page.alerts;
      this.total = page.total;
      this.fresh = new Set();
      this.settled = new Set();
      this.failure = undefined;
      this.#keepCursorOn(this.open ?? at);
      this.#dropVanished();
    } catch (error) {
      if (load.signal.aborted) return;
      this.failure = refused(error);
    } finally {
      if (this.#load === load) this.loading = false;
    }
  }

  async #strip() {
    this.notShown = await call('get', '/alerts/not-shown', {});
  }

  async #ledger() {
    this.ledger = await call('get', '/ledger', {});
  }

  /** The strip changes with every decision; many of them are one refresh. */
  #refreshStrip() {
    this.#stripDue ??= setTimeout(() => {
      this.#stripDue = undefined;
      this.#strip().catch(() => undefined);
    }, 250);
  }

  #keepCursorOn(id: string | undefined) {
    const index = id ? this.rows.findIndex((row) => row.id === id) : -1;
    this.cursor = index >= 0 ? index : Math.min(this.cursor, Math.max(0, this.rows.length - 1));
  }

  #dropVanished() {
    const known = new Set(this.rows.map((row) => row.id));
    this.selected = new Set([...this.selected].filter((id) => known.has(id)));
  }

  setFilter(change: Partial<Filter>) {
    this.filter = { ...this.filter, ...change };
    this.cursor = 0;
    this.selected = new Set();
    clearTimeout(this.#typing);
    const wait = 'text' in change ? TYPING_MS : 0;
    this.#typing = setTimeout(() => void this.reload(), wait);
  }

  // --- live ---

  #heard({ alert }: AlertChange) {
    this.#refreshStrip();
    if (this.open === alert.id) void this.#loadDetail(alert.id);
    const index = this.rows.findIndex((row) => row.id === alert.id);
    if (index >= 0) {
      this.#replace(index, alert);
      this.#mark(alert);
    } else if (this.#belongs(alert)) {
      this.fresh = new Set(this.fresh).add(alert.id);
    } else if (this.fresh.has(alert.id)) {
      this.fresh = without(this.fresh, alert.id);
    }
  }

  #mark(alert: AlertRow) {
    this.settled = this.#belongs(alert)
      ? without(this.settled, alert.id)
      : new Set(this.settled).add(alert.id);
  }

  /** Whether the present list is a place for it, as far as can be told here; text is the site's. */
  #belongs(alert: AlertRow): boolean {
    const { view, status, severity } = this.filter;
    const mineOrFree = !alert.owner || alert.owner === this.me;
    if (view === 'needs_human' && (alert.status === 'closed' || !mineOrFree)) return false;
    if (status && alert.status !== status) return false;
    return !severity || rank(alert.severity) >= rank(severity);
  }

  #replace(index: number, alert: AlertRow) {
    this.rows = this.rows.with(index, alert);
  }

  // --- the cursor and the panel ---

  moveTo(index: number) {
    if (this.rows.length === 0) return;
    this.cursor = Math.min(Math.max(0, index), this.rows.length - 1);
    this.closing = undefined;
    if (this.open && this.current) void this.show(this.current.id);
  }

  async show(id: string): Promise<void> {
    this.open = id;
    this.#keepCursorOn(id);
    if (this.detail?.alert.id !== id) this.detail = undefined;
    await this.#loadDetail(id);
  }

  async #loadDetail(id: string) {
    this.#show?.abort();
    const show = (this.#show = new AbortController());
    try {
      const detail = await call('get', '/alerts/{id}', { path: { id } }, show.signal);
      if (this.open !== id) return;
      this.detail = detail;
      this.detailFailure = undefined;
    } catch (error) {
      if (!show.signal.aborted && this.open === id) this.detailFailure = refused(error);
    }
  }

  hide() {
    this.#show?.abort();
    this.open = undefined;
    this.detail = undefined;
    this.detailFailure = undefined;
    this.closing = undefined;
  }

  toggle(id: string) {
    this.selected = this.selected.has(id)
      ? without(this.selected, id)
      : new Set(this.selected).add(id);
  }

  // --- decisions ---

  /** The selected alerts, else the one under the cursor. */
  get targets(): AlertRow[] {
    if (this.selected.size > 0) return this.rows.filter((row) => this.selected.has(row.id));
    return this.subject ? [this.subject] : [];
  }

  /** What the closing card's button says. */
  get closes(): string {
    const count = this.targets.length;
    return count > 1 ? t('action.closeMany', { count }) : t('action.closeNow');
  }

  async own(): Promise<void> {
    const targets = this.targets.filter((row) => row.status !== 'closed');
    if (targets.length === 0) return;
    const mine = targets.every((row) => row.owner === this.me);
    const [path, back] = mine
      ? (['/alerts/{id}/release', '/alerts/{id}/own'] as const)
      : (['/alerts/{id}/own', '/alerts/{id}/release'] as const);
    const done = await this.#each(targets, (id) =>
      call('post', path, { path: { id }, body: { reason: '' } }),
    );
    if (done.length === 0) return;
    const text = t(mine ? 'done.release' : 'done.own', { count: done.length });
    this.notices.tell({
      text,
      undo: async () => {
        await this.#each(done, (id) => call('post', back, { path: { id }, body: { reason: '' } }));
      },
    });
  }

  async close(note: string): Promise<void> {
    const disposition = this.closing;
    const targets = this.targets;
    if (!disposition || targets.length === 0) return;
    this.closing = undefined;
    const body = note.trim() ? { disposition, note: note.trim() } : { disposition };
    const before = this.rows;
    const done = await this.#each(targets, (id) =>
      call('post', '/alerts/{id}/close', { path: { id }, body }),
    );
    if (done.length === 0) return;
    this.#takeOut(new Set(done.map((row) => row.id)));
    const name = t(`disposition.${disposition}`);
    this.notices.tell({
      text: t('done.close', { count: done.length, disposition: name }),
      undo: () => this.#reopen(done, before),
    });
  }

  /** Closed by oneself: it leaves at once, and the next alert comes under the cursor. */
  #takeOut(ids: ReadonlySet<string>) {
    const shown = this.rows.some((row) => row.id === this.open);
    const left = this.rows.filter((row) => !ids.has(row.id) || this.#belongs(row));
    this.total -= this.rows.length - left.length;
    this.rows = left;
    this.selected = new Set();
    this.cursor = Math.min(this.cursor, Math.max(0, left.length - 1));
    if (!this.open || !shown) return;
    if (this.current) void this.show(this.current.id);
    else this.hide();
  }

  async #reopen(done: readonly AlertRow[], before: readonly AlertRow[]) {
    const reopened = await this.#each(done, (id) =>
      call('post', '/alerts/{id}/reopen', { path: { id }, body: { reason: '' } }),
    );
    // Back to their old places, among rows as they are now.
    const now = new Map([...this.rows, ...reopened].map((row) => [row.id, row]));
    const places = before.flatMap((row) => now.get(row.id) ?? []);
    const known = new Set(places.map((row) => row.id));
    const added = this.rows.filter((row) => !known.has(row.id));
    this.total += places.length + added.length - this.rows.length;
    this.rows = [...places, ...added];
    this.fresh = new Set([...this.fresh].filter((id) => !known.has(id)));
    this.#keepCursorOn(reopened[0]?.id);
    if (this.open && this.current) void this.show(this.current.id);
  }

  async suppress(entity: Entity | null, reason: string, until: number): Promise<boolean> {
    const rule = this.subject?.rule;
    if (!rule) return false;
    try {
      const body = entity ? { rule, entity, reason, until } : { rule, reason, until };
      const { id } = await call('post', '/suppressions', { body });
      this.#refreshStrip();
      this.notices.tell({
        text: t('done.suppress', { until: time(until) }),
        undo: async () => {
          await call('post', '/suppressions/{id}/lift', { path: { id }, body: { reason: '' } });
          this.#refreshStrip();
        },
      });
      return true;
    } catch (error) {
      this.notices.fail(error);
      return false;
    }
  }

  /** Does one thing to many alerts; those that were refused stay as they were. */
  async #each(
    rows: readonly AlertRow[],
    act: (id: string) => Promise<AlertRow>,
  ): Promise<AlertRow[]> {
    const done: AlertRow[] = [];
    for (const { id } of rows) {
      try {
        const changed = await act(id);
        done.push(changed);
        const index = this.rows.findIndex((row) => row.id === id);
        if (index >= 0) this.#replace(index, changed);
      } catch (error) {
        this.notices.fail(error);
      }
    }
    this.#refreshStrip();
    const [first] = done;
    if (first && done.some((row) => row.id === this.open)) void this.#loadDetail(this.open ?? '');
    return done;
  }

  // --- keys ---

  run(command: Command) {
    switch (command.kind) {
      case 'move':
        return this.moveTo(this.cursor + command.by);
      case 'edge':
        return this.moveTo(command.end ? this.rows.length - 1 : 0);
      case 'open':
        return void (this.current && this.show(this.current.id));
      case 'back':
        return this.#back();
      case 'select':
        return this.current && this.toggle(this.current.id);
      case 'own':
        return void this.own();
      case 'close':
        return this.#askToClose(command.disposition);
      case 'suppress':
        if (this.subject) this.dialog = 'suppress';
        return undefined;
      case 'incident':
        return this.#toIncident();
      case 'new':
        return void this.reload();
      default:
        return undefined;
    }
  }

  #toIncident() {
    const id = this.detail?.incident?.id;
    if (id !== undefined) this.#route.go({ page: 'incidents', id });
  }

  #askToClose(disposition: Disposition) {
    if (this.targets.some((row) => row.status !== 'closed')) this.closing = disposition;
  }

  /** One step back: the card, the panel, the selection, the filter. */
  #back() {
    if (this.closing) this.closing = undefined;
    else if (this.open) this.hide();
    else if (this.selected.size > 0) this.selected = new Set();
    else if (this.filter !== DEFAULT) this.setFilter(DEFAULT);
  }
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const left = new Set(ids);
  left.delete(id);
  return left;
}

type Cleaned<T> = { [K in keyof T]?: Exclude<T[K], ''> };

/** Leaves empty filters out. */
function clean<T extends Record<string, string | number>>(query: T): Cleaned<T> {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  return Object.fromEntries(given) as Cleaned<T>;
}
