// The state of the page of what waits for another person.
import type { Proof } from '../account/proof.svelte';
import { call, refusal, type Refused } from '../api/client';
import type { Approval, BreakGlass } from '../api/types';
import { t } from '../i18n/i18n.svelte';
import type { Anything } from '../login/passkey';
import type { Command } from '../ui/keys';
import { refused, type Notices } from '../ui/notices.svelte';

/** What waits changes under other people's hands. */
const EVERY = 5_000;

export class Approvals {
  all = $state.raw<Approval[]>([]);
  windows = $state.raw<BreakGlass[]>([]);
  loaded = $state(false);
  busy = $state(false);
  failure = $state<Refused | undefined>();

  readonly me: string;
  readonly #notices: Notices;
  readonly #proof: Proof;

  constructor(me: string, notices: Notices, proof: Proof) {
    this.me = me;
    this.#notices = notices;
    this.#proof = proof;
  }

  get dialog() {
    return this.#proof.waiting;
  }

  start(): () => void {
    void this.reload();
    const timer = setInterval(() => void this.reload(), EVERY);
    return () => clearInterval(timer);
  }

  async reload(): Promise<void> {
    try {
      const [{ approvals }, { windows }] = await Promise.all([
        call('get', '/approvals', {}),
        call('get', '/break-glass', {}),
      ]);
      this.all = approvals;
      this.windows = windows;
      this.failure = undefined;
    } catch (error) {
      this.failure = refused(error);
    } finally {
      this.loaded = true;
    }
  }

  run(command: Command) {
    if (command.kind === 'new') void this.reload();
  }

  approve(id: string) {
    return this.#do(async () => {
      const assertion = await this.#proof.word(id);
      if (assertion === undefined) return undefined;
      await call('post', '/approvals/{id}/approve', { path: { id }, body: { assertion: assertion as Anything | null, note: '' } });
      return t('approvals.approved');
    });
  }

  /** The reader proves that it is they who asked. */
  prove(id: string) {
    return this.#do(async () => {
      const assertion = await this.#proof.word(id);
      if (!assertion) return undefined;
      await call('post', '/approvals/{id}/assert', { path: { id }, body: { assertion } });
      return t('approvals.proved');
    });
  }

  /** Does what was approved, exactly. */
  carryOut(approval: Approval) {
    return this.#do(async () => {
      await repeat(approval);
      return t('approvals.done');
    });
  }

  deny(id: string) {
    return this.#do(async () => {
      await call('post', '/approvals/{id}/deny', { path: { id }, body: { reason: '' } });
      return t('approvals.denied');
    });
  }

  cancel(id: string) {
    return this.#do(async () => {
      await call('post', '/approvals/{id}/cancel', { path: { id } });
      return t('approvals.cancelled');
    });
  }

  async #do(act: () => Promise<string | undefined>) {
    this.busy = true;
    try {
      const said = await act();
      if (said) this.#notices.tell({ text: said });
    } catch (error) {
      this.#notices.fail(error);
    } finally {
      this.busy = false;
    }
    await this.reload();
  }
}

/** The request that was approved, as the site kept it. */
async function repeat({ id, object, arguments: kept }: Approval): Promise<void> {
  const { method, query, body } = kept as { method: string; query: string | null; body: unknown };
  const init: RequestInit = { method, headers: { 'aurora-approval': id } };
  if (body !== null) {
    init.body = JSON.stringify(body);
    init.headers = { 'aurora-approval': id, 'content-type': 'application/json' };
  }
  const response = await fetch(`/api/v1${object}${query ? `?${query}` : ''}`, init);
  if (!response.ok) throw await refusal(response);
}
