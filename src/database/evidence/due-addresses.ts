import type { DataSource } from 'typeorm';
import { addDays, DAY_MS, dayOf, HOUR_MS, type Day, type Instant } from '../../core/instant.js';

/** Days: what is older was seen when it was new. */
const SEEN_WITHIN = 30;
const FRESH_MS = 30 * DAY_MS;
const FRESH_AFTER_FAILURE_MS = DAY_MS;
/** After all its daily numbers were looked through, a domain has its next turn: reports come a few times a day. */
const TURN_MS = HOUR_MS;
/** Every domain in turn gives at least so many: many small turns would read much for little. */
const SMALLEST_SHARE = 20;

/** What one search may read. */
export interface SearchLimits {
  readonly domains: number;
  /** Daily numbers of all domains, to within a page. */
  readonly rows: number;
  /** Daily numbers of one domain that are read, and ordered by messages, at once. */
  readonly pageRows: number;
}

export const SEARCH_LIMITS: SearchLimits = { domains: 500, rows: 100_000, pageRows: 20_000 };

/** How far back a domain's daily numbers were looked through: all before it come next. */
interface Place {
  readonly day: Day;
  readonly reporter: string;
  readonly ip: string;
}

interface Turn {
  readonly domain: string;
  /** Null: from the newest on. */
  readonly after: Place | null;
}

interface TakenTurn extends Turn {
  readonly nextAt: Instant;
  readonly ips: readonly string[];
  /** Daily numbers that were read. */
  readonly rows: number;
}

interface Page {
  readonly ips: readonly string[];
  readonly rows: number;
  readonly last: Place | null;
}

/**
 * Finds addresses that are to be looked up. Millions of daily numbers can't be added up every few minutes: domains take
 * turns, a turn reads them a page at a time from the newest back, and stops at the first page with something due. What
 * was due there is known when the page is read again, and the next page follows.
 */
export class DueAddresses {
  constructor(
    private readonly dataSource: DataSource,
    private readonly limits: SearchLimits,
  ) {}

  /** Notes whose turn it was. Of each page those with the most messages come first. */
  async find(now: Instant, limit: number): Promise<readonly string[]> {
    const turns = await this.turns(now);
    const share = Math.max(SMALLEST_SHARE, Math.ceil(limit / turns.length));
    const due = new Set<string>();
    const taken: TakenTurn[] = [];
    let rowsLeft = this.limits.rows;
    for (const turn of turns) {
      if (due.size >= limit || rowsLeft <= 0) break;
      const ended = await this.take(turn, { now, rowsLeft, limit: Math.min(share, limit - due.size) });
      for (const ip of ended.ips) due.add(ip);
      rowsLeft -= ended.rows;
      taken.push(ended);
    }
    await this.note(taken);
    return [...due];
  }

  private turns(now: Instant): Promise<readonly Turn[]> {
    return this.dataSource.query<Turn[]>(IN_TURN, [new Date(now), this.limits.domains]);
  }

  private async take(
    { domain, after: start }: Turn,
    { now, limit, rowsLeft }: { readonly now: Instant; readonly limit: number; readonly rowsLeft: number },
  ): Promise<TakenTurn> {
    let after = start;
    let rows = 0;
    for (;;) {
      const page = await this.page(domain, after, { now, limit });
      rows += page.rows;
      if (page.ips.length > 0) return { domain, after, nextAt: now, ips: page.ips, rows };
      const isEnd = page.rows < this.limits.pageRows;
      if (isEnd) return { domain, after: null, nextAt: now + TURN_MS, ips: [], rows };
      after = page.last;
      if (rows >= rowsLeft) return { domain, after, nextAt: now, ips: [], rows };
    }
  }

  private async page(
    domain: string,
    after: Place | null,
    { now, limit }: { readonly now: Instant; readonly limit: number },
  ): Promise<Page> {
    const [page] = await this.dataSource.query<Page[]>(DUE_OF_PAGE, [
      domain,
      addDays(dayOf(now), -SEEN_WITHIN),
      after?.day ?? 'infinity',
      after?.reporter ?? '',
      after?.ip ?? '',
      this.limits.pageRows,
      new Date(now - FRESH_MS),
      new Date(now - FRESH_AFTER_FAILURE_MS),
      limit,
    ]);
    return page ?? { ips: [], rows: 0, last: null };
  }

  private async note(taken: readonly TakenTurn[]): Promise<void> {
    await this.dataSource.query(NOTE_TURNS, [
      taken.map((turn) => turn.domain),
      taken.map((turn) => new Date(turn.nextAt)),
      taken.map((turn) => turn.after?.day ?? null),
      taken.map((turn) => turn.after?.reporter ?? null),
      taken.map((turn) => turn.after?.ip ?? null),
    ]);
  }
}

/** New domains first, then those that have waited longest. */
const IN_TURN = `
  select domain.name as "domain",
         case when turn.after_day is not null then
           json_build_object('day', turn.after_day, 'reporter', turn.after_reporter, 'ip', turn.after_ip)
         end as "after"
    from domain
    left join address_turn turn on turn.domain = domain.name
   where turn.next_at is null or turn.next_at <= $1
   order by turn.next_at nulls first, domain.name
   limit $2`;

const NOTE_TURNS = `
  insert into address_turn (domain, next_at, after_day, after_reporter, after_ip)
  select *
    from unnest($1::text[], $2::timestamptz[], $3::date[], $4::text[], $5::text[])
         as taken (domain, next_at, after_day, after_reporter, after_ip)
   order by taken.domain
  on conflict (domain) do update set
    next_at = excluded.next_at,
    after_day = excluded.after_day,
    after_reporter = excluded.after_reporter,
    after_ip = excluded.after_ip`;

/** The primary key of the daily numbers is read backwards from the place, and no further than a page. */
const DUE_OF_PAGE = `
  with seen as materialized (
    select day, reporter, ip, messages
      from daily_rollup
     where domain = $1 and day >= $2 and (day, reporter, ip) < ($3::date, $4::text, $5::text)
     order by day desc, reporter desc, ip desc
     limit $6
  ), address as (
    select ip, sum(messages) as messages from seen group by ip
  )
  select (select count(*)::int from seen) as "rows",
         (select json_build_object('day', day, 'reporter', reporter, 'ip', ip)
            from seen order by day, reporter, ip limit 1) as "last",
         array(
           select address.ip
             from address
             left join address_fact fact on fact.ip = address.ip
            where fact.ip is null
               or fact.learned_at <= case when fact.failed then $8::timestamptz else $7::timestamptz end
            order by address.messages desc, address.ip
            limit $9
         ) as "ips"`;
