import { z } from 'zod';
import { OAuth2Settings } from './mailbox-oauth2.js';
import { FilePath, Name, NAME_ALLOWED } from './named-fields.js';

const Folder = z.string().min(1).max(1000);

export const MailboxSettings = z
  .strictObject({
    name: Name.meta({ description: 'Name in logs, API and history', 'x-allowed': NAME_ALLOWED }),
    host: z
      .string()
      .min(1)
      .max(253)
      .meta({ description: 'IMAP server', 'x-allowed': 'a host name or address' }),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta({ description: 'IMAP port; 993 with `tls: implicit`, else 143' }),
    tls: z.enum(['implicit', 'starttls', 'none']).default('implicit').meta({
      description:
        'TLS from the start, or STARTTLS without which nothing is sent; `none` sends the password in the clear: loopback and tunnels only',
    }),
    tlsCaFile: FilePath.optional().meta({
      description:
        'PEM file of certificate authorities to trust instead of the system’s: for a server with a certificate of your own',
    }),
    user: z.string().min(1).max(500).meta({ description: 'Login name' }),
    password: z.string().min(1).max(10_000).optional().meta({
      description: 'Password; better as `${NAME}` or `passwordFile`. Or give `oauth2`',
      'x-secret': true,
    }),
    passwordFile: FilePath.optional().meta({ description: 'File that holds the password' }),
    oauth2: OAuth2Settings.optional().meta({
      description: 'OAuth2 instead of a password, as Google and Microsoft 365 ask for',
    }),
    folder: Folder.default('INBOX').meta({
      description: 'Folder that the reports arrive in; `/` between levels, whatever the server uses',
    }),
    folders: z.array(Folder).max(100).default([]).meta({
      description:
        'Further folders that reports may arrive in, such as Junk; each is watched on a connection of its own, and named NAME/FOLDER',
    }),
    reportFolder: Folder.default('dmarc-ratchet/reports').meta({
      description: 'Where mail with reports goes once it is stored; made when missing',
    }),
    failedFolder: Folder.default('dmarc-ratchet/failed').meta({
      description:
        'Where mail goes that was meant to be a report and can’t be read; `reprocess` tries it again',
    }),
    otherFolder: Folder.default('dmarc-ratchet/other').meta({
      description: 'Where all other mail goes; nothing is ever deleted',
    }),
    authservId: z.string().min(1).max(253).optional().meta({
      description:
        'authserv-id of the Authentication-Results header that your own mail server writes; without it DKIM is verified',
    }),
    pollSeconds: z
      .int()
      .min(10)
      .max(86_400)
      .default(300)
      .meta({ description: 'Seconds between looks, besides IDLE' }),
    maxMessageBytes: z
      .int()
      .min(10_000)
      .max(200_000_000)
      .default(25_000_000)
      .meta({ description: 'Larger messages are refused unread' }),
  })
  .superRefine((mailbox, context) => {
    const { password, passwordFile, oauth2 } = mailbox;
    if ([password, passwordFile, oauth2].filter((one) => one !== undefined).length !== 1)
      context.addIssue({
        code: 'custom',
        path: ['password'],
        message: 'give password, passwordFile or oauth2, one of them',
      });
    const incoming = [mailbox.folder, ...mailbox.folders].map(comparable);
    for (const key of ['reportFolder', 'failedFolder', 'otherFolder'] as const) {
      if (!incoming.includes(comparable(mailbox[key]))) continue;
      const message = 'reports arrive in this folder; what is done must go to another one';
      context.addIssue({ code: 'custom', path: [key], message });
    }
  });
export type MailboxSettings = z.infer<typeof MailboxSettings>;

/** RFC 9051 5.1: INBOX in any case is the same folder. */
function comparable(folder: string): string {
  const path = folder
    .split('/')
    .filter((piece) => piece !== '')
    .join('/');
  return path.toUpperCase() === 'INBOX' ? 'INBOX' : path;
}
