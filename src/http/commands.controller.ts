import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import type { Command } from '../core/rollout/command.js';
import { Domains } from '../workflows/domains.js';
import { Actor, Requires } from './access.js';
import { answerOf, RolloutView } from './domain-view.js';
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
@ApiBearerAuth()
@ApiOkResponse({ standardSchema: RolloutView })
@Controller('v1/domains/:domain')
export class CommandsController {
  constructor(private readonly domains: Domains) {}

  /** Nothing is strengthened until `resume`. */
  @Post('pause')
  @HttpCode(200)
  @Requires('operator')
  pause(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'pause', ...body }, actor, version);
  }

  /** Clears the pause, and no other hold. */
  @Post('resume')
  @HttpCode(200)
  @Requires('operator')
  resume(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'resume', ...body }, actor, version);
  }

  /** Lets the planned change go, if it is still the one that was looked at. */
  @Post('approve')
  @HttpCode(200)
  @Requires('approver')
  approve(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Approval }) body: Approval,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'approve', ...body }, actor, version);
  }

  /** Drops the planned change and pauses. */
  @Post('reject')
  @HttpCode(200)
  @Requires('approver')
  reject(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'reject', ...body }, actor, version);
  }

  /** One rung up now, without waiting for soak or sample. */
  @Post('promote')
  @HttpCode(200)
  @Requires('approver')
  promote(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'promote', ...body }, actor, version);
  }

  /** Stops the rollout, also while a write is under way; nothing restarts without `retry`. */
  @Post('abort')
  @HttpCode(200)
  @Requires('operator')
  abort(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Abortion }) body: Abortion,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'abort', ...body }, actor, version);
  }

  /** Starts an aborted rollout again. */
  @Post('retry')
  @HttpCode(200)
  @Requires('approver')
  retry(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'retry', ...body }, actor, version);
  }

  /** Takes the record that stands in DNS as ours. */
  @Post('adopt')
  @HttpCode(200)
  @Requires('approver')
  adopt(
    @Param('domain', { schema: DomainName }) domain: string,
    @Body({ schema: Remark }) body: Remark,
    @Actor() actor: string,
    @ExpectedVersion() version: number | null,
  ): Promise<RolloutView> {
    return this.ask(domain, { kind: 'adopt', ...body }, actor, version);
  }

  /** Writes the record that we own over the foreign one. */
  @Post('restore')
  @HttpCode(200)
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
