import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROVIDER_DESCRIPTORS } from '../../src/providers/registry.js';
import { freePort } from '../lab/free-port.js';
import { startPages } from './pages-lab.js';

let pages: Awaited<ReturnType<typeof startPages>>;
beforeAll(async () => {
  pages = await startPages(await freePort());
});
afterAll(() => pages.stop());

interface Sent {
  readonly form?: Record<string, string>;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

async function ask(path: string, { form, body, headers = {} }: Sent = {}) {
  const payload = form === undefined ? body : new URLSearchParams(form);
  const response = await fetch(`${pages.url}${path}`, {
    headers,
    ...(payload === undefined ? {} : { method: 'POST', body: payload }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const CLOUDFLARE = {
  name: 'main',
  domains: 'example.com',
  'secret-token': 'variable',
  'secret-token-variable': 'CF_DNS_API_TOKEN',
};

const ADDRESSES = ['/setup', ...PROVIDER_DESCRIPTORS.map(({ id }) => `/setup/${id}`)];

describe('the pages', () => {
  it.each(ADDRESSES)('%s is open, and keeps scripts, frames and caches out', async (address) => {
    const { status, headers, text } = await ask(address);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    // What would need an exception from the policy does not stand in a page.
    expect(text).not.toMatch(
      /<style|style="|<script(?! type="module" src="\/assets\/set-up\.js"><)|\son\w+="/,
    );
  });

  it('are where the bare address leads', async () => {
    const response = await fetch(`${pages.url}/`, { redirect: 'manual' });
    expect({ status: response.status, to: response.headers.get('location') }).toEqual({
      status: 302,
      to: '/setup',
    });
    expect(await (await fetch(pages.url)).text()).toContain('<h1>DNS providers</h1>');
    expect((await fetch(`${pages.url}/nothing`)).status).toBe(404);
  });

  it('tell nobody what the settings hold', async () => {
    for (const address of ADDRESSES) {
      const { text } = await ask(address);
      for (const name of ['by-hand', 'office-servers', 'hunter2', '127.0.0.1:'])
        expect(text).not.toContain(name);
    }
  });

  it('have each id once', async () => {
    for (const address of ADDRESSES) {
      const ids = [...(await ask(address)).text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
      expect(ids).toEqual([...new Set(ids)]);
    }
  });

  it.each(PROVIDER_DESCRIPTORS)(
    '$id shows what its descriptor says',
    async ({ id, title, options, notes }) => {
      const { text } = await ask(`/setup/${id}`);
      const plain = text
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&');
      for (const shown of [title, ...notes, ...options.map(({ help }) => help)])
        expect(plain).toContain(shown);
      for (const { name, secret } of options) {
        const hasTextField = text.includes(`name="option-${name}"`);
        expect(hasTextField, `a field for the value of ${name}`).toBe(!secret);
      }
    },
  );

  it('serves its files, and no others', async () => {
    for (const [file, type] of [
      ['style.css', 'text/css; charset=utf-8'],
      ['set-up.css', 'text/css; charset=utf-8'],
      ['set-up.js', 'text/javascript; charset=utf-8'],
      ['icon.svg', 'image/svg+xml; charset=utf-8'],
    ]) {
      const { status, headers } = await ask(`/assets/${file}`);
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        type,
        'no-cache',
      ]);
    }
    for (const file of ['..%2fhtml.js', '%2e%2e%2f%2e%2e%2fpackage.json', 'nothing.js', 'constructor'])
      expect((await ask(`/assets/${file}`)).status).toBe(404);
  });

  it.each(['nobody', 'constructor', '%3Cscript%3E', '..%2f..%2fetc'])('knows no type %s', async (type) => {
    for (const sent of [{}, { form: CLOUDFLARE }]) {
      const { status, text, headers } = await ask(`/setup/${type}`, sent);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toContain('text/html');
      expect(text).not.toContain(decodeURIComponent(type));
    }
  });
});

describe('a form that was sent', () => {
  it('is answered with settings', async () => {
    const { status, text, headers } = await ask('/setup/cloudflare', { form: CLOUDFLARE });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toContain('token: ${CF_DNS_API_TOKEN}');
  });

  it('comes back with its mistakes and what was typed, escaped', async () => {
    const form = { ...CLOUDFLARE, name: '"><script>alert(1)</script>', 'option-account': "'><b>" };
    const { status, text } = await ask('/setup/cloudflare', { form });
    expect(status).toBe(422);
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(text).toContain('value="&#39;&gt;&lt;b&gt;"');
    expect(text).not.toContain('<script>alert');
  });

  it('comes back when the type would not take it', async () => {
    const { status, text } = await ask('/setup/cloudflare', {
      form: { ...CLOUDFLARE, 'option-account': 'x' },
    });
    expect(status).toBe(422);
    expect(text).toMatch(/account: Invalid/);
  });

  it.each([
    ['as the name of a variable', { 'secret-token-variable': 'hunter2' }],
    ['as the path of a file', { 'secret-token': 'file', 'secret-token-file': '"hunter2"' }],
    ['where nothing was asked', { 'secret-token-file': 'hunter2', 'secret-zoneToken-variable': 'hunter2' }],
    ['as the value of a secret', { 'option-token': 'hunter2', 'secret-token-value': 'hunter2' }],
  ])('never shows a credential that was typed %s', async (_title, typed) => {
    const { text } = await ask('/setup/cloudflare', { form: { ...CLOUDFLARE, ...typed } });
    expect(text).not.toContain('hunter2');
  });

  it.each<[string, Sent, number]>([
    ['nothing', { body: '', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 422],
    ['no form', { body: '{"name":"a"}', headers: { 'content-type': 'application/json' } }, 422],
    [
      'a field twice',
      { body: 'name=a&name=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      400,
    ],
    [
      'a field of an object',
      { body: '__proto__=a&constructor=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      422,
    ],
    [
      'a broken escape',
      { body: 'name=%E0%A4%A', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      422,
    ],
    ['too much', { form: { name: 'x'.repeat(40_000) } }, 413],
    [
      'too many fields',
      { form: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, ''])) },
      413,
    ],
    ['a key of idempotency', { form: CLOUDFLARE, headers: { 'idempotency-key': 'a' } }, 200],
  ])('may be %s', async (_title, sent, expected) => {
    expect((await ask('/setup/cloudflare', sent)).status).toBe(expected);
  });
});
