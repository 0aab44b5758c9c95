import { DAY_MS, HOUR_MS, startOfDay, type Instant } from '../core/instant.js';
import type { AggregateReport, ReportRecord } from '../core/report/report.js';
import type { Policy } from '../core/record/policy.js';
import type { Flow, Origin } from './flow.js';
import { forgedReports } from './forgery.js';
import { randomOf, type Random } from './random.js';
import { publishedPolicy, readRecord, treatment, type RecordAsRead } from './receiver-policy.js';
import type { SentReport } from './sent-report.js';
import { calendarDay, trafficOn } from './traffic.js';
import type { Reporter, World } from './world.js';

/** The text at `_dmarc.<domain>` at an instant, as DNS gives it; null: none. */
export type LookUpRecord = (domain: string, at: Instant) => string | null;

/** Ground truth: messages of one origin that a receiver junked or refused. */
export interface Harm {
  readonly day: number;
  readonly origin: Origin;
  readonly name: string;
  readonly junked: number;
  readonly refused: number;
}

export interface DayAtReceivers {
  readonly reports: readonly SentReport[];
  readonly harm: readonly Harm[];
}

/** A receiver looks the policy up anew so many times a day. */
const LOOK_UPS_A_DAY = 4;

/**
 * One day of the world at all its receivers: who sent what, what each receiver did with it under the record that
 * stood in DNS at that time, and the reports that they send about it.
 */
export function receive(world: World, day: number, lookUp: LookUpRecord): DayAtReceivers {
  const traffic = trafficOn(world, day);
  const shares = splitAmong(world, traffic, day);
  const seen = world.reporters.map((reporter, index) =>
    atReceiver(world, day, reporter, shares[index] ?? [], lookUp),
  );
  return {
    reports: [...seen.flatMap((one) => one.reports), ...forgedReports(world, day)],
    harm: seen.flatMap((one) => one.harm),
  };
}

/** Which receiver gets how many messages of each flow; what is left over goes to receivers that never report. */
function splitAmong(world: World, traffic: readonly Flow[], day: number): readonly (readonly Flow[])[] {
  const random = randomOf(world.seed, world.domain, 'split', day);
  const shares: Flow[][] = world.reporters.map(() => []);
  for (const flow of traffic) {
    let left = flow.messages;
    let shareLeft = 1;
    for (const [index, { share }] of world.reporters.entries()) {
      const messages = random.successes(left, Math.min(1, share / shareLeft));
      left -= messages;
      shareLeft -= share;
      if (messages > 0) shares[index]?.push({ ...flow, messages });
    }
  }
  return shares;
}

function atReceiver(
  world: World,
  day: number,
  reporter: Reporter,
  flows: readonly Flow[],
  lookUp: LookUpRecord,
): DayAtReceivers {
  const random = randomOf(world.seed, world.domain, 'receiver', reporter.domain, day);
  const begin = startOfDay(calendarDay(world, day)) + reporter.dayOffsetHours * HOUR_MS;
  const parts: Part[] = [];
  const harm: Harm[] = [];
  for (const period of periods(world.domain, begin, lookUp)) {
    const records: ReportRecord[] = [];
    for (const flow of partOf(flows, period, begin)) {
      const outcome = treat(flow, world.domain, period.record, reporter, random);
      records.push(...outcome.records);
      if (outcome.harmed.junked + outcome.harmed.refused > 0) {
        harm.push({ day, origin: flow.origin, name: flow.name, ...outcome.harmed });
      }
    }
    if (period.record !== null && records.length > 0)
      parts.push({ ...period, record: period.record, records });
  }
  if (hasStopped(world.reportsStopOn, day) || hasStopped(reporter.stopsOn, day)) return { reports: [], harm };
  const told = reporter.schema === 'rfc9990' ? parts : mixed(parts);
  const reports = told.map((part) => asReport(world, reporter, part));
  return { reports: reports.flatMap((report) => sent(reporter, report, begin + DAY_MS, random)), harm };
}

function hasStopped(from: number | null, day: number): boolean {
  return from !== null && day >= from;
}

/** What a report is about: a stretch of time and the record that it names. */
interface Part extends Period {
  readonly record: RecordAsRead;
  readonly records: readonly ReportRecord[];
}

/** A receiver of the old kind writes one report a day and names the last record that it saw. */
function mixed(parts: readonly Part[]): readonly Part[] {
  const first = parts[0];
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return [];
  return [{ ...last, begin: first.begin, records: parts.flatMap((part) => part.records) }];
}

/** A part of a receiver's day through which one record stood. */
interface Period {
  readonly begin: Instant;
  readonly end: Instant;
  readonly record: RecordAsRead | null;
  readonly text: string | null;
}

/** The stretches of a receiver's day, one for each record that stood (RFC 9990 3.3: a report is about one of them). */
function periods(domain: string, begin: Instant, lookUp: LookUpRecord): Period[] {
  const slice = DAY_MS / LOOK_UPS_A_DAY;
  const found: Period[] = [];
  for (let at = begin; at < begin + DAY_MS; at += slice) {
    const text = lookUp(domain, at);
    const last = found.at(-1);
    if (last !== undefined && last.text === text) found[found.length - 1] = { ...last, end: at + slice };
    else found.push({ begin: at, end: at + slice, record: readRecord(text), text });
  }
  return found;
}

function partOf(flows: readonly Flow[], period: Period, begin: Instant): readonly Flow[] {
  const share = (period.end - period.begin) / DAY_MS;
  if (share === 1) return flows;
  // Differences of rounded sums: no message is lost or seen twice.
  const before = (period.begin - begin) / DAY_MS;
  return flows
    .map((flow) => ({
      ...flow,
      messages: Math.round(flow.messages * (before + share)) - Math.round(flow.messages * before),
    }))
    .filter((flow) => flow.messages > 0);
}

interface Outcome {
  readonly records: readonly ReportRecord[];
  readonly harmed: { readonly junked: number; readonly refused: number };
}

const UNHARMED = { junked: 0, refused: 0 } as const;

function treat(
  flow: Flow,
  domain: string,
  record: RecordAsRead | null,
  reporter: Reporter,
  random: Random,
): Outcome {
  if (flow.dkimAligned || flow.spfAligned) {
    const word = reporter.schema === 'rfc9990' ? 'pass' : 'none';
    return { records: [row(flow, flow.messages, word, null)], harmed: UNHARMED };
  }
  if (record === null) return { records: [row(flow, flow.messages, 'none', null)], harmed: UNHARMED };
  if (flow.isKnownList && knowsLists(reporter)) {
    return { records: [row(flow, flow.messages, 'none', 'mailing_list')], harmed: UNHARMED };
  }
  const level = flow.headerFrom === domain ? 'domain' : 'subdomain';
  const { policy, share, otherwise, reason } = treatment(record, reporter.receiver, level);
  const struck = random.successes(flow.messages, share);
  const spared = flow.messages - struck;
  const records = [
    row(flow, struck, policy, reason === 'policy_test_mode' ? reason : null),
    row(flow, spared, otherwise, reason),
  ].filter(({ count }) => count > 0);
  const isLegitimate = flow.origin !== 'spoofer';
  return { records, harmed: isLegitimate ? harmOf([policy, struck], [otherwise, spared]) : UNHARMED };
}

/** The large ones keep lists of lists. */
function knowsLists({ share }: Reporter): boolean {
  return share > 0.2;
}

function harmOf(...treated: readonly (readonly [Policy, number])[]): Outcome['harmed'] {
  const count = (wanted: Policy): number =>
    treated.reduce((sum, [policy, messages]) => sum + (policy === wanted ? messages : 0), 0);
  return { junked: count('quarantine'), refused: count('reject') };
}

function row(flow: Flow, count: number, disposition: string, reason: string | null): ReportRecord {
  return {
    sourceIp: flow.ip,
    count,
    disposition,
    dkim: flow.dkimAligned ? 'pass' : 'fail',
    spf: flow.spfAligned ? 'pass' : 'fail',
    reasons: reason === null ? [] : [{ type: reason, comment: null }],
    headerFrom: flow.headerFrom,
    envelopeFrom: flow.envelopeFrom,
    envelopeTo: null,
    dkimResults: flow.dkim,
    spfResults: [flow.spf],
  };
}

function asReport(world: World, reporter: Reporter, part: Part): AggregateReport {
  const begin = part.begin / 1000;
  return {
    schema: reporter.schema,
    orgName: reporter.orgName,
    email: `dmarc-reports@${reporter.domain}`,
    reportId: `${world.domain}.${begin}.${randomOf(world.seed, reporter.domain, begin).between(1e8, 1e9)}`,
    begin,
    end: part.end / 1000 - 1,
    policy: publishedPolicy(world.domain, part.record, reporter.receiver),
    records: part.records,
    dropped: [],
  };
}

/** Zero, one or two mails: some reports are never sent, some come twice. */
function sent(reporter: Reporter, report: AggregateReport, dayEnd: Instant, random: Random): SentReport[] {
  const { least, most } = reporter.lagHours;
  // In whole seconds, as the Date header of a mail says it.
  const arrivesAt = dayEnd + Math.round((least + (most - least) * random.fraction()) * 3600) * 1000;
  if (random.chance(reporter.gaps)) return [];
  const first: SentReport = { reporter, report, arrivesAt, forged: false };
  if (!random.chance(reporter.duplicates)) return [first];
  return [first, { ...first, arrivesAt: arrivesAt + random.between(1, 20) * HOUR_MS }];
}
