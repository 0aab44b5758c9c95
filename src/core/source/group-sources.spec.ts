import { aCell, aFailingCell, daysFrom, everyDay, trustOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import { SourceGroups } from './group-sources.js';
import type { Cell } from '../evidence/cell.js';
import { networkOf } from './network.js';

function ids(...cells: readonly Cell[]): Record<string, number> {
  const groups = new SourceGroups('shop.example', trustOf(cells));
  groups.add(cells);
  return counts(groups);
}

function counts(groups: SourceGroups): Record<string, number> {
  return Object.fromEntries(
    [...groups.ids()].map((id) => [id, groups.of(id).reduce((sum, it) => sum + it.messages, 0)]),
  );
}

describe('SourceGroups', () => {
  it('mail that authenticates as somebody is put to that domain, wherever it comes from', () => {
    const vendor = { authenticatedAs: 'vendor.example' };
    expect(ids(aCell(vendor), aFailingCell({ ...vendor, ip: '203.0.113.1' }))).toEqual({
      'domain:vendor.example': 200,
    });
  });

  it('mail that passes as you alone is put to the network of its host', () => {
    expect(ids(aCell(), aCell({ ip: '192.0.2.99' }), aCell({ ip: '192.0.3.1' }))).toEqual({
      'host:192.0.2.0/24': 200,
      'host:192.0.3.0/24': 100,
    });
  });

  it('what breaks on your own server stays its own; a neighbour in its network does not', () => {
    const cells = [aCell(), aFailingCell({ messages: 7 }), aFailingCell({ ip: '192.0.2.77', messages: 5 })];
    expect(ids(...cells)).toEqual({ 'host:192.0.2.0/24': 107, 'net:192.0.2.0/24': 5 });
  });

  it('a forwarder proves nothing about its address: what else fails there is not yours', () => {
    const relayed = aCell({ ip: '198.51.100.3', messages: 10, forwarded: 10 });
    const abuse = aFailingCell({ ip: '198.51.100.3', messages: 9 });
    expect(ids(relayed, abuse)).toEqual({ 'host:198.51.100.0/24': 10, 'net:198.51.100.0/24': 9 });
  });

  it('an address is known as your own on all days and to all reporters', () => {
    const before = aFailingCell({ day: '2026-01-01', reporter: 'small.example' });
    expect(ids(before, aCell())).toEqual({ 'host:192.0.2.0/24': 200 });
  });

  it('an address that passes later takes its failing mail along, and says what has changed', () => {
    const groups = new SourceGroups('shop.example', trustOf([aCell()]));
    groups.add([aFailingCell({ messages: 7 }), aFailingCell({ ip: '192.0.2.77', messages: 5 })]);
    expect(counts(groups)).toEqual({ 'net:192.0.2.0/24': 12 });
    expect([...groups.add([aCell()])].sort()).toEqual(['host:192.0.2.0/24', 'net:192.0.2.0/24']);
    expect(counts(groups)).toEqual({ 'host:192.0.2.0/24': 107, 'net:192.0.2.0/24': 5 });
    expect([...groups.add([aCell()])]).toEqual(['host:192.0.2.0/24']);
  });

  it('mail of a subdomain is a source of its own', () => {
    const news = { headerFrom: 'news.shop.example' };
    const vendor = { authenticatedAs: 'vendor.example' };
    const cells = [
      aCell({ messages: 1 }),
      aCell({ ...news, messages: 2 }),
      aCell({ ...vendor, messages: 3 }),
      aFailingCell({ ...vendor, ...news, messages: 4 }),
      aFailingCell({ ...news, ip: '203.0.113.5', messages: 5 }),
    ];
    expect(ids(...cells)).toEqual({
      'host:192.0.2.0/24': 1,
      'host:192.0.2.0/24@news.shop.example': 2,
      'domain:vendor.example': 3,
      'domain:vendor.example@news.shop.example': 4,
      'net:203.0.113.0/24@news.shop.example': 5,
    });
  });

  it('an address that has passed as the domain is your own for its subdomains too', () => {
    const cells = [aCell(), aFailingCell({ headerFrom: 'news.shop.example', messages: 4 })];
    expect(ids(...cells)).toEqual({
      'host:192.0.2.0/24': 100,
      'host:192.0.2.0/24@news.shop.example': 4,
    });
  });
});

describe('whose address it is', () => {
  const elsewhere = everyDay(daysFrom('2026-03-01', '2026-03-08'), { ip: '198.51.100.9' });

  function isOwn(...reporters: readonly string[]): boolean {
    const cells = reporters.map((reporter) => aCell({ reporter, ip: '203.0.113.5', messages: 1 }));
    const groups = new SourceGroups('shop.example', trustOf([...elsewhere, ...cells]));
    groups.add([...elsewhere, ...cells]);
    return groups.isOwn('203.0.113.5');
  }

  it.each([
    ['one stranger has seen it pass', ['liar.example'], false],
    ['… who has a standing', ['big.example'], false],
    ['two strangers have', ['big.example', 'small.example'], true],
    ['one that is known has', ['google.com'], true],
  ])('your own when %s: %#', (_title, reporters, expected) => {
    expect(isOwn(...reporters)).toBe(expected);
  });

  it('the only reporter that there is can be asked alone', () => {
    const groups = new SourceGroups('shop.example', trustOf([aCell()]));
    groups.add([aCell()]);
    expect(groups.isOwn('192.0.2.10')).toBe(true);
  });

  it('failing mail stays with its network until a second one has seen the address pass', () => {
    const [first, second] = [aCell(), aCell({ reporter: 'small.example' })];
    const groups = new SourceGroups('shop.example', trustOf([...elsewhere, first, second]));
    groups.add([first, aFailingCell({ messages: 7 })]);
    expect(counts(groups)).toEqual({ 'host:192.0.2.0/24': 100, 'net:192.0.2.0/24': 7 });
    groups.add([second]);
    expect(counts(groups)).toEqual({ 'host:192.0.2.0/24': 207 });
  });
});

describe('networkOf', () => {
  it.each([
    ['192.0.2.10', '192.0.2.0/24'],
    ['::ffff:192.0.2.10', '192.0.2.0/24'],
    ['2001:db8:1:2:3::4', '2001:db8:1::/48'],
    ['2001:DB8:1::', '2001:db8:1::/48'],
    ['no address', 'no address'],
    ['', ''],
  ])('%j lies in %j', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});
