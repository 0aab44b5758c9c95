import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import type { StoredCheck } from '../core/checks/stored-check.js';
import { ShowChecks } from '../workflows/show-checks.js';
import { Requires } from './access.js';
import { Answers } from './answers.js';
import { ENROLLED, enrolled } from './domain-view.js';
import { isoTime } from './iso-time.js';

const Status = z.enum(['ok', 'info', 'warning', 'error', 'unknown']);

const FindingView = z.object({
  check: z.enum(['rdns', 'mx', 'spf', 'dkim', 'dmarc']),
  id: z.string(),
  severity: Status,
  subject: z
    .string()
    .nullable()
    .meta({ description: 'The address, host or name that it is about; null: the domain as a whole' }),
  isGuessed: z.boolean().meta({ description: 'Of selectors that were only tried' }),
  message: z.string(),
  record: z.string().nullable().meta({ description: 'The text that it is about' }),
  clause: z.string().nullable().meta({ description: 'RFC 7208 4.6.4' }),
  fix: z.string().nullable().meta({ description: 'What to do' }),
});

const EarlierCheck = z.object({
  at: z.iso.datetime(),
  status: Status,
  findings: z.array(FindingView.omit({ record: true, clause: true, fix: true })),
});
type EarlierCheck = z.infer<typeof EarlierCheck>;

const ChecksView = z
  .object({
    domain: z.string(),
    at: z.iso.datetime(),
    status: Status,
    findings: z.array(FindingView),
    spf: z.array(z.object({ ip: z.string(), result: z.string() })).meta({
      description: 'Of the addresses from which mail of the domain was seen',
    }),
    history: z.array(EarlierCheck).optional().meta({ description: 'Newest first, without what is well' }),
  })
  .meta({ id: 'Checks' });
type ChecksView = z.infer<typeof ChecksView>;

const Earlier = z.object({ history: z.coerce.number().int().min(1).max(400).optional() });
type Earlier = z.infer<typeof Earlier>;

function checksView({ domain, at, status, findings, spf }: StoredCheck): ChecksView {
  return {
    domain,
    at: isoTime(at),
    status,
    findings: [...findings],
    spf: spf.map(({ ip, result }) => ({ ip, result })),
  };
}

function earlierCheck({ at, status, findings }: StoredCheck): EarlierCheck {
  const told = findings.filter(({ severity }) => severity !== 'ok' && severity !== 'info');
  return {
    at: isoTime(at),
    status,
    findings: told.map(({ check, id, severity, subject, isGuessed, message }) => ({
      check,
      id,
      severity,
      subject,
      isGuessed,
      message,
    })),
  };
}

@ApiTags('evidence')
@Controller('v1/domains/:domain/checks')
export class ChecksController {
  constructor(private readonly checks: ShowChecks) {}

  @Get()
  @Answers(
    'Reverse DNS, MX, SPF, DKIM and DMARC as last checked; `history`: so many of the checks before, too',
    ChecksView,
  )
  @Requires('viewer')
  async latest(
    @Param('domain', { schema: DomainName }) domain: string,
    @Query({ schema: Earlier }) { history }: Earlier,
  ): Promise<ChecksView> {
    const view = checksView(await this.checks.latest(domain));
    if (history === undefined) return view;
    return { ...view, history: (await this.checks.history(domain, history)).map(earlierCheck) };
  }

  @Post()
  @Answers('Checks now, as after a mistake was corrected, and decides anew', ChecksView, ENROLLED)
  @Requires('operator')
  async again(@Param('domain', { schema: DomainName }) domain: string): Promise<ChecksView> {
    return checksView(enrolled(await this.checks.again(domain), domain));
  }
}
