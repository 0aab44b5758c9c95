import { describe, expect, it } from 'vitest';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import { DEFAULT_LIMITS } from '../imap/unpack/unpack-limits.js';
import { idsFor } from '../workflows/reading-crew.js';
import { practiceMails, practiceWork, practise } from './practice.js';
import type { ReadingSetup } from './reading-parts.js';

const SETUP: ReadingSetup = {
  unpackLimits: DEFAULT_LIMITS,
  reportLimits: DEFAULT_REPORT_LIMITS,
  mailboxes: [{ name: 'rua', authservId: null }],
  // Nobody answers there.
  dns: { resolvers: ['192.0.2.1'], authorities: [], timeoutMs: 60_000, tries: 1 },
};

describe('practising to read', () => {
  it('goes the whole way of good mail: each is read, authenticated by header, and packed', async () => {
    const mails = practiceMails();
    const reportIds = Array.from({ length: idsFor(mails.length) }, (_, index) => String(index));
    const messages = await practiceWork(SETUP).read({ mails, reportIds });
    expect(messages.length).toBeGreaterThan(40);
    for (const message of messages) {
      expect(message).toMatchObject({
        outcome: 'report',
        rejected: [],
        authenticity: { authenticated: true },
      });
      expect(message?.reports).toMatchObject([
        { status: 'accepted', authenticity: { method: 'authentication-results' } },
      ]);
    }
  });

  it('ends as soon as there is real work', async () => {
    let asked = 0;
    await practise(SETUP, () => {
      asked += 1;
      return asked === 3;
    });
    expect(asked).toBe(3);
  });
});
