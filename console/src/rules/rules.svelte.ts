// The state of the page of rule health.
import { call, type Refused } from '../api/client';
import type { Live } from '../api/live.svelte';
import { TROUBLES, type HealthReport, type RuleHealth, type Trouble } from '../api/types';
import type { Command } from '../ui/keys';
import { refused } from '../ui/notices.svelte';
import type { Route } from '../ui/route.svelte';

export interface Filter {
  trouble: Trouble | '';
  text: string;
}

export type Row = RuleHealth & { id: string; worst: Trouble | undefined };

export const DEFAULT: Filter = { trouble: '', text: '' };

export class Rules {
  report = $state.raw<HealthReport | undefined>();
  filter = $state.raw<Filter>(DEFAULT);
  cursor = $state(0);
  loading = $state(true);
  failure = $state<Refused | undefined>();
  /** The rule whose panel is shown. */
  open = $state<string | undefined>();

  readonly dialog = undefined;
  all = $derived((this.report?.rules ?? []).map(row));
  rows = $derived(this.all.filter((row) => fits(row, this.filter)));
  current = $derived(this.rows[this.cursor]);
  shown = $derived(this.all.find((row) => row.id === this.open));
  /** How many rules have each trouble. */
  counts = $derived(
    new Map(TROUBLES.map((trouble) => [trouble, this.all.filter((row) => has(row, trouble)).length])),
  );

  readonly #live: Live;
  readonly #route: Route;
  #load: AbortController | undefined;

  constructor(live: Live, route: Route) {
    this.#live = live;
    this.#route = route;
  }

  start(): () => void {
    return this.#live.tell({ load: () => void this.reload() });
  }

  async reload(): Promise<void> {
    this.#load?.abort();
    const load = (this.#load = new AbortController());
    this.loading = true;
    try {
      this.report = await call('get', '/rules/health', {}, load.signal);
      this.failure = undefined;
      this.moveTo(this.cursor);
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
  }

  moveTo(index: number) {
    this.cursor = Math.max(0, Math.min(index, this.rows.length - 1));
    if (this.open !== undefined && this.current) this.#route.settle({ page: 'rules', id: this.current.id });
  }

  show(id: string | undefined) {
    this.open = id;
    const index = this.rows.findIndex((row) => row.id === id);
    if (index >= 0) this.cursor = index;
  }

  run(command: Command) {
    switch (command.kind) {
      case 'move':
        return this.moveTo(this.cursor + command.by);
      case 'edge':
        return this.moveTo(command.end ? Number.MAX_SAFE_INTEGER : 0);
      case 'open':
        if (this.current) this.#route.go({ page: 'rules', id: this.current.id });
        return undefined;
      case 'back':
        if (this.open !== undefined) this.#route.go({ page: 'rules' });
        else if (this.filter !== DEFAULT) this.setFilter(DEFAULT);
        return undefined;
      case 'new':
        return void this.reload();
      default:
        return undefined;
    }
  }
}

/** What could not be loaded has no id of its own; its file names it. */
function row(rule: RuleHealth): Row {
  const worst = TROUBLES.find((trouble) => has(rule, trouble));
  return { ...rule, id: rule.rule ?? rule.file, worst };
}

function has(rule: RuleHealth, trouble: Trouble): boolean {
  return rule.problems.some(({ kind }) => kind === trouble);
}

function fits(row: Row, { trouble, text }: Filter): boolean {
  if (trouble && !has(row, trouble)) return false;
  const wanted = text.toLowerCase();
  return !wanted || [row.title, row.file, row.id].some((part) => part.toLowerCase().includes(wanted));
}
