import { DAY_MS, HOUR_MS, startOfDay } from '../core/instant.js';
import type { AggregateReport, ReportRecord } from '../core/report/report.js';
import { randomOf, type Random } from './random.js';
import type { SentReport } from './sent-report.js';
import { calendarDay } from './traffic.js';
import type { Forgery, Reporter, World } from './world.js';

/** Report mails that somebody makes up to push the domain up or down. */
export function forgedReports(world: World, day: number): readonly SentReport[] {
  const { forgery } = world;
  if (forgery === null) return [];
  const begin = startOfDay(calendarDay(world, day));
  return Array.from({ length: forgery.perDay }, (_, index) => {
    const random = randomOf(world.seed, world.domain, 'forged', day, index);
    const reporter = author(forgery, world.reporters, random);
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
    return { reporter, report, arrivesAt, forged: forgery.by === 'in-reporters-names' };
  });
}

/** The stranger's mail is authentic: it comes from the domain that it says. */
function author({ by }: Forgery, reporters: readonly Reporter[], random: Random): SentReport['reporter'] {
  if (by === 'in-reporters-names') return random.pick(reporters);
  return { domain: by.stranger, orgName: by.orgName, packing: 'gzip' };
}

/** The domain's real addresses, with made-up numbers. */
function claims(world: World, forgery: Forgery): readonly ReportRecord[] {
  const word = forgery.claim === 'good' ? 'pass' : 'fail';
  const from = world.senders.flatMap((sender) => sender.ips.map((ip) => ({ ip, sender })));
  return from.map(({ ip, sender }) => ({
    sourceIp: ip,
    count: Math.max(1, Math.round(forgery.messages / from.length)),
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
