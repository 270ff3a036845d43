// A fresh word on one action. The site asks for it when it is needed: what was refused is done again
// once the reader has answered.
import { call, Refused } from '../api/client';
import { t } from '../i18n/i18n.svelte';
import { canUsePasskeys, sign, type Anything } from '../login/passkey';

interface Waiting {
  answer: (code: string | undefined) => void;
}

interface Challenge {
  passkey?: Record<string, unknown>;
  totp?: boolean;
}

export class Proof {
  /** A code is asked for. */
  waiting = $state.raw<Waiting | undefined>();

  /** Does it, with a proof where it takes one; `undefined` when the reader would not give it. */
  async of<T>(act: (approval?: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      const needed = error instanceof Refused && error.code === 'approval_needed';
      if (!needed || !error.approval) throw error;
      const path = { id: error.approval };
      const asked = await call('post', '/approvals/{id}/challenge', { path });
      const challenge = asked.challenge as Challenge | null | undefined;
      if (challenge) {
        const assertion = await this.#answer(challenge);
        if (!assertion) return undefined;
        const approval = await call('post', '/approvals/{id}/assert', { path, body: { assertion: assertion as Anything } });
        if (approval.state === 'pending') throw new Refused(428, 'waits', t('proof.waits'), undefined);
      }
      return act(error.approval);
    }
  }

  /** A word on what somebody else asked for: `null` when none is wanted, `undefined` without one. */
  async word(id: string): Promise<Record<string, unknown> | null | undefined> {
    const asked = await call('post', '/approvals/{id}/challenge', { path: { id } });
    const challenge = asked.challenge as Challenge | null | undefined;
    return challenge ? this.#answer(challenge) : null;
  }

  answer(code: string | undefined) {
    this.waiting?.answer(code);
    this.waiting = undefined;
  }

  async #answer({ passkey, totp }: Challenge): Promise<Record<string, unknown> | undefined> {
    if (passkey && canUsePasskeys()) {
      const signed = await sign(passkey);
      return signed && { passkey: signed };
    }
    if (!totp) throw new Refused(0, 'no_means', t('proof.noMeans'), undefined);
    const code = await new Promise<string | undefined>((answer) => (this.waiting = { answer }));
    return code ? { totp: code } : undefined;
  }
}
