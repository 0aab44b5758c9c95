import { afterEach, describe, expect, it } from 'vitest';
import { startApiEmulator } from '../../test/lab/api-emulator.js';
import type { ApiEmulator } from '../../test/lab/api-emulator.js';
import { showProviders } from './providers.js';
import type { Terminal } from './terminal.js';

describe('providers', () => {
  let service: ApiEmulator;

  afterEach(async () => service.stop());

  it('asks the others, too, when one check fails as a whole', async () => {
    const configured = ['one', 'two'].map((name) => ({ name, type: 'cloud' }));
    service = await startApiEmulator(({ path }) => {
      if (path === '/v1/providers') return { status: 200, body: { configured, types: [] } };
      if (path === '/v1/providers/two/check') return { status: 200, body: { ok: true, message: 'fine' } };
      return { status: 500, body: { title: 'Internal Server Error' } };
    });
    const lines: string[] = [];
    const terminal = {
      out: (line: string) => lines.push(line),
      err: () => undefined,
      hasColors: false,
    } as unknown as Terminal;
    const address = { url: service.url, token: 't' };
    expect(await showProviders(address, { json: true, types: false }, terminal)).toBe(1);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { name: 'one', ok: false, message: 'Internal Server Error' },
      { name: 'two', ok: true },
    ]);
  });
});
