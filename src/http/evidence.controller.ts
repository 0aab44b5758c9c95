import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import { AddressFacts } from '../ports/address-facts.js';
import { RolloutStore } from '../ports/rollout-store.js';
import { AssessDomain } from '../workflows/assess-domain.js';
import { Domains } from '../workflows/domains.js';
import { Actor, Requires } from './access.js';
import { Answers, type Outgoing } from './answers.js';
import { answerOf, ENROLLED, enrolled, RolloutView } from './domain-view.js';
import {
  EvidenceView,
  evidenceView,
  HistoryView,
  historyView,
  VerdictView,
  verdictView,
} from './evidence-view.js';
import { SourceView, sourceViews } from './source-view.js';

const Limit = z.coerce.number().int().min(1).max(1000).default(100);
const Days = z.object({ from: z.iso.date().optional(), to: z.iso.date().optional() });
type Days = z.infer<typeof Days>;
/** As `GET sources` lists them; a bare name would be nobody's. */
const SourceName = z
  .string()
  .max(300)
  .regex(
    /^(?:domain|host|net|ip):[^\p{Cc}\s]+$/u,
    'is written as the list of sources has it, such as domain:sendwell.example',
  );
const Word = z.strictObject({
  class: z.enum(['authorized', 'hostile']),
  note: z.string().min(1).max(2000).meta({ description: 'Why; the history keeps it' }),
});
type Word = z.infer<typeof Word>;

const Sources = z.object({ sources: z.array(SourceView) });

/** What is known about a domain, and a person's word on its sources. */
@ApiTags('evidence')
@Controller('v1/domains/:domain')
export class EvidenceController {
  constructor(
    private readonly domains: Domains,
    private readonly assess: AssessDomain,
    private readonly rollouts: RolloutStore,
    private readonly addresses: AddressFacts,
  ) {}

  @Get('verdict')
  @Answers('Every condition of the gate: actual, required, why, earliest date', VerdictView, ENROLLED)
  @Requires('viewer')
  async verdict(@Param('domain', { schema: DomainName }) domain: string) {
    return verdictView(enrolled(await this.domains.find(domain), domain).verdict);
  }

  @Get('sources')
  @Answers('Who sends mail as the domain, with the names and networks of their addresses', Sources, ENROLLED)
  @Requires('viewer')
  async sources(
    @Param('domain', { schema: DomainName }) domain: string,
  ): Promise<Outgoing<z.infer<typeof Sources>>> {
    const { sources } = enrolled(await this.assess.run(domain), domain);
    return { sources: await sourceViews(sources, this.addresses) };
  }

  @Put('sources/:source')
  @Answers('Settles the class of a source for good', RolloutView, ENROLLED)
  @Requires('operator')
  async decide(
    @Param('domain', { schema: DomainName }) domain: string,
    @Param('source', { schema: SourceName }) source: string,
    @Body({ schema: Word }) word: Word,
    @Actor() actor: string,
  ): Promise<RolloutView> {
    return answerOf(await this.domains.decideSource(domain, source, word, actor), domain);
  }

  @Get('evidence')
  @Answers(
    'Daily counts by class, who reports, what was set aside, and what `reject` would do today',
    EvidenceView,
    ENROLLED,
  )
  @Requires('viewer')
  async evidence(
    @Param('domain', { schema: DomainName }) domain: string,
    @Query({ schema: Days }) days: Days,
  ) {
    return evidenceView(domain, enrolled(await this.assess.withDays(domain), domain), days);
  }

  @Get('history')
  @Answers('Everything that was done, newest first, with before and after', HistoryView)
  @Requires('viewer')
  async history(
    @Param('domain', { schema: DomainName }) domain: string,
    @Query('limit', { schema: Limit }) limit: number,
  ) {
    return historyView(await this.rollouts.history(domain, limit));
  }
}
