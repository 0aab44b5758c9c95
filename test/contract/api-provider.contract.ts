import { expect } from 'vitest';
import { startApiEmulator } from '../lab/api-emulator.js';
import { freePort } from '../lab/free-port.js';
import { describeAnswers, describeLostWrites, describePages } from './api-cases.js';
import { isWriteOf, startApiLab } from './api-lab.js';
import type { ApiProviderCase } from './api-lab.js';
import { describeRaces } from './race-cases.js';
import { describeRates } from './rate-cases.js';
import { describeSecrets } from './secret-cases.js';
import { describeDnsProvider } from './dns-provider.contract.js';

export { startApiLab, stopApiLab } from './api-lab.js';
export type { ApiLab, ApiProviderCase } from './api-lab.js';

/** The whole contract against an emulated account, and what only an HTTP API can do wrong. */
export function describeApiProvider(title: string, apiCase: ApiProviderCase): void {
  const { capabilities } = apiCase.module.descriptor;
  const url = apiCase.urlOption ?? 'url';

  describeDnsProvider(title, async () => {
    const lab = await startApiLab(apiCase);
    const silent = await startApiEmulator(() => ({ status: 500 }));
    silent.fail('any', ...Array.from({ length: 50 }, () => 'hang' as const));
    return {
      provider: lab.provider(),
      compare: capabilities.compare,
      capabilities,
      wrongKey: lab.provider(apiCase.wrongOptions),
      gone: lab.provider({ [url]: `http://127.0.0.1:${await freePort()}` }),
      silent: lab.provider({ [url]: silent.url, timeoutMs: 300 }),
      txt: async (fqdn) => lab.zones.txt(fqdn),
      write: async (fqdn, values, ttl = 300) => lab.zones.replace(fqdn, 'TXT', values, ttl),
      snapshot: async (but) => lab.zones.allBut(but),
      writes: () => lab.emulator.calls.filter(isWriteOf(apiCase)).length,
      async stop() {
        expect(lab.emulator.violations).toEqual([]);
        await silent.stop();
        await lab.emulator.stop();
      },
    };
  });

  describeAnswers(title, apiCase);
  describeLostWrites(title, apiCase);
  if (capabilities.compare === 'server') describeRaces(title, apiCase);
  describePages(title, apiCase);
  describeRates(title, apiCase);
  describeSecrets(title, apiCase);
}
