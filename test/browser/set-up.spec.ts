import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../lab/debian-packages.js';
import { freePort } from '../lab/free-port.js';
import { until } from '../lab/until.js';
import { openBrowser } from './browser.js';
import { startPages, tokenOf } from './pages-lab.js';

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };

describeWith(['chromium'], 'setting up a DNS provider in a browser', () => {
  let pages: Awaited<ReturnType<typeof startPages>>;
  let browser: Browser;
  /** What the browser complained of: refused by the policy, or thrown by the script. */
  const complaints: string[] = [];

  beforeAll(async () => {
    pages = await startPages(await freePort());
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await pages.stop();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    if (complaints.length > 0) throw new Error(complaints.splice(0).join('\n'));
  });

  async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: DESK, baseURL: pages.url, ...options });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (line) => {
      // An answer of 4xx is told there, too, and is wanted here.
      if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
        complaints.push(line.text());
    });
    await page.goto(address);
    return page;
  }

  async function fillIn(page: Page): Promise<void> {
    await page.getByLabel('Name of this set of credentials').fill('main');
    await page.getByLabel('Domains that use it').fill('example.com shop.example');
  }

  async function send(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Show the settings' }).click();
  }

  async function signIn(page: Page, token: string): Promise<void> {
    await page.getByLabel('API token').fill(token);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
  }

  /** Rules of WCAG 2.2 AA and good practice that a machine can check. */
  async function accessibilityFaults(page: Page): Promise<readonly string[]> {
    const found: unknown = await page.evaluate(`${axe.source}; axe.run(document)`);
    const { passes, violations } = found as {
      passes: readonly unknown[];
      violations: readonly { id: string; nodes: readonly { html: string }[] }[];
    };
    expect(passes.length, 'rules that were tried').toBeGreaterThan(20);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  async function isTooWide(page: Page): Promise<boolean> {
    return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  }

  it.each([true, false])('goes from the list to settings, with scripts: %s', async (javaScriptEnabled) => {
    const page = await open('/setup', { javaScriptEnabled });
    await page.getByRole('link', { name: 'Cloudflare' }).click();
    await page.getByRole('heading', { level: 1, name: 'Cloudflare' }).waitFor();
    await fillIn(page);
    await send(page);
    const settings = page.getByRole('region', { name: 'dmarc-ratchet.yaml' });
    expect(await settings.textContent()).toBe(
      [
        'providers:',
        '  - name: main',
        '    type: cloudflare',
        '    token: ${CF_DNS_API_TOKEN}',
        'domains:',
        '  - name: example.com',
        '    provider: main',
        '  - name: shop.example',
        '    provider: main',
        '',
      ].join('\n'),
    );
    expect(page.url()).toBe(`${pages.url}/setup/cloudflare`);
  });

  it.each([true, false])('takes numbers and truth values, with scripts: %s', async (javaScriptEnabled) => {
    const page = await open('/setup/rfc2136', { javaScriptEnabled });
    await fillIn(page);
    await page.getByLabel('server', { exact: true }).fill('ns1.example.com');
    await page.getByLabel('keyName', { exact: true }).fill('5353');
    await page.getByText(/^Further options/).click();
    await page.getByLabel('port (optional)', { exact: true }).fill('53x');
    await page.getByLabel('signQueries (optional)', { exact: true }).selectOption('false');
    await send(page);
    await page.getByRole('link', { name: 'port takes a whole number, in digits.' }).click();
    expect(await page.getByLabel('signQueries (optional)', { exact: true }).inputValue()).toBe('false');
    await page.getByLabel('port (optional)', { exact: true }).fill('5353');
    await send(page);
    const settings = await page.getByRole('region', { name: 'dmarc-ratchet.yaml' }).textContent();
    expect(
      settings
        ?.split('\n')
        .slice(3, 7)
        .map((line) => line.trim()),
    ).toEqual(['server: ns1.example.com', 'port: 5353', 'keyName: "5353"', 'signQueries: false']);
  });

  it('goes the whole way by keyboard', async () => {
    const page = await open('/setup/desec');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.getByLabel('Domains that use it').focus();
    await page.keyboard.type('example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Settings for desec' }).waitFor();
  });

  it('leads from each mistake to its field', async () => {
    const page = await open('/setup/cloudflare');
    await fillIn(page);
    await page.getByLabel('Name of the variable').first().fill('not a name');
    await send(page);
    const mistakes = page.getByRole('alert');
    await page.locator('[role=alert]:focus').waitFor();
    await mistakes.getByRole('link').click();
    const field = page.getByLabel('Name of the variable').first();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await field.inputValue()).toBe('');
    expect(await page.getByLabel('Domains that use it').inputValue()).toBe('example.com shop.example');
  });

  it('asks for a variable or a file, whichever is chosen', async () => {
    const page = await open('/setup/vultr');
    const secret = page.getByRole('group', { name: 'apiKey' });
    expect(await secret.getByLabel('Path of the file').isVisible()).toBe(false);
    await secret.getByLabel('A file').check();
    expect(await secret.getByLabel('Path of the file').isVisible()).toBe(true);
    expect(await secret.getByLabel('Name of the variable').isVisible()).toBe(false);
  });

  it('copies what stands there', async () => {
    const page = await open('/setup/manual', { permissions: ['clipboard-read', 'clipboard-write'] });
    await fillIn(page);
    await send(page);
    await page.getByRole('button', { name: 'Copy: dmarc-ratchet.yaml' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('type: manual');
  });

  it('lists what the settings hold to the holder of a token, and checks it', async () => {
    const page = await open('/setup');
    await signIn(page, tokenOf('operator'));
    await page.getByText('office-servers').waitFor();
    await page.getByRole('button', { name: 'Check by-hand' }).click();
    await page.getByText('Works: a person publishes the record').waitFor();
    await page.getByRole('button', { name: 'Check office-servers' }).click();
    await page.getByText(/^Fails: /).waitFor();
    expect(await page.getByText(/^(?:Works|Fails): /).count()).toBe(2);
  });

  it('keeps the token nowhere but in the memory of the page', async () => {
    const page = await open('/setup');
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await signIn(page, tokenOf('operator'));
    await page.getByText('office-servers').waitFor();
    expect(await page.getByLabel('API token').inputValue()).toBe('');
    expect(addresses.join(' ')).not.toContain(tokenOf('operator'));
    expect(await page.evaluate('document.documentElement.outerHTML')).not.toContain(tokenOf('operator'));
    const { cookies, origins } = await page.context().storageState({ indexedDB: true });
    expect({ cookies, origins }).toEqual({ cookies: [], origins: [] });
    await page.getByRole('button', { name: 'Forget the token' }).click();
    expect(await page.getByText('office-servers').count()).toBe(0);
    await page.reload();
    expect(await page.getByText('office-servers').count()).toBe(0);
  });

  it('takes no answer that comes after another token was given', async () => {
    const page = await open('/setup');
    await page.route('**/v1/providers', async (route) => {
      const isFirst =
        (await route.request().headerValue('authorization')) === `Bearer ${tokenOf('operator')}`;
      if (isFirst) await page.getByText('This token is not known here.').waitFor();
      await route.continue();
    });
    const late = page.waitForResponse(
      (response) => response.ok() && response.url().endsWith('/v1/providers'),
    );
    await signIn(page, tokenOf('operator'));
    await signIn(page, 'wrong-token-of-nobody');
    await (await late).finished();
    // One more answer later, the script has seen that one.
    await page.evaluate('fetch("/setup").then((response) => response.text())');
    await page.getByText('This token is not known here.').waitFor();
    expect(await page.locator('#configured-list li').count()).toBe(0);
  });

  it('says what a token may not do', async () => {
    const page = await open('/setup');
    await signIn(page, 'wrong-token-of-nobody');
    await page.getByText('This token is not known here.').waitFor();
    await signIn(page, 'no token at all');
    await page.getByText('A token has no spaces').waitFor();
    await signIn(page, tokenOf('viewer'));
    await page.getByRole('button', { name: 'Check by-hand' }).click();
    await page.getByText('This needs the role operator').waitFor();
    expect(await page.getByText(/^(?:Works|Fails): /).count()).toBe(0);
  });

  it('shows what the API answers as text, whatever it is', async () => {
    const page = await open('/setup');
    const markup = '<img src=x onerror="document.title=1"><b>bold</b>';
    await page.route('**/v1/providers', (route) =>
      route.fulfill({ json: { configured: [{ name: `${markup}/../x`, type: markup }], types: [] } }),
    );
    const asked: string[] = [];
    await page.route('**/v1/providers/*/check', (route) => {
      asked.push(new URL(route.request().url()).pathname);
      return route.fulfill({ json: { ok: false, message: markup } });
    });
    await signIn(page, tokenOf('operator'));
    await page.getByRole('button', { name: /^Check </ }).click();
    await page.getByText(`Fails: ${markup}`).waitFor();
    expect(await page.locator('#configured-list img, #configured-list b').count()).toBe(0);
    expect(asked).toEqual([`/v1/providers/${encodeURIComponent(`${markup}/../x`)}/check`]);
  });

  it('says so when the service does not answer', async () => {
    const page = await open('/setup');
    await page.route('**/v1/providers', (route) => route.fulfill({ status: 502, body: '<html>Bad gateway' }));
    await signIn(page, tokenOf('operator'));
    await page.getByText('The service answers 502.').waitFor();
    await page.unroute('**/v1/providers');
    await page.route('**/v1/providers', (route) => route.abort());
    await signIn(page, tokenOf('operator'));
    await page.getByText('The service does not answer.').waitFor();
    expect(await page.locator('#configured-list li').count()).toBe(0);
  });

  it('is not shown in a frame', async () => {
    const page = await open('/healthz');
    await page.route('**/frame', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${pages.url}/setup"></iframe>` }),
    );
    await page.goto('/frame');
    await until('the browser refuses the frame', () => complaints.some((text) => /frame/i.test(text)));
    expect(await page.frames().at(1)?.content()).not.toContain('DNS providers');
    complaints.splice(0);
  });

  it.each([
    ['light', DESK],
    ['dark', PHONE],
  ] as const)('can be read by everybody: %s, %o', async (colorScheme, viewport) => {
    const page = await open('/setup', { colorScheme, viewport, bypassCSP: true });
    await signIn(page, tokenOf('operator'));
    await page.getByText('office-servers').waitFor();
    expect([await accessibilityFaults(page), await isTooWide(page)]).toEqual([[], false]);
    for (const type of ['rfc2136', 'ovh']) {
      await page.goto(`/setup/${type}`);
      await page.getByText(/^Further options/).click();
      expect([await accessibilityFaults(page), await isTooWide(page)]).toEqual([[], false]);
    }
    await page.getByLabel('Domains that use it').fill('nodots');
    await send(page);
    expect([await accessibilityFaults(page), await isTooWide(page)]).toEqual([[], false]);
    await page.goto('/setup/cloudflare');
    await fillIn(page);
    await send(page);
    await page.getByRole('button', { name: 'Copy: dmarc-ratchet.yaml' }).waitFor();
    expect([await accessibilityFaults(page), await isTooWide(page)]).toEqual([[], false]);
  });
});
