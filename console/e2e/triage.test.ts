import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AlertPage, NotShown } from '../src/api/types';
import { ask, CLEAN, startBrowser, startSite, visit } from './site';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

const WORDS = [
  'true_positive',
  'benign_true_positive',
  'false_positive_rule',
  'false_positive_data',
  'duplicate',
  'test',
];

it('lets an analyst triage 20 alerts by keyboard alone', async () => {
  const site = await startSite('--alerts', '20');
  const { page, witness, close } = await visit(browser, site);
  const rows = page.locator('[role=row][data-index]');
  await expect.poll(() => rows.count()).toBe(20);
  const order = (await ask<AlertPage>(page, '/alerts')).alerts.map((alert) => alert.id);

  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary');
  for (const [index, id] of order.entries()) {
    const current = page.locator(`[id="row-${id}"].current.open`);
    await current.waitFor();
    await panel.getByRole('heading', { level: 2 }).waitFor();
    if (index % 2 === 0) {
      await page.keyboard.press('a');
      await current.getByText('You').waitFor();
    }
    await page.keyboard.press(String((index % 6) + 1));
    await page.getByRole('radiogroup').waitFor();
    if (index % 3 === 0) await page.keyboard.type(`note ${index} with 1 2 3 a s u`);
    await page.keyboard.press('Enter');
    await page.locator(`[id="row-${id}"]`).waitFor({ state: 'detached' });
  }
  await page.getByText('Nothing needs you right now.').waitFor();
  await page.getByRole('button', { name: '20 closed today' }).waitFor();

  const closed = (await ask<AlertPage>(page, '/alerts?view=all&status=closed')).alerts;
  expect(closed).toHaveLength(20);
  for (const [index, id] of order.entries()) {
    const found = closed.find((alert) => alert.id === id);
    expect(found?.disposition).toBe(WORDS[index % 6]);
  }

  // The last one comes back to its place.
  await page.keyboard.press('u');
  await page.locator(`[id="row-${order[19]}"].current`).waitFor();
  expect((await ask<NotShown>(page, '/alerts/not-shown')).closed_today).toBe(19);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('closes a selection as one and takes it back as one', async () => {
  const site = await startSite('--alerts', '8');
  const { page, witness, close } = await visit(browser, site);
  const rows = page.locator('[role=row][data-index]');
  await expect.poll(() => rows.count()).toBe(8);
  for (const key of ['x', 'j', 'x', 'j', 'j', 'x']) await page.keyboard.press(key);
  await page.getByText('3 selected').waitFor();
  await page.keyboard.press('5');
  await page.getByRole('button', { name: 'Close 3 alerts' }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.count()).toBe(5);
  await page.keyboard.press('u');
  await expect.poll(() => rows.count()).toBe(8);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('keeps new alerts behind the pill until they are asked for', async () => {
  const site = await startSite('--alerts', '12');
  const { page, witness, close } = await visit(browser, site);
  const rows = page.locator('[role=row][data-index]');
  await expect.poll(() => rows.count()).toBe(12);
  for (const key of ['j', 'j', 'j']) await page.keyboard.press(key);
  const before = await rows.evaluateAll((all) => all.map((row) => row.id));
  const current = await page.locator('.row.current').getAttribute('id');
  for (let count = 0; count < 7; count += 1) site.raise();
  await page.getByRole('button', { name: '7 new' }).waitFor();
  expect(await rows.evaluateAll((all) => all.map((row) => row.id))).toEqual(before);
  await page.keyboard.press('.');
  await expect.poll(() => rows.count()).toBe(19);
  expect(await page.locator('.row.current').getAttribute('id')).toBe(current);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('suppresses with a reason, an expiry and a preview, and takes it back', async () => {
  const site = await startSite('--alerts', '30');
  const { page, witness, close } = await visit(browser, site);
  await page.locator('.row.current').waitFor();
  // What a severe rule finds takes another person to hide.
  const { alerts } = await ask<AlertPage>(page, '/alerts');
  const mild = alerts.find(({ severity }) => severity === 'medium' || severity === 'low');
  await page.locator(`[id="row-${mild?.id}"]`).click();
  await page.getByRole('heading', { name: 'Why it fired' }).waitFor();
  await page.keyboard.press('s');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^\d+ alerts?$/).waitFor();
  const suppress = dialog.getByRole('button', { name: 'Suppress' });
  expect(await suppress.isDisabled()).toBe(true);
  await page.keyboard.type('the scanner runs on Fridays');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Suppressed until').waitFor();
  const list = () => ask<{ suppressions: { reason: string }[] }>(page, '/suppressions');
  expect((await list()).suppressions.map((one) => one.reason)).toEqual([
    'the scanner runs on Fridays',
  ]);
  await page.keyboard.press('u');
  await expect.poll(async () => (await list()).suppressions.length).toBe(0);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('steps back with Escape and finds with the slash', async () => {
  const site = await startSite('--alerts', '40');
  const { page, witness, close } = await visit(browser, site);
  const rows = page.locator('[role=row][data-index]');
  await expect.poll(() => page.getByText('40 alerts').count()).toBe(1);
  await page.keyboard.press('/');
  await page.keyboard.type('lsass');
  await expect.poll(() => rows.count()).toBe(5);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.keyboard.press('3');
  await page.getByRole('radiogroup').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('radiogroup').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('complementary').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByText('40 alerts').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});
