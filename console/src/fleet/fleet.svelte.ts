// The state of the fleet page, and what the queue knows of other sites.
import { call, type Refused } from '../api/client';
import type { DepartedSite, SiteNode, Topology } from '../api/types';
import { t } from '../i18n/i18n.svelte';
import type { Command } from '../ui/keys';
import { refused, type Notices } from '../ui/notices.svelte';
import type { Route } from '../ui/route.svelte';
import { linksAt } from './layout';

/** The map is live; badges need not be as quick. */
const LIVE = 2_000;
const CALM = 10_000;
export const DAY = 24 * 3_600_000;

export class Fleet {
  topology = $state.raw<Topology | undefined>();
  /** When it came, by this browser's clock. */
  came = $state(0);
  failure = $state<Refused | undefined>();
  busy = $state(false);
  /** How far back the map looks, in milliseconds; 0 is now. */
  back = $state(0);
  /** The site whose panel is shown. */
  open = $state<string | undefined>();

  readonly dialog = undefined;
  sites = $derived(this.topology?.nodes ?? []);
  known = $derived(new Map(this.sites.map((site) => [site.id, site])));
  federated = $derived(this.sites.length > 1);
  /** The time that the map shows; `undefined` for now. */
  at = $derived(this.back > 0 && this.topology ? this.topology.at - this.back : undefined);
  links = $derived(this.topology ? linksAt(this.topology, this.at) : []);
  shown = $derived(this.open === undefined ? undefined : this.known.get(this.open));
  link = $derived(this.topology?.links.find(({ to }) => to === this.open));

  readonly #notices: Notices;
  readonly #route: Route;
  #loading: AbortController | undefined;

  constructor(notices: Notices, route: Route) {
    this.#notices = notices;
    this.#route = route;
  }

  /** As the map wants it. */
  start(): () => void {
    return this.#every(LIVE);
  }

  /** As badges want it. */
  watch(): () => void {
    return this.#every(CALM);
  }

  #every(pause: number): () => void {
    void this.reload();
    const timer = setInterval(() => void this.reload(), pause);
    return () => clearInterval(timer);
  }

  async reload(): Promise<void> {
    this.#loading?.abort();
    const loading = (this.#loading = new AbortController());
    try {
      this.topology = await call('get', '/system/topology', {}, loading.signal);
      this.came = Date.now();
      this.failure = undefined;
    } catch (error) {
      if (loading.signal.aborted) return;
      this.failure = refused(error);
    }
  }

  site(id: string | undefined): SiteNode | undefined {
    return id === undefined ? undefined : this.known.get(id);
  }

  /** When it left the mesh, if it did. */
  left(id: string): DepartedSite | undefined {
    return this.topology?.left.find((site) => site.id === id);
  }

  show(id: string | undefined) {
    this.open = id;
  }

  go(id: string) {
    this.#route.go({ page: 'fleet', id });
  }

  async turn(site: SiteNode, cut: boolean): Promise<void> {
    this.busy = true;
    try {
      await call('post', cut ? '/sites/{site}/cut' : '/sites/{site}/heal', { path: { site: site.id } });
      this.#notices.tell({ text: t(cut ? 'fleet.cut.done' : 'fleet.heal.done') });
    } catch (error) {
      this.#notices.fail(error);
    } finally {
      this.busy = false;
    }
    await this.reload();
  }

  run(command: Command) {
    switch (command.kind) {
      case 'move':
        return this.#move(command.by);
      case 'back':
        if (this.open !== undefined) this.#route.go({ page: 'fleet' });
        else this.back = 0;
        return undefined;
      case 'new':
        return void this.reload();
      default:
        return undefined;
    }
  }

  #move(by: number) {
    const at = this.sites.findIndex(({ id }) => id === this.open);
    const next = this.sites[at < 0 ? 0 : Math.max(0, Math.min(at + by, this.sites.length - 1))];
    if (next) this.#route.settle({ page: 'fleet', id: next.id });
  }
}
