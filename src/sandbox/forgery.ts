import { DAY_MS, HOUR_MS, startOfDay } from '../core/instant.js';
import type { AggregateReport, ReportRecord } from '../core/report/report.js';
import { randomOf } from './random.js';
import type { SentReport } from './sent-report.js';
import { calendarDay } from './traffic.js';
import type { Forgery, World } from './world.js';

/** Report mails that somebody else sends in the reporters' names, to push the domain up or down. */
export function forgedReports(world: World, day: number): readonly SentReport[] {
  const { forgery } = world;
  if (forgery === null) return [];
  const begin = startOfDay(calendarDay(world, day));
  return Array.from({ length: forgery.perDay }, (_, index) => {
    const random = randomOf(world.seed, world.domain, 'forged', day, index);
    const reporter = random.pick(world.reporters);
    const report: AggregateReport = {
      schema: 'rfc7489',
      orgName: reporter.orgName,
      email: `dmarc-reports@${reporter.domain}`,
      reportId: `${world.domain}.${begin / 1000}.f${random.between(1e8, 1e9)}`,
      begin: begin / 1000,
      end: (begin + DAY_MS) / 1000 - 1,
      policy: {
        domain: world.domain,
        p: 'none',
        sp: null,
        np: null,
        pct: 100,
        adkim: 'r',
        aspf: 'r',
        testing: null,
      },
      records: claims(world, forgery),
      dropped: [],
    };
    const arrivesAt = begin + DAY_MS + random.between(1, 20) * HOUR_MS;
    return { reporter, report, arrivesAt, forged: true };
  });
}

/** The domain's real addresses, with made-up numbers. */
function claims(world: World, forgery: Forgery): readonly ReportRecord[] {
  const word = forgery.claim === 'good' ? 'pass' : 'fail';
  return world.senders.map((sender) => ({
    sourceIp: sender.ips[0] ?? '192.0.2.1',
    count: Math.max(1, Math.round(forgery.messages / world.senders.length)),
    disposition: 'none',
    dkim: word,
    spf: word,
    reasons: [],
    headerFrom: sender.headerFrom,
    envelopeFrom: sender.headerFrom,
    envelopeTo: null,
    dkimResults: [{ domain: sender.headerFrom, selector: sender.selector, result: word }],
    spfResults: [{ domain: sender.headerFrom, scope: 'mfrom', result: word }],
  }));
}
