import { HOUR_MS, addDays, daysBetween, endOfDay } from '../../src/core/instant.js';
import type { AssessedSource, Assessment, RecentActivity } from '../../src/core/evidence/assessment.js';
import type { AggregateReport, ReportRecord } from '../../src/core/report/report.js';
import type { Day } from '../../src/core/instant.js';
import type { Cell } from '../../src/core/evidence/cell.js';
import type { SignedMail } from '../../src/core/checks/signed-mail.js';
import type { Evidence } from '../../src/core/evidence/assess.js';
import type { Reporting } from '../../src/core/evidence/reporting-days.js';
import { ReportingDays } from '../../src/core/evidence/reporting-days.js';
import { Trust } from '../../src/core/evidence/trust.js';

/** 100 messages of the domain's own mail server that pass by both. */
export function aCell(patch: Partial<Cell> = {}): Cell {
  const messages = patch.messages ?? 100;
  return {
    day: '2026-03-10',
    reporter: 'big.example',
    headerFrom: 'shop.example',
    ip: '192.0.2.10',
    authenticatedAs: null,
    messages,
    passed: messages,
    dkimAligned: patch.passed ?? messages,
    spfAligned: patch.passed ?? messages,
    forwarded: 0,
    brokenSignature: 0,
    indirect: 0,
    disputed: 0,
    ...patch,
  };
}

/** The same, failing. */
export function aFailingCell(patch: Partial<Cell> = {}): Cell {
  return aCell({ passed: 0, ...patch });
}

/** The days from the first to the last, both included. */
export function daysFrom(first: Day, last: Day): readonly Day[] {
  return Array.from({ length: daysBetween(first, last) + 1 }, (_, index) => addDays(first, index));
}

/** The same traffic on each day, as each of the reporters sees it. */
export function everyDay(
  days: readonly Day[],
  patch: Partial<Cell> = {},
  reporters: readonly string[] = ['big.example', 'small.example'],
): readonly Cell[] {
  return days.flatMap((day) => reporters.map((reporter) => aCell({ day, reporter, ...patch })));
}

/** Who reported about which days, by these cells. */
export function reportersOf(cells: readonly Cell[]): ReadonlyMap<string, Reporting> {
  const reporting = new ReportingDays();
  reporting.add(cells);
  return reporting.all();
}

/** How far the reporters of these cells are trusted. */
export function trustOf(cells: readonly Cell[]): Trust {
  return new Trust(reportersOf(cells));
}

/** Evidence whose last report came 12 hours after the end of its last day. */
export function anEvidence(cells: readonly Cell[], patch: Partial<Evidence> = {}): Evidence {
  const last = cells.reduce((day, cell) => (cell.day > day ? cell.day : day), '');
  return { cells, decisions: [], lastReportAt: last === '' ? null : endOfDay(last) + 12 * HOUR_MS, ...patch };
}

/** One row of a report: 10 messages of 192.0.2.10, aligned and passing by both. */
export function aRecord(patch: Partial<ReportRecord> = {}): ReportRecord {
  return {
    sourceIp: '192.0.2.10',
    count: 10,
    disposition: 'none',
    dkim: 'pass',
    spf: 'pass',
    reasons: [],
    headerFrom: 'shop.example',
    envelopeFrom: null,
    envelopeTo: null,
    dkimResults: [{ domain: 'shop.example', selector: 's', result: 'pass' }],
    spfResults: [{ domain: 'shop.example', scope: 'mfrom', result: 'pass' }],
    ...patch,
  };
}

/** Mail of 192.0.2.10 that selector s signed, as one reporter saw it on these days, at least one. */
export function aSignedMail(days: readonly Day[], patch: Partial<SignedMail> = {}): SignedMail {
  const begins = days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);
  return {
    reporter: 'big.example',
    headerFrom: 'shop.example',
    ip: '192.0.2.10',
    dkim: 'pass',
    dkimResults: [{ domain: 'shop.example', selector: 's', result: 'pass' }],
    messages: 100 * days.length,
    days,
    firstBegin: Math.min(...begins),
    lastBegin: Math.max(...begins),
    lastEnd: Math.max(...begins) + 86_399,
    ...patch,
  };
}

/** A report about 2026-03-10, one record. */
export function aReport(patch: Partial<AggregateReport> = {}): AggregateReport {
  const begin = Date.parse('2026-03-10T00:00:00Z') / 1000;
  return {
    schema: 'rfc7489',
    orgName: 'Big Mail',
    email: 'dmarc@big.example',
    reportId: 'r1',
    begin,
    end: begin + 86_399,
    policy: {
      domain: 'shop.example',
      p: 'none',
      sp: null,
      np: null,
      pct: 100,
      adkim: 'r',
      aspf: 'r',
      testing: null,
    },
    records: [aRecord()],
    dropped: [],
    ...patch,
  };
}

const QUIET: RecentActivity = {
  days: 0,
  messages: 500,
  failing: 0,
  failingReporters: 0,
  reporterShare: 0,
};

/** An authorized source of the domain itself: 3,000 messages in the window, all passed. */
export function aSource(
  patch: Partial<Omit<AssessedSource, 'recent'>> & { readonly recent?: Partial<RecentActivity> } = {},
): AssessedSource {
  return {
    id: 'host:192.0.2.0/24',
    name: '192.0.2.0/24',
    class: 'authorized',
    reasons: ['3000 messages passed as yours, not forwarded'],
    settledBy: null,
    headerFrom: 'shop.example',
    messages: 3000,
    passed: 3000,
    passRateAtLeast: 0.999,
    state: 'clean',
    firstSeen: '2026-01-01',
    lastSeen: '2026-03-10',
    lastFailing: null,
    failingPerWeek: 0,
    fixedOnEarliest: null,
    failingPerWeekAtMost: 0.7,
    fix: null,
    ...patch,
    recent: { ...QUIET, ...patch.recent },
  };
}

/** A window in which all is well: 40 closed days that see a month's end, 3,000 messages, a report at its end. */
export function anAssessment(patch: Partial<Assessment> = {}): Assessment {
  return {
    from: '2026-02-01',
    closedThrough: '2026-03-12',
    closedDays: 40,
    legitimate: 3000,
    legitimatePerWeek: 525,
    lastReportAt: Date.parse('2026-03-13T06:00:00Z'),
    sources: [aSource()],
    witnesses: 2,
    isMailReported: true,
    setAside: [],
    reporters: [
      {
        reporter: 'big.example',
        known: false,
        messages: 2000,
        lastDay: '2026-03-12',
        late: false,
        missing: false,
      },
      {
        reporter: 'small.example',
        known: false,
        messages: 1000,
        lastDay: '2026-03-12',
        late: false,
        missing: false,
      },
    ],
    ...patch,
  };
}
