import { LessThan, type DataSource } from 'typeorm';
import { DAY_MS, type Instant } from '../core/instant.js';
import { IdempotencyStore, type RememberedAnswer } from '../ports/idempotency-store.js';
import { jsonText } from './column-values.js';
import { IdempotencyKeySchema } from './idempotency-key.schema.js';

/** Clients retry within minutes; a day is more than they need. */
const REMEMBERED_MS = DAY_MS;

export class IdempotencyRepository extends IdempotencyStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async find(actor: string, key: string): Promise<RememberedAnswer | null> {
    const row = await this.dataSource.getRepository(IdempotencyKeySchema).findOneBy({ actor, key });
    return row === null ? null : { requestHash: row.requestHash, status: row.status, body: row.body };
  }

  async remember(actor: string, key: string, answer: RememberedAnswer, at: Instant): Promise<void> {
    const keys = this.dataSource.getRepository(IdempotencyKeySchema);
    await keys.delete({ createdAt: LessThan(at - REMEMBERED_MS) });
    await keys.query(
      `insert into idempotency_key (actor, key, request_hash, status, body, created_at)
       values ($1, $2, $3, $4, $5, $6) on conflict (actor, key) do nothing`,
      [actor, key, answer.requestHash, answer.status, jsonText(answer.body), new Date(at)],
    );
  }
}
