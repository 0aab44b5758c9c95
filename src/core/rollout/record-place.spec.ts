import { describe, expect, it } from 'vitest';
import { aRollout } from '../../../test/builders/rollout.js';
import { placeOf, recordName, refusePlace } from './record-place.js';
import type { RolloutSettings } from './rollout.js';

const ALIAS = '_dmarc.shop.ops.example';

describe('the place of a record', () => {
  it.each([
    ['its own', null, '_dmarc.shop.example'],
    ['that of its alias', ALIAS, ALIAS],
  ])('the name that is written is %s', (_title, alias, name) => {
    const rollout = aRollout({ settings: { alias, verify: 'both' } });
    expect(recordName(rollout)).toBe(name);
    expect(placeOf(rollout)).toEqual({ domain: 'shop.example', alias, verify: 'both' });
  });

  it('what was stored before there were aliases has none', () => {
    const { alias: _alias, verify: _verify, ...before } = aRollout().settings;
    const rollout = { ...aRollout(), settings: before as RolloutSettings };
    expect(placeOf(rollout)).toEqual({ domain: 'shop.example', alias: null, verify: 'authoritative' });
    expect(recordName(rollout)).toBe('_dmarc.shop.example');
  });
});

describe('a place', () => {
  const others = [
    aRollout({ domain: 'one.example', settings: { alias: '_dmarc.one.ops.example' } }),
    aRollout({ domain: 'two.example' }),
    aRollout({ domain: 'shop.example', settings: { alias: ALIAS } }),
  ];

  it.each<[string, string | null]>([
    ['none', null],
    ['one that is free', '_dmarc.free.ops.example'],
    ['its own of before', ALIAS],
  ])('may be %s', (_title, alias) => {
    expect(refusePlace({ domain: 'shop.example', alias }, others)).toBeNull();
  });

  it.each<[string, string, string]>([
    ['that of another domain', '_dmarc.one.ops.example', 'one.example'],
    ['the own name of another domain', '_dmarc.two.example', 'two.example'],
    ['its own name', '_dmarc.shop.example', 'itself'],
  ])('may not be %s', (_title, alias, why) => {
    expect(refusePlace({ domain: 'shop.example', alias }, others)).toContain(why);
  });

  it('may not be its own name when that is the alias of another domain', () => {
    const first = aRollout({ domain: 'one.example', settings: { alias: '_dmarc.shop.example' } });
    expect(refusePlace({ domain: 'shop.example', alias: null }, [first])).toBe(
      'the record of one.example stands at _dmarc.shop.example already',
    );
  });
});
