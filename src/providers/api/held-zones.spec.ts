import { beforeEach, describe, expect, it } from 'vitest';
import { skipPauses } from '../../../test/lab/skip-pauses.js';
import { zoneOfName } from '../longest-zone.js';
import { HeldZones } from './held-zones.js';
import { pause } from './pause.js';

const { signal } = new AbortController();

describe('HeldZones', () => {
  let account: string[];
  let asked: string[];
  let zones: HeldZones;

  beforeEach(() => {
    skipPauses();
    account = ['example.test', 'sub.example.test'];
    asked = [];
    zones = new HeldZones(
      async () => {
        asked.push('list');
        return account.map(zoneOfName);
      },
      async (zone) => {
        asked.push(zone.name);
        return { ...zone, nameServers: [`ns.${zone.name}`] };
      },
    );
  });

  const over = async (name: string) => (await zones.over(name, signal)).nameServers?.[0];

  it('asks for the list once, and once for each zone', async () => {
    expect(await over('_dmarc.a.example.test')).toBe('ns.example.test');
    expect(await over('_dmarc.b.example.test')).toBe('ns.example.test');
    expect(await over('_dmarc.sub.example.test')).toBe('ns.sub.example.test');
    expect(asked).toEqual(['list', 'example.test', 'sub.example.test']);
  });

  it('asks for the list once for a crowd', async () => {
    const names = Array.from({ length: 50 }, (_, at) => `_dmarc.a${at}.example.test`);
    await Promise.all(names.map(over));
    expect(asked.filter((what) => what === 'list')).toHaveLength(1);
  });

  it('asks anew for a name that none of them holds, once', async () => {
    await over('_dmarc.example.test');
    await expect(over('_dmarc.example.org')).rejects.toThrow(/no zone/);
    expect(asked).toEqual(['list', 'example.test', 'list']);
    account.push('example.org');
    expect(await over('_dmarc.example.org')).toBe('ns.example.org');
  });

  it('asks a first time for such a name no more than once', async () => {
    await expect(over('_dmarc.example.org')).rejects.toThrow(/no zone/);
    expect(asked).toEqual(['list']);
  });

  it('asks anew after five minutes, and when told to forget', async () => {
    await over('_dmarc.example.test');
    await pause(301_000, signal);
    await over('_dmarc.example.test');
    zones.forget();
    await over('_dmarc.example.test');
    expect(asked).toEqual(Array.from({ length: 3 }, () => ['list', 'example.test']).flat());
  });

  it('lets one give up without the others', async () => {
    const reason = new Error('enough');
    const leaving = new AbortController();
    const gone = zones.over('_dmarc.example.test', leaving.signal);
    const staying = over('_dmarc.example.test');
    leaving.abort(reason);
    await expect(gone).rejects.toBe(reason);
    expect(await staying).toBe('ns.example.test');
    await expect(zones.over('_dmarc.example.test', leaving.signal)).rejects.toBe(reason);
  });
});
