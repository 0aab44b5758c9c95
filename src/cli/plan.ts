import picocolors from 'picocolors';
import { z } from 'zod';
import { holdLine, pathOf, Rollout, stateLine } from './rollout-verbs.js';
import { askService, type ServiceAddress } from './service-client.js';
import { settlingLines } from './sources.js';
import { harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

const Verdict = z.looseObject({
  kind: z.string().nullable(),
  why: z.string(),
  earliest: z.string().nullable(),
  conditions: z.array(
    z.object({
      name: z.string(),
      satisfied: z.union([z.boolean(), z.literal('unknown')]),
      actual: z.string(),
      required: z.string(),
      why: z.string(),
    }),
  ),
});
type Verdict = z.infer<typeof Verdict>;

const PlanAnswer = z.object({
  plan: z.looseObject({ stage: z.string(), needsApproval: z.boolean() }).nullable(),
  text: z.array(z.string()),
  markdown: z.string(),
});
type PlanAnswer = z.infer<typeof PlanAnswer>;

type Colors = ReturnType<typeof picocolors.createColors>;

function colored(line: string, colors: Colors): string {
  if (line.startsWith('- ')) return colors.red(line);
  return line.startsWith('+ ') ? colors.green(line) : line;
}

function conditionLines({ conditions }: Verdict, colors: Colors): readonly string[] {
  const marks = { true: colors.green('✓'), false: colors.red('✗'), unknown: colors.yellow('?') };
  return conditions.map(
    ({ satisfied, name, actual, required }) =>
      `  ${marks[`${satisfied}`]} ${name}: ${harmless(`${actual}, needs ${required}`)}`,
  );
}

function planLines(
  {
    rollout,
    verdict,
    answer,
    settling,
  }: {
    readonly rollout: Rollout;
    readonly verdict: Verdict;
    readonly answer: PlanAnswer;
    /** How to settle the sources that hold it. */
    readonly settling: readonly string[];
  },
  colors: Colors,
): readonly string[] {
  const waits = answer.plan?.stage === 'planned' && answer.plan.needsApproval;
  return [
    stateLine(rollout),
    `verdict ${verdict.kind ?? 'none'}: ${harmless(verdict.why)}`,
    ...conditionLines(verdict, colors),
    ...(verdict.earliest === null ? [] : [`earliest: ${verdict.earliest}`]),
    ...rollout.holds.map(holdLine),
    ...settling,
    '',
    ...answer.text.map((line) => colored(harmless(line), colors)),
    ...(waits ? [`approve with: dmarc-ratchet approve ${rollout.domain}`] : []),
  ];
}

/** Whether a source waits for a person's word, for the domain itself or for its subdomains. */
function waitsForWord({ holds }: Rollout, { conditions }: Verdict): boolean {
  const isUnsettled = conditions.some((it) => it.name.endsWith('unknown-sources') && it.satisfied !== true);
  return isUnsettled || holds.some(({ reason }) => reason === 'unclassified-source');
}

export interface PlanFlags {
  readonly json: boolean;
  readonly markdown: boolean;
}

/** What will happen next to a domain, and what it waits for: for a person, as JSON, or as Markdown for a ticket. */
export async function showPlan(
  given: string,
  service: ServiceAddress,
  flags: PlanFlags,
  terminal: Terminal,
): Promise<ExitStatus> {
  const path = pathOf(given);
  const answer = await askService(service, { method: 'GET', path: `${path}/plan` }, PlanAnswer);
  if (flags.markdown) {
    terminal.out(answer.markdown);
    return 0;
  }
  const rollout = await askService(service, { method: 'GET', path }, Rollout);
  const verdict = await askService(service, { method: 'GET', path: `${path}/verdict` }, Verdict);
  if (flags.json) {
    terminal.out(jsonLine({ ...rollout, verdict, plan: answer.plan }));
    return 0;
  }
  const settling = waitsForWord(rollout, verdict) ? await settlingLines(rollout.domain, service) : [];
  const colors = picocolors.createColors(terminal.hasColors);
  for (const line of planLines({ rollout, verdict, answer, settling }, colors)) terminal.out(line);
  return 0;
}
