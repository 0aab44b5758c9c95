import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProvider, PROVIDER_DESCRIPTORS } from '../../src/providers/registry.js';
import { NO_DEPENDENCIES } from './api-lab.js';
import { describeDnsProvider } from './dns-provider.contract.js';
import { liveLab, liveOptions, liveZone } from './live-account.js';

/**
 * The contract against real accounts, off unless asked for:
 *
 *   DMARC_RATCHET_LIVE_DESEC=throwaway.example DESEC_TOKEN=… npx vitest run test/contract/live.spec.ts --testTimeout 600000
 *
 * The variable holds a zone of the account that nobody needs: there is no delete, so what the suite writes below
 * `run-<random>.<zone>` stays until a person empties the zone. Credentials come by the variables that the provider's
 * descriptor names, or `<NAME>_FILE`.
 */

/** A person and a repository answer in their own time. */
const NOT_LIVE: ReadonlySet<string> = new Set(['manual', 'git']);

for (const descriptor of PROVIDER_DESCRIPTORS) {
  const zone = liveZone(descriptor.id, process.env);
  if (zone === null || NOT_LIVE.has(descriptor.id)) continue;
  const create = () => createProvider(descriptor.id, liveOptions(descriptor, process.env), NO_DEPENDENCIES);
  describeDnsProvider(`${descriptor.id}, live at ${zone}`, async () => liveLab(descriptor, zone, create));
}

describe('a live account', () => {
  const descriptor = PROVIDER_DESCRIPTORS.find(({ id }) => id === 'powerdns')!;

  it.each([
    [{}, null],
    [{ DMARC_RATCHET_LIVE_POWERDNS: '' }, null],
    [{ DMARC_RATCHET_LIVE_POWERDNS: 'throwaway.example' }, 'throwaway.example'],
  ])('is asked only when a zone is named: %j', (env, zone) => {
    expect(liveZone('powerdns', env)).toBe(zone);
  });

  it('has its credentials from the variables of the descriptor, or from files', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ratchet-live-'));
    const file = path.join(folder, 'key');
    await writeFile(file, 'from a file\n');
    const env = { PDNS_API_URL: 'http://127.0.0.1:8081', PDNS_API_KEY_FILE: file, PDNS_SERVER_NAME: '' };
    expect(liveOptions(descriptor, env)).toEqual({ url: 'http://127.0.0.1:8081', apiKey: 'from a file' });
    await rm(folder, { recursive: true });
  });
});
