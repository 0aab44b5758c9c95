import { beforeEach, describe, expect, it } from 'vitest';
import { skipPauses } from '../../../test/lab/skip-pauses.js';
import { DnsProviderError } from '../../ports/dns-provider.js';
import type { DnsProviderFault, TxtSet } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { compareAndReplace } from './compare-and-replace.js';
import type { NameAccess, Wanted } from './compare-and-replace.js';

const NAME = '_dmarc.example.com';
const OLD: TxtSet = { values: ['v=DMARC1; p=none'], ttl: 3600 };
const NEW: TxtSet = { values: ['v=DMARC1; p=reject'], ttl: 3600 };
const OTHER: TxtSet = { values: ['v=DMARC1; p=quarantine'], ttl: 60 };
const NONE: TxtSet = { values: [], ttl: null };
const OPEN: DnsProviderFault = { kind: 'transient', mayBeApplied: true };
const CAPABILITIES: Capabilities = {
  unit: 'rrset',
  compare: 'client',
  replace: 'atomic',
  ttl: { least: 300, most: 86_400, only: null },
  txt: { form: 'raw', longest: 100, refuses: ['backslash'] },
  scope: 'zone',
  completion: 'at-once',
  rateLimit: null,
};

function fail(fault: DnsProviderFault): DnsProviderError {
  return new DnsProviderError('no', fault);
}

/** Reads one after the other, the last again and again; a write that may fail. */
class Scripted implements NameAccess<string> {
  readonly asked: string[] = [];
  readonly wanted: Wanted[] = [];

  constructor(
    private readonly reads: readonly (TxtSet | Error)[],
    private readonly outcome: string | null | Error = null,
  ) {}

  async read(name: string) {
    this.asked.push(`read ${name}`);
    const reads = this.asked.filter((asked) => asked.startsWith('read')).length;
    const set = this.reads[Math.min(reads, this.reads.length) - 1] ?? NONE;
    if (set instanceof Error) throw set;
    return { set, raw: 'raw' };
  }

  async write(name: string, now: { readonly raw: string }, wanted: Wanted) {
    this.asked.push(`write ${name} over ${now.raw}`);
    this.wanted.push(wanted);
    if (this.outcome instanceof Error) throw this.outcome;
    return this.outcome;
  }
}

const WHOLE = [`read ${NAME}`, `write ${NAME} over raw`, ...Array.from({ length: 3 }, () => `read ${NAME}`)];

async function attempt(access: Scripted, change = { expected: OLD, next: NEW }, name = NAME) {
  try {
    return await compareAndReplace(access, CAPABILITIES, name, change, new AbortController().signal);
  } catch (error) {
    if (error instanceof DnsProviderError) return error.fault;
    throw error;
  }
}

describe('compareAndReplace', () => {
  let pauses: readonly number[];

  beforeEach(() => {
    pauses = skipPauses();
  });

  it.each([
    [[OLD, OLD, NEW], [1000]],
    [
      [OLD, OLD, OLD, NEW],
      [1000, 3000],
    ],
  ])('a write that an API shows only after a while is a success: %#', async (reads, waited) => {
    const access = new Scripted(reads, 'change 7');
    expect(await attempt(access)).toMatchObject({ reference: 'change 7' });
    expect(pauses).toEqual(waited);
    expect(access.wanted).toHaveLength(1);
  });

  it('reads, writes over what it read, and reads again', async () => {
    const access = new Scripted([OLD, NEW], 'change 7');
    expect(await attempt(access, undefined, '_DMARC.example.com.')).toEqual({
      note: 'wrote _dmarc.example.com TXT, TTL 3600, change change 7',
      reference: 'change 7',
    });
    expect(access.asked).toEqual(WHOLE.slice(0, 3));
    expect(access.wanted).toEqual([NEW]);
  });

  it.each<[string, TxtSet, TxtSet, number]>([
    ['the wish', OLD, { ...NEW, ttl: 600 }, 600],
    ['what stands there', OLD, { ...NEW, ttl: null }, 3600],
    ['an hour for a new one', NONE, { ...NEW, ttl: null }, 3600],
    ['the nearest possible', OLD, { ...NEW, ttl: 60 }, 300],
    ['the one that stands, though no other could be set so', OTHER, { ...NEW, ttl: null }, 60],
  ])('the TTL is %s', async (_title, standing, next, ttl) => {
    const access = new Scripted([standing, next]);
    await attempt(access, { expected: standing, next });
    expect(access.wanted).toEqual([{ values: next.values, ttl }]);
  });

  it('says so when a TTL is not possible', async () => {
    const next = { ...NEW, ttl: 60 };
    expect(await attempt(new Scripted([OLD, next]), { expected: OLD, next })).toMatchObject({
      note: expect.stringContaining('TTL 300 (60 is not possible there)'),
    });
  });

  it.each<[string, readonly (TxtSet | Error)[], string | null | Error, DnsProviderFault, number]>([
    ['another record before it', [OTHER], null, { kind: 'conflict', observed: OTHER }, 1],
    ['a read that fails', [fail({ kind: 'auth' })], null, { kind: 'auth' }, 1],
    ['another record after it', [OLD, OTHER], null, { kind: 'conflict', observed: OTHER }, 3],
    ['nothing to be seen of it', [OLD, OLD], null, OPEN, 5],
    ['another record a while after it', [OLD, OLD, OTHER], null, { kind: 'conflict', observed: OTHER }, 4],
    ['no second read', [OLD, fail({ kind: 'malformed' })], null, OPEN, 3],
    [
      'a server that compares',
      [OLD, OTHER],
      fail({ kind: 'conflict', observed: null }),
      { kind: 'conflict', observed: OTHER },
      3,
    ],
    ['a refusal', [OLD], fail({ kind: 'forbidden' }), { kind: 'forbidden' }, 2],
    [
      'a write that never left',
      [OLD],
      fail({ ...OPEN, mayBeApplied: false }),
      { ...OPEN, mayBeApplied: false },
      2,
    ],
    ['a lost write that failed', [OLD, OLD], fail(OPEN), OPEN, 3],
    [
      'a lost write that another followed',
      [OLD, OTHER],
      fail(OPEN),
      { kind: 'conflict', observed: OTHER },
      3,
    ],
    ['a lost write and no second read', [OLD, fail({ kind: 'auth' })], fail(OPEN), OPEN, 3],
  ])('%s', async (_title, reads, outcome, fault, requests) => {
    const access = new Scripted(reads, outcome);
    expect(await attempt(access)).toEqual(fault);
    expect(access.asked).toEqual(WHOLE.slice(0, requests));
  });

  it('a lost write that shows is a success', async () => {
    const access = new Scripted([OLD, NEW], fail(OPEN));
    expect(await attempt(access)).toMatchObject({ reference: null });
  });

  it.each<[string, string, TxtSet, TxtSet]>([
    ['another name', 'www.example.com', OLD, NEW],
    ['a deletion', NAME, OLD, NONE],
    ['one value twice', NAME, OLD, { ...NEW, values: ['a', 'a'] }],
    ['a value that cannot be carried', NAME, OLD, { ...NEW, values: ['a\\b'] }],
    ['a value that is too long', NAME, OLD, { ...NEW, values: ['x'.repeat(101)] }],
  ])('%s is refused before anything is asked', async (_title, name, expected, next) => {
    const access = new Scripted([expected]);
    expect(await attempt(access, { expected, next }, name)).toEqual({ kind: 'unsupported' });
    expect(access.asked).toEqual([]);
  });

  it('leaves alone what stands there and could not be carried', async () => {
    const odd = { values: ['a\\b'], ttl: 3600 };
    const next = { values: ['a\\b', 'v=DMARC1; p=none'], ttl: 3600 };
    expect(await attempt(new Scripted([odd, next]), { expected: odd, next })).toMatchObject({
      reference: null,
    });
  });

  it('passes on what is no fault of a provider', async () => {
    const reason = new Error('enough');
    await expect(attempt(new Scripted([OLD], reason))).rejects.toBe(reason);
    await expect(attempt(new Scripted([reason]))).rejects.toBe(reason);
  });
});
