import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLEAN, LOOKS, shotsFolder, startBrowser, startSite, visit } from './site';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

/** Controls whose text does not fit into them, and parts of the page that lie on one another. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = [...document.querySelectorAll<HTMLElement>('button, label, h2, h3, div.line')];
    const wide = controls.filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1);
    const page = document.documentElement;
    const found = wide.map((one) => one.textContent?.trim().slice(0, 40) ?? '');
    const parts = [...document.querySelectorAll('main > :not(.hidden)')].map((part) =>
      part.getBoundingClientRect(),
    );
    parts.forEach((part, index) => {
      const next = parts[index + 1];
      if (next && part.bottom > next.top + 1) found.push(`part ${index} lies on the next`);
    });
    return page.scrollWidth > page.clientWidth ? ['the page', ...found] : found;
  });
}

it.each(LOOKS)('fits in %s, %s', async (lang, colorScheme) => {
  const site = await startSite('--alerts', '60', '--hostile');
  const { page, witness, close } = await visit(browser, site, { lang, colorScheme });
  const shot = (name: string) =>
    page.screenshot({ path: join(shotsFolder(), `${lang}-${colorScheme}-${name}.png`) });
  await page.locator('.row.current').waitFor();
  expect(await page.evaluate(() => document.documentElement.dir)).toBe(lang === 'ar' ? 'rtl' : 'ltr');
  for (const key of ['j', 'j', 'a', 'j', 'x', 'k']) await page.keyboard.press(key);
  await page.locator('.notice button').first().waitFor();
  await shot('queue');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.locator('aside mark').first().waitFor();
  await shot('panel');
  expect(await overflowing(page)).toEqual([]);
  await page.keyboard.press('3');
  await page.getByRole('radiogroup').waitFor();
  await shot('close');
  expect(await overflowing(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('s');
  await page.locator('.preview b').waitFor();
  await shot('suppress');
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it.each(LOOKS)('fits incidents in %s, %s', async (lang, colorScheme) => {
  const site = await startSite('--alerts', '45', '--incidents', '3');
  const { page, witness, close } = await visit(browser, site, { lang, colorScheme });
  const shot = (name: string) =>
    page.screenshot({ path: join(shotsFolder(), `${lang}-${colorScheme}-${name}.png`) });
  for (const key of ['g', 'i']) await page.keyboard.press(key);
  await page.locator('.row.current .meter').first().waitFor();
  await shot('incidents');
  expect(await overflowing(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.locator('aside .content').waitFor();
  for (const key of ['j', 'j', 'a']) await page.keyboard.press(key);
  await page.locator('.notice button').first().waitFor();
  await shot('incident');
  expect(await overflowing(page)).toEqual([]);
  await page.locator('main ol button').first().click();
  await page.keyboard.press('3');
  await page.getByRole('radiogroup').waitFor();
  await shot('incident-close');
  expect(await overflowing(page)).toEqual([]);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it.each(LOOKS)('fits entities and rules in %s, %s', async (lang, colorScheme) => {
  const site = await startSite('--alerts', '45', '--hostile', '--incidents', '1');
  const { page, witness, close } = await visit(browser, site, { lang, colorScheme });
  const shot = (name: string) =>
    page.screenshot({ path: join(shotsFolder(), `${lang}-${colorScheme}-${name}.png`) });
  for (const key of ['g', 'e']) await page.keyboard.press(key);
  await page.locator('.row.current .meter').first().waitFor();
  await shot('entities');
  expect(await overflowing(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.locator('aside form').waitFor();
  await shot('entity');
  expect(await overflowing(page)).toEqual([]);
  for (const key of ['g', 'r']) await page.keyboard.press(key);
  await page.locator('.row.current').waitFor();
  await shot('rules');
  expect(await overflowing(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.locator('aside dl').waitFor();
  await shot('rule');
  expect(await overflowing(page)).toEqual([]);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it.each([
  ['the smallest supported window', { width: 1280, height: 720 }],
  ['200 % zoom of it', { width: 640, height: 360 }],
])('fits %s', async (name, viewport) => {
  const site = await startSite('--alerts', '30', '--incidents', '2');
  const { page, witness, close } = await visit(browser, site, { viewport });
  await page.locator('.row.current').waitFor();
  await page.screenshot({ path: join(shotsFolder(), `${viewport.width}-queue.png`) });
  expect(await overflowing(page), name).toEqual([]);
  await page.keyboard.press('Enter');
  await page.locator('aside mark').first().waitFor();
  await page.screenshot({ path: join(shotsFolder(), `${viewport.width}-panel.png`) });
  expect(await overflowing(page), name).toEqual([]);
  for (const key of ['g', 'i']) await page.keyboard.press(key);
  await page.locator('.row.current .meter').first().waitFor();
  await page.screenshot({ path: join(shotsFolder(), `${viewport.width}-incidents.png`) });
  expect(await overflowing(page), name).toEqual([]);
  await page.keyboard.press('Enter');
  await page.locator('aside .content').waitFor();
  await page.screenshot({ path: join(shotsFolder(), `${viewport.width}-incident.png`) });
  expect(await overflowing(page), name).toEqual([]);
  for (const [key, page_name] of [['e', 'entities'], ['r', 'rules']] as const) {
    for (const one of ['g', key]) await page.keyboard.press(one);
    await page.locator('.row.current').waitFor();
    await page.screenshot({ path: join(shotsFolder(), `${viewport.width}-${page_name}.png`) });
    expect(await overflowing(page), name).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').waitFor();
    await page.screenshot({ path: join(shotsFolder(), `${viewport.width}-${page_name}-one.png`) });
    expect(await overflowing(page), name).toEqual([]);
  }
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('has room for longer languages', async () => {
  const site = await startSite('--alerts', '30', '--incidents', '2');
  const { page, close } = await visit(browser, site, { lang: 'pseudo' });
  await page.locator('.row.current').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('aside mark').first().waitFor();
  await page.screenshot({ path: join(shotsFolder(), 'pseudo.png') });
  expect(await overflowing(page)).toEqual([]);
  for (const key of ['g', 'i']) await page.keyboard.press(key);
  await page.locator('.row.current .meter').first().waitFor();
  expect(await overflowing(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.locator('aside .content').waitFor();
  await page.screenshot({ path: join(shotsFolder(), 'pseudo-incident.png') });
  expect(await overflowing(page)).toEqual([]);
  for (const [key, page_name] of [['e', 'entities'], ['r', 'rules']] as const) {
    for (const one of ['g', key]) await page.keyboard.press(one);
    await page.locator('.row.current').waitFor();
    await page.screenshot({ path: join(shotsFolder(), `pseudo-${page_name}.png`) });
    expect(await overflowing(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').waitFor();
    await page.screenshot({ path: join(shotsFolder(), `pseudo-${page_name}-one.png`) });
    expect(await overflowing(page)).toEqual([]);
  }
  await close();
  await site.stop();
});
