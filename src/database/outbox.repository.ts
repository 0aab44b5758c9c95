import type { DataSource } from 'typeorm';
import type { Instant } from '../core/instant.js';
import type { Notice } from '../core/rollout/audit.js';
import { Outbox, type Dispatch } from '../ports/outbox.js';
import { DispatchSchema } from './dispatch.schema.js';

/** How long a claimed dispatch belongs to its worker; after that the worker is taken for dead. */
const LEASE_MS = 60_000;
const LONGEST_ERROR = 1_000;

interface ClaimedRow {
  readonly id: string;
  readonly channel: string;
  readonly notice: Notice;
  readonly attempts: number;
}

export class OutboxRepository extends Outbox {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async claim(now: Instant, limit: number): Promise<readonly Dispatch[]> {
    // `skip locked`: two workers that claim at once get different rows and never wait for each other.
    const [rows] = await this.dataSource.query<[ClaimedRow[], number]>(
      `update dispatch set next_at = $2
        where id in (select id from dispatch
                      where delivered_at is null and next_at <= $1
                      order by next_at, id limit $3 for update skip locked)
       returning id::text as id, channel, notice, attempts`,
      [new Date(now), new Date(now + LEASE_MS), limit],
    );
    return rows.sort((a, b) => Number(a.id) - Number(b.id));
  }

  async markDelivered(id: string, at: Instant): Promise<void> {
    await this.dataSource
      .getRepository(DispatchSchema)
      .update({ id }, { deliveredAt: at, nextAt: null, lastError: null, attempts: () => 'attempts + 1' });
  }

  async markFailed(id: string, error: string, nextAt: Instant | null): Promise<void> {
    await this.dataSource
      .getRepository(DispatchSchema)
      .update({ id }, { lastError: error.slice(0, LONGEST_ERROR), nextAt, attempts: () => 'attempts + 1' });
  }
}
