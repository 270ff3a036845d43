// A site in memory and a browser that looks at it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'console/dist');

export interface Site {
  url: string;
  link: string;
  /** Raises one more alert, or joins two more into an incident. */
  raise(what?: 'alert' | 'incident'): void;
  stop(): Promise<void>;
}

let built: string | undefined;

/** Builds the example server, or takes the one that `AURORASOC_FAKE_SITE` names. */
function binary(): string {
  built ??= process.env.AURORASOC_FAKE_SITE ?? build();
  return built;
}

function build(): string {
  const asked = ['build', '-q', '-p', 'aurora-api', '--features', 'testkit'];
  const { stdout, status } = spawnSync(
    'cargo',
    [...asked, '--example', 'console', '--message-format', 'json'],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error('the example server does not build');
  for (const line of stdout.split('\n').reverse()) {
    const found = /"executable":"([^"]+)"/.exec(line)?.[1];
    if (found) return found;
  }
  throw new Error('cargo named no executable');
}

export async function startSite(...options: string[]): Promise<Site> {
  if (!existsSync(dist)) throw new Error('build the console first: npm run build');
  const child: ChildProcess = spawn(binary(), ['--console', dist, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (!child.stdout || !child.stdin) throw new Error('no pipes');
  const { stdin } = child;
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, link } = JSON.parse(line) as { url: string; link: string };
  return {
    url,
    link,
    raise: (what = 'alert') => stdin.write(`${what}\n`),
    stop: async () => {
      stdin.end();
      await once(child, 'exit');
    },
  };
}

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What went wrong on a page without anybody asking. */
export interface Witness {
  violations: string[];
  errors: string[];
  dialogs: string[];
  elsewhere: string[];
}

export interface Visit {
  page: Page;
  witness: Witness;
  close(): Promise<void>;
}

/** Opens the one-time link and waits for the queue. */
export async function visit(
  browser: Browser,
  site: Site,
  { lang = 'en', ...options }: BrowserContextOptions & { lang?: string } = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const witness: Witness = { violations: [], errors: [], dialogs: [], elsewhere: [] };
  await page.exposeFunction('violated', (what: string) => witness.violations.push(what));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = window as unknown as { violated(what: string): void };
      report.violated(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  page.on('pageerror', (error) => witness.errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') witness.errors.push(message.text());
  });
  page.on('dialog', (dialog) => {
    witness.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) witness.elsewhere.push(request.url());
  });
  await page.goto(site.link);
  await page.waitForURL(`${site.url}/`);
  await page.goto(`${site.url}/?lang=${lang}`);
  await page.getByRole('grid').waitFor();
  return { page, witness, close: () => context.close() };
}

/** Languages and colours that every page is looked at in. */
export const LOOKS = [
  ['en', 'dark'],
  ['en', 'light'],
  ['ar', 'dark'],
  ['ar', 'light'],
] as const;

export const CLEAN: Witness = { violations: [], errors: [], dialogs: [], elsewhere: [] };

let shots: string | undefined;

/** Where pictures go: `AURORASOC_SHOTS`, else a temporary folder that is printed. */
export function shotsFolder(): string {
  if (!shots) {
    shots = process.env.AURORASOC_SHOTS ?? mkdtempSync(join(tmpdir(), 'aurorasoc-shots-'));
    console.log(`screenshots: ${shots}`);
  }
  return shots;
}

/** A call to the API with the page's session. */
export async function ask<T>(page: Page, path: string): Promise<T> {
  return page.evaluate(async (path) => (await fetch(`/api/v1${path}`)).json(), path) as Promise<T>;
}
