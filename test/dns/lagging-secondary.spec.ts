import { afterAll, beforeAll, expect, it } from 'vitest';
import { RolloutRepository } from '../../src/database/rollout.repository.js';
import { AuthoritativeObserver } from '../../src/dns/authoritative-observer.js';
import { WakeUp } from '../../src/ports/wake-up.js';
import { VirtualClock } from '../../src/sandbox/virtual-clock.js';
import { VerifyChange } from '../../src/workflows/verify-change.js';
import { NONE, NOW, QUARANTINE_10, aChange, aRollout } from '../builders/rollout.js';
import { openMigratedDatabase, type MigratedDatabase } from '../database/migrated-database.js';
import { startBind, type BindLab } from '../lab/bind.js';
import { describeWith } from '../lab/debian-packages.js';
import { startNsd, type NsdLab } from '../lab/nsd.js';
import { until } from '../lab/until.js';

const PLACE = { domain: 'shop.example', alias: null, verify: 'authoritative' } as const;

class CountingWakeUp extends WakeUp {
  again = 0;
  async wake({ workflow }: Parameters<WakeUp['wake']>[0]): Promise<void> {
    if (workflow === 'verify-change') this.again += 1;
  }
}

describeWith(['bind9', 'bind9-dnsutils', 'nsd'], 'a secondary that is behind', () => {
  let bind: BindLab;
  let nsd: NsdLab;
  let database: MigratedDatabase;
  let observer: AuthoritativeObserver;

  beforeAll(async () => {
    const records = ['@ NS ns2', 'ns2 A 127.0.0.2', `_dmarc TXT "${NONE}"`];
    const above = { name: 'example', records: ['shop NS ns1.shop', 'ns1.shop A 127.0.0.1'] };
    bind = await startBind({ zones: [{ name: 'shop.example', records }, above] });
    nsd = await startNsd({ zone: 'shop.example', host: '127.0.0.2', port: bind.port, primary: bind });
    database = await openMigratedDatabase();
    observer = new AuthoritativeObserver({
      resolvers: [`${bind.host}:${bind.port}`],
      authorities: [],
      timeoutMs: 2000,
      tries: 2,
      port: bind.port,
    });
  });

  afterAll(async () => {
    await database?.close();
    await nsd?.stop();
    await bind?.stop();
  });

  async function look() {
    const { observation, servers } = await observer.observe(PLACE, AbortSignal.timeout(10_000));
    return { observation, rows: servers.map(({ nameServer, serial }) => [nameServer, serial]) };
  }

  it('keeps a change from being verified until it has caught up, and shows by how much it is', async () => {
    const store = new RolloutRepository(database.dataSource, []);
    await store.create(
      aRollout({ change: aChange({ stage: 'written', writtenAt: NOW, ttl: 300 }) }),
      NOW,
      [],
    );
    const wakeUp = new CountingWakeUp();
    const verify = new VerifyChange(store, observer, wakeUp, new VirtualClock(NOW));
    const stage = async () => (await store.find('shop.example'))?.rollout.change?.stage;

    await bind.write('_dmarc.shop.example', [QUARANTINE_10]);
    expect(await look()).toEqual({
      observation: { kind: 'disagree', texts: [QUARANTINE_10, NONE] },
      rows: [
        ['ns1.shop.example', 2],
        ['ns2.shop.example', 1],
      ],
    });
    await verify.run('shop.example');
    expect([await stage(), wakeUp.again]).toEqual(['written', 1]);

    await nsd.transfer();
    await until('it has caught up', async () => (await look()).observation.kind === 'record');
    await verify.run('shop.example');
    expect(await stage()).toBe('verified');
    expect((await look()).rows).toEqual([
      ['ns1.shop.example', 2],
      ['ns2.shop.example', 2],
    ]);
  });
});
