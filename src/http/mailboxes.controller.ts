import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { EvidenceStore, type MailboxProgress, type ScanProgress } from '../ports/evidence-store.js';
import { ReportMailboxes } from '../ports/report-mailbox.js';
import { Requires } from './access.js';
import { Answers, type Outgoing } from './answers.js';
import { isoTime, isoTimeOrNull } from './iso-time.js';

const Time = z.iso.datetime();

const ScanView = z.object({
  startedAt: Time,
  updatedAt: Time,
  total: z.int(),
  done: z.int(),
  perSecond: z.number().nullable(),
  etaSeconds: z.int().nullable().meta({ description: 'Null: it can’t be told yet' }),
});

const MailboxView = z
  .object({
    mailbox: z.string(),
    folder: z.string(),
    position: z
      .object({ uidValidity: z.string(), uid: z.int() })
      .nullable()
      .meta({ description: 'The newest mail that is stored; null: nothing yet' }),
    scan: ScanView.nullable().meta({ description: 'How far what waited is read' }),
    trouble: z
      .object({ reason: z.string(), at: Time })
      .nullable()
      .meta({ description: 'Why it could not be read, and since when; null: it could' }),
    mails: z
      .object({
        report: z.int(),
        'tls-report': z.int(),
        'failure-report': z.int(),
        'not-a-report': z.int(),
        unreadable: z.int(),
      })
      .meta({ description: 'Mails by what they brought' }),
    lastMailAt: Time.nullable(),
  })
  .meta({ id: 'Mailbox' });

const Mailboxes = z.object({ mailboxes: z.array(MailboxView) });

/** How far reading what waited has come; the rest takes as long a mail as what is done. */
function scanView({ startedAt, updatedAt, total, done }: ScanProgress): z.infer<typeof ScanView> {
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

function mailboxView({
  folder,
  ...progress
}: MailboxProgress & { readonly folder: string }): Outgoing<z.infer<typeof MailboxView>> {
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
@Controller('v1/mailboxes')
export class MailboxesController {
  constructor(
    private readonly mailboxes: ReportMailboxes,
    private readonly evidence: EvidenceStore,
  ) {}

  @Get()
  @Answers('How far each folder of the mailboxes has been read, and what was in it', Mailboxes)
  @Requires('viewer')
  async list() {
    const folders = this.mailboxes.names().map((name) => this.mailboxes.get(name));
    const views = folders.map(async ({ name, folder }) =>
      mailboxView({ ...(await this.evidence.progress(name, folder)), folder }),
    );
    return { mailboxes: await Promise.all(views) };
  }
}
