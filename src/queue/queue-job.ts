import { z } from 'zod';
import type { Wake } from '../ports/wake-up.js';

/** What lies in the queue: a wake-up, or what is done from time to time; the sweep finds all that was lost. */
export type QueueJob = Wake | { readonly workflow: 'sweep' | 'tidy-store' };

/** Jobs come back out of Redis or PostgreSQL, and may be an older version's. */
export const QueueJob = z.discriminatedUnion('workflow', [
  z.object({ workflow: z.literal('poll-mailbox'), mailbox: z.string() }),
  z.object({ workflow: z.literal('evaluate-domain'), domain: z.string() }),
  z.object({ workflow: z.literal('apply-change'), domain: z.string() }),
  z.object({ workflow: z.literal('verify-change'), domain: z.string() }),
  z.object({ workflow: z.literal('deliver-notifications') }),
  z.object({ workflow: z.literal('reprocess-mail') }),
  z.object({ workflow: z.enum(['sweep', 'tidy-store', 'learn-addresses']) }),
]) satisfies z.ZodType<QueueJob>;

export const QUEUE_NAME = 'wakes';

/** What a job is about; jobs of one subject run one after the other. Null: they may run side by side. */
export function subjectOf(job: QueueJob): string | null {
  switch (job.workflow) {
    case 'poll-mailbox':
      return `mailbox:${job.mailbox}`;
    case 'evaluate-domain':
    case 'apply-change':
    case 'verify-change':
      return `domain:${job.domain}`;
    case 'reprocess-mail':
    case 'tidy-store':
    case 'learn-addresses':
      return job.workflow;
    case 'deliver-notifications':
    case 'sweep':
      return null;
  }
}

/** Equal for wake-ups that are the same. */
export function identityOf(job: QueueJob): string {
  const subject = subjectOf(job);
  return subject === null || subject === job.workflow ? job.workflow : `${job.workflow}:${subject}`;
}
