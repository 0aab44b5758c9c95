import { aCell, aFailingCell } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import { SourceGroups, sourceName } from './group-sources.js';
import type { Cell } from '../evidence/cell.js';
import { networkOf } from './network.js';

function ids(...cells: readonly Cell[]): Record<string, number> {
  const groups = new SourceGroups();
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
    const groups = new SourceGroups();
    groups.add([aFailingCell({ messages: 7 }), aFailingCell({ ip: '192.0.2.77', messages: 5 })]);
    expect(counts(groups)).toEqual({ 'net:192.0.2.0/24': 12 });
    expect([...groups.add([aCell()])].sort()).toEqual(['host:192.0.2.0/24', 'net:192.0.2.0/24']);
    expect(counts(groups)).toEqual({ 'host:192.0.2.0/24': 107, 'net:192.0.2.0/24': 5 });
    expect([...groups.add([aCell()])]).toEqual(['host:192.0.2.0/24']);
  });

  it('has a name for people', () => {
    expect([sourceName('domain:vendor.example'), sourceName('net:2001:db8:1::/48')]).toEqual([
      'vendor.example',
      '2001:db8:1::/48',
    ]);
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
