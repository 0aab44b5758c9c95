import { z } from 'zod';
import { domainArgument } from './domain-argument.js';
import { askService, type ServiceAddress } from './service-client.js';
import { CommandError, harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

export const VERBS = {
  pause: 'strengthen nothing until resume',
  resume: 'clear the pause, and no other hold',
  approve: 'let the planned change go',
  reject: 'drop the planned change and pause',
  promote: 'go one rung up now, without waiting for evidence; refused where harm is known',
  abort: 'stop the rollout until retry',
  retry: 'start an aborted rollout again',
  adopt: 'take the record that stands in DNS as ours',
  restore: 'write the record that we own over a foreign one',
} as const;
export type Verb = keyof typeof VERBS;

const Change = z.looseObject({ planHash: z.string() });
const Hold = z.looseObject({ reason: z.string(), note: z.string(), by: z.string().optional() });
type Hold = z.infer<typeof Hold>;
/** What the command line looks at of a domain; all else goes through to `--json`. */
export const Rollout = z.looseObject({
  domain: z.string(),
  phase: z.string(),
  rung: z.number().nullable(),
  rungs: z.array(z.object({ tags: z.string() })),
  record: z.string().nullable(),
  holds: z.array(Hold),
  change: Change.nullable(),
  version: z.number(),
});
export type Rollout = z.infer<typeof Rollout>;
const DomainList = z.object({ domains: z.array(Rollout) });

/** Where the API has a domain. Throws a CommandError for what is no name. */
export function pathOf(given: string): string {
  return `/v1/domains/${domainArgument(given)}`;
}

function rungText(rollout: Rollout): string {
  if (rollout.rung === null) return 'not read yet';
  return `${rollout.rungs[rollout.rung]?.tags ?? '?'} (rung ${rollout.rung + 1} of ${rollout.rungs.length})`;
}

/** Where a domain stands, in one line. */
export function stateLine(rollout: Rollout): string {
  const holds = rollout.holds.map((hold) => hold.reason).join(', ');
  return `${rollout.domain}  ${rungText(rollout)}  ${rollout.phase}${holds === '' ? '' : `  [${holds}]`}`;
}

/** Why it is held, and by whom where that is a person. */
export function holdLine({ reason, note, by }: Hold): string {
  const isByPerson = by !== undefined && (reason === 'paused' || reason === 'aborted');
  return harmless(`held, ${reason}${isByPerson ? ` by ${by}` : ''}: ${note}`);
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
  const { change } = await askService(service, { method: 'GET', path }, Rollout);
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
