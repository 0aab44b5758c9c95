import { setImmediate as othersTurn } from 'node:timers/promises';
import { receive } from '../sandbox/receivers.js';
import { reportMail, type ReportAddressee } from '../sandbox/report-mail.js';
import { situation, type Situation } from '../sandbox/situations.js';
import { idsFor, type CarriedMail } from '../workflows/reading-crew.js';
import type { ReadingWork } from '../workflows/reading-work.js';
import { readingWork, type ReadingSetup } from './reading-parts.js';

const MAILBOX = 'practice';
const ADDRESSEE: ReportAddressee = { address: 'dmarc@practice.invalid', authservId: 'mx.practice.invalid' };
const RECORD = `v=DMARC1; p=none; rua=mailto:${ADDRESSEE.address}`;
/** Reports with few rows and many, with reasons for what was done and without. */
const WORLDS: readonly Situation[] = ['healthy', 'mailing-lists', 'heavy-spoofing'];
const DAYS = 4;
/** So often all of them are read. */
const ROUNDS = 25;
/** Mails after which a real task has its turn. */
const PIECE = 5;

/** Report mails as receivers of all kinds write them, made up. */
export function practiceMails(): readonly CarriedMail[] {
  const worlds = WORLDS.map((name) => situation(name, 1));
  const sent = worlds.flatMap((world) =>
    Array.from({ length: DAYS }, (_, day) => receive(world, day, () => RECORD).reports).flat(),
  );
  return sent.map((report, index) => ({
    origin: MAILBOX,
    name: `${MAILBOX}/${index}`,
    receivedAt: report.arrivesAt,
    readAt: report.arrivesAt,
    bytes: reportMail(report, ADDRESSEE),
  }));
}

/** The same parts as for real mail; DNS is not asked, since the mailbox's own server has said what to believe. */
export function practiceWork(setup: ReadingSetup): ReadingWork {
  return readingWork({ ...setup, mailboxes: [{ name: MAILBOX, authservId: ADDRESSEE.authservId }] });
}

/**
 * Reads made-up mails again and again, until V8 has compiled what reading takes or there is real work: a program that has
 * just begun takes three times the CPU time for its first thousand mails. Nothing is kept of what is read.
 */
export async function practise(setup: ReadingSetup, hasWork: () => boolean): Promise<void> {
  const work = practiceWork(setup);
  const mails = practiceMails();
  const reportIds = Array.from({ length: idsFor(PIECE) }, (_, index) => String(index));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let start = 0; start < mails.length; start += PIECE) {
      await othersTurn();
      if (hasWork()) return;
      await work.read({ mails: mails.slice(start, start + PIECE), reportIds });
    }
  }
}
