import type { DataSource } from 'typeorm';
import type { Finding } from '../core/checks/finding.js';
import type { EarlierCheck, StoredCheck } from '../core/checks/stored-check.js';
import { DAY_MS, type Instant } from '../core/instant.js';
import { CheckStore } from '../ports/check-store.js';
import { jsonText } from './column-values.js';

/** As long as evidence is looked back on. */
const KEPT_MS = 400 * DAY_MS;

const COLUMNS = `"domain", "at", "status", "is_complete" as "isComplete", "findings", "spf", "spf_tree" as "spfTree"`;

const SAVE = `
insert into "domain_check" ("domain", "at", "status", "is_complete", "findings", "spf", "spf_tree")
values ($1, $2, $3, $4, $5, $6, $7) on conflict ("domain", "at") do nothing`;

/** Checked once an hour at the most, but for a person who is impatient. */
const MOST_EARLIER = 100;

/** One that was stored before these were kept may be about anything, and about a key in use. */
type FindingRow = Omit<Finding, 'subject' | 'isGuessed'> & Partial<Pick<Finding, 'subject' | 'isGuessed'>>;
interface Stored {
  readonly at: Date;
  readonly findings: readonly FindingRow[];
}
type EarlierRow = Omit<EarlierCheck, keyof Stored> & Stored;
type Row = Omit<StoredCheck, keyof Stored> & Stored;

/** What the DNS checks found; forgets what is older than 400 days. */
export class CheckRepository extends CheckStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async save(check: StoredCheck): Promise<void> {
    await this.dataSource.query(SAVE, [
      check.domain,
      new Date(check.at),
      check.status,
      check.isComplete,
      jsonText(check.findings),
      jsonText(check.spf),
      jsonText(check.spfTree),
    ]);
    await this.forget(check.domain, check.at - KEPT_MS);
  }

  async history(domain: string, limit: number): Promise<readonly StoredCheck[]> {
    const rows = await this.dataSource.query<readonly Row[]>(
      `select ${COLUMNS} from "domain_check" where "domain" = $1 order by "at" desc limit $2`,
      [domain, limit],
    );
    return rows.map((row) => ({ ...row, ...read(row) }));
  }

  async since(domain: string, from: Instant): Promise<readonly EarlierCheck[]> {
    const rows = await this.dataSource.query<readonly EarlierRow[]>(
      `select "at", "findings", "spf" from "domain_check" where "domain" = $1 and "at" >= $2 order by "at" desc limit ${MOST_EARLIER}`,
      [domain, new Date(from)],
    );
    return rows.map((row) => ({ ...row, ...read(row) }));
  }

  async firstAt(domain: string): Promise<Instant | null> {
    const [row] = await this.dataSource.query<readonly { readonly at: Date | null }[]>(
      `select min("at") as "at" from "domain_check" where "domain" = $1`,
      [domain],
    );
    return row?.at?.getTime() ?? null;
  }

  private async forget(domain: string, before: Instant): Promise<void> {
    await this.dataSource.query(`delete from "domain_check" where "domain" = $1 and "at" < $2`, [
      domain,
      new Date(before),
    ]);
  }
}

function read({ at, findings }: Stored): Pick<StoredCheck, keyof Stored> {
  return {
    at: at.getTime(),
    findings: findings.map((finding) => ({ subject: null, isGuessed: false, ...finding })),
  };
}
