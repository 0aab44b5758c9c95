import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { faultOf, NONE, RECORD } from './contract-run.js';
import type { ContractRun } from './contract-run.js';

const LENGTHS = [1, 254, 255, 256, 509, 510, 511, 765, 766, 1020, 1021];

/** Behind `x=`, one by one: what some API somewhere escapes, trims, splits at or refuses. */
const ODD: readonly (readonly [string, string])[] = [
  ['semicolons without spaces', 'a;b;c'],
  ['semicolons with spaces', 'a ; b ;  c'],
  ['an escaped semicolon', String.raw`a\;b`],
  ['a double quote', 'a"b'],
  ['two double quotes', 'a""b'],
  ['a quoted word', '"a"'],
  ['a single quote', "a'b"],
  ['a backtick', 'a`b'],
  ['one backslash', 'a\\b'],
  ['two backslashes', 'a\\\\b'],
  ['three backslashes', 'a\\\\\\b'],
  ['four backslashes', 'a\\\\\\\\b'],
  ['a backslash at the end', 'a\\'],
  ['what looks like an escape', String.raw`a\065\"b`],
  ['a trailing space', 'a '],
  ['two spaces inside', 'a  b'],
  ['a percent sign', '100%41%'],
  ['a plus and an ampersand', 'a+b&c=d'],
  ['a size limit', 'mailto:d@example.test!10m'],
  ['commas', 'a,b, c'],
  ['a dollar', '$ORIGIN ${x}'],
  ['brackets', '(a) [b] {c} <d>'],
  ['a hash and slashes', '#a/b//c'],
  ['a tilde, a caret and a bar', '~^|'],
  ['an at sign', '@'],
  ['a tab', 'a\tb'],
  ['bytes above ASCII', 'caf\u00e9\u00ff'],
];

/** As people publish them. */
const CORPUS: readonly string[] = [
  'v=DMARC1; p=none; sp=quarantine; np=reject; pct=100; t=n; psd=n; adkim=s; aspf=r; fo=1:d:s; rf=afrf; ri=86400; rua=mailto:a@example.test,mailto:b@example.net!10m; ruf=mailto:c@example.test',
  'v=DMARC1;p=reject',
  'v=DMARC1;p=none;rua=mailto:d@example.test;',
  'v=DMARC1; p=none; rua=mailto:d@example.test;',
  'v=DMARC1; p=none; rua=mailto:d@example.test ;',
  'v=DMARC1;  p=none ;   rua=mailto:d@example.test',
  'v=DMARC1 ; p = none ; rua = mailto:d@example.test',
  'V=DMARC1; P=None; RUA=MAILTO:D@EXAMPLE.TEST',
  'v=DMARC1; p=QUARANTINE; pct=10; t=y; rua=mailto:d@example.test',
  'v=DMARC1;\tp=none;\trua=mailto:d@example.test',
  'v=DMARC1; p=none; x-vendor=abc123; unknown; =; y=; rua=mailto:d@example.test',
  'v=DMARC1; p=none; p=reject; rua=mailto:d@example.test',
  'v=DMARC1; p=none; rua=mailto:d+tag@example.test?subject=a%20b',
  'v=DMARC1; p=none; rua=https://example.test/r?a=1&b=2',
  'v=DMARC1; p=none;; rua=mailto:d@example.test;;',
  ' v=DMARC1; p=none',
];

/** C06 to C08: what is written comes back byte for byte, or the descriptor says beforehand that it can't. */
export function describeValues(run: ContractRun): void {
  /** What becomes of a value that is written and followed by another: what the adapter said, and what stands there. */
  async function outcome(value: string): Promise<readonly string[]> {
    const name = run.freshName('value');
    if (run.isRefused(value)) {
      const fault = await faultOf(run.swap(name, NONE, { values: [value], ttl: 300 }));
      return [fault.kind, ...(await run.lab.txt(name))];
    }
    for (const step of [value, RECORD]) await run.step(name, [step]);
    return ['carried', ...(await run.lab.txt(name))];
  }

  function promised(value: string): readonly string[] {
    return run.isRefused(value) ? ['unsupported'] : ['carried', RECORD];
  }

  it.each(LENGTHS)('C06 carries %i bytes unchanged', async (length) => {
    const value = recordOf(length);
    expect(await outcome(value)).toEqual(promised(value));
  });

  it('C06 carries as many bytes as it declares, and refuses one more', async () => {
    const longest = run.lab.capabilities?.txt.longest;
    if (longest === undefined) return;
    const name = run.freshName('longest');
    const whole = recordOf(longest);
    await run.step(name, [whole]);
    await run.step(name, [RECORD]);
    const more = { values: [`${whole}x`], ttl: 300 };
    expect(await faultOf(run.swap(name, await run.read(name), more))).toEqual({ kind: 'unsupported' });
    expect(await run.lab.txt(name)).toEqual([RECORD]);
  });

  it.each(ODD)('C07 carries %s', async (_title, odd) => {
    const value = `v=DMARC1; p=none; x=${odd}`;
    expect(await outcome(value)).toEqual(promised(value));
  });

  it('C07 refuses characters that DNS has no byte for', async () => {
    const name = run.freshName();
    const wide = { values: ['v=DMARC1; p=none; x=\u2019'], ttl: 300 };
    expect(await faultOf(run.swap(name, NONE, wide))).toEqual({ kind: 'unsupported' });
    expect(await run.lab.txt(name)).toEqual([]);
  });

  it('C08 carries records as people publish them', async () => {
    const name = run.freshName('corpus');
    const carried = CORPUS.filter((value) => !run.isRefused(value));
    for (const value of carried) await run.step(name, [value]);
    expect((await run.read(name)).values).toEqual(carried.slice(-1));
  });

  it('C08 carries any record that it says it can', async () => {
    const name = run.freshName('any');
    const ascii = Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at));
    const bytes = ['\t', '\u0001', '\u007f', '\u0080', '\u00ff'];
    const allowed = [...ascii, ...bytes].filter((character) => !run.isRefused(`a${character}b`));
    const text = fc.string({ unit: fc.constantFrom(...allowed), maxLength: 300 });
    const tag = fc.tuple(
      fc.constantFrom('p', 'sp', 'rua', 'x', 'X-y'),
      fc.constantFrom('=', ' = ', ''),
      text,
    );
    const record = fc
      .array(tag, { maxLength: 4 })
      .map((tags) => ['v=DMARC1', ...tags.map((parts) => parts.join(''))].join(';'))
      .filter((value) => !run.isRefused(value));
    const settings = run.lab.live === undefined ? { numRuns: 25 } : { numRuns: 5 };
    await fc.assert(
      fc.asyncProperty(record, async (value) => {
        await run.step(name, [value]);
      }),
      { ...settings, endOnFailure: true },
    );
  });
}

function recordOf(length: number): string {
  return `v=DMARC1; p=none; x=${'0123456789'.repeat(Math.ceil(length / 10))}`.slice(0, length);
}
