import picocolors from 'picocolors';
import { z } from 'zod';
import { normalizeDomain } from '../config/domain-name.js';
import { askService, type ServiceAddress } from './service-client.js';
import { CommandError, harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

export const VERBS = {
  pause: 'strengthen nothing until resume',
  resume: 'clear the pause, and no other hold',
  approve: 'let the planned change go',
  reject: 'drop the planned change and pause',
  promote: 'go one rung up now, without waiting for evidence',
  abort: 'stop the rollout until retry',
  retry: 'start an aborted rollout again',
  adopt: 'take the record that stands in DNS as ours',
  restore: 'write the record that we own over a foreign one',
} as const;
export type Verb = keyof typeof VERBS;

const Change = z.object({
  before: z.string().nullable(),
  after: z.string(),
  stage: z.string(),
  cause: z.string(),
  planHash: z.string(),
  needsApproval: z.boolean(),
});
const Hold = z.object({ reason: z.string(), note: z.string() });
const Rollout = z.object({
  domain: z.string(),
  phase: z.string(),
  rung: z.number().nullable(),
  rungs: z.array(z.object({ tags: z.string() })),
  record: z.string().nullable(),
  holds: z.array(Hold),
  change: Change.nullable(),
  version: z.number(),
});
type Rollout = z.infer<typeof Rollout>;
const Domain = Rollout.extend({ verdict: z.object({ kind: z.string(), why: z.string() }).nullable() });
type Domain = z.infer<typeof Domain>;
const DomainList = z.object({ domains: z.array(Domain) });
const Verdict = z.object({
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

function pathOf(given: string): string {
  const domain = normalizeDomain(given);
  if (domain === null) throw new CommandError(`${harmless(given)} is no domain name`);
  return `/v1/domains/${domain}`;
}

function rungText(rollout: Rollout): string {
  if (rollout.rung === null) return 'not read yet';
  return `${rollout.rungs[rollout.rung]?.tags ?? '?'} (rung ${rollout.rung + 1} of ${rollout.rungs.length})`;
}

function stateLine(rollout: Rollout): string {
  const holds = rollout.holds.map((hold) => hold.reason).join(', ');
  return `${rollout.domain}  ${rungText(rollout)}  ${rollout.phase}${holds === '' ? '' : `  [${holds}]`}`;
}

/** One line a domain. */
export async function showStatus(
  service: ServiceAddress,
  options: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const { domains } = await askService(service, { method: 'GET', path: '/v1/domains' }, DomainList);
  if (domains.length === 0 && !options.json) terminal.err('no domain is managed yet');
  for (const domain of domains) terminal.out(options.json ? jsonLine(domain) : harmless(stateLine(domain)));
  return 0;
}

function planLines(domain: Domain, verdict: Verdict, hasColors: boolean): string[] {
  const colors = picocolors.createColors(hasColors);
  const marks = { true: colors.green('✓'), false: colors.red('✗'), unknown: colors.yellow('?') };
  const conditions = verdict.conditions.map(
    (condition) =>
      `  ${marks[`${condition.satisfied}`]} ${condition.name}: ${harmless(`${condition.actual}, needs ${condition.required}`)}`,
  );
  const { change } = domain;
  const planned =
    change === null
      ? ['nothing is planned']
      : [
          `${change.stage}: ${harmless(change.cause)}`,
          colors.red(`- ${harmless(change.before ?? '(no record)')}`),
          colors.green(`+ ${harmless(change.after)}`),
          ...(change.needsApproval ? [`approve with: dmarc-ratchet approve ${domain.domain}`] : []),
        ];
  const earliest = verdict.earliest === null ? [] : [`earliest: ${verdict.earliest}`];
  const holds = domain.holds.map((hold) => `held, ${hold.reason}: ${harmless(hold.note)}`);
  return [
    stateLine(domain),
    `verdict ${verdict.kind ?? 'none'}: ${harmless(verdict.why)}`,
    ...conditions,
    ...earliest,
    ...holds,
    ...planned,
  ];
}

/** What will happen next to a domain, and what it waits for. */
export async function showPlan(
  given: string,
  service: ServiceAddress,
  options: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const path = pathOf(given);
  const domain = await askService(service, { method: 'GET', path }, Domain);
  const verdict = await askService(service, { method: 'GET', path: `${path}/verdict` }, Verdict);
  if (options.json) terminal.out(jsonLine({ ...domain, verdict }));
  else for (const line of planLines(domain, verdict, terminal.hasColors)) terminal.out(line);
  return 0;
}

export interface VerbOptions {
  readonly note: string;
  /** `abort` only. */
  readonly target?: string | undefined;
  /** `approve` only; without it the plan that stands now is approved. */
  readonly plan?: string | undefined;
}

async function bodyOf(
  verb: Verb,
  path: string,
  service: ServiceAddress,
  options: VerbOptions,
): Promise<object> {
  const { note, target, plan } = options;
  if (verb === 'abort') return { note, ...(target === undefined ? {} : { target }) };
  if (verb !== 'approve') return { note };
  if (plan !== undefined) return { note, planHash: plan };
  const { change } = await askService(service, { method: 'GET', path }, Domain);
  if (change === null) throw new CommandError('nothing is planned that could be approved', 1);
  return { note, planHash: change.planHash };
}

/** Asks something of a domain and shows where it stands then. */
export async function askVerb(
  verb: Verb,
  given: string,
  service: ServiceAddress,
  options: VerbOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const path = pathOf(given);
  const body = await bodyOf(verb, path, service, options);
  const rollout = await askService(service, { method: 'POST', path: `${path}/${verb}`, body }, Rollout);
  terminal.out(harmless(stateLine(rollout)));
  return 0;
}
