import { describe, expect, it } from 'vitest';
import { editsTowards } from './record-edits.js';
import { refuseAlias, txtSetOf } from './txt-set.js';

const [BEFORE, AFTER] = ['v=DMARC1; p=none', 'v=DMARC1; p=quarantine'];

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

describe('the TTL of a DMARC record', () => {
  it.each([
    ['longer than that of others', 86_400],
    ['shorter than that of others', 60],
    ["the zone's own", null],
  ])('is kept when it is %s', (_title, ttl) => {
    const other = { id: '2', value: 'note', ttl: 300 };
    const set = txtSetOf([{ id: '1', value: BEFORE, ttl }, other]);
    expect(set).toEqual({ values: [BEFORE, 'note'], ttl });
    const wanted = { values: [AFTER, 'note'], ttl: set.ttl ?? 3600 };
    const edits = editsTowards([{ id: '1', value: BEFORE, ttl }, other], wanted);
    expect(edits).toEqual({ updates: [{ id: '1', value: AFTER, ttl: ttl ?? 3600 }], creations: [] });
  });

  it('is the lowest where several stand', () => {
    const two = [BEFORE, AFTER].map((value, at) => ({ id: String(at), value, ttl: 600 - at * 300 }));
    expect(txtSetOf(two).ttl).toBe(300);
  });
});

describe('refuseAlias', () => {
  it('refuses a CNAME among others, and nothing else', () => {
    expect(() => refuseAlias([{ type: 'TXT' }, { type: 'CNAME' }])).toThrow('an alias stands at the name');
    expect(() => refuseAlias([{ type: 'TXT' }, { type: 'A' }])).not.toThrow();
    expect(() => refuseAlias([])).not.toThrow();
  });
});
