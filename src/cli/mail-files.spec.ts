import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { listFiles } from './list-files.js';
import { mailsOf } from './mail-files.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mail-files-'));
  return () => rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer = name): string {
  const full = path.join(folder, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

async function read(name: string, limit = 1_000_000) {
  const [listed] = await listFiles([path.join(folder, name)]);
  const mails: { name: string; text: string }[] = [];
  if (listed === undefined) return mails;
  for await (const mail of mailsOf(listed, limit))
    mails.push({ name: path.basename(mail.name), text: Buffer.from(mail.bytes).toString('latin1') });
  return mails;
}

describe('the files of a folder', () => {
  it('are found at any depth, in the order of their names, through links too', async () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'elsewhere-'));
    writeFileSync(path.join(elsewhere, 'linked.eml'), 'x');
    for (const name of ['b.eml', 'a/z.xml', 'a/b/c.gz']) file(name);
    symlinkSync(path.join(elsewhere, 'linked.eml'), path.join(folder, 'link.eml'));
    symlinkSync(path.join(folder, 'gone'), path.join(folder, 'dead.eml'));
    symlinkSync(folder, path.join(folder, 'a/loop'));
    const found = await listFiles([folder]);
    expect(found.map((it) => path.relative(folder, it.path))).toEqual([
      'a/b/c.gz',
      'a/z.xml',
      'b.eml',
      'link.eml',
    ]);
    rmSync(elsewhere, { recursive: true });
  });

  it('of a Maildir are its mails alone', async () => {
    for (const name of ['new/1', 'cur/2:2,S', 'tmp/3', 'dovecot-uidlist', '.Junk/cur/4', '.Junk/tmp/5'])
      file(name);
    const found = await listFiles([folder]);
    expect(found.map((it) => path.relative(folder, it.path))).toEqual(['.Junk/cur/4', 'cur/2:2,S', 'new/1']);
  });

  it('that can’t be read are told by name', async () => {
    await expect(listFiles([path.join(folder, 'nothing')])).rejects.toThrow(/nothing cannot be read/);
  });
});

const FROM = 'From MAILER-DAEMON Mon Jan  5 10:00:00 2026';

describe('a mailbox file', () => {
  it('gives each of its mails, with the quoting of lines undone', async () => {
    file(
      'all.mbox',
      `${FROM}\nSubject: 1\n\n>From here\n>>From there\n> From\n\n${FROM}\r\nSubject: 2\n\nFrom\n`,
    );
    expect(await read('all.mbox')).toEqual([
      { name: 'all.mbox#1', text: 'Subject: 1\n\nFrom here\n>From there\n> From\n\n' },
      { name: 'all.mbox#2', text: 'Subject: 2\n\nFrom\n' },
    ]);
  });

  it('gives of a mail over the limit only that it is', async () => {
    file('all.mbox', `${FROM}\n${'x'.repeat(5000)}\n${FROM}\nSubject: small\n\n`);
    const [large, small] = await read('all.mbox', 1000);
    expect(large?.text.length).toBeGreaterThan(900);
    expect(small?.text).toBe('Subject: small\n\n');
  });

  it('gives the same mails however large they are', async () => {
    const mail = fc.record({
      size: fc.integer({ min: 0, max: 700_000 }),
      letter: fc.constantFrom('a', '\n'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(mail, { minLength: 1, maxLength: 6 }), async (mails) => {
        const texts = mails.map(({ size, letter }, index) => `Subject: ${index}\n\n${letter.repeat(size)}\n`);
        file('all.mbox', texts.map((text) => `${FROM}\n${text}`).join(''));
        expect((await read('all.mbox')).map(({ text }) => text)).toEqual(texts);
      }),
      { numRuns: 25 },
    );
  });

  it('is not what merely begins like one', async () => {
    file('note.txt', 'From time to time\nI write.\n');
    expect(await read('note.txt')).toEqual([{ name: 'note.txt', text: 'From time to time\nI write.\n' }]);
  });
});
