import { z } from 'zod';
import { countText } from '../core/amount-text.js';
import type { Reprocessed } from '../workflows/reprocess-mail.js';
import { openIntake } from './open-intake.js';
import { askService, type ServiceAddress } from './service-client.js';
import { harmless, type ExitStatus, type Terminal } from './terminal.js';

/** Tries mail again that could not be read: through a running service, or on the database of the settings. */
export async function reprocess(service: ServiceAddress | null, terminal: Terminal): Promise<ExitStatus> {
  if (service !== null) {
    const request = { method: 'POST', path: '/v1/reports/reprocess', body: {} } as const;
    await askService(service, request, z.object({ accepted: z.boolean() }));
    terminal.out('the service tries all mail again that it could not read');
    return 0;
  }
  const opened = await openIntake(terminal);
  try {
    describe(await opened.reprocess(), terminal);
    return 0;
  } finally {
    await opened.close();
  }
}

function describe({ mails, mended, reports, moved, anew, left }: Reprocessed, terminal: Terminal): void {
  terminal.out(
    `${countText(mails, 'mail')} tried again, ${mended} read now, ${countText(reports, 'report')} gained`,
  );
  if (moved > 0) terminal.out(`${moved} of them moved out of the folder of unreadable mail`);
  for (const [mailbox, count] of Object.entries(anew))
    terminal.out(
      `${countText(count, 'mail')}, too large before: back in ${harmless(mailbox)}, and read when the service runs`,
    );
  for (const { mailbox, mails: count, reason } of left)
    terminal.err(
      `${countText(count, 'mail')} of ${harmless(mailbox)}: read now, but left in its folder of unreadable mail, to be deleted there: ${harmless(reason)}`,
    );
}
