import picocolors from 'picocolors';
import { z } from 'zod';
import { pathOf } from './rollout-verbs.js';
import { askService, type ServiceAddress } from './service-client.js';
import { harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

const Shown = z.object({ kind: z.string(), texts: z.array(z.string()), why: z.string().nullable() });
type Shown = z.infer<typeof Shown>;

const Standing = z.looseObject({
  name: z.string(),
  expected: z.string().nullable(),
  isAsExpected: z.boolean(),
  stage: z.string().nullable(),
  verifiedAt: z.string().nullable(),
  effectiveAt: z.string().nullable(),
  servers: z.array(
    z.looseObject({
      server: z.string(),
      kind: z.enum(['authoritative', 'recursive']),
      name: z.string(),
      namedBy: z.enum(['parent', 'child', 'both', 'settings']),
      serial: z.number().nullable(),
      shown: Shown,
      isAsExpected: z.boolean(),
    }),
  ),
  provider: z.object({ status: z.string(), note: z.string().nullable() }).nullable(),
  reporters: z.array(z.looseObject({ reporter: z.string(), policy: z.string(), hasSeen: z.boolean() })),
  seen: z.string(),
});
type Standing = z.infer<typeof Standing>;

function shownText({ kind, texts, why }: Shown): string {
  if (kind === 'unknown') return `can't be told: ${why ?? 'no answer'}`;
  if (kind === 'absent') return 'no record';
  const list = texts.join(' | ');
  if (kind === 'cname') return `an alias of ${list}`;
  return kind === 'record' ? list : `${kind}: ${list}`;
}

/** What is worth a word: that both sides name a server goes without saying. */
function namedText({ kind, namedBy, serial }: Standing['servers'][number]): string {
  const words = [
    ...(kind === 'recursive' ? ['resolver'] : []),
    ...(namedBy === 'parent' || namedBy === 'child' ? [`named by the ${namedBy} alone`] : []),
    ...(serial === null ? [] : [`serial ${serial}`]),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

function lines(standing: Standing, colors: ReturnType<typeof picocolors.createColors>): readonly string[] {
  const mark = (isGood: boolean): string => (isGood ? colors.green('✓') : colors.red('✗'));
  const servers = standing.servers.flatMap((server) => [
    `  ${mark(server.isAsExpected)} ${harmless(server.server)}${namedText(server)}`,
    `      ${server.name === standing.name ? '' : `${server.name}: `}${harmless(shownText(server.shown))}`,
  ]);
  const reporters = standing.reporters.map(
    ({ reporter, policy, hasSeen }) => `  ${mark(hasSeen)} ${harmless(`${reporter}: ${policy}`)}`,
  );
  return [
    `${standing.name}${standing.stage === null ? '' : ` (change ${standing.stage})`}`,
    `should be: ${harmless(standing.expected ?? 'not read yet')}`,
    ...servers,
    ...(standing.provider === null
      ? []
      : [`the provider says: ${harmless(standing.provider.note ?? standing.provider.status)}`]),
    ...(standing.verifiedAt === null ? [] : [`shown everywhere since ${standing.verifiedAt}`]),
    ...(standing.effectiveAt === null ? [] : [`in force everywhere from ${standing.effectiveAt}`]),
    standing.seen,
    ...reporters,
  ];
}

/** What every name server shows, and which reporters have seen the policy. Exit status 1 when any shows another record. */
export async function showRecord(
  given: string,
  service: ServiceAddress,
  options: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const path = `${pathOf(given)}/record`;
  const standing = await askService(service, { method: 'GET', path }, Standing);
  if (options.json) terminal.out(jsonLine(standing));
  else for (const line of lines(standing, picocolors.createColors(terminal.hasColors))) terminal.out(line);
  return standing.isAsExpected ? 0 : 1;
}
