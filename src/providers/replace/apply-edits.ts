import { DnsProviderError } from '../../ports/dns-provider.js';
import type { RecordEdits } from './record-edits.js';

/** The two requests that change one record each. */
export interface RecordWriter {
  update(edit: RecordEdits['updates'][number]): Promise<void>;
  create(edit: RecordEdits['creations'][number]): Promise<void>;
}

/** An update that the API answers with "not found": the zone was there a moment ago, so the record has gone. */
async function updateIfThere(writer: RecordWriter, edit: RecordEdits['updates'][number]): Promise<void> {
  try {
    await writer.update(edit);
  } catch (cause) {
    if (!(cause instanceof DnsProviderError) || cause.fault.kind !== 'zone-not-found') throw cause;
    const fault = { kind: 'conflict', observed: null } as const;
    throw new DnsProviderError('the record that was read is gone', fault, { cause });
  }
}

/**
 * Carries the edits out one after the other. An error of the first is thrown as it is; of a later one as `transient`,
 * since something has been written then.
 */
export async function applyEdits({ updates, creations }: RecordEdits, writer: RecordWriter): Promise<void> {
  const steps = [
    ...updates.map((edit) => () => updateIfThere(writer, edit)),
    ...creations.map((edit) => () => writer.create(edit)),
  ];
  for (const [at, step] of steps.entries()) {
    try {
      await step();
    } catch (cause) {
      if (at === 0 || !(cause instanceof DnsProviderError)) throw cause;
      const fault = { kind: 'transient', mayBeApplied: true } as const;
      throw new DnsProviderError(`only ${at} of ${steps.length} records were written`, fault, { cause });
    }
  }
}
