import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ConfiguredMailboxes } from '../../src/imap/configured-mailboxes.js';
import { describeWith } from '../lab/debian-packages.js';
import { startDovecot, type Dovecot } from '../lab/dovecot.js';
import { until } from '../lab/until.js';
import { mailboxOptions } from './mailbox-options.js';
import { mailWith } from './report-mail.js';

const USER = { name: 'reports', password: 'not-a-secret-9' };
const FOLDERS = ['Junk', 'Posteingänge/Berichte & mehr', '日本語'];

const SERVERS = [
  ['slashes between levels', undefined, ['Junk', 'Posteingänge/Berichte & mehr', '日本語']],
  [
    'dots between levels, below INBOX',
    { prefix: 'INBOX.', separator: '.' },
    ['INBOX.Junk', 'INBOX.Posteingänge.Berichte & mehr', 'INBOX.日本語'],
  ],
] as const;

describeWith(['dovecot-imapd'], 'several folders of a mailbox', () => {
  for (const [title, namespace, paths] of SERVERS) {
    describeWith(['dovecot-imapd'], title, () => {
      let server: Dovecot;
      let mailboxes: ConfiguredMailboxes;

      beforeAll(async () => {
        server = await startDovecot({ users: [USER], ...(namespace === undefined ? {} : { namespace }) });
        for (const path of paths) await server.as((client) => client.mailboxCreate(path));
        const { accessTokens: _, ...options } = mailboxOptions(USER);
        mailboxes = new ConfiguredMailboxes([
          { ...options, port: server.port, folders: [...FOLDERS, 'Junk', 'INBOX'], oauth2: null },
        ]);
      });
      afterEach(async () => {
        await Promise.all(mailboxes.names().map((name) => mailboxes.get(name).close()));
      });
      afterAll(() => server?.stop());

      it('each is read, watched and settled by itself', async () => {
        expect(mailboxes.names()).toEqual([
          'rua',
          'rua/Junk',
          'rua/Posteingänge/Berichte & mehr',
          'rua/日本語',
        ]);
        const stop = new AbortController();
        const calls = new Map<string, number>();
        const watching = mailboxes
          .names()
          .map((name) =>
            mailboxes.get(name).watch(() => calls.set(name, (calls.get(name) ?? 0) + 1), stop.signal),
          );
        await until('all are watched', () => calls.size === 4);
        for (const path of ['INBOX', ...paths]) await server.append(path, [mailWith([], { subject: path })]);
        await until('all are told', () => [...calls.values()].every((count) => count > 1));
        stop.abort();
        await Promise.all(watching);
        for (const name of mailboxes.names()) {
          const box = mailboxes.get(name);
          const { uidValidity, uids } = await box.scan();
          const mails = await box.fetch(uidValidity, uids);
          expect(mails.length).toBe(1);
          await box.settle(
            mails.map(({ position }) => position),
            'report',
          );
          expect((await box.scan()).uids).toEqual([]);
        }
      });
    });
  }
});
