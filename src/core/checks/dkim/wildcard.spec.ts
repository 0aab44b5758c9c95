import { describe, expect, it } from 'vitest';
import { zoneQuestions } from '../../../../test/builders/zone-questions.js';
import { overallStatus, type Severity } from '../finding.js';
import { rsaKey } from '../../../../test/lab/dkim-keys.js';
import { checkDkim } from './check-dkim.js';
import type { CheckedSelector } from './selectors.js';

const D = 'example.com';
const S1: CheckedSelector = { name: 's1', from: 'settings' };
const SEEN: CheckedSelector = { name: 's1', from: 'evidence' };
const GOOD = `v=DKIM1; k=rsa; p=${rsaKey(2048)}`;

describe('a wildcard', () => {
  it.each<[string, string, readonly string[], Severity]>([
    ['a key', GOOD, ['dkim-wildcard'], 'warning'],
    ['its revocation', 'v=DKIM1; p=', ['dkim-all-revoked'], 'info'],
    ['something else', 'v=spf1 -all', ['dkim-none-found'], 'warning'],
  ])('sees through a wildcard that gives %s everywhere', async (_what, text, ids, status) => {
    const dns = zoneQuestions({});
    const findings = await checkDkim(D, [], {
      ...dns,
      txt: () => Promise.resolve({ kind: 'found', records: [text], aliases: [] }),
    });
    expect(findings.map(({ id }) => id)).toEqual(ids);
    expect(overallStatus(findings)).toBe(status);
  });

  const AWAY = { kind: 'none', exists: true } as const;

  it.each<[string, (name: string) => readonly string[]]>([
    ['CNAME', () => ['web.example.com']],
    ['DNAME', (name) => [name.replace(D, 'example.net')]],
  ])('tells a wildcard %s that leads to no key once', async (_what, aliasesOf) => {
    const dns = zoneQuestions({});
    const txt = (name: string) => Promise.resolve({ ...AWAY, aliases: aliasesOf(name) });
    const guessed = await checkDkim(D, [], { ...dns, txt });
    expect(guessed.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'dkim-wildcard info',
      'dkim-none-found warning',
    ]);
    const known = await checkDkim(D, [SEEN], { ...dns, txt });
    expect(known.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'dkim-alias-to-nothing error',
      'dkim-wildcard info',
    ]);
  });

  it('judges what stands at a selector of its own beside a wildcard', async () => {
    const dns = zoneQuestions({});
    const findings = await checkDkim(D, [S1], {
      ...dns,
      txt: (asked) =>
        Promise.resolve({
          kind: 'found',
          records: [asked.startsWith('google.') ? `v=DKIM1; p=${rsaKey(1024)}` : 'v=DKIM1; p='],
          aliases: [],
        }),
    });
    expect(findings.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'dkim-revoked error',
      'dkim-weak-key warning',
      'dkim-all-revoked info',
    ]);
  });
});
