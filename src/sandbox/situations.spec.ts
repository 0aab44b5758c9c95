import { describe, expect, it } from 'vitest';
import { networkOf } from '../core/source/network.js';
import type { Flow } from './flow.js';
import { receive } from './receivers.js';
import { reportMail } from './report-mail.js';
import { situation, type Situation } from './situations.js';
import { calendarDay, trafficOn } from './traffic.js';

const NONE = 'v=DMARC1; p=none; rua=mailto:d@rua.example';
const REJECT = 'v=DMARC1; p=reject; rua=mailto:d@rua.example';

function traffic(name: Situation, days: number, seed = 1): (Flow & { readonly day: number })[] {
  const world = situation(name, seed);
  return Array.from({ length: days }, (_, day) => trafficOn(world, day).map((it) => ({ ...it, day }))).flat();
}

function messages(flows: readonly Flow[]): number {
  return flows.reduce((sum, flow) => sum + flow.messages, 0);
}

function daysByNetwork(flows: readonly { readonly ip: string; readonly day: number }[]): number[] {
  const days = new Map<string, Set<number>>();
  for (const { ip, day } of flows) days.set(ip, (days.get(ip) ?? new Set()).add(day));
  return [...days.values()].map((it) => it.size);
}

describe('spoofers', () => {
  it('keep a network for ten days', () => {
    const spoofed = traffic('lasting-spoofers', 40).filter((it) => it.origin === 'spoofer');
    expect(Math.max(...daysByNetwork(spoofed))).toBe(10);
  });

  it('with throw-away domains pass SPF as those, twice as much as the legitimate mail', () => {
    const flows = traffic('throw-away-spoofers', 28);
    const spoofed = flows.filter((it) => it.origin === 'spoofer');
    expect(spoofed.every(({ spf }) => spf.result === 'pass' && spf.domain.endsWith('.example'))).toBe(true);
    expect(spoofed.some(({ dkimAligned, spfAligned }) => dkimAligned || spfAligned)).toBe(false);
    const factor = messages(spoofed) / messages(flows.filter((it) => it.origin !== 'spoofer'));
    expect(factor).toBeGreaterThan(1.5);
    expect(factor).toBeLessThan(4);
    expect(Math.max(...daysByNetwork(spoofed))).toBeLessThanOrEqual(3);
  });

  it('make up a subdomain each', () => {
    const spoofed = traffic('spoofed-subdomains', 5).filter((it) => it.origin === 'spoofer');
    expect(spoofed.every(({ headerFrom }) => headerFrom.endsWith('.spoofed-subdomains.example'))).toBe(true);
    expect(new Set(spoofed.map((it) => it.headerFrom)).size).toBeGreaterThan(20);
  });
});

describe('legitimate senders', () => {
  it('break on the way now and then', () => {
    const flows = traffic('transit-noise', 30).filter((it) => it.origin !== 'spoofer');
    const broken = flows.filter((it) => it.origin === 'transit');
    expect(broken.every(({ dkimAligned, spfAligned }) => !dkimAligned && !spfAligned)).toBe(true);
    expect(messages(broken) / messages(flows)).toBeGreaterThan(0.001);
    expect(messages(broken) / messages(flows)).toBeLessThan(0.006);
  });

  it('send from a pool, other addresses of one network each day', () => {
    const own = traffic('ipv6-pool-breaks', 5).filter((it) => it.name === 'mail servers');
    expect(new Set(own.map((it) => networkOf(it.ip))).size).toBe(1);
    expect(new Set(own.map((it) => it.ip)).size).toBeGreaterThan(20);
  });

  it.each<readonly [Situation, string, number]>([
    ['weekly-unaligned-newsletter', 'weekly letter', 4],
    ['monthly-run-at-aligned-vendor', 'invoices', 1],
    ['unauthenticated-host', 'scanner', 20],
  ])('%s: %s sends on %i of 28 days', (name, sender, days) => {
    const sent = traffic(name, 28).filter((it) => it.name === sender);
    expect(new Set(sent.map((it) => it.day)).size).toBe(days);
  });

  it('move to other hosts, and none of their mail fails', () => {
    const flows = traffic('moved-hosts', 70).filter((it) => it.origin === 'sender');
    const before = new Set(flows.filter((it) => it.name === 'mail servers').map((it) => it.day));
    const after = new Set(flows.filter((it) => it.name === 'new mail servers').map((it) => it.day));
    expect([Math.max(...before), Math.min(...after)]).toEqual([59, 60]);
    expect(flows.every(({ dkimAligned, spfAligned }) => dkimAligned || spfAligned)).toBe(true);
  });

  it('run a campaign of five days of mail on one', () => {
    const campaign = traffic('campaign', 100).filter((it) => it.name === 'campaign');
    const daily = messages(traffic('healthy', 28).filter((it) => it.origin === 'sender')) / 28;
    expect(new Set(campaign.map((it) => it.day)).size).toBe(1);
    expect(messages(campaign)).toBeGreaterThan(daily * 2);
  });
});

describe('receivers', () => {
  it('that know a mailing list spare its mail and say so, and the others refuse it', () => {
    const world = situation('lists-known-to-receivers', 1);
    const seen = Array.from({ length: 14 }, (_, day) => receive(world, day, () => REJECT));
    const rows = seen.flatMap((day) => day.reports).flatMap(({ report }) => report.records);
    const list = rows.filter((row) => row.envelopeFrom === 'lists.club.example');
    expect(new Set(list.map((row) => `${row.disposition} ${row.reasons[0]?.type}`))).toEqual(
      new Set(['none mailing_list', 'reject undefined']),
    );
  });

  it('may stop reporting while the others go on', () => {
    const world = situation('largest-reporter-stops', 1);
    const reporting = (day: number): string[] =>
      receive(world, day, () => NONE).reports.map((it) => it.reporter.domain);
    expect(reporting(59)).toContain('bigmail.example');
    expect(reporting(60)).not.toContain('bigmail.example');
    expect(reporting(60)).toContain('outpost-mail.example');
  });
});

describe("a stranger's report", () => {
  it.each<readonly [Situation, string, string]>([
    ['strangers-good-word', 'evil.example', 'pass'],
    ['strangers-bad-word', 'evil.example', 'fail'],
    ['false-google-good-word', 'google.com', 'pass'],
    ['false-google-bad-word', 'google.com', 'fail'],
  ])('%s: authentic mail in the name of %s claims 90,000 messages that %s', (name, orgName, word) => {
    const world = situation(name, 1);
    const [sent] = receive(world, 3, () => NONE).reports.filter(
      (it) => it.reporter.domain === 'evil.example',
    );
    if (sent === undefined) throw new Error('no report of the stranger');
    expect(sent).toMatchObject({
      forged: false,
      report: { orgName, begin: Date.parse(calendarDay(world, 3)) / 1000 },
    });
    expect(sent.report.records.every((row) => row.dkim === word && row.spf === word)).toBe(true);
    const claimed = sent.report.records.reduce((sum, row) => sum + row.count, 0);
    expect(Math.abs(claimed - 90_000)).toBeLessThan(10);
    const mail = reportMail(sent, { address: 'd@rua.example', authservId: 'mx.rua.example' }).toString();
    expect(mail).toContain('dmarc=pass (p=REJECT) header.from=evil.example');
  });
});
