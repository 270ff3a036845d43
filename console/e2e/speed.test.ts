import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLEAN, startBrowser, startSite, visit } from './site';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

/** Budgets are for a quiet machine of two cores; a shared one gets this much more. */
const SLACK = 2;

function percentile(times: number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

it('stays quick with 10,000 alerts', async () => {
  const site = await startSite('--alerts', '10000');
  const { page, witness, close } = await visit(browser, site);
  await page.locator('.row.current').waitFor();

  await page.reload({ waitUntil: 'commit' });
  const paint = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (!document.querySelector('.row.current')) return requestAnimationFrame(look);
          return requestAnimationFrame(() => resolve(performance.now()));
        };
        look();
      }),
  );

  const drawn = await page.locator('[role=row][data-index]').count();
  expect(drawn).toBeLessThan(60);

  // From the key to the frame after the one in which its effect is drawn.
  const press = (key: string) =>
    page.evaluate(
      (key) =>
        new Promise<number>((resolve) => {
          const start = performance.now();
          const init = { key, code: '', bubbles: true, cancelable: true };
          document.body.dispatchEvent(new KeyboardEvent('keydown', init));
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
        }),
      key,
    );
  const keys: number[] = [];
  for (let count = 0; count < 60; count += 1) keys.push(await press('j'));
  await press('End');
  await page.locator('[data-index="9999"].current').waitFor();
  await press('Home');

  const opened: number[] = [];
  await press('Enter');
  await page.locator('aside mark').first().waitFor();
  for (let count = 0; count < 40; count += 1) {
    opened.push(
      await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const start = performance.now();
            const init = { key: 'j', code: '', bubbles: true, cancelable: true };
            document.body.dispatchEvent(new KeyboardEvent('keydown', init));
            const look = () => {
              const asked = document.querySelector('.row.current')?.id;
              const shown = document.querySelector('aside .fields');
              const busy = document.querySelector('aside [aria-busy]');
              if (asked && shown && !busy) resolve(performance.now() - start);
              else requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
          }),
      ),
    );
  }

  const figures = {
    'first paint with 10,000 alerts': [paint, 1_000],
    'key to paint, p95': [percentile(keys, 0.95), 50],
    'open alert, p95': [percentile(opened, 0.95), 150],
  } as const;
  for (const [name, [seen, budget]] of Object.entries(figures)) {
    console.log(`${name}: ${seen.toFixed(0)} ms of ${budget}`);
    expect(seen, name).toBeLessThan(budget * SLACK);
  }
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});
