// What the reader is told in passing, and what of it can be taken back.
import { Refused } from '../api/client';
import { t } from '../i18n/i18n.svelte';

/** Something that can be taken back, or only told. */
export interface Notice {
  text: string;
  undo?: () => Promise<void>;
  bad?: boolean;
}

const UNDO_MS = 10_000;

export class Notices {
  shown = $state.raw<Notice | undefined>();
  #end: ReturnType<typeof setTimeout> | undefined;

  tell(notice: Notice) {
    clearTimeout(this.#end);
    this.shown = notice;
    this.#end = setTimeout(() => (this.shown = undefined), UNDO_MS);
  }

  fail(error: unknown) {
    const { message, fix } = refused(error);
    this.tell({ text: fix ? `${message}. ${fix}` : message, bad: true });
  }

  dismiss() {
    clearTimeout(this.#end);
    this.shown = undefined;
  }

  async undo(): Promise<void> {
    const undo = this.shown?.undo;
    if (!undo) return;
    this.dismiss();
    try {
      await undo();
      if (!this.shown) this.tell({ text: t('done.undone') });
    } catch (error) {
      this.fail(error);
    }
  }
}

/** Why something was not done, in the reader's language where the site did not say it. */
export function refused(error: unknown): Refused {
  if (error instanceof Refused) {
    if (error.status !== 0) return error;
    return new Refused(0, error.code, t('error.unreachable'), undefined);
  }
  return new Refused(0, 'unexpected', String(error), undefined);
}
