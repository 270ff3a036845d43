// The state of the entity pages: the list, and the one that is open.
import { call, type Refused } from '../api/client';
import type { Live } from '../api/live.svelte';
import type { Criticality, EntityDetail, EntityKind, EntityRow } from '../api/types';
import { t } from '../i18n/i18n.svelte';
import type { Command } from '../ui/keys';
import { refused, type Notices } from '../ui/notices.svelte';
import type { Route } from '../ui/route.svelte';
import { timeline } from './timeline';

export interface Filter {
  kind: EntityKind | '';
  criticality: Criticality | '';
  text: string;
}

/** What somebody says of an entity; what is absent stays as it is. */
export interface Said {
  owner?: string;
  criticality?: Criticality;
  note?: string;
  reason?: string;
}

export type Row = EntityRow & { id: string };

const LIMIT = 1_000;
const TYPING_MS = 150;

export const DEFAULT: Filter = { kind: '', criticality: '', text: '' };

export class Entities {
  rows = $state.raw<readonly Row[]>([]);
  total = $state(0);
  cursor = $state(0);
  filter = $state.raw<Filter>(DEFAULT);
  loading = $state(true);
  failure = $state<Refused | undefined>();

  /** The entity whose page is shown, as `kind/value`. */
  open = $state<string | undefined>();
  detail = $state.raw<EntityDetail | undefined>();
  detailFailure = $state<Refused | undefined>();
  /** Where the cursor is in the timeline. */
  step = $state(0);
  /** Asks the page to put the cursor into the field for notes. */
  noting = $state(0);

  readonly dialog = undefined;
  current = $derived(this.rows[this.cursor]);
  moments = $derived(this.detail ? timeline(this.detail) : []);

  readonly me: string;
  readonly #live: Live;
  readonly #notices: Notices;
  readonly #route: Route;
  #load: AbortController | undefined;
  #show: AbortController | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(me: string, live: Live, notices: Notices, route: Route) {
    this.me = me;
    this.#live = live;
    this.#notices = notices;
    this.#route = route;
  }

  start(): () => void {
    return this.#live.tell({
      load: () => {
        void this.reload();
        if (this.open !== undefined) void this.#loadDetail(this.open);
      },
    });
  }

  async reload(): Promise<void> {
    this.#load?.abort();
    const load = (this.#load = new AbortController());
    this.loading = true;
    const { kind, criticality, text } = this.filter;
    const query = {
      limit: LIMIT,
      ...(kind && { kind }),
      ...(criticality && { criticality }),
      ...(text && { text }),
    };
    try {
      const page = await call('get', '/entities', { query }, load.signal);
      const at = this.current?.id;
      this.rows = page.entities.map((row) => ({ ...row, id: identity(row) }));
      this.total = page.total;
      this.failure = undefined;
      const index = this.rows.findIndex((row) => row.id === at);
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
  }

  // --- one entity ---

  async show(id: string): Promise<void> {
    if (this.open !== id) {
      this.detail = undefined;
      this.detailFailure = undefined;
      this.step = 0;
    }
    this.open = id;
    const index = this.rows.findIndex((row) => row.id === id);
    if (index >= 0) this.cursor = index;
    await this.#loadDetail(id);
  }

  async #loadDetail(id: string) {
    this.#show?.abort();
    const show = (this.#show = new AbortController());
    try {
      const detail = await call('get', '/entities/one', { query: named(id) }, show.signal);
      if (this.open !== id) return;
      this.detail = detail;
      this.detailFailure = undefined;
      this.stepTo(this.step);
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
    this.step = 0;
  }

  stepTo(index: number) {
    this.step = Math.max(0, Math.min(index, this.moments.length - 1));
  }

  /** Opens what the cursor of the timeline is on, where there is a page for it. */
  follow() {
    const to = this.moments[this.step]?.to;
    if (to) this.#route.go(to);
  }

  /** Whether it is on record now. */
  async say(said: Said): Promise<boolean> {
    const id = this.open;
    if (id === undefined) return false;
    const { reason = '', ...rest } = said;
    try {
      const row = await call('post', '/entities/one', { body: { ...named(id), ...rest, reason } });
      const index = this.rows.findIndex((known) => known.id === id);
      if (index >= 0) this.rows = this.rows.with(index, { ...row, id });
      await this.#loadDetail(id);
      this.#notices.tell({ text: t('entity.saved') });
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
        if (this.open !== undefined) return this.follow();
        // What has no name has no address either.
        if (this.current?.value) this.#route.go({ page: 'entities', id: this.current.id });
        return undefined;
      case 'back':
        if (this.open !== undefined) this.#route.go({ page: 'entities' });
        else if (this.filter !== DEFAULT) this.setFilter(DEFAULT);
        return undefined;
      case 'own':
        return void this.#own();
      case 'note':
        if (this.detail) this.noting += 1;
        return undefined;
      case 'new':
        return void this.reload();
      default:
        return undefined;
    }
  }

  async #own() {
    const known = this.detail?.known;
    if (!known) return;
    await this.say({ owner: known.owner === this.me ? '' : this.me });
  }

  get #at(): number {
    return this.open === undefined ? this.cursor : this.step;
  }

  #goTo(index: number) {
    if (this.open === undefined) this.moveTo(index);
    else this.stepTo(index);
  }
}

/** `kind/value`: what its page's address says. */
export function identity({ kind, value }: { kind: EntityKind; value: string }): string {
  return `${kind}/${value}`;
}

function named(id: string): { kind: EntityKind; value: string } {
  const cut = id.indexOf('/');
  return { kind: id.slice(0, cut) as EntityKind, value: id.slice(cut + 1) };
}
