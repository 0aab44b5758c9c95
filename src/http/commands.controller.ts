import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import type { Command } from '../core/rollout/command.js';
import { Domains } from '../workflows/domains.js';
import { Actor, Requires } from './access.js';
import { Answers } from './answers.js';
import { answerOf, COMMANDED, RolloutView } from './domain-view.js';
import { ExpectedVersion } from './expected-version.js';

const note = z.string().max(2000).default('').meta({ description: 'Why; the history keeps it' });

const Remark = z.strictObject({ note }).prefault({});
type Remark = z.infer<typeof Remark>;

const Approval = z.strictObject({
  planHash: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: 'change.planHash of the plan that was looked at' }),
  note,
});
type Approval = z.infer<typeof Approval>;

const Abortion = z
  .strictObject({
    target: z
      .enum(['stay', 'stable', 'none'])
      .default('stay')
      .meta({ description: 'Stay at this rung, or go down to the last that passed, or to the first' }),
    note,
  })
  .prefault({});
type Abortion = z.infer<typeof Abortion>;

@ApiTags('commands')
@Controller('v1/domains/:domain')
export class CommandsController {
  constructor(private readonly domains: Domains) {}

  @Post('pause')
  @Answers('Nothing is strengthened until `resume`', RolloutView, COMMANDED)
  @Requires('operator')
  pause(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'pause', ...body }, actor, version);
  }

  @Post('resume')
  @Answers('Clears the pause, and no other hold', RolloutView, COMMANDED)
  @Requires('operator')
  resume(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'resume', ...body }, actor, version);
  }

  @Post('approve')
  @Answers('Lets the planned change go, if it is still the one that was looked at', RolloutView, COMMANDED)
  @Requires('approver')
  approve(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Approval }) body: Approval,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'approve', ...body }, actor, version);
  }

  @Post('reject')
  @Answers('Drops the planned change and pauses', RolloutView, COMMANDED)
  @Requires('approver')
  reject(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'reject', ...body }, actor, version);
  }

  @Post('promote')
  @Answers(
    'One rung up now, without waiting for soak or sample; refused where it would hurt',
    RolloutView,
    COMMANDED,
  )
  @Requires('approver')
  promote(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'promote', ...body }, actor, version);
  }

  @Post('abort')
  @Answers(
    'Stops the rollout, also while a write is under way; nothing restarts without `retry`',
    RolloutView,
    COMMANDED,
  )
  @Requires('operator')
  abort(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Abortion }) body: Abortion,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'abort', ...body }, actor, version);
  }

  @Post('retry')
  @Answers('Starts an aborted rollout again', RolloutView, COMMANDED)
  @Requires('approver')
  retry(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'retry', ...body }, actor, version);
  }

  @Post('adopt')
  @Answers('Takes the record that stands in DNS as ours', RolloutView, COMMANDED)
  @Requires('approver')
  adopt(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'adopt', ...body }, actor, version);
  }

  @Post('restore')
  @Answers('Writes the record that we own over the foreign one', RolloutView, COMMANDED)
  @Requires('approver')
  restore(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'restore', ...body }, actor, version);
  }

  private async ask(
    domain: string,
    command: Command,
    actor: string,
    version: number | null,
  ): Promise<RolloutView> {
    return answerOf(await this.domains.command(domain, command, actor, version), domain);
  }
}
