import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, CLEAN, startBrowser, startSite, visit } from './site';
import type { AlertPage, EntityPage, IncidentPage } from '../src/api/types';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

/** Nothing hidden, nothing that the text made, nothing that pushes the page sideways. */
async function expectPlainText(page: Page) {
  const seen = await page.evaluate(() => ({
    hidden: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u
      .exec([...document.querySelectorAll('bdi')].map((one) => one.textContent).join(''))?.[0],
    made: document.querySelectorAll('#app script, #app iframe, #app svg, #app style, #app b b')
      .length,
    sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  }));
  expect(seen).toEqual({ hidden: undefined, made: 0, sideways: false });
}

it.each(['en', 'ar'])('shows hostile text as text (%s)', async (lang) => {
  const site = await startSite('--alerts', '0', '--hostile');
  const { page, witness, close } = await visit(browser, site, { lang });
  const rows = page.locator('[role=row][data-index]');
  const { alerts } = await ask<AlertPage>(page, '/alerts');
  expect(alerts.length).toBeGreaterThan(20);
  await rows.first().waitFor();

  await page.keyboard.press('Enter');
  for (const { id } of alerts) {
    await page.locator(`[id="row-${id}"].current.open`).waitFor();
    await page.locator('aside .fields').waitFor();
    await page.keyboard.press('s');
    const dialog = page.getByRole('dialog');
    await dialog.locator('.preview b').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('j');
  }

  await expectPlainText(page);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it.each(['en', 'ar'])('tells a story of hostile text as text (%s)', async (lang) => {
  const site = await startSite('--alerts', '0', '--hostile', '--incidents', '1');
  const { page, witness, close } = await visit(browser, site, { lang });
  const { incidents } = await ask<IncidentPage>(page, '/incidents');
  expect(incidents).toHaveLength(1);
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.locator(`[id="row-${incidents[0]?.id}"].current`).waitFor();
  await expectPlainText(page);
  await page.keyboard.press('Enter');
  await page.locator('aside .content').waitFor();
  await page.locator('aside section > button').last().click();
  await expectPlainText(page);

  for (const key of ['g', 'e']) await page.keyboard.press(key);
  await page.locator('.row.current').waitFor();
  await expectPlainText(page);
  const { entities } = await ask<EntityPage>(page, '/entities');
  for (const { value } of entities.slice(0, 12)) {
    if (value) {
      await page.keyboard.press('Enter');
      await page.locator('aside form').waitFor();
      await expectPlainText(page);
      await page.keyboard.press('Escape');
      await page.locator('.row.current .meter').waitFor();
    }
    await page.keyboard.press('j');
  }
  for (const key of ['g', 'r']) await page.keyboard.press(key);
  await page.locator('.row.current').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('complementary').waitFor();
  await expectPlainText(page);
  for (const name of await page.locator('main section .name').all()) {
    await name.click();
    await expectPlainText(page);
    await name.click();
  }
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('would notice a violation', async () => {
  const site = await startSite('--alerts', '1');
  const { page, witness, close } = await visit(browser, site);
  await page.evaluate(() => {
    const made = document.createElement('script');
    made.setAttribute('src', '//evil.example/x.js');
    document.body.append(made);
  }).catch(() => undefined);
  await expect.poll(() => witness.violations.length).toBeGreaterThan(0);
  await close();
  await site.stop();
});

it('says where to go without a session', async () => {
  const site = await startSite('--alerts', '1');
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${site.url}/?lang=en`);
  await page.getByText('aurorasoc link').waitFor();
  await page.context().close();
  await site.stop();
});
