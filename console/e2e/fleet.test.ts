import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, CLEAN, LOOKS, shotsFolder, startBrowser, startSite, visit } from './site';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

it.each(LOOKS)('draws the mesh in %s, %s', async (lang, colorScheme) => {
  const site = await startSite('--alerts', '30', '--federated');
  const { page, witness, close } = await visit(browser, site, { lang, colorScheme });
  const shot = (name: string) =>
    page.screenshot({ path: join(shotsFolder(), `${lang}-${colorScheme}-${name}.png`) });
  await page.locator('.origin.muted .asof').first().waitFor();
  await shot('origins');
  for (const key of ['g', 'f']) await page.keyboard.press(key);
  await page.locator('.card').nth(3).waitFor();
  expect(await page.locator('.card').count()).toBe(4);
  await page.locator('.broken').waitFor();
  await shot('fleet');
  for (const key of ['j', 'j', 'j', 'j']) await page.keyboard.press(key);
  await page.locator('aside .says').waitFor();
  await shot('fleet-site');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(wide).toBe(false);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('cuts a link and heals it, by keyboard alone', async () => {
  const site = await startSite('--alerts', '5', '--federated');
  const { page, witness, close } = await visit(browser, site);
  for (const key of ['g', 'f']) await page.keyboard.press(key);
  await page.locator('.broken').waitFor();
  for (const key of ['j', 'j']) await page.keyboard.press(key);
  const cut = page.getByRole('button', { name: 'Cut the link (drill)' });
  await cut.waitFor();
  expect(page.url()).toMatch(/\/fleet\/[0-9a-f]{32}$/);
  await cut.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Heal the link' }).waitFor();
  expect(await page.locator('aside .says').textContent()).toContain('Only the link is down');
  expect(await page.locator('.broken').count()).toBe(2);
  await page.getByRole('button', { name: 'Heal the link' }).focus();
  await page.keyboard.press('Enter');
  await cut.waitFor();
  // The map heals on its own.
  await expect.poll(() => page.locator('.broken').count()).toBe(1);
  const { decisions } = await ask<{ decisions: { action: { name: string } }[] }>(page, '/decisions');
  expect(decisions.map(({ action }) => action.name)).toEqual(
    expect.arrayContaining(['federation.cut', 'federation.heal']),
  );
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('looks back a day, and says it all in a table', async () => {
  const site = await startSite('--alerts', '5', '--federated');
  const { page, close } = await visit(browser, site);
  for (const key of ['g', 'f']) await page.keyboard.press(key);
  await page.locator('.broken').waitFor();
  const rows = page.locator('table tbody tr');
  expect(await rows.count()).toBe(4);
  expect(await rows.nth(3).textContent()).toContain('Down');
  // Six hours ago nothing was broken.
  await page.locator('#scrub').evaluate((slider: HTMLInputElement) => {
    slider.valueAsNumber = 18 * 3_600_000;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await expect.poll(() => page.locator('.broken').count()).toBe(0);
  expect(await page.locator('output').textContent()).toContain('as of');
  await page.keyboard.press('Escape');
  await page.locator('.broken').waitFor();
  await close();
  await site.stop();
});

it('is a plain card for a site that is alone', async () => {
  const site = await startSite('--alerts', '5');
  const { page, witness, close } = await visit(browser, site);
  for (const key of ['g', 'f']) await page.keyboard.press(key);
  await page.getByText('not federated').waitFor();
  expect(await page.locator('.card').count()).toBe(1);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});
