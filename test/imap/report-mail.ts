/** A part of a mail; `bytes` go in as base64. */
export interface MailPart {
  readonly type: string;
  readonly bytes: Uint8Array | string;
  readonly disposition?: string;
  readonly name?: string;
}

export interface MailOptions {
  readonly from?: string;
  readonly subject?: string;
  readonly headers?: readonly string[];
  readonly text?: string;
}

/** A mail as reporters send them: a text and attachments, multipart/mixed (RFC 2046 5.1.3). */
export function mailWith(parts: readonly MailPart[], options: MailOptions = {}): Buffer {
  const boundary = 'cut-here-0123456789';
  const body = parts.map((part) => `--${boundary}\r\n${partText(part)}\r\n`).join('');
  return Buffer.from(
    [
      ...(options.headers ?? []),
      `From: ${options.from ?? 'Reports <noreply@reporter.example>'}`,
      'To: dmarc@example.org',
      `Subject: ${options.subject ?? 'Report Domain: example.org Submitter: reporter.example Report-ID: r-1'}`,
      'Date: Fri, 02 Jan 2026 00:10:00 +0000',
      'Message-ID: <r-1@reporter.example>',
      'MIME-Version: 1.0',
      `Content-Type: multipart/mixed; boundary="${boundary}"`,
      '',
      `--${boundary}\r\nContent-Type: text/plain\r\n\r\n${options.text ?? 'See the attachment.'}\r\n${body}--${boundary}--`,
      '',
    ].join('\r\n'),
  );
}

function partText({ type, bytes, disposition, name }: MailPart): string {
  const file = name === undefined ? '' : `; filename="${name}"`;
  const base64 = Buffer.from(bytes).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  return [
    `Content-Type: ${type}`,
    `Content-Disposition: ${disposition ?? 'attachment'}${file}`,
    'Content-Transfer-Encoding: base64',
    '',
    base64,
  ].join('\r\n');
}
