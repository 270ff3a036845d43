// People come in: with a passkey of a virtual authenticator, with a password and a code.
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLEAN, LOOKS, shotsFolder, startBrowser, startSite, visit, type Site } from './site';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

/** An authenticator that verifies its holder, without a dialog. */
async function authenticator(page: Page): Promise<void> {
  const line = await page.context().newCDPSession(page);
  await line.send('WebAuthn.enable');
  await line.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** What an authenticator app shows, `ahead` steps from now (RFC 6238). */
function code(secret: string, ahead = 0): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash.readUInt8(19) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Controls whose text does not fit, and a page wider than its window. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = [...document.querySelectorAll<HTMLElement>('button, label, h1, h2')];
    const wide = controls.filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1);
    const found = wide.map((one) => one.textContent?.trim().slice(0, 40) ?? '');
    const page = document.documentElement;
    return page.scrollWidth > page.clientWidth ? ['the page', ...found] : found;
  });
}

async function toAccount(page: Page): Promise<void> {
  await page.locator('header a.me').click();
  await page.locator('main section').nth(2).waitFor();
}

async function addPasskey(page: Page, label: string): Promise<void> {
  await page.locator('main section').first().locator('header button').first().click();
  await page.locator('dialog input').fill(label);
  await page.locator('dialog [type=submit]').click();
  await page.locator('main li b', { hasText: label }).waitFor();
}

async function signOut(page: Page): Promise<void> {
  await page.locator('header a.me + button').click();
  await page.locator('form input[autocomplete=username]').waitFor();
}

async function enter(lang: string, colorScheme: 'dark' | 'light'): Promise<{ site: Site } & Awaited<ReturnType<typeof visit>>> {
  const site = await startSite('--alerts', '8');
  const opened = await visit(browser, site, { lang, colorScheme });
  await authenticator(opened.page);
  return { site, ...opened };
}

it.each(LOOKS)('comes in with a passkey in %s, %s', async (lang, colorScheme) => {
  const { site, page, witness, close } = await enter(lang, colorScheme);
  const shot = (name: string) =>
    page.screenshot({ path: join(shotsFolder(), `${lang}-${colorScheme}-${name}.png`) });
  await toAccount(page);
  await shot('account-new');
  expect(await overflowing(page)).toEqual([]);
  await addPasskey(page, 'blue key');
  await shot('account');
  expect(await overflowing(page)).toEqual([]);

  await signOut(page);
  await shot('login');
  expect(await overflowing(page)).toEqual([]);
  await page.locator('main > button').first().click();
  await page.locator('header a.me').waitFor();
  await toAccount(page);
  // It came in by it, and says so.
  await expect.poll(() => page.locator('main section').nth(1).locator('b').count()).toBe(1);
  expect(await page.evaluate(async () => (await (await fetch('/api/v1/session')).json()).auth)).toBe('passkey');
  expect(witness.violations.concat(witness.dialogs, witness.elsewhere)).toEqual([]);
  await close();
  await site.stop();
});

it.each(LOOKS)('looks after people in %s, %s', async (lang, colorScheme) => {
  const { site, page, witness, close } = await enter(lang, colorScheme);
  const shot = (name: string) =>
    page.screenshot({ path: join(shotsFolder(), `${lang}-${colorScheme}-${name}.png`) });
  await toAccount(page);
  await addPasskey(page, 'blue key');
  for (const key of ['g', 'p']) await page.keyboard.press(key);
  await page.locator('.row.current').waitFor();
  await page.locator('.bar .views button').click();
  await page.locator('dialog input').first().fill('grace');
  await page.locator('dialog input').nth(1).fill('Grace H.');
  await page.locator('dialog [value=analyst]').check();
  await shot('people-add');
  expect(await overflowing(page)).toEqual([]);
  // This takes a fresh proof: the authenticator gives it for this action.
  await page.locator('dialog [type=submit]').click();
  await page.locator('.row', { hasText: 'grace' }).waitFor();
  await shot('people');
  expect(await overflowing(page)).toEqual([]);
  await page.locator('.row', { hasText: 'grace' }).click();
  await page.getByRole('complementary').waitFor();
  await shot('person');
  expect(await overflowing(page)).toEqual([]);
  expect(witness.violations.concat(witness.dialogs, witness.elsewhere)).toEqual([]);
  await close();
  await site.stop();
});

it('comes in with a password and a code', async () => {
  const { site, page, close } = await enter('en', 'dark');
  await toAccount(page);
  await page.locator('main section').first().locator('header button').nth(1).click();
  const secret = (await page.locator('dialog code').innerText()).replaceAll(' ', '');
  await page.locator('dialog input[type=password]').fill('corps lantern violet');
  await page.locator('dialog input').last().fill(code(secret));
  await page.locator('dialog [type=submit]').click();
  await page.locator('main li b').first().waitFor();

  await signOut(page);
  await page.locator('input[autocomplete=username]').fill('administrator');
  await page.locator('input[type=password]').fill('corps lantern violets');
  await page.locator('form input').last().fill(code(secret, 1));
  await page.locator('form [type=submit]').click();
  await page.getByRole('alert').waitFor();
  await page.locator('input[type=password]').fill('corps lantern violet');
  await page.locator('form input').last().fill(code(secret, 1));
  await page.locator('form [type=submit]').click();
  await page.locator('header a.me').waitFor();
  await close();
  await site.stop();
});

it('shows a key once, and it works', async () => {
  const { site, page, witness, close } = await enter('en', 'light');
  await toAccount(page);
  await page.locator('main section').nth(2).locator('header button').click();
  await page.locator('dialog input').first().fill('nightly report');
  await page.locator('dialog input').last().fill('alert.read');
  await page.locator('dialog [type=submit]').click();
  const token = await page.locator('dialog code').innerText();
  await page.screenshot({ path: join(shotsFolder(), 'en-light-key.png') });
  await page.locator('dialog button').last().click();
  await page.locator('main section').nth(2).locator('li').waitFor();
  expect(await page.content()).not.toContain(token);
  const ask = (path: string) =>
    fetch(`${site.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await ask('/alerts')).status).toBe(200);
  expect((await ask('/rules')).status).toBe(403);
  expect(witness).toEqual(CLEAN);
  await close();
  await site.stop();
});

it.each([
  ['the smallest supported window', { width: 1280, height: 720 }],
  ['200 % zoom of it', { width: 640, height: 360 }],
])('fits %s', async (_, viewport) => {
  const site = await startSite('--alerts', '4');
  const { page, close } = await visit(browser, site, { viewport });
  for (const key of ['g', 'p']) await page.keyboard.press(key);
  await page.locator('.row.current').waitFor();
  expect(await overflowing(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByRole('complementary').waitFor();
  await page.screenshot({ path: join(shotsFolder(), `${viewport.width}-person.png`) });
  expect(await overflowing(page)).toEqual([]);
  for (const key of ['g', 'k']) await page.keyboard.press(key);
  await page.locator('main section').nth(2).waitFor();
  await page.screenshot({ path: join(shotsFolder(), `${viewport.width}-account.png`) });
  expect(await overflowing(page)).toEqual([]);
  await signOut(page);
  await page.screenshot({ path: join(shotsFolder(), `${viewport.width}-login.png`) });
  expect(await overflowing(page)).toEqual([]);
  await close();
  await site.stop();
});
