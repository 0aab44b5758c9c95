import { describe, expect, it } from 'vitest';
import { readRecord, treatment } from './receiver-policy.js';
import type { ReceiverKind } from './world.js';

function asked(text: string, kind: ReceiverKind): string {
  const record = readRecord(text);
  if (record === null) return 'nothing';
  const { policy, share, otherwise } = treatment(record, kind, 'domain');
  return share === 1 ? policy : `${share * 100} % ${policy}, else ${otherwise}`;
}

describe('what a receiver does with failing mail', () => {
  // The table of dmarc.md, part 1: what each record asks of each kind of receiver.
  it.each([
    ['v=DMARC1; p=none', 'none', 'none', 'none'],
    ['v=DMARC1; p=quarantine; pct=10', '10 % quarantine, else none', 'quarantine', 'quarantine'],
    ['v=DMARC1; p=quarantine; t=y', 'quarantine', 'none', 'quarantine'],
    ['v=DMARC1; p=quarantine; pct=10; t=y', '10 % quarantine, else none', 'none', 'quarantine'],
    ['v=DMARC1; p=reject; pct=10; t=y', '10 % reject, else quarantine', 'quarantine', 'reject'],
    ['v=DMARC1; p=reject; pct=0', '0 % reject, else quarantine', 'reject', 'reject'],
    ['v=DMARC1; p=reject', 'reject', 'reject', 'reject'],
  ])('%s', (text, old, current, careless) => {
    expect(asked(text, 'rfc7489')).toBe(old);
    expect(asked(text, 'rfc9989')).toBe(current);
    expect(asked(text, 'ignores-pct-and-t')).toBe(careless);
  });

  it.each([
    ['p=reject; v=DMARC1', null],
    ['v=dmarc1; p=reject', null],
    ['v=DMARC1; p=rejct', null],
    ['v=DMARC1; p=rejct; rua=mailto:a@b.example', 'none'],
    ['v = DMARC1;p=Reject;', 'reject'],
    ['', null],
  ])('reads %j as p=%s', (text, p) => {
    expect(readRecord(text)?.p ?? null).toBe(p);
  });

  it('a subdomain gets sp where it is given, else p', () => {
    const withSp = readRecord('v=DMARC1; p=reject; sp=none');
    const without = readRecord('v=DMARC1; p=reject');
    expect(withSp && treatment(withSp, 'rfc9989', 'subdomain').policy).toBe('none');
    expect(without && treatment(without, 'rfc9989', 'subdomain').policy).toBe('reject');
  });
});
