import { describe, expect, it } from 'vitest';
import { until } from '../../test/lab/until.js';
import type { EvidenceStore } from '../ports/evidence-store.js';
import type { ReportMailbox, WaitingMail } from '../ports/report-mailbox.js';
import { LARGE_BATCH, MailBatches, type MailBatch } from './mail-batches.js';

const UIDS = Array.from({ length: 2000 }, (_, index) => index + 1);

interface Server {
  readonly mailbox: ReportMailbox;
  /** First UIDs of what was asked for. */
  readonly asked: number[];
}

/** Gives what it is asked for, `size` bytes a mail; breaks when asked for the UID `broken`. */
function server({
  size = 10,
  broken = 0,
}: { readonly size?: number; readonly broken?: number } = {}): Server {
  const asked: number[] = [];
  const mail = (uid: number): WaitingMail => ({
    position: { uidValidity: '1', uid },
    receivedAt: 0,
    raw: new Uint8Array(size),
    size,
  });
  const fetch = async (_validity: string, uids: readonly number[]): Promise<readonly WaitingMail[]> => {
    asked.push(uids[0] ?? 0);
    if (uids.includes(broken)) throw new Error('broken');
    return uids.map(mail);
  };
  return {
    mailbox: { name: 'rua', folder: 'INBOX', fetch } as Partial<ReportMailbox> as ReportMailbox,
    asked,
  };
}

function batchesOf({ mailbox }: Server): MailBatches {
  const evidence = { known: async () => new Map() } as Partial<EvidenceStore> as EvidenceStore;
  return new MailBatches(mailbox, evidence, { uidValidity: '1', uids: UIDS });
}

function uidsOf(batch: MailBatch): readonly number[] {
  return batch.mails.map(({ position }) => position.uid);
}

describe('the mail of a scan', () => {
  it('comes whole and in order', async () => {
    const batches = batchesOf(server());
    const uids: number[] = [];
    for await (const batch of batches) uids.push(...uidsOf(batch));
    expect(uids).toEqual(UIDS);
    expect(batches.isDone).toBe(true);
  });

  it('is fetched three batches ahead, and no more', async () => {
    const { mailbox, asked } = server();
    const batches = batchesOf({ mailbox, asked })[Symbol.asyncIterator]();
    await batches.next();
    await until('three more are fetched', () => asked.length === 4);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([1, 251, 501, 751]);
    await batches.return(undefined);
    expect(asked).toHaveLength(4);
  });

  it('is not fetched ahead while a large batch is worked on', async () => {
    const { mailbox, asked } = server({ size: Math.ceil(LARGE_BATCH / 250) + 1 });
    for await (const batch of batchesOf({ mailbox, asked })) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(asked.at(-1)).toBe(uidsOf(batch)[0]);
    }
    expect(asked).toHaveLength(8);
  });

  it('is given up to where the server broke, and then the error', async () => {
    const given: number[] = [];
    const batches = batchesOf(server({ broken: 600 }));
    const reading = async (): Promise<void> => {
      for await (const batch of batches) {
        await new Promise((resolve) => setImmediate(resolve));
        given.push(batch.seen);
      }
    };
    await expect(reading()).rejects.toThrow('broken');
    expect(given).toEqual([250, 250]);
    expect(batches.isDone).toBe(false);
  });
});
