import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import { parkedAdvice } from '../core/checks/parked-domain.js';
import { planView, type PlannedProvider } from '../core/rollout/plan-view.js';
import { recordName } from '../core/rollout/record-place.js';
import { renderPlanMarkdown, renderPlanText } from '../core/rollout/render-plan.js';
import { Clock } from '../ports/clock.js';
import { ProviderCatalogue } from '../ports/provider-catalogue.js';
import { AssessDomain } from '../workflows/assess-domain.js';
import { Domains } from '../workflows/domains.js';
import { ShowChecks } from '../workflows/show-checks.js';
import { Requires } from './access.js';
import { Answers, type Outgoing } from './answers.js';
import { ENROLLED, enrolled } from './domain-view.js';

const Tag = z.object({ tag: z.string(), before: z.string().nullable(), after: z.string().nullable() });

const Plan = z
  .object({
    domain: z.string(),
    recordName: z.string().meta({ description: 'The name that is written' }),
    stage: z
      .string()
      .meta({ description: '`preview`: what would be planned next, were every condition met' }),
    direction: z.enum(['strengthen', 'weaken']),
    cause: z.string(),
    before: z.string().nullable(),
    after: z.string(),
    tags: z.array(Tag),
    readings: z.array(z.object({ receiver: z.string(), asks: z.string() })),
    request: z.string().meta({ description: 'What the provider will be asked' }),
    worstCase: z
      .object({ authorized: z.number(), forwarder: z.number(), unknown: z.number() })
      .meta({ description: 'Legitimate messages a week that the record would hurt, worst-case reading' }),
    warnings: z
      .array(z.string())
      .meta({ description: 'What should be known, and stands against nothing: where reports may not come' }),
    rollback: z.string().nullable().meta({ description: 'The text that undoes it' }),
    planHash: z.string().meta({ description: 'What an approval is bound to' }),
    needsApproval: z.boolean(),
  })
  .meta({ id: 'Plan' });

const PlanAnswer = z.object({
  plan: Plan.nullable().meta({ description: 'Null: there is nothing to come' }),
  text: z.array(z.string()),
  markdown: z.string().meta({ description: 'For a ticket or a pull request' }),
});

@ApiTags('domains')
@Controller('v1/domains/:domain/plan')
export class PlanController {
  constructor(
    private readonly domains: Domains,
    private readonly assess: AssessDomain,
    private readonly checks: ShowChecks,
    private readonly catalogue: ProviderCatalogue,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Answers(
    'The open change, or what would be planned next: tag by tag, what is asked of whom, the worst case',
    PlanAnswer,
    ENROLLED,
  )
  @Requires('viewer')
  async read(
    @Param('domain', { schema: DomainName }) domain: string,
  ): Promise<Outgoing<z.infer<typeof PlanAnswer>>> {
    const { rollout, verdict } = enrolled(await this.domains.find(domain), domain);
    const [assessment, findings] = await Promise.all([this.assess.run(domain), this.checks.known(domain)]);
    const view = planView(rollout, {
      recordName: recordName(rollout),
      verdict,
      sources: assessment?.sources ?? [],
      provider: this.providerOf(rollout.provider),
      now: this.clock.now(),
      findings,
    });
    if (view === null) return { plan: null, text: ['nothing is planned'], markdown: 'Nothing is planned.' };
    const plan = { ...view, warnings: [...view.warnings, ...parkedAdvice({ findings })] };
    return { plan, text: renderPlanText(plan), markdown: renderPlanMarkdown(plan) };
  }

  private providerOf(name: string): PlannedProvider {
    const type = this.catalogue.configured().find((it) => it.name === name)?.type ?? 'unknown';
    const known = this.catalogue.types().find((descriptor) => descriptor.id === type);
    return { name, type, compares: known?.capabilities.compare === 'server' };
  }
}
