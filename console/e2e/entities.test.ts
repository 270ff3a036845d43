import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EntityDetail } from '../src/api/types';
import { ask, CLEAN, startBrowser, startSite, visit } from './site';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

it('lets an analyst say what is known of an entity by keyboard alone', async () => {
  const site = await startSite('--alerts', '18', '--incidents', '1');
  const { page, witness, close } = await visit(browser, site);
  for (const key of ['g', 'e']) await page.keyboard.press(key);
  await page.locator('.row.current').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const side = page.getByRole('complementary');
  await side.waitFor();
  const [kind = '', value = ''] = new URL(page.url()).pathname.split('/').slice(2);
  const detail = () =>
    ask<EntityDetail>(page, `/entities/one?kind=${kind}&value=${value}`);

  await page.keyboard.press('a');
  await side.getByRole('button', { name: 'Release' }).waitFor();
  await page.keyboard.press('n');
  await page.keyboard.type('asked the owner; 1 2 a g e');
  await page.keyboard.press('Control+Enter');
  await page.locator('.row.note', { hasText: 'asked the owner' }).waitFor();
  expect(await side.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('');

  await side.getByRole('combobox').selectOption('critical');
  await side.getByRole('textbox', { name: 'Reason' }).fill('holds the ledger');
  await page.keyboard.press('Enter');
  await page.locator('.row.decision', { hasText: 'holds the ledger' }).waitFor();
  const said = await detail();
  expect(said.known).toMatchObject({ criticality: 'critical' });
  expect(said.known?.owner).toBeTruthy();
  expect(said.history.map(({ reason }) => reason)).toEqual([
    'says what is known of it',
    'says what is known of it',
    'holds the ledger',
  ]);

  // The first alert of the timeline leads to its own page, and "back" here again.
  await page.keyboard.press('Escape');
  await page.locator('.row.alert').first().click();
  await page.waitForURL(`${site.url}/alerts/*`);
  await page.goBack();
  await page.waitForURL(`${site.url}/entities/*/*`);
  await page.locator('.row.decision').first().waitFor();
  await page.keyboard.press('Escape');
  await page.waitForURL(`${site.url}/entities`);
  await page.locator('.row.current', { hasText: 'Critical asset' }).waitFor();
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('narrows entities by kind and name', async () => {
  const site = await startSite('--alerts', '18');
  const { page, witness, close } = await visit(browser, site);
  for (const key of ['g', 'e']) await page.keyboard.press(key);
  await page.locator('.row.current').waitFor();
  await page.getByRole('combobox', { name: 'Kind' }).selectOption('user');
  await page.locator('[role=row][data-index="0"]', { hasText: 'User' }).waitFor();
  const kinds = await page.locator('[role=row][data-index] > :first-child').allTextContents();
  expect(new Set(kinds.map((kind) => kind.trim()))).toEqual(new Set(['User']));
  await page.keyboard.press('/');
  await page.keyboard.type('no such user');
  await page.getByText('No entity matches this filter.').waitFor();
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('tells which rules need care', async () => {
  const site = await startSite('--alerts', '3');
  const { page, witness, close } = await visit(browser, site);
  for (const key of ['g', 'r']) await page.keyboard.press(key);
  const rows = page.locator('[role=row][data-index]');
  await rows.first().waitFor();
  expect(await rows.count()).toBe(7);
  await page.getByRole('button', { name: /Bound reached/ }).click();
  await page.locator('[role=row][data-index="0"]', { hasText: 'Bound reached' }).waitFor();
  expect(await rows.count()).toBe(1);
  await page.locator('#list').focus();
  await page.keyboard.press('Enter');
  const side = page.getByRole('complementary');
  await side.getByText('groups').waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/rules\/.+/);
  await page.keyboard.press('Escape');
  await side.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.locator('[role=row][data-index="6"]').waitFor();
  await page.reload();
  await rows.first().waitFor();
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});
