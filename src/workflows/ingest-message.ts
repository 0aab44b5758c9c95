import type { EvidenceStore, StoredAs } from '../ports/evidence-store.js';
import type { Clock } from '../ports/clock.js';
import type { Instant } from '../core/instant.js';
import type { MailPosition } from '../ports/report-mailbox.js';
import type { MessageUnpacker } from '../ports/message-unpacker.js';
import type { ReportAuthenticator } from '../ports/report-authenticator.js';

/** A mail or a file, as it came. */
export interface Arrival {
  /** Mailbox name, `upload` or `import`. */
  readonly origin: string;
  /** File name, for messages to people. */
  readonly name: string;
  readonly position: MailPosition | null;
  readonly receivedAt: Instant;
  /** Null: over the size limit, refused unread. */
  readonly bytes: Uint8Array | null;
  /** A token's name when a person vouches for a bare file; null for mail, which must authenticate by itself. */
  readonly vouchedBy: string | null;
}

export interface IngestedReport {
  readonly inner: string;
  readonly id: string | null;
  readonly storedAs: StoredAs | 'rejected';
  readonly domain: string | null;
  readonly reason: string | null;
}

export interface Ingested {
  readonly outcome: 'report' | 'not-a-report';
  readonly reason: string | null;
  readonly reports: readonly IngestedReport[];
}

/** One arrival: unpack, read, authenticate, count, store. Storing the same arrival again changes nothing. */
export class IngestMessage {
  constructor(
    private readonly unpacker: MessageUnpacker,
    private readonly authenticator: ReportAuthenticator,
    private readonly evidence: EvidenceStore,
  ) {}

  async run(_arrival: Arrival): Promise<Ingested> {
    throw new Error('being written');
  }
}
