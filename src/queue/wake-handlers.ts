import type { Wake } from '../ports/wake-up.js';
import type { ApplyChange } from '../workflows/apply-change.js';
import type { DeliverNotifications } from '../workflows/deliver-notifications.js';
import type { EvaluateDomain } from '../workflows/evaluate-domain.js';
import type { LearnAddresses } from '../workflows/learn-addresses.js';
import type { PollMailbox, Polled } from '../workflows/poll-mailbox.js';
import type { ReprocessMail } from '../workflows/reprocess-mail.js';
import type { Sweep } from '../workflows/sweep.js';
import type { TidyStore } from '../workflows/tidy-store.js';
import type { VerifyChange } from '../workflows/verify-change.js';
import type { QueueJob } from './queue-job.js';

/** The workflows that jobs wake. */
export interface Workflows {
  readonly pollMailbox: Pick<PollMailbox, 'run'>;
  readonly evaluateDomain: Pick<EvaluateDomain, 'run'>;
  readonly applyChange: Pick<ApplyChange, 'run'>;
  readonly verifyChange: Pick<VerifyChange, 'run'>;
  readonly deliverNotifications: Pick<DeliverNotifications, 'run'>;
  readonly reprocessMail: Pick<ReprocessMail, 'run'>;
  readonly sweep: Pick<Sweep, 'run'>;
  readonly tidyStore: Pick<TidyStore, 'run'>;
  readonly learnAddresses: Pick<LearnAddresses, 'run'>;
}

/** Runs the workflow of a job, and answers what is to be woken after it. */
export async function runWorkflow(workflows: Workflows, job: QueueJob): Promise<readonly Wake[]> {
  switch (job.workflow) {
    case 'poll-mailbox':
      return afterPoll(job, await workflows.pollMailbox.run(job.mailbox));
    case 'evaluate-domain':
      await workflows.evaluateDomain.run(job.domain);
      return [];
    case 'apply-change':
      await workflows.applyChange.run(job.domain);
      return [];
    case 'verify-change':
      await workflows.verifyChange.run(job.domain);
      return [];
    case 'deliver-notifications':
      await workflows.deliverNotifications.run();
      return [];
    case 'reprocess-mail':
      await workflows.reprocessMail.run();
      return [];
    case 'sweep':
      await workflows.sweep.run();
      return [];
    case 'tidy-store':
      await workflows.tidyStore.run();
      return [];
    case 'learn-addresses':
      return (await workflows.learnAddresses.run()).more ? [job] : [];
  }
}

function afterPoll(job: Wake, polled: Polled): readonly Wake[] {
  const wakes: Wake[] = polled.domains.map((domain) => ({ workflow: 'evaluate-domain', domain }));
  return polled.more ? [...wakes, job] : wakes;
}
