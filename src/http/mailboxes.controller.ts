import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { EvidenceStore } from '../ports/evidence-store.js';
import { ReportMailboxes } from '../ports/report-mailbox.js';
import { Requires } from './access.js';
import { isoTimeOrNull } from './iso-time.js';

@ApiTags('reports')
@ApiBearerAuth()
@Controller('v1/mailboxes')
export class MailboxesController {
  constructor(
    private readonly mailboxes: ReportMailboxes,
    private readonly evidence: EvidenceStore,
  ) {}

  /** How far each mailbox of the settings has been read. */
  @Get()
  @Requires('viewer')
  async list() {
    const progress = await Promise.all(this.mailboxes.names().map((name) => this.evidence.progress(name)));
    return { mailboxes: progress.map((one) => ({ ...one, lastMailAt: isoTimeOrNull(one.lastMailAt) })) };
  }
}
