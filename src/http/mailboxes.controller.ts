import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { EvidenceStore, type MailboxProgress, type ScanProgress } from '../ports/evidence-store.js';
import { ReportMailboxes } from '../ports/report-mailbox.js';
import { Requires } from './access.js';
import { isoTime, isoTimeOrNull } from './iso-time.js';

/** How far reading what waited has come; the rest takes as long a mail as what is done. */
function scanView({ startedAt, updatedAt, total, done }: ScanProgress) {
  const seconds = (updatedAt - startedAt) / 1000;
  const perSecond = done === 0 || seconds <= 0 ? null : done / seconds;
  const left = Math.max(0, total - done);
  return {
    startedAt: isoTime(startedAt),
    updatedAt: isoTime(updatedAt),
    total,
    done,
    perSecond: perSecond === null ? null : Math.round(perSecond * 10) / 10,
    etaSeconds: left === 0 ? 0 : perSecond === null ? null : Math.ceil(left / perSecond),
  };
}

function mailboxView({ folder, ...progress }: MailboxProgress & { readonly folder: string }) {
  const { scan, trouble, lastMailAt } = progress;
  return {
    ...progress,
    folder,
    scan: scan === null ? null : scanView(scan),
    trouble: trouble === null ? null : { reason: trouble.reason, at: isoTime(trouble.at) },
    lastMailAt: isoTimeOrNull(lastMailAt),
  };
}

@ApiTags('reports')
@ApiBearerAuth()
@Controller('v1/mailboxes')
export class MailboxesController {
  constructor(
    private readonly mailboxes: ReportMailboxes,
    private readonly evidence: EvidenceStore,
  ) {}

  /** How far each folder of the mailboxes in the settings has been read, and what was in it. */
  @Get()
  @Requires('viewer')
  async list() {
    const folders = this.mailboxes.names().map((name) => this.mailboxes.get(name));
    const views = folders.map(async ({ name, folder }) =>
      mailboxView({ ...(await this.evidence.progress(name, folder)), folder }),
    );
    return { mailboxes: await Promise.all(views) };
  }
}
