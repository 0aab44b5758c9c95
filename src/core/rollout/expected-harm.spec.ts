import { describe, expect, it } from 'vitest';
import { expectedHarm, harmCap, harmOfPolicy } from './expected-harm.js';
import type { PolicyTags } from '../record/policy.js';
import { aSource } from '../../../test/builders/evidence.js';

const SOURCES = [
  aSource({ failingPerWeek: 4 }),
  aSource({ class: 'forwarder', failingPerWeek: 5 }),
  aSource({ class: 'unknown', failingPerWeek: 7, headerFrom: 'news.shop.example' }),
  aSource({ class: 'hostile', failingPerWeek: 9000 }),
];

describe('expected harm', () => {
  it.each<readonly [PolicyTags, readonly [number, number, number]]>([
    [{ p: 'none' }, [0, 0, 0]],
    [{ p: 'none', sp: 'reject' }, [0, 0, 7]],
    [{ p: 'quarantine' }, [4, 5, 7]],
    [{ p: 'quarantine', pct: 10, t: 'y' }, [4, 5, 7]], // some receivers ignore either
    [{ p: 'reject', sp: 'none' }, [4, 5, 0]],
  ])('%j hurts %o a week', (tags, [authorized, forwarder, unknown]) => {
    expect(expectedHarm('shop.example', tags, SOURCES)).toEqual({ authorized, forwarder, unknown });
  });

  it('np may be that of a subdomain that the domain itself sends for; a stranger’s is whom it is for', () => {
    const headerFrom = 'erp.shop.example';
    const sources = (['authorized', 'forwarder', 'unknown'] as const).map((it) =>
      aSource({ class: it, failingPerWeek: 2, headerFrom }),
    );
    const harm = expectedHarm('shop.example', { p: 'reject', sp: 'none', np: 'reject' }, sources);
    expect(harm).toEqual({ authorized: 2, forwarder: 0, unknown: 0 });
  });

  it.each([
    [0, 3],
    [3000, 3],
    [50_000, 50],
  ])('of %i messages a week at most %d may be hurt', (legitimate, cap) => {
    expect(harmCap({ harmCap: 3, harmShare: 0.001 }, legitimate)).toBe(cap);
  });
});

describe('what a policy would do today', () => {
  it('names whose mail it would hurt, and what to do about each', () => {
    const fix = 'Have vendor.example sign as you.';
    const vendor = aSource({ id: 'domain:vendor.example', name: 'vendor.example', failingPerWeek: 9, fix });
    const sources = [vendor, ...SOURCES, aSource()];
    const { messagesPerWeek, policy, sources: hurt } = harmOfPolicy('shop.example', 'reject', sources);
    expect([policy, messagesPerWeek]).toEqual(['reject', 25]);
    expect(hurt[0]).toEqual({
      source: 'domain:vendor.example',
      name: 'vendor.example',
      class: 'authorized',
      headerFrom: 'shop.example',
      messagesPerWeek: 9,
      fix,
    });
    expect(hurt.map((it) => it.messagesPerWeek)).toEqual([9, 4, 5, 7]);
  });

  it('subdomains are hurt by it as well, whatever sp says now', () => {
    expect(harmOfPolicy('shop.example', 'quarantine', SOURCES).sources.map((it) => it.headerFrom)).toContain(
      'news.shop.example',
    );
  });

  it('none hurts nobody', () => {
    expect(harmOfPolicy('shop.example', 'none', SOURCES)).toEqual({
      policy: 'none',
      messagesPerWeek: 0,
      sources: [],
    });
  });
});
