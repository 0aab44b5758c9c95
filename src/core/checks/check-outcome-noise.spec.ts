import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observed } from '../../../test/builders/rollout.js';
import { SIGNED } from '../../../test/builders/checks.js';
import { zoneQuestions, type Zone } from '../../../test/builders/zone-questions.js';
import { DAY_MS, HOUR_MS } from '../instant.js';
import { checkDomain } from './check-domain.js';
import { checksHold, nextCheckAt, type CheckedMail } from './check-outcome.js';
import type { DnsAnswer, DnsQuestions } from './dns-answers.js';
import { storedCheck, type StoredCheck } from './stored-check.js';

const START = Date.parse('2026-05-01T00:00:00Z');
const HOURS = 30 * 24;
const MENDED_AT = 15 * 24;
const SELECTORS = ['s1', 's2'].map((name) => ({ name, from: 'evidence' }) as const);
const KEY = { TXT: 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=' };

const SOUND: Zone = {
  'shop.example': [
    { MX: [10, 'mail.shop.example'] },
    { TXT: 'v=spf1 mx include:a.vendor.example include:b.vendor.example ~all' },
  ],
  'mail.shop.example': [{ A: '192.0.2.10' }],
  '10.2.0.192.in-addr.arpa': [{ PTR: 'mail.shop.example' }],
  'a.vendor.example': [{ TXT: 'v=spf1 ip4:198.51.100.0/24 include:c.vendor.example -all' }],
  'b.vendor.example': [{ TXT: 'v=spf1 ip4:203.0.113.0/24 -all' }],
  'c.vendor.example': [{ TXT: 'v=spf1 a:out.vendor.example -all' }],
  'out.vendor.example': [{ A: '203.0.113.77' }],
  's1._domainkey.shop.example': [KEY],
  's2._domainkey.shop.example': [KEY],
};

/** Each a fault that its owner can mend. */
const FAULTS: readonly Zone[] = [
  { 'shop.example': [{ MX: [10, 'mail.shop.example'] }] },
  { 'shop.example': [{ MX: [10, 'mail.shop.example'] }, { TXT: 'v=spf1 ipv4:192.0.2.10 ~all' }] },
  { 'shop.example': [{ MX: [10, 'gone.shop.example'] }, { TXT: 'v=spf1 a:mail.shop.example ~all' }] },
  { 'b.vendor.example': [] },
  { 'c.vendor.example': [{ TXT: 'v=spf1 ipx:1 -all' }] },
  { 's1._domainkey.shop.example': [] },
  { 's2._domainkey.shop.example': [{ TXT: 'v=DKIM1; p=' }] },
];

/** How DNS fails: each look-up with a chance of its own, one name for days, or all of it for days. */
interface Noise {
  readonly chance: number;
  readonly seed: number;
  readonly deadName: string | null;
  readonly outage: { readonly from: number; readonly hours: number };
}

const noises: fc.Arbitrary<Noise> = fc.record({
  chance: fc.constantFrom(0, 0.02, 0.2, 0.5),
  seed: fc.nat(),
  deadName: fc.constantFrom(null, 'b.vendor.example', 's1._domainkey.shop.example', 'mail.shop.example'),
  // Shorter than 3 days by more than a day: the last check before it may be a day old.
  outage: fc.record({ from: fc.integer({ min: 24, max: HOURS }), hours: fc.integer({ min: 0, max: 47 }) }),
});

function withNoise(dns: DnsQuestions, hour: number, noise: Noise): DnsQuestions {
  const { chance, deadName, outage, seed } = noise;
  const isOut = hour >= outage.from && hour < outage.from + outage.hours;
  const isLost = (name: string): boolean =>
    isOut || name === deadName || chanceOf(`${seed} ${hour} ${name}`) < chance;
  const maybe =
    <T>(ask: (name: string) => Promise<DnsAnswer<T>>) =>
    async (name: string): Promise<DnsAnswer<T>> =>
      isLost(name) ? { kind: 'unknown', reason: isOut ? 'time-out' : `SERVFAIL ${hour % 3}` } : ask(name);
  return {
    txt: maybe((name) => dns.txt(name)),
    a: maybe((name) => dns.a(name)),
    aaaa: maybe((name) => dns.aaaa(name)),
    mx: maybe((name) => dns.mx(name)),
    ptr: maybe((name) => dns.ptr(name)),
    cname: maybe((name) => dns.cname(name)),
  };
}

/** 0 to 1, the same for the same text (FNV-1a). */
function chanceOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

interface Hour {
  readonly hour: number;
  readonly hold: string | null;
  readonly latest: StoredCheck;
}

/** A month of checks as they are due, and what they hold each hour. */
async function month(
  zoneAt: (hour: number) => Zone,
  noise: Noise,
  mail: CheckedMail,
): Promise<readonly Hour[]> {
  const checks: StoredCheck[] = [];
  const hours: Hour[] = [];
  const options = { senders: ['192.0.2.10'], selectors: SELECTORS, mailbox: null };
  for (let hour = 0; hour < HOURS; hour += 1) {
    const now = START + hour * HOUR_MS;
    const situation = { isHeld: (hours.at(-1)?.hold ?? null) !== null, isAboutToStrengthen: false };
    if (checks[0] === undefined || now >= nextCheckAt(checks[0], situation)) {
      const dns = withNoise(zoneQuestions(zoneAt(hour)), hour, noise);
      checks.unshift(
        storedCheck(await checkDomain('shop.example', options, dns, observed('v=DMARC1; p=none')), now),
      );
    }
    const [latest, ...earlier] = checks.slice(0, 100);
    if (latest === undefined) continue;
    const hold = checksHold({ latest, earlier, firstAt: START }, mail, now);
    hours.push({ hour, hold, latest });
  }
  return hours;
}

const ON_SPF: CheckedMail = {
  ...SIGNED,
  needsSpf: true,
  onSpfAlone: new Map([['192.0.2.10', '2026-01-01']]),
};

function heldIn(hours: readonly Hour[]): readonly string[] {
  return hours.flatMap(({ hour, hold }) => (hold === null ? [] : [`hour ${hour}: ${hold}`]));
}

describe('a month of noise in DNS', { timeout: 120_000 }, () => {
  it('never holds a domain whose records are right', async () => {
    await fc.assert(
      fc.asyncProperty(noises, fc.constantFrom(ON_SPF, SIGNED), async (noise, mail) => {
        // What SPF leads to and never answers again is for the owner to take out, where mail passes by SPF alone.
        const deadName = mail === ON_SPF ? null : noise.deadName;
        const hours = await month(() => SOUND, { ...noise, deadName }, mail);
        expect(heldIn(hours)).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  it('hides no fault that was seen, and lets go with the first check that sees it mended', async () => {
    const faults = fc.constantFrom(...FAULTS);
    // What takes three answers in one check is seen within 3 days, an outage of two included; at one in two it may not be.
    const mild = noises.map((noise) => ({ ...noise, deadName: null, chance: Math.min(noise.chance, 0.2) }));
    await fc.assert(
      fc.asyncProperty(faults, mild, async (fault, noise) => {
        const zone = { ...SOUND, ...fault };
        const hours = await month((hour) => (hour < MENDED_AT ? zone : SOUND), noise, ON_SPF);
        const seenAt = hours.findIndex(({ hold }) => hold !== null);
        expect(seenAt).toBeGreaterThan(-1);
        expect(
          hours.slice(seenAt).find(({ hour, hold }) => hour < MENDED_AT && hold === null),
        ).toBeUndefined();
        const after = hours.filter(({ latest }) => latest.at >= START + MENDED_AT * HOUR_MS);
        const complete = after.find(
          ({ latest }) => !latest.findings.some(({ severity }) => severity === 'unknown'),
        );
        const since = after.filter(({ hour }) => complete !== undefined && hour >= complete.hour);
        expect(since.find(({ hold }) => hold !== null)).toBeUndefined();
        const late = after.find(
          ({ hour, hold }) => hour > MENDED_AT + (3 * DAY_MS) / HOUR_MS && hold !== null,
        );
        expect(late).toBeUndefined();
      }),
      { numRuns: 7 },
    );
  });

  it('holds by an include that never answers only where mail passes by SPF alone, and says which', async () => {
    const noise: Noise = { chance: 0, seed: 1, deadName: 'b.vendor.example', outage: { from: 0, hours: 0 } };
    const held = async (mail: CheckedMail) =>
      (await month(() => SOUND, noise, mail)).filter(({ hold }) => hold !== null);
    expect(await held(SIGNED)).toEqual([]);
    const [first] = await held(ON_SPF);
    expect(first?.hour).toBe(73);
    expect(first?.hold).toContain('b.vendor.example could not be looked up: SERVFAIL');
  });
});
