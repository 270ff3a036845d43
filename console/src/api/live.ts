// Live events. The browser reconnects by itself and says with `Last-Event-ID` what it has.
import type { AlertChange, LedgerReport } from './types';

export type LiveState = 'connecting' | 'live' | 'lost';

export interface Listener {
  state(state: LiveState): void;
  /** Everything must be loaded: at the start, and when too much was missed. */
  load(): void;
  alert(change: AlertChange): void;
  ledger(report: LedgerReport): void;
}

/** The site sends a heartbeat every 10 s; after three of them the line is dead. */
const SILENCE_MS = 30_000;

export function listen(to: Listener): () => void {
  let source: EventSource | undefined;
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  let loaded = false;

  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(reopen, SILENCE_MS);
    to.state('live');
    if (!loaded) {
      loaded = true;
      to.load();
    }
  };
  const on = (name: string, handle: (data: string) => void) =>
    source?.addEventListener(name, (event) => {
      heard();
      handle((event as MessageEvent<string>).data);
    });
  const open = () => {
    source = new EventSource('/api/v1/stream');
    on('heartbeat', () => undefined);
    on('alert', (data) => to.alert(JSON.parse(data) as AlertChange));
    on('ledger', (data) => to.ledger(JSON.parse(data) as LedgerReport));
    on('reset', () => to.load());
    source.onerror = () => {
      to.state('lost');
      // Refused for good, as without a session: loading says why.
      if (source?.readyState === EventSource.CLOSED) to.load();
    };
  };
  const reopen = () => {
    to.state('lost');
    source?.close();
    loaded = false;
    open();
  };

  to.state('connecting');
  open();
  return () => {
    clearTimeout(watchdog);
    source?.close();
  };
}
