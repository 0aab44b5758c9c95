import * as fc from 'fast-check';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BatchBreather } from '../../src/database/evidence/batch-breather.js';
import { BatchIntake } from '../../src/database/evidence/batch-intake.js';
import { reportKey, type ArrivedReport } from '../../src/database/evidence/choose-counted.js';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import { PackedRows } from '../../src/database/evidence/packed-rows.js';
import { findFamilies } from '../../src/database/evidence/store-reports.js';
import type { StoredAs } from '../../src/ports/evidence-store.js';
import { FORGED, GENUINE, newRecord, NOW, pack, storeMails, type Sent } from './evidence-lab.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

/** Far more than there ever are of an honest report. */
const MANY = 60;

describe('a family of very many siblings', () => {
  let database: MigratedDatabase;
  let evidence: EvidenceRepository;
  let count = 0;
  let domain = '';

  beforeAll(async () => {
    database = await openMigratedDatabase();
    evidence = new EvidenceRepository(database.dataSource);
  });

  beforeEach(() => {
    nextDomain();
  });

  afterAll(() => database.close());

  function nextDomain(): void {
    count += 1;
    domain = `d${count}.example`;
  }

  function sized(messages: number, changes: Partial<Sent> = {}): Sent {
    return { domain, records: [newRecord({ count: messages })], ...changes };
  }

  async function store(reports: readonly Sent[]): Promise<readonly StoredAs[]> {
    const [mail] = await storeMails(evidence, { receivedAt: NOW, reports });
    return mail!.reports.map((report) => report.storedAs);
  }

  async function counted(): Promise<readonly number[]> {
    const rows = await database.dataSource.query<{ readonly messages: number }[]>(
      'select messages::int from report where domain = $1 and counted',
      [domain],
    );
    return rows.map(({ messages }) => messages);
  }

  /** How many stored siblings a batch has to look at that brings these. */
  async function lookedAt(reports: readonly Sent[]): Promise<number> {
    const batch = await evidence.openBatch();
    const arrived: ArrivedReport[] = [];
    for (const sent of reports) {
      const incoming = await pack(batch, sent);
      if (!(incoming.rows instanceof PackedRows)) throw new Error('rows of another store');
      arrived.push({ incoming, rows: incoming.rows, mail: 0, receivedAt: NOW });
    }
    await batch.abandon();
    const keys = arrived.map(({ incoming }) => reportKey(incoming));
    const transaction = await new BatchIntake(database.dataSource).begin();
    try {
      return await sizeOfFamilies(transaction.client, arrived, keys);
    } finally {
      await transaction.rollBack();
    }
  }

  it.each([
    { name: 'authentic', authenticity: GENUINE },
    { name: 'forged', authenticity: FORGED },
  ])('that are $name costs a batch no more than a small one', async ({ authenticity }) => {
    const siblings = Array.from({ length: MANY }, (_, index) => sized(index + 1, { authenticity }));
    await store(siblings);
    expect(await lookedAt([sized(MANY + 1)])).toBeLessThanOrEqual(6);
    expect(await lookedAt([sized(MANY + 1), siblings[20]!, siblings[21]!])).toBeLessThanOrEqual(8);
  });

  it('that are forged hides no authentic report, whatever its size', async () => {
    await store(Array.from({ length: MANY }, (_, i) => sized(i + 100, { authenticity: FORGED })));
    expect(await store([sized(10)])).toEqual(['sibling']);
    expect(await counted()).toEqual([10]);
    expect(await store([sized(120)])).toEqual(['sibling']);
    expect(await counted()).toEqual([120]);
    expect(await store([sized(120), sized(120, { authenticity: FORGED })])).toEqual([
      'duplicate',
      'duplicate',
    ]);
    expect(await store([sized(11)])).toEqual(['sibling']);
    expect(await counted()).toEqual([120]);
  });

  it('keeps all of them, and the largest counts', async () => {
    await store(Array.from({ length: MANY }, (_, index) => sized(((index * 7) % MANY) + 1)));
    expect(await counted()).toEqual([MANY]);
    await store(Array.from({ length: MANY }, (_, index) => sized(((index * 7) % MANY) + MANY)));
    expect(await counted()).toEqual([2 * MANY - 1]);
    expect(await evidence.reports({ domain, limit: 1_000 })).toHaveLength(2 * MANY - 1);
  });

  it('is believed as a whole when all of it comes again from one who can be believed', async () => {
    const forged = Array.from({ length: 300 }, (_, index) => sized(index + 1, { authenticity: FORGED }));
    await store(forged);
    const answers = await store(forged.map((sent) => ({ ...sent, authenticity: GENUINE })));
    expect(new Set(answers)).toEqual(new Set(['sibling']));
    expect(await counted()).toEqual([300]);
    const reports = await evidence.reports({ domain, limit: 1_000 });
    expect(reports.filter(({ authenticity }) => authenticity.authenticated)).toHaveLength(300);
  });

  it('in any order of arrival is told apart as if all of it were looked at', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { minLength: 2, maxLength: 6 }), async (steps) => {
        nextDomain();
        const model: Known[] = [];
        for (const step of steps) {
          const answers = step === 'forget rows' ? await forgetRows(model) : await store(step.map(sentOf));
          expect(answers).toEqual(step === 'forget rows' ? [] : asByLookingAtAll(model, step));
          expect(await stored()).toEqual(new Map(model.map(({ content, counts }) => [content, counts])));
        }
      }),
      { numRuns: 25 },
    );
  });

  function sentOf({ messages, content, authentic }: Came): Sent {
    const authenticity = authentic ? GENUINE : FORGED;
    const changes = { inner: contentOf({ messages, content }) };
    return sized(messages, { content, authenticity, changes });
  }

  async function forgetRows(model: readonly Known[]): Promise<readonly StoredAs[]> {
    for (const known of model) known.hasRows = false;
    await database.dataSource.query(
      'delete from report_row where report_id in (select id from report where domain = $1)',
      [domain],
    );
    return [];
  }

  async function stored(): Promise<ReadonlyMap<string, boolean>> {
    const rows = await database.dataSource.query<{ readonly inner: string; readonly counted: boolean }[]>(
      'select "inner", counted from report where domain = $1',
      [domain],
    );
    return new Map(rows.map((row) => [row.inner, row.counted]));
  }
});

async function sizeOfFamilies(
  client: Client,
  arrived: readonly ArrivedReport[],
  keys: readonly string[],
): Promise<number> {
  const families = await findFamilies(client, { arrived, keys }, new BatchBreather());
  return [...families.values()].reduce((sum, { siblings }) => sum + [...siblings].length, 0);
}

interface Came {
  readonly messages: number;
  readonly content: string;
  readonly authentic: boolean;
}

const aCame = fc.record({
  messages: fc.integer({ min: 1, max: 4 }),
  content: fc.constantFrom('a', 'b', 'c', 'd'),
  authentic: fc.boolean(),
});

const aStep = fc.oneof(
  { weight: 6, arbitrary: fc.array(aCame, { minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constant('forget rows' as const) },
);

function contentOf({ messages, content }: Pick<Came, 'messages' | 'content'>): string {
  return `${content}${messages}`;
}

interface Known {
  readonly content: string;
  readonly messages: number;
  authenticated: boolean;
  hasRows: boolean;
  counts: boolean;
}

/** The rule in its plainest form: each report is held against every other of its key. */
function asByLookingAtAll(family: Known[], batch: readonly Came[]): readonly StoredAs[] {
  const hadCounted = family.find(({ counts }) => counts);
  const answers = batch.map((came): StoredAs => {
    const content = contentOf(came);
    const same = family.find((known) => known.content === content);
    if (same !== undefined && (same.authenticated || !came.authentic)) return 'duplicate';
    const storedAs = family.some((known) => known !== same) ? 'sibling' : 'new';
    if (same !== undefined) same.authenticated = true;
    else {
      const { messages, authentic: authenticated } = came;
      family.push({ content, messages, authenticated, hasRows: true, counts: false });
    }
    return storedAs;
  });
  const candidates = family.filter(({ authenticated, hasRows }) => authenticated && hasRows);
  const most = Math.max(...candidates.map(({ messages }) => messages));
  const largest = candidates.filter(({ messages }) => messages === most);
  const settled = hadCounted?.hasRows === false ? hadCounted : undefined;
  const chosen = settled ?? largest.find((known) => known === hadCounted) ?? largest[0];
  for (const known of family) known.counts = known === chosen;
  return answers;
}
