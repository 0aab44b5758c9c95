import { describe, expect, it } from 'vitest';
import { zoneQuestions, type Zone } from '../../../../test/builders/zone-questions.js';
import { checkSpf } from './check-spf.js';

const D = 'x.example';
const MOST_QUESTIONS = 130;

const HOSTS: Zone = Object.fromEntries(
  Array.from({ length: 11 }, (_, at) => [`h${at}.example`, [{ A: `198.51.100.${at}` }]]),
);

/** Terms of one look-up each. */
const terms = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `a:h${from + at}.example`).join(' ');

describe('several SPF records', () => {
  it.each<[string, readonly string[], Zone, string | null]>([
    ['of 10 look-ups', [terms(0, 6), terms(5, 10)], {}, terms(0, 10)],
    ['of 11 look-ups', [terms(0, 6), terms(6, 11)], {}, null],
    [
      'of 11 look-ups, some behind an include',
      [terms(0, 6), 'include:four.example'],
      { 'four.example': [{ TXT: `v=spf1 ${terms(6, 10)} -all` }] },
      null,
    ],
    [
      'that lead to a broken record',
      ['include:broken.example', 'ip4:192.0.2.1'],
      { 'broken.example': [{ TXT: 'v=spf1 moo ~all' }] },
      null,
    ],
    ['that lead to nothing three times', ['a:n1.example a:n2.example', 'a:n3.example'], {}, null],
  ])('are put together only when that is sound: %s', async (_what, parts, more, merged) => {
    const dns = zoneQuestions({
      ...HOSTS,
      ...more,
      [D]: parts.map((part) => ({ TXT: `v=spf1 ${part} -all` })),
    });
    const { findings } = await checkSpf(D, dns, { senders: ['203.0.113.9'] });
    const fixOf = (wanted: string) => findings.find(({ id }) => id === wanted)?.fix;
    expect(fixOf('spf-several-records')).toBe(
      merged === null ? 'Keep exactly one.' : `In their place: Publish ${D}. TXT "v=spf1 ${merged} ~all"`,
    );
    expect(fixOf('spf-sender-permerror')?.includes('v=spf1')).toBe(merged !== null);
    expect(dns.asked.length).toBeLessThanOrEqual(MOST_QUESTIONS);
  });
});
