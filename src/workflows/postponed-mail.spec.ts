import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../core/instant.js';
import type { MailPosition, WaitingMail } from '../ports/report-mailbox.js';
import { PostponedMail } from './postponed-mail.js';

const NOW = Date.UTC(2026, 1, 4, 6);

function aMail(uid: number, patch: Partial<WaitingMail> = {}): WaitingMail {
  return { position: { uidValidity: '7', uid }, receivedAt: NOW, raw: null, size: 1000, ...patch };
}

function rests(postponed: PostponedMail, { uidValidity, uid }: MailPosition, now: number): boolean {
  return !postponed.withoutResting({ uidValidity, uids: [uid] }, now).includes(uid);
}

describe('postponed mail', () => {
  it('rests for half an hour, then twice as long each time, at most six hours', () => {
    const postponed = new PostponedMail();
    const pauses: number[] = [];
    let now = NOW;
    for (let tries = 0; tries < 6; tries += 1) {
      postponed.postpone(aMail(1), now);
      const start = now;
      while (rests(postponed, aMail(1).position, now)) now += HOUR_MS / 4;
      pauses.push((now - start) / HOUR_MS);
    }
    expect(pauses).toEqual([0.5, 1, 2, 4, 6, 6]);
  });

  it('is tried at once as long as nobody postponed it, and once it is forgotten', () => {
    const postponed = new PostponedMail();
    expect(rests(postponed, aMail(1).position, NOW)).toBe(false);
    postponed.postpone(aMail(1), NOW);
    expect(rests(postponed, aMail(2).position, NOW)).toBe(false);
    expect(rests(postponed, { uidValidity: '8', uid: 1 }, NOW)).toBe(false);
    postponed.forget(aMail(1));
    expect(rests(postponed, aMail(1).position, NOW)).toBe(false);
  });

  it.each([
    ['after it came', NOW - DAY_MS, NOW + 2 * DAY_MS],
    [
      'after it was first seen, when the server says that it comes from the future',
      NOW + DAY_MS,
      NOW + 3 * DAY_MS,
    ],
  ])('waits for three days %s', (_title, receivedAt, end) => {
    const postponed = new PostponedMail();
    const mail = aMail(1, { receivedAt });
    expect(postponed.mayWait(mail, NOW)).toBe(true);
    postponed.postpone(mail, NOW);
    expect(postponed.mayWait(mail, end - 1)).toBe(true);
    postponed.postpone(mail, end - 1);
    expect([postponed.mayWait(mail, end), rests(postponed, mail.position, end)]).toEqual([false, false]);
  });

  it('waits for six hours from when it was first seen where it came long ago, or the server says so', () => {
    const postponed = new PostponedMail();
    const mail = aMail(1, { receivedAt: 0 });
    expect(postponed.mayWait(mail, NOW)).toBe(true);
    postponed.postpone(mail, NOW);
    expect(postponed.mayWait(mail, NOW + 6 * HOUR_MS - 1)).toBe(true);
    expect(postponed.mayWait(mail, NOW + 6 * HOUR_MS)).toBe(false);
  });

  it('rests also after that where it can’t be stored even then', () => {
    const postponed = new PostponedMail();
    postponed.postpone(aMail(1), NOW);
    const end = NOW + 3 * DAY_MS;
    postponed.postpone(aMail(1), end);
    expect(rests(postponed, aMail(1).position, end + HOUR_MS / 2)).toBe(true);
  });

  it.each([
    ['mails', 100_000, 1],
    ['bytes', 16, 64 * 1024 * 1024],
  ])('no more of it waits than so many %s', (_title, most, size) => {
    const postponed = new PostponedMail();
    for (let uid = 1; uid <= most; uid += 1) postponed.postpone(aMail(uid, { size }), NOW);
    expect(postponed.mayWait(aMail(most + 1, { size }), NOW)).toBe(false);
    expect(postponed.mayWait(aMail(1, { size }), NOW)).toBe(true);
    postponed.forget(aMail(1));
    expect(postponed.mayWait(aMail(most + 1, { size }), NOW)).toBe(true);
  });

  it('makes room when the mail is gone from the inbox', () => {
    const postponed = new PostponedMail();
    const size = 256 * 1024 * 1024;
    for (let uid = 1; uid <= 4; uid += 1) postponed.postpone(aMail(uid, { size }), NOW);
    expect(postponed.mayWait(aMail(5, { size }), NOW)).toBe(false);
    postponed.withoutResting({ uidValidity: '7', uids: [2, 3, 4, 5] }, NOW);
    expect(postponed.mayWait(aMail(5, { size }), NOW)).toBe(true);
  });

  it('is told of when it is many that DNS does not answer for', () => {
    const postponed = new PostponedMail();
    for (let uid = 1; uid <= 9; uid += 1) postponed.postpone(aMail(uid), NOW);
    expect(postponed.trouble('INBOX')).toBeNull();
    postponed.postpone(aMail(10), NOW);
    expect(postponed.trouble('INBOX')).toBe(
      'DNS does not answer for the keys of 10 mails; they wait in INBOX',
    );
  });

  it('is told of one by one when it can’t be stored, as long as it waits for that', () => {
    const postponed = new PostponedMail();
    postponed.postpone(aMail(1), NOW, 'full');
    const told =
      "the mail with UID 1 in INBOX can't be stored (full); it stays there, and is tried again later";
    expect(postponed.trouble('INBOX')).toBe(told);
    for (let uid = 2; uid <= 8; uid += 1) postponed.postpone(aMail(uid), NOW, 'full');
    expect(postponed.trouble('INBOX')?.split('; ').at(-1)).toBe("3 more mails can't be stored");
    for (let uid = 1; uid <= 8; uid += 1) postponed.forget(aMail(uid));
    expect(postponed.trouble('INBOX')).toBeNull();
  });
});
