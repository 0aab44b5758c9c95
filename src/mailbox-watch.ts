import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { ReportMailboxes } from './ports/report-mailbox.js';
import type { WakeUp } from './ports/wake-up.js';

/** Wakes the poll of a mailbox as soon as mail arrives, while the service runs. */
export class MailboxWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('mailbox');
  private readonly stopping = new AbortController();
  private watching: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly mailboxes: ReportMailboxes,
    private readonly wakeUp: WakeUp,
  ) {}

  onApplicationBootstrap(): void {
    this.watching = Promise.all(this.mailboxes.names().map((name) => this.watch(name)));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.watching;
    await Promise.all(this.mailboxes.names().map((name) => this.mailboxes.get(name).close()));
  }

  private async watch(name: string): Promise<void> {
    try {
      await this.poll(name);
      await this.mailboxes.get(name).watch(() => void this.poll(name), this.stopping.signal);
    } catch (error) {
      // The scheduled poll goes on without it.
      this.log.warn(`watching ${name} ended: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }

  private async poll(name: string): Promise<void> {
    await this.wakeUp.wake({ workflow: 'poll-mailbox', mailbox: name });
  }
}
