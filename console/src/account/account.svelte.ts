// The state of the page about one's own account: what opens it, where it is open, its keys.
import { call, type Refused } from '../api/client';
import type { ApiKey, ApiKeyCreated, Credentials, GeneratorCreated, OpenSession } from '../api/types';
import { t } from '../i18n/i18n.svelte';
import { make, type Anything } from '../login/passkey';
import type { Command } from '../ui/keys';
import { refused, type Notices } from '../ui/notices.svelte';

export class Account {
  credentials = $state.raw<Credentials | undefined>();
  sessions = $state.raw<OpenSession[]>([]);
  keys = $state.raw<ApiKey[]>([]);
  failure = $state<Refused | undefined>();
  busy = $state(false);
  /** What is being made. */
  asking = $state<'passkey' | 'key' | undefined>();
  /** An authenticator app is being set up. */
  generator = $state.raw<GeneratorCreated | undefined>();
  /** Shown until the reader has copied it. */
  created = $state.raw<ApiKeyCreated | undefined>();

  readonly #notices: Notices;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  get dialog() {
    return this.asking ?? this.generator ?? this.created;
  }

  start(): () => void {
    void this.reload();
    return () => this.#leave();
  }

  async reload(): Promise<void> {
    try {
      const [credentials, sessions, keys] = await Promise.all([
        call('get', '/credentials', {}),
        call('get', '/sessions', {}),
        call('get', '/keys', {}),
      ]);
      this.credentials = credentials;
      this.sessions = sessions.sessions;
      this.keys = keys.keys;
      this.failure = undefined;
    } catch (error) {
      this.failure = refused(error);
    }
  }

  run(command: Command) {
    if (command.kind === 'new') void this.reload();
  }

  addPasskey(label: string) {
    return this.#do(async () => {
      const asked = await call('post', '/credentials/passkeys/ask', {});
      const credential = await make(asked.public_key as Record<string, unknown>);
      if (!credential) return undefined;
      await call('post', '/credentials/passkeys', { body: { label, credential: credential as Anything } });
      return t('account.passkeyAdded');
    });
  }

  removePasskey(id: string) {
    return this.#do(async () => {
      await call('delete', '/credentials/passkeys/{id}', { path: { id } });
      return t('account.removed');
    });
  }

  newGenerator() {
    return this.#do(async () => {
      this.generator = await call('post', '/credentials/generator', {});
      return undefined;
    });
  }

  setPassword(password: string, code: string) {
    return this.#do(async () => {
      const enrolment = this.generator?.id ?? null;
      await call('post', '/credentials/password', { body: { password, code, enrolment } });
      this.generator = undefined;
      return t('account.passwordSet');
    });
  }

  removePassword() {
    return this.#do(async () => {
      await call('delete', '/credentials/password', {});
      return t('account.removed');
    });
  }

  removeIdentity(id: string) {
    return this.#do(async () => {
      await call('delete', '/credentials/identities/{id}', { path: { id } });
      return t('account.removed');
    });
  }

  linkProvider() {
    return this.#do(async () => {
      const { url } = await call('post', '/credentials/provider', {});
      location.assign(url);
      return undefined;
    });
  }

  endSession(id: string) {
    return this.#do(async () => {
      await call('delete', '/sessions/{id}', { path: { id } });
      return t('account.sessionEnded');
    });
  }

  createKey(label: string, days: number, permissions: string[] | null) {
    return this.#do(async () => {
      this.created = await call('post', '/keys', { body: { label, days, permissions, reason: '' } });
      return undefined;
    });
  }

  revokeKey(id: string) {
    return this.#do(async () => {
      await call('delete', '/keys/{id}', { path: { id } });
      return t('account.keyRevoked');
    });
  }

  #leave() {
    this.asking = this.generator = this.created = undefined;
  }

  /** Whether it was done; what was not is told. */
  async #do(work: () => Promise<string | undefined>): Promise<boolean> {
    this.busy = true;
    try {
      const text = await work();
      if (text) this.#notices.tell({ text });
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
