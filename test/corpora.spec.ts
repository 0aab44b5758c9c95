import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readReport } from '../src/core/report/read-report.js';
import type { AggregateReport, ReadOutcome } from '../src/core/report/report.js';
import { parseFeedback } from '../src/core/report/parse-feedback.js';
import { walkFeedback, type Feedback } from '../src/core/report/walk-feedback.js';
import type { XmlElement } from '../src/core/report/xml-element.js';
import { MimeUnpacker } from '../src/imap/unpack-message.js';

/**
 * Public sample reports of many reporters, with what an independent program read in them. They lie beside the project,
 * since they aren't ours to publish; without them there is nothing to compare.
 */
const CORPORA = new URL('../../shared/corpora/', import.meta.url);
const TRUTH_FILE = new URL('truth.json', CORPORA);
const present = existsSync(TRUTH_FILE);

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

async function readAll(file: string): Promise<readonly ReadOutcome[]> {
  const bytes = readFileSync(new URL(`reports/${file}`, CORPORA));
  const { payloads, refusals } = await new MimeUnpacker().unpack(bytes, file);
  const refused = refusals.map(({ reason }) => ({ status: 'rejected', reason }) as const);
  return [...payloads.map(({ xml }) => readReport(xml)), ...refused];
}

function figuresOf(report: AggregateReport): Truth {
  const { records, orgName, reportId, begin, end, policy } = report;
  const messages = (has: (dkim: boolean, spf: boolean) => boolean): number =>
    records
      .filter(({ dkim, spf }) => has(dkim === 'pass', spf === 'pass'))
      .reduce((sum, { count }) => sum + count, 0);
  return {
    records: records.length,
    messages: messages(() => true),
    dkim_pass: messages((dkim) => dkim),
    spf_pass: messages((_dkim, spf) => spf),
    dmarc_pass: messages((dkim, spf) => dkim || spf),
    org_name: orgName,
    report_id: reportId,
    policy_domain: policy.domain,
    begin,
    end,
  };
}

/** What is read of an element; spaces around its text don't count, nor does text between its children. */
function essence({ name, text, children }: XmlElement): unknown {
  return children.length === 0 ? [name, text.trim()] : [name, children.map(essence)];
}

function essenceOf(feedback: Feedback | null): unknown {
  if (feedback === null) return null;
  const { metadata, policy } = feedback;
  return { ...feedback, metadata: metadata && essence(metadata), policy: policy && essence(policy) };
}

function reports(outcomes: readonly ReadOutcome[]): readonly AggregateReport[] {
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [] : [outcome.report]));
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
        const found = reports(await readAll(file)).map(figuresOf);
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
    for (const [file] of valid) {
      const bytes = readFileSync(new URL(`reports/${file}`, CORPORA));
      for (const { xml } of (await new MimeUnpacker().unpack(bytes, file)).payloads) {
        const parsed = parseFeedback(xml);
        if (parsed === null) continue;
        both += 1;
        const [one, other] = [parsed, walkFeedback(xml)].map((it) => JSON.stringify(essenceOf(it)));
        if (one !== other) different.push(file);
      }
    }
    expect(different).toEqual([]);
    expect(both).toBeGreaterThan(1400);
  });

  it('what is no report is refused with a reason, or passed over in mail', async () => {
    const saved: string[] = [];
    for (const [file] of others) {
      const outcomes = await readAll(file);
      if (reports(outcomes).length > 0) saved.push(file);
      expect(outcomes.every((outcome) => outcome.status !== 'rejected' || outcome.reason.length > 10)).toBe(
        true,
      );
    }
    // The rest of those that the other program couldn't read have lost their rows to whoever made them anonymous.
    expect(saved).toEqual(['patrickkerrigan+dmarc-parser/dmarc-1-space.xml']);
    console.log(
      `sample reports: ${valid.length} valid files read, ${saved.length} of ${others.length} others saved`,
    );
  });
});
