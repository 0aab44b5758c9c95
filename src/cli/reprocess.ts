import { z } from 'zod';
import { openIntake } from './open-intake.js';
import { askService, type ServiceAddress } from './service-client.js';
import type { ExitStatus, Terminal } from './terminal.js';

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
    const { mails, mended, reports } = await opened.reprocess();
    terminal.out(`${mails} mails tried again, ${mended} read now, ${reports} reports gained`);
    return 0;
  } finally {
    await opened.close();
  }
}
