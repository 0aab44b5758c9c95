import { z } from 'zod';
import type { AssessedSource } from '../core/evidence/assessment.js';
import { SOURCE_CLASSES, type SourceId } from '../core/source/source.js';
import type { AddressFacts, NetworkFacts } from '../ports/address-facts.js';
import type { Outgoing } from './answers.js';

const Day = z.iso.date();
const Share = z.number().min(0).max(1);

/** A source with what is known about its network: for people who wonder whose it is, and for nothing else. */
export const SourceView = z
  .object({
    id: z.string().meta({ description: 'As `PUT …/sources/{source}` takes it' }),
    name: z.string(),
    class: z.enum(SOURCE_CLASSES),
    reasons: z.array(z.string()).meta({ description: 'Why it has this class' }),
    settledBy: z.string().nullable().meta({ description: 'Who settled the class; null: nobody' }),
    headerFrom: z.string().meta({ description: 'The Author Domain' }),
    messages: z.number().meta({ description: 'Over the closed days of the window, since it was fixed' }),
    passed: z.number(),
    passRateAtLeast: Share.nullable().meta({ description: 'One-sided 95 % Wilson lower bound' }),
    state: z.enum(['clean', 'failing', 'fixed', 'unproven']),
    firstSeen: Day,
    lastSeen: Day,
    lastFailing: Day.nullable(),
    fixedOnEarliest: Day.nullable().meta({
      description: 'If it passed from now on; null: it is not failing',
    }),
    failingPerWeek: z.number().meta({ description: 'Messages; 0 for hostile sources' }),
    failingPerWeekAtMost: z.number().meta({ description: 'Upper 95 % bound of the same' }),
    recent: z
      .object({
        days: z.number(),
        messages: z.number(),
        failing: z.number(),
        failingReporters: z.number(),
        reporterShare: Share,
      })
      .meta({ description: 'The last few days, closed or not: what a step back is decided on' }),
    fix: z.string().nullable().meta({ description: 'What to do so that its mail passes; null: nothing' }),
    names: z.array(z.string()).meta({ description: 'Host names that lead back to its addresses' }),
    claimedNames: z.array(z.string()).meta({ description: 'Host names that do not: they prove nothing' }),
    asn: z.int().nullable(),
    asName: z.string().nullable(),
  })
  .meta({ id: 'Source' });
export type SourceView = Outgoing<z.infer<typeof SourceView>>;

const UNKNOWN: NetworkFacts = { names: [], claimedNames: [], asn: null, asName: null };

/** The sources, those that are networks with names and autonomous system as far as they were learned. */
export async function sourceViews(
  sources: readonly AssessedSource[],
  facts: Pick<AddressFacts, 'inNetworks'>,
): Promise<readonly SourceView[]> {
  const known = await facts.inNetworks(sources.flatMap(({ id }) => networkOfSource(id) ?? []));
  return sources.map((source) => ({
    ...source,
    ...(known.get(networkOfSource(source.id) ?? '') ?? UNKNOWN),
  }));
}

/** The network in `host:192.0.2.0/24` and `net:2001:db8::/48@shop.example.com`; null for `domain:sendgrid.net`. */
function networkOfSource(id: SourceId): string | null {
  return /^(?:host|net):([^@]+)/.exec(id)?.[1] ?? null;
}
