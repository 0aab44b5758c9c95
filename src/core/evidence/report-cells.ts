import type { AggregateReport, OverrideReason, PublishedPolicy, ReportRecord } from '../report/report.js';
import { dayOf, HOUR_MS } from '../instant.js';
import type { Cell } from './cell.js';
import { isAligned } from '../alignment/identifier-alignment.js';
import { organizationalDomain } from '../alignment/organizational-domain.js';

/** A report over a longer span cannot be put to a day and stays out of the daily numbers. */
const LONGEST_SPAN_MS = 26 * HOUR_MS;

/** A report that begins this shortly before midnight UTC is about the day that follows. */
export const EARLY_START_MS = 2 * HOUR_MS;

interface Outcome {
  readonly passed: boolean;
  readonly dkimAligned: boolean;
  readonly spfAligned: boolean;
  readonly forwarded: boolean;
  readonly brokenSignature: boolean;
  readonly indirect: boolean;
  readonly disputed: boolean;
  readonly authenticatedAs: string | null;
}

/**
 * What a report adds to the evidence, a cell for each day, Author Domain, address and authentication.
 * `reporter` is the domain that authenticated the report mail. Empty when the report spans more than 26 hours.
 */
export function reportCells(report: AggregateReport, reporter: string): readonly Cell[] {
  const begin = report.begin * 1000;
  if (report.end * 1000 - begin > LONGEST_SPAN_MS) return [];
  const day = dayOf(begin + EARLY_START_MS);
  const cells = new Map<string, Cell>();
  for (const record of report.records) {
    const cell = toCell(record, judgeRecord(record, report.policy), day, reporter);
    const key = `${cell.headerFrom} ${cell.ip} ${cell.authenticatedAs ?? ''}`;
    const known = cells.get(key);
    cells.set(key, known === undefined ? cell : addCells(known, cell));
  }
  return [...cells.values()];
}

function toCell(record: ReportRecord, outcome: Outcome, day: string, reporter: string): Cell {
  const count = (is: boolean): number => (is ? record.count : 0);
  return {
    day,
    reporter,
    headerFrom: record.headerFrom,
    ip: record.sourceIp,
    authenticatedAs: outcome.authenticatedAs,
    messages: record.count,
    passed: count(outcome.passed),
    dkimAligned: count(outcome.dkimAligned),
    spfAligned: count(outcome.spfAligned),
    forwarded: count(outcome.forwarded),
    brokenSignature: count(outcome.brokenSignature),
    indirect: count(outcome.indirect),
    disputed: count(outcome.disputed),
  };
}

function addCells(a: Cell, b: Cell): Cell {
  return {
    ...a,
    messages: a.messages + b.messages,
    passed: a.passed + b.passed,
    dkimAligned: a.dkimAligned + b.dkimAligned,
    spfAligned: a.spfAligned + b.spfAligned,
    forwarded: a.forwarded + b.forwarded,
    brokenSignature: a.brokenSignature + b.brokenSignature,
    indirect: a.indirect + b.indirect,
    disputed: a.disputed + b.disputed,
  };
}

/**
 * RFC 9990 3.1.1.9: `policy_evaluated` is the aligned outcome, `auth_results` the raw one. Alignment is computed
 * again from the raw results; a pass needs both to agree. Without raw results the evaluated word stands.
 */
export function judgeRecord(record: ReportRecord, policy: PublishedPolicy): Outcome {
  const author = record.headerFrom;
  const ownSignatures = record.dkimResults.filter((it) => isAligned(it.domain, author, policy.adkim));
  const envelope = record.spfResults.filter((it) => it.scope !== 'helo' || record.spfResults.length === 1);
  const rawDkim = ownSignatures.some((it) => it.result === 'pass');
  const rawSpf = envelope.some((it) => it.result === 'pass' && isAligned(it.domain, author, policy.aspf));
  const dkimAligned = passes(record.dkim, rawDkim, record.dkimResults.length > 0);
  const spfAligned = passes(record.spf, rawSpf, record.spfResults.length > 0);
  const passed = dkimAligned || spfAligned;
  const evaluated = record.dkim === 'pass' || record.spf === 'pass';
  const anySpf = record.spfResults.some((it) => it.result === 'pass');
  return {
    passed,
    dkimAligned,
    spfAligned,
    forwarded: dkimAligned && !spfAligned && !anySpf,
    brokenSignature: !passed && ownSignatures.some((it) => it.result !== 'pass' && it.result !== 'none'),
    indirect: !passed && record.reasons.some(saysIndirect),
    disputed: !passed && (evaluated || rawDkim || rawSpf),
    authenticatedAs: foreignIdentity(record),
  };
}

/** Overrides tell how mail came; what a receiver did with it for reasons of sampling or testing tells nothing. */
const INDIRECT: readonly string[] = ['forwarded', 'mailing_list', 'trusted_forwarder'];

function saysIndirect({ type, comment }: OverrideReason): boolean {
  return INDIRECT.includes(type) || (type === 'local_policy' && comment?.includes('arc=pass') === true);
}

/** Some reporters leave the evaluated word out; the raw results then speak alone. */
function passes(evaluated: string, rawPass: boolean, isRawKnown: boolean): boolean {
  if (evaluated === '') return rawPass;
  return evaluated === 'pass' && (rawPass || !isRawKnown);
}

/** Who the mail authenticated as besides its author: a passing signature first, else a passing envelope domain. */
function foreignIdentity(record: ReportRecord): string | null {
  const own = organizationalDomain(record.headerFrom);
  const identities = [...record.dkimResults, ...record.spfResults]
    .filter((it) => it.result === 'pass' && it.domain !== '')
    .map((it) => organizationalDomain(it.domain));
  return identities.find((domain) => domain !== own) ?? null;
}
