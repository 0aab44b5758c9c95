import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import { Clock } from '../ports/clock.js';
import { EvidenceStore, type StoredReport } from '../ports/evidence-store.js';
import { WakeUp } from '../ports/wake-up.js';
import { domainsWithNews, IngestMessage, type Ingested } from '../workflows/ingest-message.js';
import { Actor, Requires } from './access.js';
import { isoTime } from './iso-time.js';
import { ProblemError } from './problem.js';
import { UploadedBytes } from './uploaded-bytes.js';

const Limit = z.coerce.number().int().min(1).max(1000).default(100);
const ReportQuery = z.object({ domain: DomainName.optional(), limit: Limit });
type ReportQuery = z.infer<typeof ReportQuery>;
const RecordPage = z.object({ after: z.coerce.number().int().min(0).default(0), limit: Limit });
type RecordPage = z.infer<typeof RecordPage>;
const UploadName = z.string().max(300).default('upload');

function reportView<T extends StoredReport>(stored: T) {
  return {
    ...stored,
    begin: isoTime(stored.begin * 1000),
    end: isoTime(stored.end * 1000),
    receivedAt: isoTime(stored.receivedAt),
  };
}

function uploadView(ingested: Ingested): Ingested {
  if (ingested.outcome === 'report') return ingested;
  throw new ProblemError('not-a-report', ingested.reason ?? 'Nothing in it reads as an aggregate report.');
}

@ApiTags('reports')
@ApiBearerAuth()
@Controller('v1/reports')
export class ReportsController {
  constructor(
    private readonly ingest: IngestMessage,
    private readonly evidence: EvidenceStore,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  /** One report as `.xml`, `.gz`, `.zip` or `.eml`; the token's name vouches for a bare file. Repeating it is harmless. */
  @Post()
  @HttpCode(200)
  @Requires('operator')
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async upload(
    @UploadedBytes() bytes: Uint8Array,
    @Query('name', { schema: UploadName }) name: string,
    @Actor() vouchedBy: string,
  ): Promise<Ingested> {
    const upload = { origin: 'upload', folder: null, position: null, mailId: null } as const;
    const receivedAt = this.clock.now();
    const ingested = await this.ingest.run({ ...upload, name, receivedAt, bytes, vouchedBy });
    for (const domain of domainsWithNews(ingested.reports))
      await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
    return uploadView(ingested);
  }

  /** Newest first; without `domain` those about enrolled ones. */
  @Get()
  @Requires('viewer')
  async list(@Query({ schema: ReportQuery }) query: ReportQuery) {
    const reports = await this.evidence.reports({ domain: query.domain ?? null, limit: query.limit });
    return { reports: reports.map(reportView) };
  }

  /** Domains that nobody enrolled, and whose `rua` points here all the same. Their reports count for nothing. */
  @Get('unenrolled')
  @Requires('viewer')
  async unenrolled(@Query('limit', { schema: Limit }) limit: number) {
    const domains = await this.evidence.unenrolled(limit);
    return {
      domains: domains.map((one) => ({
        ...one,
        firstReportAt: isoTime(one.firstReportAt),
        lastReportAt: isoTime(one.lastReportAt),
      })),
    };
  }

  /** Mail that brought no aggregate report, with its reason; newest first. */
  @Get('refused')
  @Requires('viewer')
  async refused(@Query('limit', { schema: Limit }) limit: number) {
    const mails = await this.evidence.mails(
      ['unreadable', 'tls-report', 'failure-report', 'not-a-report'],
      limit,
    );
    return { mails: mails.map((mail) => ({ ...mail, receivedAt: isoTime(mail.receivedAt) })) };
  }

  /** Reads mail again in which something could not be read, from the originals that are kept; in the background. */
  @Post('reprocess')
  @HttpCode(202)
  @Requires('operator')
  async reprocess() {
    await this.wakeUp.wake({ workflow: 'reprocess-mail' });
    return { accepted: true };
  }

  /** One report with its records in their order; `after` is the number of the last one that is known. */
  @Get(':id')
  @Requires('viewer')
  async read(@Param('id') id: string, @Query({ schema: RecordPage }) page: RecordPage) {
    const stored = await this.evidence.report(id);
    if (stored === null) throw new ProblemError('not-found', 'No report has this id.');
    return { ...reportView(stored), rows: await this.evidence.records(id, page) };
  }
}
