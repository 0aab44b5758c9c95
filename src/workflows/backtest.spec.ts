import { describe, expect, it } from 'vitest';
import { LADDERS } from '../core/rollout/ladder.js';
import type { Replay } from '../core/rollout/replay.js';
import { DEFAULT_SETTINGS } from '../core/rollout/rollout.js';
import { MailAuthenticator } from '../imap/authenticate-report.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import { receive } from '../sandbox/receivers.js';
import { reportMail } from '../sandbox/report-mail.js';
import { reportXml } from '../sandbox/report-xml.js';
import { situation, type Situation } from '../sandbox/situations.js';
import type { SentReport } from '../sandbox/sent-report.js';
import { backtest, type BacktestOptions } from './backtest.js';
import type { BacktestCrew } from './backtest-crew.js';
import { BacktestWork } from './backtest-work.js';

const ADDRESSEE = { address: 'dmarc@rua.example', authservId: 'mx.rua.example' };
const OPTIONS: BacktestOptions = {
  ladder: LADDERS.gradual,
  settings: DEFAULT_SETTINGS,
  domain: null,
  until: null,
};

function reportsAbout(name: Situation, days: number): readonly SentReport[] {
  const world = situation(name, 1, { domain: `${name}.example` });
  const record = 'v=DMARC1; p=none; rua=mailto:dmarc@rua.example';
  return Array.from({ length: days }, (_, day) => receive(world, day, () => record).reports).flat();
}

function workOn(files: ReadonlyMap<string, Uint8Array>): BacktestWork<Replay> {
  const load = (name: string): Uint8Array => {
    const bytes = files.get(name);
    if (bytes === undefined) throw new Error(`${name} cannot be read`);
    return bytes;
  };
  const resolveTxt = () => Promise.reject(new Error('no look-up was expected'));
  const authenticator = new MailAuthenticator({ authservId: ADDRESSEE.authservId, resolveTxt });
  return new BacktestWork(load, new MimeUnpacker(), authenticator, (replay) => replay);
}

/** Does the tasks it is given at the same time in the reverse order. */
function backwards(work: BacktestWork<Replay>, size: number): BacktestCrew<Replay> {
  const waiting: (() => void)[] = [];
  const turn = (): Promise<void> => {
    const come = new Promise<void>((resolve) => waiting.unshift(resolve));
    setImmediate(() => waiting.shift()?.());
    return come;
  };
  return {
    size,
    read: (task) => turn().then(() => work.read(task)),
    replay: (task) => turn().then(() => work.replay(task)),
  };
}

function named(contents: readonly Uint8Array[]): ReadonlyMap<string, Uint8Array> {
  return new Map(contents.map((bytes, index) => [`${String(index).padStart(4, '0')}.eml`, bytes]));
}

const sent = [...reportsAbout('healthy', 42), ...reportsAbout('unaligned-sender', 42)];
const mails = named(sent.map((one) => reportMail(one, ADDRESSEE)));

describe('a backtest', () => {
  it('says the same whoever does the work, in whatever order', async () => {
    const names = [...mails.keys()];
    const alone = await backtest(names, OPTIONS, workOn(mails));
    const many = await backtest(names, OPTIONS, backwards(workOn(mails), 3));
    expect(alone.told.map(({ domain }) => domain)).toEqual(['healthy.example', 'unaligned-sender.example']);
    expect(alone.told[0]?.transitions.length).toBeGreaterThan(0);
    expect(alone.told[1]?.transitions).toEqual([]);
    expect(many).toEqual(alone);
  });

  it('of mails and of their bare reports says the same of the same senders', async () => {
    const bare = named(sent.map(({ report }) => Buffer.from(reportXml(report))));
    const { told, leftOut } = await backtest([...bare.keys()], OPTIONS, workOn(bare));
    expect(told.map(({ domain, transitions }) => [domain, transitions.length > 0])).toEqual([
      ['healthy.example', true],
      ['unaligned-sender.example', false],
    ]);
    expect(leftOut).toEqual({ mails: 0, falseClaims: 0, withoutReport: 0 });
  });

  it('of one domain passes the others over', async () => {
    const options = { ...OPTIONS, domain: 'healthy.example' };
    const { told } = await backtest([...mails.keys()], options, workOn(mails));
    expect(told.map(({ domain }) => domain)).toEqual(['healthy.example']);
  });

  it('goes on to the given day, or to the last report about any domain', async () => {
    const [short, long] = [reportsAbout('healthy', 40), reportsAbout('low-volume', 50)];
    const files = named([...short, ...long].map((one) => reportMail(one, ADDRESSEE)));
    const toTheLast = await backtest([...files.keys()], OPTIONS, workOn(files));
    expect(toTheLast.told[0]?.holds.map(({ reason }) => reason)).toContain('silent');
    const until = Math.max(...short.map(({ arrivesAt }) => arrivesAt));
    const toTheGiven = await backtest([...files.keys()], { ...OPTIONS, until }, workOn(files));
    expect(toTheGiven.told[0]?.holds.map(({ reason }) => reason)).not.toContain('silent');
  });

  it('leaves out and counts what is not authentic, and what is no report', async () => {
    const [one, other] = sent;
    if (one === undefined || other === undefined) throw new Error('no reports');
    const claiming = { ...other, report: { ...other.report, orgName: 'google.com' } };
    const files = named([
      reportMail(one, ADDRESSEE),
      reportMail({ ...one, forged: true }, ADDRESSEE),
      reportMail(claiming, ADDRESSEE),
      Buffer.from('From: a@example.org\r\n\r\nHello'),
      Buffer.from('nothing'),
    ]);
    const { told, leftOut } = await backtest([...files.keys()], OPTIONS, workOn(files));
    expect(leftOut).toEqual({ mails: 1, falseClaims: 1, withoutReport: 2 });
    expect(told).toHaveLength(1);
  });

  it('of nothing says nothing', async () => {
    expect(await backtest([], OPTIONS, workOn(new Map()))).toEqual({
      told: [],
      leftOut: { mails: 0, falseClaims: 0, withoutReport: 0 },
    });
  });

  it('ends with the error of the first file that cannot be read, and starts nothing after it', async () => {
    const names = ['gone.eml', ...Array.from({ length: 500 }, (_, index) => `${index}.eml`)];
    let tasks = 0;
    const work = workOn(new Map());
    const crew: BacktestCrew<Replay> = {
      size: 1,
      read: (task) => {
        tasks += 1;
        return work.read(task);
      },
      replay: (task) => work.replay(task),
    };
    await expect(backtest(names, OPTIONS, crew)).rejects.toThrow('gone.eml cannot be read');
    expect(tasks).toBeLessThan(4);
  });
});
