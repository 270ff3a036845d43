// What stands behind the pages: one session, one line to the site, one place the reader is at.
import { Account } from './account/account.svelte';
import { Proof } from './account/proof.svelte';
import { Approvals } from './approvals/approvals.svelte';
import { Live } from './api/live.svelte';
import type { SessionInfo } from './api/types';
import { Entities } from './entities/entities.svelte';
import { Fleet } from './fleet/fleet.svelte';
import { Incidents } from './incidents/incidents.svelte';
import { People } from './people/people.svelte';
import { Queue } from './queue/queue.svelte';
import { Rules } from './rules/rules.svelte';
import { Notices } from './ui/notices.svelte';
import type { Page } from './ui/place';
import { Route } from './ui/route.svelte';
import type { Command } from './ui/keys';

/** What a page does with keys. */
export interface Keyed {
  /** A dialog of the page is open; it has its own keys. */
  readonly dialog: unknown;
  run(command: Command): void;
}

export class Desk {
  readonly session: SessionInfo;
  readonly live = new Live();
  readonly notices = new Notices();
  readonly route = new Route();
  readonly queue: Queue;
  readonly incidents: Incidents;
  readonly entities: Entities;
  readonly rules: Rules;
  readonly fleet: Fleet;
  readonly people: People;
  readonly account: Account;
  readonly approvals: Approvals;
  readonly proof = new Proof();
  help = $state(false);

  page = $derived.by((): Keyed => this.pages[this.route.at.page]);

  constructor(session: SessionInfo) {
    const me = session.actor.name;
    this.session = session;
    this.queue = new Queue(me, this.live, this.notices, this.route);
    this.incidents = new Incidents(me, this.live, this.notices, this.route);
    this.entities = new Entities(me, this.live, this.notices, this.route);
    this.rules = new Rules(this.live, this.route);
    this.fleet = new Fleet(this.notices, this.route);
    this.people = new People(this.notices, this.route, this.proof);
    this.account = new Account(this.notices);
    this.approvals = new Approvals(me, this.notices, this.proof);
  }

  /** What each page's keys are given to. */
  get pages() {
    const { queue, incidents, entities, rules, fleet, approvals, people, account } = this;
    return { alerts: queue, incidents, entities, rules, fleet, approvals, people, account } satisfies Record<Page, Keyed>;
  }

  start(): () => void {
    const ends = [this.live.start(), this.route.start()];
    return () => ends.forEach((end) => end());
  }

  run(command: Command) {
    switch (command.kind) {
      case 'help':
        this.help = true;
        return;
      case 'go':
        return this.route.go({ page: command.page });
      case 'undo':
        return void this.notices.undo();
      default:
        return this.page.run(command);
    }
  }
}
