import { describe, expect, it, vi } from 'vitest';
import type { EvidenceStore, UnfetchedMail } from '../ports/evidence-store.js';
import type { ReportMailbox, ReportMailboxes, SetAsideMail } from '../ports/report-mailbox.js';
import { RecoverMail, type ReadAtLast } from './recover-mail.js';

const AT = Date.UTC(2026, 1, 4, 6);

function read(mailbox: string, uid: number, outcome: ReadAtLast['outcome'] = 'report'): ReadAtLast {
  return { mailbox, outcome, receivedAt: AT + uid * 1000, messageId: `<${uid}@example.net>`, size: 100 };
}

/** A mailbox in whose folder of unreadable mail lie those that came at these seconds. */
function mailboxWith(...seconds: readonly number[]) {
  const recover = vi.fn(async (mails: readonly SetAsideMail[], _to: string) =>
    mails.filter(({ receivedAt }) => seconds.includes((receivedAt - AT) / 1000)),
  );
  return { recover };
}

function recoveryOf(
  boxes: Readonly<Record<string, { recover: unknown }>>,
  unfetched: readonly UnfetchedMail[] = [],
) {
  const forgotten: string[] = [];
  const mailboxes = {
    names: () => Object.keys(boxes),
    get: (name: string) => boxes[name] as unknown as ReportMailbox,
  } as ReportMailboxes;
  const evidence = {
    unfetched: async (after: string | null, limit: number) => {
      const start = after === null ? 0 : unfetched.findIndex(({ id }) => id === after) + 1;
      return unfetched.slice(start, start + limit);
    },
    forgetMails: async (ids: readonly string[]) => void forgotten.push(...ids),
  } as unknown as EvidenceStore;
  return { recovery: new RecoverMail(mailboxes, evidence), forgotten };
}

function tooLarge(id: number, origin: string): UnfetchedMail {
  const nothing = { messageId: null, from: null, subject: null, reason: 'too large' };
  return {
    id: `${id}`,
    origin,
    ...nothing,
    receivedAt: AT + id * 1000,
    outcome: 'unreadable',
    size: 30_000_000,
  };
}

describe('mail that could be read at last', () => {
  it('leaves the folder of unreadable mail, to where such mail goes', async () => {
    const [rua, old] = [mailboxWith(1, 2, 3), mailboxWith(4)];
    const { recovery } = recoveryOf({ rua, old });
    const mails = [read('rua', 1), read('rua', 2, 'tls-report'), read('old', 4), read('rua', 3)];
    expect(await recovery.run(mails)).toEqual({ moved: 4, anew: {}, left: [] });
    expect(rua.recover.mock.calls).toEqual([
      [[mails[0], mails[3]], 'report'],
      [[mails[1]], 'tls-report'],
    ]);
    expect(old.recover.mock.calls).toEqual([[[mails[2]], 'report']]);
  });

  it('stays there when it can’t be moved, and it is said why', async () => {
    const away = { recover: () => Promise.reject(new Error('mailbox away: no connection')) };
    const { recovery } = recoveryOf({ rua: mailboxWith(1), away });
    const mails = [read('rua', 1), read('rua', 2), read('away', 3), read('gone', 4)];
    expect(await recovery.run(mails)).toEqual({
      moved: 1,
      anew: {},
      left: [
        { mailbox: 'rua', mails: 1, reason: 'not found there' },
        { mailbox: 'away', mails: 1, reason: 'mailbox away: no connection' },
        { mailbox: 'gone', mails: 1, reason: 'the settings know this mailbox no more' },
      ],
    });
  });
});

describe('mail that was too large', () => {
  it('goes back to be fetched where it still lies, and is forgotten until then', async () => {
    const rua = mailboxWith(1, 1002);
    const away = { recover: () => Promise.reject(new Error('no connection')) };
    const all = Array.from({ length: 1003 }, (_, index) => tooLarge(index, 'rua'));
    const { recovery, forgotten } = recoveryOf({ rua, away }, [
      ...all,
      tooLarge(2000, 'away'),
      tooLarge(2001, 'gone'),
    ]);
    expect(await recovery.run([])).toEqual({ moved: 0, anew: { rua: 2 }, left: [] });
    expect(rua.recover.mock.lastCall?.[1]).toBe('anew');
    expect(rua.recover.mock.lastCall?.[0]).toHaveLength(1003);
    expect(forgotten).toEqual(['1', '1002']);
  });
});
