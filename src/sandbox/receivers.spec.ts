import { describe, expect, it } from 'vitest';
import { dayOf, startOfDay } from '../core/instant.js';
import { receive, type DayAtReceivers } from './receivers.js';
import { situation, SITUATIONS, type Situation } from './situations.js';
import { withBreak, type World } from './world.js';

const NONE = 'v=DMARC1; p=none; rua=mailto:d@rua.example';
const REJECT = 'v=DMARC1; p=reject; rua=mailto:d@rua.example';

function days(world: World, count: number, record = NONE): DayAtReceivers[] {
  return Array.from({ length: count }, (_, day) => receive(world, day, () => record));
}

function messages(seen: readonly DayAtReceivers[], passed?: boolean): number {
  const reports = seen.flatMap((day) => day.reports).filter((sent) => !sent.forged);
  const unique = new Map(reports.map(({ report, reporter }) => [reporter.domain + report.reportId, report]));
  let sum = 0;
  for (const report of unique.values()) {
    for (const row of report.records) {
      const isPass = row.dkim === 'pass' || row.spf === 'pass';
      if (passed === undefined || passed === isPass) sum += row.count;
    }
  }
  return sum;
}

function hurt(seen: readonly DayAtReceivers[], origin = 'sender'): number {
  const harm = seen.flatMap((day) => day.harm).filter((one) => one.origin === origin);
  return harm.reduce((sum, one) => sum + one.junked + one.refused, 0);
}

describe('the world', () => {
  it.each(SITUATIONS)('%s is the same each time for a seed, and another for another', (name: Situation) => {
    const first = days(situation(name, 7), 3);
    expect(days(situation(name, 7), 3)).toEqual(first);
    expect(days(situation(name, 8), 3)).not.toEqual(first);
  });

  it('a break changes no day before it', () => {
    const world = situation('healthy', 1);
    const broken = withBreak(world, 'mail servers', 5);
    expect(days(broken, 5)).toEqual(days(world, 5));
    expect(receive(broken, 5, () => NONE)).not.toEqual(receive(world, 5, () => NONE));
  });

  it.each(Array.from({ length: 8 }, (_, seed) => seed))(
    'under heavy spoofing most mail fails and none of the legitimate mail is hurt (seed %d)',
    (seed) => {
      const seen = days(situation('heavy-spoofing', seed), 21, REJECT);
      const factor = messages(seen, false) / messages(seen, true);
      expect(factor).toBeGreaterThan(3);
      expect(factor).toBeLessThan(17);
      expect(hurt(seen)).toBe(0);
      expect(hurt(seen, 'forwarder')).toBe(0);
    },
  );

  it.each(Array.from({ length: 8 }, (_, seed) => seed))(
    'an unaligned sender makes up 3 to 30 % of the legitimate mail and would be hurt by a reject (seed %d)',
    (seed) => {
      const seen = days(situation('unaligned-sender', seed), 28, REJECT);
      const share = hurt(seen) / (messages(seen, true) + hurt(seen));
      expect(share).toBeGreaterThan(0.02);
      expect(share).toBeLessThan(0.36);
    },
  );

  it('spoofing networks come and go', () => {
    const seen = days(situation('heavy-spoofing', 3), 14);
    const last = new Map<string, Set<number>>();
    for (const [day, { reports }] of seen.entries()) {
      const failing = reports.flatMap(({ report }) => report.records).filter((row) => row.dkim === 'fail');
      for (const row of failing) last.set(row.sourceIp, (last.get(row.sourceIp) ?? new Set()).add(day));
    }
    expect(Math.max(...[...last.values()].map((active) => active.size))).toBeLessThanOrEqual(3);
    expect(last.size).toBeGreaterThan(100);
  });

  it('a low-volume domain sends two to four messages a day', () => {
    const traffic = days(situation('low-volume', 2), 30);
    expect(messages(traffic)).toBeGreaterThanOrEqual(30 * 2 * 0.8);
    expect(messages(traffic)).toBeLessThanOrEqual(30 * 4);
  });

  it('mailing lists break about one percent', () => {
    const seen = days(situation('mailing-lists', 4), 30, REJECT);
    const share = hurt(seen, 'list') / messages(seen, true);
    expect(share).toBeGreaterThan(0.005);
    expect(share).toBeLessThan(0.02);
  });

  it('reports stop and mail goes on', () => {
    const world = situation('reports-stop', 1);
    expect(world.reportsStopOn).toBeGreaterThanOrEqual(45);
    expect(receive(world, 44, () => NONE).reports.length).toBeGreaterThan(0);
    expect(receive(world, 60, () => NONE).reports).toEqual([]);
  });
});

describe('what receivers report', () => {
  it('a report arrives 2 to 60 hours after its day, or a day later when it is a duplicate', () => {
    for (const { report, arrivesAt } of days(situation('healthy', 1), 30).flatMap((day) => day.reports)) {
      const hours = (arrivesAt / 1000 - report.end - 1) / 3600;
      expect(hours).toBeGreaterThanOrEqual(2);
      expect(hours).toBeLessThanOrEqual(80);
    }
  });

  it('a record that changes during the day splits the reports of the new kind and mixes those of the old', () => {
    const world = situation('unaligned-sender', 5);
    const noon = startOfDay(world.start) + 12 * 3_600_000;
    const { reports } = receive(world, 0, (_, at) => (at < noon ? NONE : REJECT));
    const mixed = reports.find((sent) => sent.reporter.domain === 'bigmail.example');
    expect(mixed?.report.policy.p).toBe('reject');
    const done = new Set(mixed?.report.records.map((row) => row.disposition));
    expect([...done].sort()).toEqual(['none', 'reject']);
    const split = reports.filter((sent) => sent.reporter.domain === 'freepost.example');
    expect(split.map(({ report }) => report.policy.p)).toEqual(['none', 'reject']);
    expect(split.map(({ report }) => dayOf(report.begin * 1000))).toEqual([world.start, world.start]);
  });

  it('no message is lost or doubled by a split', () => {
    const world = situation('unaligned-sender', 6);
    const noon = startOfDay(world.start) + 12 * 3_600_000;
    const split = receive(world, 0, (_, at) => (at < noon ? NONE : REJECT));
    expect(messages([split])).toBe(messages([receive(world, 0, () => NONE)]));
  });

  it('nobody reports on a domain without a record, and nothing is hurt', () => {
    const seen = receive(situation('unaligned-sender', 5), 0, () => null);
    expect(seen).toEqual({ reports: [], harm: [] });
  });

  it('forged reports claim what the truth is not', () => {
    const sent = receive(situation('forged-bad', 5), 0, () => NONE).reports.filter(({ forged }) => forged);
    expect(sent).toHaveLength(3);
    expect(sent.every(({ report }) => report.records.every((row) => row.dkim === 'fail'))).toBe(true);
  });
});
