import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { progressText, spanText } from './progress-line.js';
import { askService, type ServiceAddress } from './service-client.js';
import { harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

const Mailboxes = z.object({
  mailboxes: z.array(
    z.object({
      mailbox: z.string(),
      folder: z.string(),
      mails: z.record(z.string(), z.number()),
      lastMailAt: z.string().nullable(),
      trouble: z.object({ reason: z.string(), at: z.string() }).nullable(),
      scan: z
        .object({
          total: z.number(),
          done: z.number(),
          perSecond: z.number().nullable(),
          etaSeconds: z.number().nullable(),
          startedAt: z.string(),
          updatedAt: z.string(),
        })
        .nullable(),
    }),
  ),
});
type Mailbox = z.infer<typeof Mailboxes>['mailboxes'][number];

/** Milliseconds between two looks with `--follow`. */
const PAUSE = 1000;

const KINDS: readonly (readonly [string, string])[] = [
  ['report', 'with reports'],
  ['unreadable', 'unreadable'],
  ['tls-report', 'TLS reports'],
  ['failure-report', 'failure reports'],
  ['not-a-report', 'other mail'],
];

function describe({ mailbox, folder, mails, lastMailAt, scan, trouble }: Mailbox): string {
  const kinds = KINDS.filter(([kind]) => (mails[kind] ?? 0) > 0).map(
    ([kind, words]) => `${(mails[kind] ?? 0).toLocaleString('en-US')} ${words}`,
  );
  const last =
    lastMailAt === null ? '' : `; the last mail came ${lastMailAt.slice(0, 16).replace('T', ' ')} UTC`;
  const lines = [
    `${harmless(mailbox)} (${harmless(folder)})`,
    `${kinds.join(', ') || 'nothing read yet'}${last}`,
  ];
  if (scan !== null) lines.push(describeScan(scan));
  if (trouble !== null)
    lines.push(`trouble since ${trouble.at.slice(0, 16).replace('T', ' ')} UTC: ${harmless(trouble.reason)}`);
  return lines.join('\n  ');
}

function describeScan(scan: NonNullable<Mailbox['scan']>): string {
  if (scan.done < scan.total) return `reading ${progressText(scan.done, scan.total, scan.perSecond)}`;
  const seconds = (Date.parse(scan.updatedAt) - Date.parse(scan.startedAt)) / 1000;
  return `all ${scan.total.toLocaleString('en-US')} that waited are read, in ${spanText(seconds)}`;
}

function isReading({ scan }: Mailbox): boolean {
  return scan !== null && scan.done < scan.total;
}

/** How far the mailboxes are read, and what was in them; with `follow` until all that waits is read. */
export async function showMailboxes(
  service: ServiceAddress,
  options: { readonly json: boolean; readonly follow: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  for (;;) {
    const { mailboxes } = await askService(service, { method: 'GET', path: '/v1/mailboxes' }, Mailboxes);
    const reading = mailboxes.filter(isReading);
    if (!options.follow || reading.length === 0) {
      for (const one of mailboxes) terminal.out(options.json ? jsonLine(one) : describe(one));
      if (mailboxes.length === 0) terminal.err('no mailbox stands in the settings');
      return 0;
    }
    const text = reading
      .map(({ mailbox, scan }) => `${harmless(mailbox)}: ${scan === null ? '' : describeScan(scan)}`)
      .join('; ');
    if (terminal.overwrite === undefined) terminal.err(text);
    else terminal.overwrite(text);
    await wait(PAUSE);
  }
}
