import { describe, expect, it } from 'vitest';
import { mailsIn } from './mailbox-file.js';

const FROM = 'From a@b.example Thu Jan  1 00:00:00 2026';

function split(text: string): readonly string[] {
  return [...mailsIn(Buffer.from(text))].flatMap((mail) => mail?.toString() ?? []);
}

describe('the mails of a file', () => {
  const one = `${FROM}\nSubject: 1\n\nbody\n\n`;
  const two = `${FROM}\r\nSubject: 2\r\n\r\nbody\r\n\r\n`;

  it.each([
    ['two', [one, two]],
    ['two with other line ends', [two, two]],
    ['without anything in them', [`${FROM}\nX: 1\n\n`, `${FROM}\nX: 2`]],
    [
      'as Thunderbird writes them',
      ['From - Thu Jan 01 00:00:00 2026\nX: 1\n\n', 'From - Fri Jan 02 00:00:00 2026\nX: 2\n'],
    ],
    ['far apart', [`${FROM}\nX: 1\n\n${'x'.repeat(300_000)}\n\n`, one]],
    ['one', [one]],
    ['one with a line of words', [`${one}From time to time, 2026 at 10:00 2026\nI write.\n`]],
    ['one with a line of figures without a year', [`${one}From a 11:11:11 11:11\nX: 1\n`]],
    ['one with words that look like a field', [`${one}From Bob\nNote: x\n`]],
    ['one with such a line and no empty line before it', [`${FROM}\nX: 1\n\nbody\n${one}`]],
    ['none', ['']],
  ])('%s', (_title, mails) => {
    expect(split(mails.join(''))).toEqual(mails);
  });

  it('are told apart in one look at each line, whatever stands in it', () => {
    const hostile = `From x${'1:11:1'.repeat(48)}\n\n`;
    const text = `${one}${hostile.repeat(50_000)}`;
    expect(split(text)).toEqual([text]);
  }, 20_000);

  it('are not looked for in a mail that is no mailbox file', () => {
    expect(split(`Subject: 1\n\n${one}`)).toEqual([`Subject: 1\n\n${one}`]);
  });
});
