import { afterEach, describe, expect, it, vi } from 'vitest';
import { DnsProviderError } from '../../src/ports/dns-provider.js';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import type { ApiCall, ApiReply } from '../lab/api-emulator.js';
import { startApiLab, stopApiLab } from './api-lab.js';
import type { ApiProviderCase, RateLimit } from './api-lab.js';
import { RECORD, STRONGER } from './contract-run.js';
import { VirtualTime } from './virtual-time.js';

const CHANGES = 100;
/** Milliseconds, where nobody says how long to wait. */
const USUAL_WAIT = 10_000;
/** Whoever is sent away more often than this is sent away for ever. */
const MOST_ATTEMPTS = 200;
const ALL = () => 'all';

/** C25: what the API allows is kept to, and whoever has to wait gets through. */
export function describeRates(title: string, apiCase: ApiProviderCase): void {
  describe(`${title}: ${CHANGES} changes at once`, () => {
    const signal = new AbortController().signal;

    afterEach(() => vi.restoreAllMocks());

    it('C25 get through without ever asking more than the API allows', async () => {
      const domains = Array.from({ length: CHANGES }, (_, at) => `c${at}.test`);
      const refused: string[] = [];
      const lab = await startApiLab(limited(apiCase, refused), domains);
      const time = new VirtualTime();
      const provider = lab.provider({ timeoutMs: 60_000 });
      for (const domain of domains) lab.zones.replace(`_dmarc.${domain}`, 'TXT', [RECORD], 3600);
      const changes = domains.map((domain) => changeAtLast(provider, `_dmarc.${domain}`, time, signal));
      await time.run(Promise.all(changes));
      const standing = domains.map((domain) => lab.zones.txt(`_dmarc.${domain}`));
      expect(standing).toEqual(domains.map(() => [STRONGER]));
      expect(refused).toEqual([]);
      await stopApiLab(lab);
    });
  });
}

/** The account, answering 429 to all that is beyond its limits. */
function limited(apiCase: ApiProviderCase, refused: string[]): ApiProviderCase {
  return {
    ...apiCase,
    emulate: (zones) => {
      const handle = apiCase.emulate(zones);
      const meters = apiCase.limits.map((limit) => meterOf(limit));
      return (call): ApiReply => {
        const waits = meters.map((waitFor) => waitFor(call));
        const wait = Math.max(0, ...waits);
        if (wait === 0) return handle(call);
        refused.push(`${call.method} ${call.path}`);
        return { status: 429, headers: { 'retry-after': String(Math.ceil(wait / 1000)) }, body: {} };
      };
    },
  };
}

/** Counts over a window that slides, and gives the milliseconds for which a call comes too early. */
function meterOf({ most, withinMs, kindOf = ALL }: RateLimit): (call: ApiCall) => number {
  const seen = new Map<string, number[]>();
  return (call) => {
    const kind = kindOf(call);
    if (kind === null) return 0;
    const now = performance.now();
    const recent = (seen.get(kind) ?? []).filter((at) => at > now - withinMs);
    seen.set(kind, recent);
    if (recent.length >= most) return (recent[0] ?? now) + withinMs - now;
    recent.push(now);
    return 0;
  };
}

/** One change as the service takes it: again from its beginning when it was sent away, until the record stands. */
async function changeAtLast(
  provider: DnsProvider,
  name: string,
  time: VirtualTime,
  signal: AbortSignal,
): Promise<void> {
  for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts += 1) {
    const wait = await changeOnce(provider, name, signal);
    if (wait === null) return;
    await time.sleep(wait);
  }
}

/** Null: the record stands; else the milliseconds to wait. */
async function changeOnce(provider: DnsProvider, name: string, signal: AbortSignal): Promise<number | null> {
  try {
    const zone = await provider.findZone(name, signal);
    const expected = await provider.readTxt(zone, name, signal);
    if (expected.values[0] === STRONGER) return null;
    const next = { values: [STRONGER], ttl: expected.ttl };
    await provider.replaceTxt(zone, name, { expected, next, changeId: 'change-1' }, signal);
    return null;
  } catch (error) {
    if (!(error instanceof DnsProviderError)) throw error;
    const { fault } = error;
    if (fault.kind === 'rate-limited') return fault.retryAfterMs ?? USUAL_WAIT;
    if (fault.kind === 'transient') return USUAL_WAIT;
    throw error;
  }
}
