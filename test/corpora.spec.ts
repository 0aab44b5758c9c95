import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEFAULT_REPORT_LIMITS } from '../src/core/report/limits.js';
import type { ReportRecord } from '../src/core/report/report.js';
import { ReportReader, type ReadEnd } from '../src/core/report/report-reader.js';
import { ParsedReading, WalkReading, type ReportReading } from '../src/core/report/report-reading.js';
import { MimeUnpacker } from '../src/imap/unpack/unpack-message.js';

/**
 * Public sample reports of many reporters, with what an independent program read in them. They lie beside the project,
 * since they aren't ours to publish; without them there is nothing to compare.
 */
const CORPORA = new URL('../../shared/corpora/', import.meta.url);
const TRUTH_FILE = new URL('truth.json', CORPORA);
const present = existsSync(TRUTH_FILE);
/** Characters; for larger documents the parser takes a second and more. */
const LARGEST = 64_000;

const Truth = z.object({
  records: z.number(),
  messages: z.number(),
  dkim_pass: z.number(),
  spf_pass: z.number(),
  dmarc_pass: z.number(),
  org_name: z.string(),
  report_id: z.string(),
  policy_domain: z.string(),
  begin: z.number(),
  end: z.number(),
});
type Truth = z.infer<typeof Truth>;

const Payload = z.object({ cls: z.string(), truth: z.unknown().optional() });
const TruthFile = z.record(z.string(), z.object({ class: z.string(), payloads: z.array(Payload) }));
type Expected = z.infer<typeof TruthFile>;

/** Where we read otherwise on purpose: the file, how, and why. */
const KNOWN_DIFFERENCES: ReadonlyMap<string, { readonly reads: Partial<Truth>; readonly why: string }> =
  new Map([
    [
      'tierpod+dmarc-report-converter/test_empty.xml',
      {
        reads: { records: 0 },
        why: 'its one row has neither address nor Author Domain and counts no messages: dropped',
      },
    ],
  ]);

/** What one payload gave: a report, another kind of report, or why neither. */
interface Outcome {
  readonly end: ReadEnd;
  /** The whole document; empty when there is none. */
  readonly text: string;
}

async function readAll(file: string): Promise<readonly Outcome[]> {
  const bytes = readFileSync(new URL(`reports/${file}`, CORPORA));
  const outcomes: Outcome[] = [];
  for await (const find of new MimeUnpacker().unpack(bytes, file).finds) {
    if (find.kind === 'document') outcomes.push(await readDocument(find.text));
    else
      outcomes.push({
        end: rejected(find.kind === 'refusal' ? find.reason : `known as a ${find.kind}`),
        text: '',
      });
  }
  return outcomes;
}

async function readDocument(pieces: AsyncIterable<string>): Promise<Outcome> {
  let taken = 0;
  const reader = new ReportReader({ open: () => {}, take: () => (taken += 1) });
  let text = '';
  try {
    for await (const piece of pieces) {
      reader.push(piece);
      text += piece;
    }
  } catch (error) {
    return { end: rejected(error instanceof Error ? error.message : String(error)), text };
  }
  const end = reader.end();
  if (end.status !== 'rejected') expect(taken).toBe(end.totals.records);
  return { end, text };
}

function rejected(reason: string): ReadEnd {
  return { status: 'rejected', reason };
}

function figuresOf({ head, totals }: Exclude<ReadEnd, { readonly status: 'rejected' }>): Truth {
  return {
    records: totals.records,
    messages: totals.messages,
    dkim_pass: totals.dkimPass,
    spf_pass: totals.spfPass,
    dmarc_pass: totals.dmarcPass,
    org_name: head.orgName,
    report_id: head.reportId,
    policy_domain: head.policy.domain,
    begin: head.begin,
    end: head.end,
  };
}

/** All that a reading says of a document. */
function readBy(reading: ReportReading, xml: string): unknown {
  const taken: ReportRecord[] = [];
  reading.gathering.releaseTo({ open: () => {}, take: (record) => taken.push(record) });
  return { ...reading.end(xml), taken };
}

function figures(outcomes: readonly Outcome[]): readonly Truth[] {
  return outcomes.flatMap(({ end }) => (end.status === 'rejected' ? [] : [figuresOf(end)]));
}

function expectedOf(file: string, { payloads }: Expected[string]): readonly Truth[] {
  const readable = payloads.filter(({ cls }) => cls === 'valid').map(({ truth }) => Truth.parse(truth));
  return readable.map((truth) => ({ ...truth, ...KNOWN_DIFFERENCES.get(file)?.reads }));
}

describe.skipIf(!present)(`public sample reports${present ? '' : ' [needs ../shared/corpora]'}`, () => {
  const truth = present ? TruthFile.parse(JSON.parse(readFileSync(TRUTH_FILE, 'utf8'))) : {};
  const files = Object.entries(truth);
  const valid = files.filter(([, { payloads }]) => payloads.some(({ cls }) => cls === 'valid'));
  const others = files.filter(([, { payloads }]) => payloads.every(({ cls }) => cls !== 'valid'));

  it(
    'every valid report is read with the figures that another program found',
    { timeout: 120_000 },
    async () => {
      const wrong: unknown[] = [];
      for (const [file, entry] of valid) {
        const found = figures(await readAll(file));
        const expected = expectedOf(file, entry);
        if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push({ file, found, expected });
      }
      expect(wrong).toEqual([]);
      expect(valid.length).toBeGreaterThan(1600);
    },
  );

  it('the parser and the walk read the same in what is well-formed', { timeout: 120_000 }, async () => {
    const different: string[] = [];
    let both = 0;
    for (const [file] of files) {
      for (const { text } of await readAll(file)) {
        const parsed = JSON.stringify(readBy(new ParsedReading(text, DEFAULT_REPORT_LIMITS), ''));
        if (text.length > LARGEST || parsed.includes('not well-formed')) continue;
        both += 1;
        const walked = JSON.stringify(readBy(new WalkReading(DEFAULT_REPORT_LIMITS), text));
        if (parsed !== walked) different.push(file);
      }
    }
    expect(different).toEqual([]);
    expect(both).toBeGreaterThan(1600);
  });

  it('what is no report is refused with a reason, or passed over in mail', async () => {
    const saved: string[] = [];
    for (const [file] of others) {
      const outcomes = await readAll(file);
      if (figures(outcomes).length > 0) saved.push(file);
      expect(outcomes.every(({ end }) => end.status !== 'rejected' || end.reason.length > 10)).toBe(true);
    }
    // The rest of those that the other program couldn't read have lost their rows to whoever made them anonymous.
    expect(saved).toEqual(['patrickkerrigan+dmarc-parser/dmarc-1-space.xml']);
    console.log(
      `sample reports: ${valid.length} valid files read, ${saved.length} of ${others.length} others saved`,
    );
  });
});
