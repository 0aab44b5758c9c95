import { describe, expect, it } from 'vitest';
import { refuseAlias, txtSetOf } from './txt-set.js';

describe('txtSetOf', () => {
  it.each([
    [[], null],
    [[null], null],
    [[300], 300],
    [[3600, null, 60, 300], 60],
  ])('of TTLs %j gives %j', (ttls, ttl) => {
    const records = ttls.map((each, at) => ({ id: String(at), value: `v${at}`, ttl: each }));
    expect(txtSetOf(records)).toEqual({ values: records.map(({ value }) => value), ttl });
  });
});

describe('refuseAlias', () => {
  it('refuses a CNAME among others, and nothing else', () => {
    expect(() => refuseAlias([{ type: 'TXT' }, { type: 'CNAME' }])).toThrow('an alias stands at the name');
    expect(() => refuseAlias([{ type: 'TXT' }, { type: 'A' }])).not.toThrow();
    expect(() => refuseAlias([])).not.toThrow();
  });
});
