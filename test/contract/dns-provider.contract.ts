import { afterAll, beforeAll, describe } from 'vitest';
import { describeAccess, describeZones } from './account-cases.js';
import { ContractRun } from './contract-run.js';
import type { DnsProviderLab } from './contract-run.js';
import { describeConflicts, describeSwaps } from './swap-cases.js';
import { describeValues } from './value-cases.js';

export { CONTRACT_ZONES, faultOf } from './contract-run.js';
export type { DnsProviderLab } from './contract-run.js';

/**
 * What every adapter owes: the same cases on each, on a real server where there is one. The titles carry the ids of the
 * cases, so that a failure names what is owed: C15, C17, C20, C25 and C26 need an API that misbehaves and stand in
 * `api-provider.contract.ts` and in the adapters' own specs; C23 and C27 stand there and in the registry's.
 */
export function describeDnsProvider(
  title: string,
  makeLab: () => Promise<DnsProviderLab>,
  describeIt: (title: string, body: () => void) => void = describe,
): void {
  describeIt(`DnsProvider contract: ${title}`, () => {
    const run = new ContractRun(makeLab);

    beforeAll(() => run.start());
    afterAll(() => run.stop());

    describeSwaps(run);
    describeValues(run);
    describeConflicts(run);
    describeZones(run);
    describeAccess(run);
  });
}
