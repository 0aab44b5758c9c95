import { LessThanOrEqual, MoreThan, QueryFailedError, type DataSource, type EntityManager } from 'typeorm';
import { DAY_MS, type Instant } from '../core/instant.js';
import type { AuditEntry } from '../core/rollout/audit.js';
import { recordName } from '../core/rollout/record-place.js';
import type { Rollout } from '../core/rollout/rollout.js';
import type { SourceDecision } from '../core/source/source.js';
import {
  RecordTakenError,
  RolloutStore,
  StaleRolloutError,
  type StoredRollout,
  type Transition,
} from '../ports/rollout-store.js';
import { AuditSchema } from './audit.schema.js';
import { jsonText, storableText } from './column-values.js';
import { DispatchSchema } from './dispatch.schema.js';
import { DomainSchema, type DomainRow } from './domain.schema.js';
import { SourceDecisionSchema } from './source-decision.schema.js';

/** Rollouts, their history and what people said of sources. Notices go out through each of `channels`. */
export class RolloutRepository extends RolloutStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly channels: readonly string[],
  ) {
    super();
  }

  async list(): Promise<readonly StoredRollout[]> {
    const rows = await this.dataSource.getRepository(DomainSchema).find({ order: { name: 'ASC' } });
    return rows.map(storedRollout);
  }

  async find(domain: string): Promise<StoredRollout | null> {
    const row = await this.dataSource.getRepository(DomainSchema).findOneBy({ name: domain });
    return row === null ? null : storedRollout(row);
  }

  create(rollout: Rollout, dueAt: Instant, audit: readonly AuditEntry[]): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const inserted: readonly unknown[] = await manager.query(
        `insert into domain (name, version, rollout, due_at) values ($1, $2, $3, $4)
         on conflict do nothing returning name`,
        [rollout.domain, rollout.version, jsonText(rollout), new Date(dueAt)],
      );
      if (inserted.length === 0) {
        if (await manager.existsBy(DomainSchema, { name: rollout.domain })) return false;
        throw new RecordTakenError(`another domain holds ${recordName(rollout)}`);
      }
      await addAudit(manager, audit);
      return true;
    });
  }

  async save(transition: Transition): Promise<void> {
    const { rollout, verdict, dueAt } = transition;
    await this.dataSource.transaction(async (manager) => {
      const updated = await manager
        .update(
          DomainSchema,
          { name: rollout.domain, version: transition.fromVersion },
          { version: rollout.version, rollout, dueAt, ...(verdict === null ? {} : { verdict }) },
        )
        .catch((error: unknown) => {
          throw isRecordTaken(error)
            ? new RecordTakenError(`another domain holds ${recordName(rollout)}`, { cause: error })
            : error;
        });
      if (updated.affected !== 1)
        throw new StaleRolloutError(`${rollout.domain} is no longer at version ${transition.fromVersion}`);
      await addAudit(manager, transition.audit);
      await this.addDispatches(manager, transition);
    });
  }

  remove(domain: string, audit: AuditEntry): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const deleted = await manager.delete(DomainSchema, { name: domain });
      if (deleted.affected !== 1) return false;
      await addAudit(manager, [audit]);
      return true;
    });
  }

  async due(now: Instant, limit: number): Promise<readonly string[]> {
    const rows = await this.dataSource.getRepository(DomainSchema).find({
      select: { name: true },
      where: [{ dueAt: LessThanOrEqual(now) }, { dueAt: MoreThan(now + DAY_MS) }],
      order: { dueAt: 'ASC', name: 'ASC' },
      take: limit,
    });
    return rows.map((row) => row.name);
  }

  async history(domain: string, limit: number): Promise<readonly AuditEntry[]> {
    const rows = await this.dataSource
      .getRepository(AuditSchema)
      .find({ where: { domain }, order: { id: 'DESC' }, take: limit });
    return rows.map(({ id: _id, ...entry }) => entry);
  }

  async sourceDecisions(domain: string): Promise<readonly SourceDecision[]> {
    const rows = await this.dataSource
      .getRepository(SourceDecisionSchema)
      .find({ where: { domain }, order: { id: 'ASC' } });
    const latest = new Map(
      rows.map(({ id: _id, domain: _domain, ...decision }) => [decision.source, decision]),
    );
    return [...latest.values()];
  }

  async decideSource(domain: string, decision: SourceDecision, audit: AuditEntry): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.insert(SourceDecisionSchema, { domain, ...decision });
      await addAudit(manager, [audit]);
    });
  }

  private async addDispatches(manager: EntityManager, { notices }: Transition): Promise<void> {
    const rows = notices.flatMap((notice) =>
      this.channels.map((channel) => ({ noticeKey: notice.key, channel, notice, nextAt: notice.at })),
    );
    if (rows.length === 0) return;
    await manager
      .createQueryBuilder()
      .insert()
      .into(DispatchSchema)
      .values(rows)
      .orIgnore() // the same key is the same notice: it goes out once
      .updateEntity(false)
      .execute();
  }
}

/** A row with the same record name came first: SQLSTATE 23505, unique_violation. */
function isRecordTaken(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { driverError } = error;
  return (
    'code' in driverError &&
    driverError.code === '23505' &&
    'constraint' in driverError &&
    driverError.constraint === 'domain_record_name'
  );
}

async function addAudit(manager: EntityManager, entries: readonly AuditEntry[]): Promise<void> {
  for (const entry of entries)
    await manager.query(
      `insert into audit (at, domain, actor, action, cause, before, after, evidence)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        new Date(entry.at),
        entry.domain,
        entry.actor,
        entry.action,
        storableText(entry.cause),
        entry.before === null ? null : storableText(entry.before),
        entry.after === null ? null : storableText(entry.after),
        jsonText(entry.evidence),
      ],
    );
}

function storedRollout({ rollout, verdict, dueAt }: DomainRow): StoredRollout {
  return { rollout, verdict, dueAt };
}
