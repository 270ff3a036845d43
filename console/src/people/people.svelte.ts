// The state of the page of accounts.
import { call, type Refused } from '../api/client';
import { roles } from '../api/permissions';
import type { PersonInfo } from '../api/types';
import type { Proof } from '../account/proof.svelte';
import { t } from '../i18n/i18n.svelte';
import type { Command } from '../ui/keys';
import { refused, type Notices } from '../ui/notices.svelte';
import type { Route } from '../ui/route.svelte';

export type Row = PersonInfo & { id: string };

/** Those of every site, but for `admin`, which takes more. */
export const ROLES = roles.filter((role) => role !== 'admin');

export class People {
  all = $state.raw<Row[]>([]);
  text = $state('');
  cursor = $state(0);
  loading = $state(true);
  busy = $state(false);
  failure = $state<Refused | undefined>();
  adding = $state(false);
  open = $state<string | undefined>();

  rows = $derived(this.all.filter((row) => fits(row, this.text)));
  current = $derived(this.rows[this.cursor]);
  shown = $derived(this.all.find((row) => row.id === this.open));

  readonly #notices: Notices;
  readonly #route: Route;
  readonly #proof: Proof;

  constructor(notices: Notices, route: Route, proof: Proof) {
    this.#notices = notices;
    this.#route = route;
    this.#proof = proof;
  }

  get dialog() {
    return this.adding || this.#proof.waiting;
  }

  start(): () => void {
    void this.reload();
    return () => (this.adding = false);
  }

  async reload(): Promise<void> {
    this.loading = true;
    try {
      const { people } = await call('get', '/people', {});
      this.all = people.map((person) => ({ ...person, id: person.name }));
      this.failure = undefined;
    } catch (error) {
      this.failure = refused(error);
    } finally {
      this.loading = false;
    }
  }

  show(id: string | undefined) {
    this.open = id;
    const index = this.rows.findIndex((row) => row.id === id);
    if (index >= 0) this.cursor = index;
  }

  moveTo(index: number) {
    this.cursor = Math.max(0, Math.min(index, this.rows.length - 1));
    if (this.open !== undefined && this.current) {
      this.#route.settle({ page: 'people', id: this.current.id });
    }
  }

  setText(text: string) {
    this.text = text;
    this.cursor = 0;
  }

  run(command: Command) {
    switch (command.kind) {
      case 'move':
        return this.moveTo(this.cursor + command.by);
      case 'edge':
        return this.moveTo(command.end ? Number.MAX_SAFE_INTEGER : 0);
      case 'open':
        if (this.current) this.#route.go({ page: 'people', id: this.current.id });
        return undefined;
      case 'back':
        if (this.open !== undefined) this.#route.go({ page: 'people' });
        else if (this.text !== '') this.setText('');
        return undefined;
      case 'new':
        return void this.reload();
      default:
        return undefined;
    }
  }

  add(name: string, display_name: string, roles: string[]) {
    const body = { name, display_name, roles, reason: '' };
    return this.#do(t('people.added'), (approval) => call('post', '/people', { body }, undefined, approval));
  }

  setRoles(name: string, roles: string[]) {
    const input = { path: { name }, body: { roles, reason: '' } };
    return this.#do(t('people.changed'), (approval) =>
      call('post', '/people/{name}/roles', input, undefined, approval),
    );
  }

  setAdministrator(name: string, administrator: boolean) {
    const input = { path: { name }, body: { administrator, reason: '' } };
    return this.#do(t('people.changed'), (approval) =>
      call('post', '/people/{name}/administrator', input, undefined, approval),
    );
  }

  setDisabled(name: string, disabled: boolean) {
    const input = { path: { name }, body: { disabled, reason: '' } };
    return this.#do(t('people.changed'), (approval) =>
      call('post', '/people/{name}/change', input, undefined, approval),
    );
  }

  async #do(text: string, act: (approval?: string) => Promise<PersonInfo>): Promise<boolean> {
    this.busy = true;
    try {
      const done = await this.#proof.of(act);
      if (!done) return false;
      this.#notices.tell({ text });
      await this.reload();
      return true;
    } catch (error) {
      this.#notices.fail(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

function fits(row: Row, text: string): boolean {
  const words = text.toLowerCase();
  return [row.name, row.display_name, ...row.roles, ...row.group_roles].some((one) =>
    one.toLowerCase().includes(words),
  );
}
