import type { DynamicModule } from '@nestjs/common';
import type { Wake } from '../../src/ports/wake-up.js';
import { ApplyChange } from '../../src/workflows/apply-change.js';
import { DeliverNotifications } from '../../src/workflows/deliver-notifications.js';
import { EvaluateDomain } from '../../src/workflows/evaluate-domain.js';
import { LearnAddresses } from '../../src/workflows/learn-addresses.js';
import { PollMailbox, type Polled } from '../../src/workflows/poll-mailbox.js';
import { ReprocessMail } from '../../src/workflows/reprocess-mail.js';
import { Sweep } from '../../src/workflows/sweep.js';
import { TidyStore } from '../../src/workflows/tidy-store.js';
import { VerifyChange } from '../../src/workflows/verify-change.js';

type Name = Wake['workflow'] | 'sweep' | 'tidy-store';

const NOTHING: Polled = { mails: 0, reports: 0, domains: [], more: false };

/** Stands in for the workflows: writes down each run, and does what the test asks for meanwhile. */
export class FakeWorkflows {
  readonly runs: string[] = [];
  /** Called inside a run, before it ends. */
  meanwhile: (run: string) => Promise<void> = async () => {};
  polled: (mailbox: string) => Polled = () => NOTHING;

  count(run: string): number {
    return this.runs.filter((other) => other === run).length;
  }

  private async run(workflow: Name, subject: string): Promise<void> {
    const run = `${workflow} ${subject}`.trim();
    this.runs.push(run);
    await this.meanwhile(run);
  }

  asModule(): DynamicModule {
    const about = (workflow: Name) => ({ run: (subject = '') => this.run(workflow, subject) });
    const poll = {
      run: async (mailbox: string) => {
        await this.run('poll-mailbox', mailbox);
        return this.polled(mailbox);
      },
    };
    return {
      module: class {},
      providers: [
        { provide: PollMailbox, useValue: poll },
        { provide: EvaluateDomain, useValue: about('evaluate-domain') },
        { provide: ApplyChange, useValue: about('apply-change') },
        { provide: VerifyChange, useValue: about('verify-change') },
        { provide: DeliverNotifications, useValue: about('deliver-notifications') },
        { provide: ReprocessMail, useValue: about('reprocess-mail') },
        { provide: Sweep, useValue: about('sweep') },
        { provide: TidyStore, useValue: about('tidy-store') },
        {
          provide: LearnAddresses,
          useValue: {
            run: async () => {
              await this.run('learn-addresses', '');
              return { learned: 0, more: false };
            },
          },
        },
      ],
      exports: [
        PollMailbox,
        EvaluateDomain,
        ApplyChange,
        VerifyChange,
        DeliverNotifications,
        ReprocessMail,
        Sweep,
        TidyStore,
        LearnAddresses,
      ],
    };
  }
}
