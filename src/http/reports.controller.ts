import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import { Clock } from '../ports/clock.js';
import { EvidenceStore, type StoredReport } from '../ports/evidence-store.js';
import { IngestMessage, type Ingested } from '../workflows/ingest-message.js';
import { Actor, Requires } from './access.js';
import { isoTime } from './iso-time.js';
import { ProblemError } from './problem.js';
import { UploadedBytes } from './uploaded-bytes.js';

const ReportQuery = z.object({
  domain: DomainName.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
type ReportQuery = z.infer<typeof ReportQuery>;
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
    const receivedAt = this.clock.now();
    return uploadView(
      await this.ingest.run({ origin: 'upload', name, position: null, receivedAt, bytes, vouchedBy }),
    );
  }

  /** Newest first. */
  @Get()
  @Requires('viewer')
  async list(@Query({ schema: ReportQuery }) query: ReportQuery) {
    const reports = await this.evidence.reports({ domain: query.domain ?? null, limit: query.limit });
    return { reports: reports.map(reportView) };
  }

  /** Mail that was no report, with its reason; newest first. */
  @Get('refused')
  @Requires('viewer')
  async refused(@Query('limit', { schema: ReportQuery.shape.limit }) limit: number) {
    const mails = await this.evidence.notReports(limit);
    return { mails: mails.map((mail) => ({ ...mail, receivedAt: isoTime(mail.receivedAt) })) };
  }

  @Get(':id')
  @Requires('viewer')
  async read(@Param('id') id: string) {
    const stored = await this.evidence.report(id);
    if (stored === null) throw new ProblemError('not-found', 'No report has this id.');
    return reportView(stored);
  }
}
