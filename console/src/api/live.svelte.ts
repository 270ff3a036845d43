// Live events: one line to the site for the whole page. The browser reconnects by itself and says
// with `Last-Event-ID` what it has.
import type { AlertChange, IncidentChange, LedgerReport } from './types';

export type LiveState = 'connecting' | 'live' | 'lost';

export interface Listener {
  /** Everything must be loaded: at the start, and when too much was missed. */
  load(): void;
  alert?(change: AlertChange): void;
  incident?(change: IncidentChange): void;
  ledger?(report: LedgerReport): void;
}

/** The site sends a heartbeat every 10 s; after three of them the line is dead. */
const SILENCE_MS = 30_000;

export class Live {
  state = $state<LiveState>('connecting');
  readonly #listeners = new Set<Listener>();
  #source: EventSource | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #loaded = false;

  start(): () => void {
    this.state = 'connecting';
    this.#open();
    return () => {
      clearTimeout(this.#watchdog);
      this.#source?.close();
    };
  }

  /** Tells `listener` from now on; who comes when the line stands already loads at once. */
  tell(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#loaded) listener.load();
    return () => this.#listeners.delete(listener);
  }

  #open() {
    const source = (this.#source = new EventSource('/api/v1/stream'));
    const on = <T>(name: string, handle: (to: Listener, data: T) => void) =>
      source.addEventListener(name, (event) => {
        this.#heard();
        const data = JSON.parse((event as MessageEvent<string>).data) as T;
        for (const to of [...this.#listeners]) handle(to, data);
      });
    on('heartbeat', () => undefined);
    on<AlertChange>('alert', (to, change) => to.alert?.(change));
    on<IncidentChange>('incident', (to, change) => to.incident?.(change));
    on<LedgerReport>('ledger', (to, report) => to.ledger?.(report));
    on('reset', (to) => to.load());
    source.onerror = () => {
      this.state = 'lost';
      // Refused for good, as without a session: loading says why.
      if (source.readyState === EventSource.CLOSED) this.#load();
    };
  }

  #heard() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#reopen(), SILENCE_MS);
    this.state = 'live';
    if (this.#loaded) return;
    this.#loaded = true;
    this.#load();
  }

  #load() {
    for (const to of [...this.#listeners]) to.load();
  }

  #reopen() {
    this.state = 'lost';
    this.#source?.close();
    this.#loaded = false;
    this.#open();
  }
}
