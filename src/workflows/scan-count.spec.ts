import { describe, expect, it } from 'vitest';
import type { EvidenceStore, ScanProgress } from '../ports/evidence-store.js';
import type { MailOutcome, ReportMailbox } from '../ports/report-mailbox.js';
import { ScanCount } from './scan-count.js';

const MAILBOX = { name: 'rua', folder: 'INBOX' } as Partial<ReportMailbox> as ReportMailbox;

/** Remembers the count, and which UIDs are stored. */
class Store {
  scan: ScanProgress | null = null;
  readonly stored = new Set<number>();

  asEvidence(): EvidenceStore {
    const store: Partial<EvidenceStore> = {
      lastScan: async () => this.scan,
      noteScan: async (_mailbox, _folder, scan) => void (this.scan = scan),
      known: async (_place, uids) => this.knownOf(uids),
    };
    return store as EvidenceStore;
  }

  knownOf(uids: readonly number[]): ReadonlyMap<number, MailOutcome> {
    return new Map(uids.filter((uid) => this.stored.has(uid)).map((uid) => [uid, 'report'] as const));
  }
}

/** Takes in what waits, ten at a time, until the process is killed after some batches: nothing has been moved then. */
async function takeIn(store: Store, waiting: readonly number[], batches: number): Promise<void> {
  const count = await ScanCount.begin(store.asEvidence(), MAILBOX, { uidValidity: '1', uids: waiting }, 0);
  for (let batch = 0; batch < batches; batch += 1) {
    const uids = waiting.slice(10 * batch, 10 * batch + 10);
    const known = [...store.knownOf(uids)].map(([uid, outcome]) => {
      return { position: { uidValidity: '1', uid }, outcome };
    });
    for (const uid of uids) store.stored.add(uid);
    await count.add({ seen: uids.length, known }, 0);
  }
  if (10 * batches >= waiting.length) await count.finish(0);
}

function uids(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('the count of a scan', () => {
  it('is right when the process is killed again and again before what is stored was moved', async () => {
    const store = new Store();
    for (const batches of [1, 3, 2, 5]) {
      await takeIn(store, uids(1, 120), batches);
      expect(store.scan).toMatchObject({ total: 120 });
    }
    await takeIn(store, uids(1, 120), 12);
    expect(store.scan).toMatchObject({ total: 120, done: 120 });
  });

  it('is right when a part of it was moved', async () => {
    const store = new Store();
    await takeIn(store, uids(1, 120), 5);
    await takeIn(store, uids(21, 120), 10);
    expect(store.scan).toMatchObject({ total: 120, done: 120 });
  });

  it('has what came since', async () => {
    const store = new Store();
    await takeIn(store, uids(1, 120), 5);
    await takeIn(store, uids(51, 180), 13);
    // Its last batch before the end had not been counted.
    expect(store.scan).toMatchObject({ total: 170, done: 170 });
  });

  it('is over when nothing waits any more', async () => {
    const store = new Store();
    await ScanCount.conclude(store.asEvidence(), MAILBOX, 0);
    expect(store.scan).toBeNull();
    await takeIn(store, uids(1, 120), 5);
    await ScanCount.conclude(store.asEvidence(), MAILBOX, 1);
    expect(store.scan).toMatchObject({ total: 120, done: 120, updatedAt: 1 });
  });

  it('begins anew once all was done, also with mail that was stored before', async () => {
    const store = new Store();
    await takeIn(store, uids(1, 20), 2);
    await takeIn(store, uids(11, 30), 2);
    expect(store.scan).toMatchObject({ total: 20, done: 20 });
  });
});
