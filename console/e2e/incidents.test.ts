import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IncidentDetail, IncidentPage } from '../src/api/types';
import { ask, CLEAN, startBrowser, startSite, visit } from './site';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

it('lets an analyst work an incident by keyboard alone', async () => {
  const site = await startSite('--alerts', '18', '--incidents', '2');
  const { page, witness, close } = await visit(browser, site);
  const { incidents } = await ask<IncidentPage>(page, '/incidents');
  const [first] = incidents;
  if (!first) throw new Error('no incident');
  const detail = () => ask<IncidentDetail>(page, `/incidents/${first.id}`);

  for (const key of ['g', 'i']) await page.keyboard.press(key);
  await page.locator(`[id="row-${first.id}"].current`).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site.url}/incidents/${first.id}`);
  const side = page.getByRole('complementary');
  await side.waitFor();
  expect(await page.locator('[role=row][data-index]').count()).toBe(first.alerts);

  await page.keyboard.press('a');
  await side.getByRole('button', { name: 'Release' }).waitFor();
  await page.keyboard.press('n');
  await page.keyboard.type('called the owner; 1 2 3 a i g');
  await page.keyboard.press('Control+Enter');
  await side.getByText('called the owner; 1 2 3 a i g').waitFor();
  await page.keyboard.press('Escape');

  await page.keyboard.press('1');
  await page.getByRole('radiogroup').waitFor();
  await page.keyboard.type('hosts rebuilt');
  await page.keyboard.press('Enter');
  await side.getByRole('button', { name: 'Reopen' }).waitFor();
  await side.getByText('hosts rebuilt').waitFor();
  expect((await detail()).incident).toMatchObject({ status: 'closed', disposition: 'true_positive' });
  await page.keyboard.press('u');
  await side.getByRole('button', { name: 'Release' }).waitFor();
  expect((await detail()).history.map(({ action }) => action.name)).toEqual([
    'incident.own',
    'incident.note',
    'incident.close',
    'incident.reopen',
  ]);

  await page.keyboard.press('Escape');
  await page.waitForURL(`${site.url}/incidents`);
  await page.locator(`[id="row-${first.id}"].current`).getByText('You').waitFor();
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('leads from an incident to its alerts and back', async () => {
  const site = await startSite('--alerts', '12', '--incidents', '1');
  const { page, witness, close } = await visit(browser, site);
  const { incidents } = await ask<IncidentPage>(page, '/incidents');
  const id = incidents[0]?.id ?? '';
  const { story } = await ask<IncidentDetail>(page, `/incidents/${id}`);
  const third = story.members[2]?.alert;

  await page.getByRole('link', { name: 'Incidents' }).click();
  await page.locator(`[id="row-${id}"]`).click();
  await page.locator(`[id="row-${third}"]`).waitFor();
  for (const key of ['j', 'j', 'Enter']) await page.keyboard.press(key);
  await page.waitForURL(`${site.url}/alerts/${third}`);
  await page.locator(`[id="row-${third}"].current.open`).waitFor();
  const link = page.getByRole('link', { name: /Part of an incident/ });
  expect(await link.getAttribute('href')).toBe(`/incidents/${id}`);

  // The alert's decision is seen in the story.
  await page.keyboard.press('a');
  await page.locator(`[id="row-${third}"].current`).getByText('You').waitFor();
  await page.keyboard.press('i');
  await page.waitForURL(`${site.url}/incidents/${id}`);
  await page.locator(`[id="row-${third}"].current`).getByText('Owned').waitFor();
  await page.goBack();
  await page.locator(`[id="row-${third}"].current.open`).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForURL(`${site.url}/`);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('acts on the alert that a link led to, and not on the one under the cursor', async () => {
  const site = await startSite('--alerts', '9', '--incidents', '1');
  const { page, witness, close } = await visit(browser, site);
  const { incidents } = await ask<IncidentPage>(page, '/incidents');
  const { story } = await ask<IncidentDetail>(page, `/incidents/${incidents[0]?.id}`);
  const low = story.members.find(({ severity }) => severity === 'low')?.alert;
  // Filtered away, it is in the panel and not in the list.
  await page.goto(`${site.url}/alerts/${low}`);
  await page.locator('aside .fields').waitFor();
  await page.locator('select').first().waitFor();
  await page.getByLabel('Severity').selectOption('critical');
  await page.locator(`[id="row-${low}"]`).waitFor({ state: 'detached' });
  await page.locator('.row.current').waitFor();
  await page.locator('aside h2').click();
  await page.keyboard.press('a');
  await page.getByText('You own it').waitFor();
  const owned = await ask<{ alerts: { id: string }[] }>(page, '/alerts?view=all&status=owned');
  expect(owned.alerts.map((alert) => alert.id)).toEqual([low]);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('narrows the story to a stage or an entity, and finds an alert in the picture', async () => {
  const site = await startSite('--alerts', '16', '--incidents', '1');
  const { page, witness, close } = await visit(browser, site);
  const rows = page.locator('[role=row][data-index]');
  for (const key of ['g', 'i']) await page.keyboard.press(key);
  await page.locator('.row.current .meter').first().waitFor();
  await page.keyboard.press('Enter');
  const story = page.getByRole('grid', { name: 'Story' });
  await story.waitFor();
  const all = Number(await story.getAttribute('aria-rowcount')) - 1;
  expect(all).toBe(16);

  const stage = page.getByRole('button', { name: /^Credential Access/ });
  const count = Number((await stage.locator('.count').textContent()) ?? '');
  await stage.click();
  await expect.poll(() => rows.count()).toBe(count);
  await page.keyboard.press('Escape');
  await expect.poll(() => story.getAttribute('aria-rowcount')).toBe(String(all + 1));
  await page.getByRole('complementary').locator('li button').first().click();
  await page.getByText(/narrowed to/).waitFor();
  await page.locator('button.mark').last().click();
  await page.locator('button.mark.here').last().waitFor();
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('keeps new incidents behind the pill until they are asked for', async () => {
  const site = await startSite('--alerts', '6', '--incidents', '1');
  const { page, witness, close } = await visit(browser, site);
  const rows = page.locator('[role=row][data-index]');
  await page.getByRole('link', { name: 'Incidents' }).click();
  await page.locator('.row.current .meter').first().waitFor();
  await expect.poll(() => rows.count()).toBe(1);
  site.raise('incident');
  await page.getByRole('button', { name: '1 new' }).waitFor();
  expect(await rows.count()).toBe(1);
  await page.keyboard.press('.');
  await expect.poll(() => rows.count()).toBe(2);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it('says when there is none, and when one is gone', async () => {
  const site = await startSite('--alerts', '3');
  const { page, close } = await visit(browser, site);
  for (const key of ['g', 'i']) await page.keyboard.press(key);
  await page.getByText('No incident needs you right now.').waitFor();
  await page.goto(`${site.url}/incidents/${'0'.repeat(32)}`);
  await page.getByText('There is no such incident.').waitFor();
  await page.keyboard.press('Escape');
  await page.waitForURL(`${site.url}/incidents`);
  await page.getByText('No incident needs you right now.').waitFor();
  await site.stop();
  await page.getByText('Reconnecting').waitFor();
  await close();
});
