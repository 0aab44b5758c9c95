import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import type { Assessment, DailyCount } from '../core/evidence/assessment.js';
import { harmOfPolicy } from '../core/rollout/expected-harm.js';
import type { Verdict } from '../core/rollout/verdict.js';
import { AddressFacts } from '../ports/address-facts.js';
import { RolloutStore } from '../ports/rollout-store.js';
import { AssessDomain } from '../workflows/assess-domain.js';
import { Domains } from '../workflows/domains.js';
import { Actor, Requires } from './access.js';
import { answerOf, enrolled, RolloutView } from './domain-view.js';
import { isoTime, isoTimeOrNull } from './iso-time.js';
import { sourceViews, type SourceView } from './source-view.js';

const Limit = z.coerce.number().int().min(1).max(1000).default(100);
const Days = z.object({ from: z.iso.date().optional(), to: z.iso.date().optional() });
type Days = z.infer<typeof Days>;
/** As `GET sources` lists them; a bare name would be nobody's. */
const SourceName = z
  .string()
  .max(300)
  .regex(
    /^(?:domain|host|net|ip):./,
    'is written as the list of sources has it, such as domain:sendwell.example',
  );
const Word = z.strictObject({
  class: z.enum(['authorized', 'hostile']),
  note: z.string().min(1).max(2000).meta({ description: 'Why; the history keeps it' }),
});
type Word = z.infer<typeof Word>;

function verdictView(verdict: Verdict | null) {
  if (verdict === null)
    return {
      kind: null,
      why: 'not evaluated yet',
      conditions: [],
      next: null,
      stepBackTo: null,
      earliest: null,
    };
  const conditions = verdict.conditions.map((condition) => ({
    ...condition,
    earliest: isoTimeOrNull(condition.earliest),
  }));
  return { ...verdict, conditions, earliest: isoTimeOrNull(verdict.earliest) };
}

interface Charted {
  readonly assessment: Assessment;
  readonly days: readonly DailyCount[];
}

function evidenceView(domain: string, { assessment, days }: Charted, { from, to }: Days) {
  const { sources, ...rest } = assessment;
  return {
    ...rest,
    lastReportAt: isoTimeOrNull(assessment.lastReportAt),
    days: days.filter(({ day }) => day >= (from ?? '') && day <= (to ?? '9999')),
    ifRejected: harmOfPolicy(domain, 'reject', sources),
  };
}

/** What is known about a domain, and a person's word on its sources. */
@ApiTags('evidence')
@ApiBearerAuth()
@Controller('v1/domains/:domain')
export class EvidenceController {
  constructor(
    private readonly domains: Domains,
    private readonly assess: AssessDomain,
    private readonly rollouts: RolloutStore,
    private readonly addresses: AddressFacts,
  ) {}

  /** Every condition of the gate: actual, required, why, earliest date. */
  @Get('verdict')
  @Requires('viewer')
  async verdict(@Param('domain', { schema: DomainName }) domain: string) {
    return verdictView(enrolled(await this.domains.find(domain), domain).verdict);
  }

  /** With the names and networks of their addresses, as far as they were looked up. */
  @Get('sources')
  @Requires('viewer')
  async sources(
    @Param('domain', { schema: DomainName }) domain: string,
  ): Promise<{ readonly sources: readonly SourceView[] }> {
    const { sources } = enrolled(await this.assess.run(domain), domain);
    return { sources: await sourceViews(sources, this.addresses) };
  }

  /** Settles the class of a source for good. */
  @Put('sources/:source')
  @Requires('operator')
  @ApiOkResponse({ standardSchema: RolloutView })
  async decide(
    @Param('domain', { schema: DomainName }) domain: string,
    @Param('source', { schema: SourceName }) source: string,
    @Body({ schema: Word }) word: Word,
    @Actor() actor: string,
  ): Promise<RolloutView> {
    return answerOf(await this.domains.decideSource(domain, source, word, actor), domain);
  }

  /** Daily counts by class, who reports, what was set aside, and what `reject` would do today. */
  @Get('evidence')
  @Requires('viewer')
  async evidence(
    @Param('domain', { schema: DomainName }) domain: string,
    @Query({ schema: Days }) days: Days,
  ) {
    return evidenceView(domain, enrolled(await this.assess.withDays(domain), domain), days);
  }

  /** Newest first, with before and after. */
  @Get('history')
  @Requires('viewer')
  async history(
    @Param('domain', { schema: DomainName }) domain: string,
    @Query('limit', { schema: Limit }) limit: number,
  ) {
    const entries = await this.rollouts.history(domain, limit);
    return { history: entries.map((entry) => ({ ...entry, at: isoTime(entry.at) })) };
  }
}
