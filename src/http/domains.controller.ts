import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import {
  completeSettings,
  ROLLOUT_SETTING_FIELDS,
  RolloutSettingsPatch,
} from '../config/rollout-settings.js';
import type { Ladder } from '../core/rollout/ladder.js';
import { DnsProviders } from '../ports/dns-provider.js';
import { RolloutStore } from '../ports/rollout-store.js';
import type { Enrolment } from '../core/rollout/rollout.js';
import { Domains } from '../workflows/domains.js';
import { Actor, Requires } from './access.js';
import { Answers } from './answers.js';
import {
  answerOf,
  COMMANDED,
  DomainView,
  domainView,
  ENROLLED,
  enrolled,
  RolloutView,
  staleProblem,
} from './domain-view.js';
import { ExpectedVersion } from './expected-version.js';
import { ProblemError } from './problem.js';

/** What an enrolment may choose from. */
export class EnrolmentChoices {
  constructor(
    readonly ladders: readonly Ladder[],
    private readonly providers: DnsProviders,
  ) {}

  providerNames(): readonly string[] {
    return this.providers.names();
  }
}

const NewDomain = z.strictObject({
  name: DomainName,
  provider: z.string().optional().meta({ description: 'May be left out when there is just one' }),
  ladder: z.string().default('gradual'),
  ...ROLLOUT_SETTING_FIELDS,
});
type NewDomain = z.infer<typeof NewDomain>;

function chosen(field: string, given: string | undefined, names: readonly string[]): string {
  const name = given ?? (names.length === 1 ? names[0] : undefined);
  if (name !== undefined && names.includes(name)) return name;
  const message =
    names.length === 0 ? `there is no ${field} in the settings` : `there are: ${names.join(', ')}`;
  const isNamed = given !== undefined && given !== '';
  const fault = isNamed ? `No ${field} is named ${given}` : `The ${field} must be named`;
  throw new ProblemError('invalid', `${fault}; ${message}.`, { errors: [{ field, message }] });
}

function enrolmentOf(body: NewDomain, choices: EnrolmentChoices): Enrolment {
  const { name, provider, ladder, ...settings } = body;
  const ladderName = chosen(
    'ladder',
    ladder,
    choices.ladders.map((known) => known.name),
  );
  const rungs = choices.ladders.find((known) => known.name === ladderName)?.rungs ?? [];
  return {
    domain: name,
    provider: chosen('provider', provider, choices.providerNames()),
    ladder: { name: ladderName, rungs },
    settings: completeSettings(settings),
  };
}

@ApiTags('domains')
@Controller('v1/domains')
export class DomainsController {
  constructor(
    private readonly domains: Domains,
    private readonly rollouts: RolloutStore,
    private readonly choices: EnrolmentChoices,
  ) {}

  @Get()
  @Answers('All domains that are managed here', z.object({ domains: z.array(DomainView) }))
  @Requires('viewer')
  async list(): Promise<{ readonly domains: readonly DomainView[] }> {
    return { domains: (await this.rollouts.list()).map(domainView) };
  }

  @Post()
  @Answers('Enrols a domain; DNS stays as it is until the evidence says otherwise', RolloutView, {
    status: 201,
    fails: ['already-enrolled', 'refused'],
  })
  @Requires('admin')
  async enrol(@Body({ schema: NewDomain }) body: NewDomain, @Actor() actor: string): Promise<RolloutView> {
    return answerOf(await this.domains.enrol(enrolmentOf(body, this.choices), actor), body.name);
  }

  @Get(':domain')
  @Answers('Where a domain stands: rung, holds, open change, latest verdict', DomainView, ENROLLED)
  @Requires('viewer')
  async read(@Param('domain', { schema: DomainName }) domain: string): Promise<DomainView> {
    return domainView(enrolled(await this.domains.find(domain), domain));
  }

  @Patch(':domain')
  @Answers('Changes the settings that are given; the others stay', RolloutView, COMMANDED)
  @Requires('admin')
  async change(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: RolloutSettingsPatch }) body: RolloutSettingsPatch,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return answerOf(await this.domains.changeSettings(domain, body, actor, version), domain);
  }

  @Delete(':domain')
  @Answers('Stops managing the domain; leaves DNS alone', null, { status: 204, ...ENROLLED })
  @Requires('admin')
  async remove(
    @Param('domain', { schema: DomainName }) domain: string,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<void> {
    const { rollout } = enrolled(await this.domains.find(domain), domain);
    if (version !== null && version !== rollout.version) throw staleProblem(rollout.version, domain);
    answerOf(await this.domains.remove(domain, actor), domain);
  }
}
