import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import { Clock } from '../ports/clock.js';
import { EvidenceStore } from '../ports/evidence-store.js';
import { WakeUp } from '../ports/wake-up.js';
import { domainsWithNews, IngestMessage } from '../workflows/ingest-message.js';
import { Actor, Requires } from './access.js';
import { Answers, type Outgoing } from './answers.js';
import { ProblemError } from './problem.js';
import {
  RefusedMail,
  refusedView,
  ReportList,
  reportView,
  UnenrolledView,
  unenrolledView,
  UploadView,
  uploadView,
  WholeReport,
} from './report-view.js';
import { UploadedBytes } from './uploaded-bytes.js';

const Limit = z.coerce.number().int().min(1).max(1000).default(100);
const ReportQuery = z.object({ domain: DomainName.optional(), limit: Limit });
type ReportQuery = z.infer<typeof ReportQuery>;
/** More than the limits let a report have, and no more than a column holds. */
const MOST_RECORDS = 2 ** 31 - 1;
const RecordPage = z.object({
  after: z.coerce.number().int().min(0).max(MOST_RECORDS).default(0),
  limit: Limit,
});
type RecordPage = z.infer<typeof RecordPage>;
const UploadName = z.string().max(300).default('upload');

const Accepted = z.object({ accepted: z.literal(true) });

@ApiTags('reports')
@Controller('v1/reports')
export class ReportsController {
  constructor(
    private readonly ingest: IngestMessage,
    private readonly evidence: EvidenceStore,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  @Post()
  @Answers('Takes one report as `.xml`, `.gz`, `.zip` or `.eml`; repeating it is harmless', UploadView, {
    fails: ['too-large', 'not-a-report'],
  })
  @Requires('operator')
  @ApiConsumes('application/octet-stream')
  @ApiBody({
    description: 'The bytes; the token’s name vouches for a report that no mail brought',
    schema: { type: 'string', format: 'binary' },
  })
  async upload(
    @UploadedBytes() bytes: Uint8Array,
    @Query('name', { schema: UploadName }) name: string,
    @Actor() vouchedBy: string,
  ) {
    const upload = { origin: 'upload', folder: null, position: null, mailId: null } as const;
    const receivedAt = this.clock.now();
    await this.evidence.noteUpload(receivedAt);
    const ingested = await this.ingest.run({ ...upload, name, receivedAt, bytes, vouchedBy });
    for (const domain of domainsWithNews(ingested.reports))
      await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
    return uploadView(ingested);
  }

  @Get()
  @Answers('Reports, newest first; without `domain` those about enrolled ones', ReportList)
  @Requires('viewer')
  async list(
    @Query({ schema: ReportQuery }) query: ReportQuery,
  ): Promise<Outgoing<z.infer<typeof ReportList>>> {
    const reports = await this.evidence.reports({ domain: query.domain ?? null, limit: query.limit });
    return { reports: reports.map(reportView) };
  }

  @Get('unenrolled')
  @Answers(
    'Domains that nobody enrolled, and whose `rua` points here; their reports count for nothing',
    UnenrolledView,
  )
  @Requires('viewer')
  async unenrolled(@Query('limit', { schema: Limit }) limit: number) {
    return unenrolledView(await this.evidence.unenrolled(limit));
  }

  @Get('refused')
  @Answers('Mail that brought no aggregate report, with its reason; newest first', RefusedMail)
  @Requires('viewer')
  async refused(@Query('limit', { schema: Limit }) limit: number) {
    return refusedView(
      await this.evidence.mails(['unreadable', 'tls-report', 'failure-report', 'not-a-report'], limit),
    );
  }

  @Post('reprocess')
  @Answers('Reads mail again in which something could not be read, in the background', Accepted, {
    status: 202,
  })
  @Requires('operator')
  async reprocess(): Promise<z.infer<typeof Accepted>> {
    await this.wakeUp.wake({ workflow: 'reprocess-mail' });
    return { accepted: true };
  }

  @Get(':id')
  @Answers('One report with its records; `after`: so many of them are known', WholeReport, {
    fails: ['not-found'],
  })
  @Requires('viewer')
  async read(
    @Param('id') id: string,
    @Query({ schema: RecordPage }) page: RecordPage,
  ): Promise<Outgoing<z.infer<typeof WholeReport>>> {
    const stored = await this.evidence.report(id);
    if (stored === null) throw new ProblemError('not-found', 'No report has this id.');
    return { ...reportView(stored), rows: await this.evidence.records(id, page) };
  }
}
