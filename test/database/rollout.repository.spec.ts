import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry, Notice } from '../../src/core/rollout/audit.js';
import { DAY_MS } from '../../src/core/instant.js';
import { startDraft, withNotice } from '../../src/core/rollout/draft.js';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import { DEFAULT_SETTINGS, type Rollout } from '../../src/core/rollout/rollout.js';
import type { SourceDecision } from '../../src/core/source/source.js';
import type { Verdict } from '../../src/core/rollout/verdict.js';
import { RolloutRepository } from '../../src/database/rollout.repository.js';
import { RecordTakenError, StaleRolloutError, type Transition } from '../../src/ports/rollout-store.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

const NOW = Date.UTC(2026, 10, 22, 15);

function newRollout(domain: string, changes: Partial<Rollout> = {}): Rollout {
  return {
    domain,
    provider: 'main',
    ladder: LADDERS.gradual,
    settings: DEFAULT_SETTINGS,
    rung: 0,
    stableRung: 0,
    holds: [],
    change: null,
    record: 'v=DMARC1; p=none; rua=mailto:d@example.com',
    windowStart: NOW,
    enrolledAt: NOW,
    version: 1,
    ...changes,
  };
}

function newAudit(domain: string, action: string): AuditEntry {
  return {
    at: NOW,
    domain,
    actor: 'ratchet',
    action,
    cause: `because of ${action}`,
    before: null,
    after: 'v=DMARC1; p=none',
    evidence: { messages: 41 },
  };
}

function newNotice(key: string, domain: string): Notice {
  return { key, at: NOW, domain, event: 'held', text: 'held', before: null, after: null };
}

function newTransition(rollout: Rollout, changes: Partial<Transition> = {}): Transition {
  return {
    fromVersion: rollout.version,
    rollout: { ...rollout, version: rollout.version + 1 },
    verdict: null,
    dueAt: NOW,
    audit: [],
    notices: [],
    ...changes,
  };
}

const VERDICT: Verdict = {
  kind: 'inconclusive',
  why: 'too few messages',
  conditions: [
    {
      name: 'sample',
      satisfied: 'unknown',
      actual: '41',
      required: '100',
      why: 'a rate needs mail',
      earliest: null,
    },
  ],
  next: null,
  stepBackTo: null,
  earliest: NOW,
};

describe('RolloutRepository', () => {
  let database: MigratedDatabase;
  let rollouts: RolloutRepository;
  let count = 0;
  let domain = '';

  beforeAll(async () => {
    database = await openMigratedDatabase();
    rollouts = new RolloutRepository(database.dataSource, ['log', 'webhook']);
  });

  beforeEach(() => {
    count += 1;
    domain = `d${count}.example`;
  });

  afterAll(() => database.close());

  it('gives back a rollout exactly as it was stored', async () => {
    const rollout = newRollout(domain, {
      holds: [{ reason: 'silent', since: NOW, by: 'ratchet', note: 'no reports', clearsItself: true }],
    });
    expect(await rollouts.create(rollout, NOW + 5, [newAudit(domain, 'enrolled')])).toBe(true);
    expect(await rollouts.find(domain)).toEqual({ rollout, verdict: null, dueAt: NOW + 5 });
    expect(await rollouts.list()).toContainEqual({ rollout, verdict: null, dueAt: NOW + 5 });
    expect(await rollouts.history(domain, 10)).toEqual([newAudit(domain, 'enrolled')]);
  });

  it('knows nothing of a domain that was never enrolled', async () => {
    expect(await rollouts.find(domain)).toBeNull();
    expect(await rollouts.history(domain, 10)).toEqual([]);
    expect(await rollouts.sourceDecisions(domain)).toEqual([]);
    expect(await rollouts.remove(domain, newAudit(domain, 'removed'))).toBe(false);
    expect(await rollouts.history(domain, 10)).toEqual([]);
  });

  it('enrols a domain once, even when it is asked many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        rollouts.create(newRollout(domain), NOW, [newAudit(domain, 'enrolled')]),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await rollouts.history(domain, 10)).toHaveLength(1);
  });

  describe('one name holds the record of one domain', () => {
    function both(): { readonly plain: Rollout; readonly aliased: Rollout } {
      const settings = { ...DEFAULT_SETTINGS, alias: `_dmarc.${domain}` };
      return { plain: newRollout(domain), aliased: newRollout(`customer.${domain}`, { settings }) };
    }

    it.each([
      ['an alias that is the own name of another', 'plain', 'aliased'],
      ['an own name that is the alias of another', 'aliased', 'plain'],
    ] as const)('and not %s', async (_title, first, second) => {
      const { [first]: one, [second]: two } = both();
      expect(await rollouts.create(one, NOW, [])).toBe(true);
      await expect(rollouts.create(two, NOW, [])).rejects.toBeInstanceOf(RecordTakenError);
      expect(await rollouts.find(two.domain)).toBeNull();
      expect(await rollouts.create(one, NOW, [])).toBe(false);
    });

    it('when both come at once', async () => {
      const { plain, aliased } = both();
      const asked = await Promise.allSettled(
        [plain, aliased].map((rollout) => rollouts.create(rollout, NOW, [])),
      );
      expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });

    it('also when settings change', async () => {
      const { plain, aliased } = both();
      const elsewhere = newRollout(aliased.domain);
      await rollouts.create(plain, NOW, []);
      await rollouts.create(elsewhere, NOW, []);
      const moved = newTransition(elsewhere, { rollout: { ...aliased, version: 2 } });
      await expect(rollouts.save(moved)).rejects.toBeInstanceOf(RecordTakenError);
      expect((await rollouts.find(aliased.domain))?.rollout).toEqual(elsewhere);
    });
  });

  it('stores a transition with its verdict, audit and notices, newest history first', async () => {
    const rollout = newRollout(domain);
    await rollouts.create(rollout, NOW, [newAudit(domain, 'enrolled')]);
    const transition = newTransition(rollout, {
      verdict: VERDICT,
      dueAt: NOW + 60_000,
      audit: [newAudit(domain, 'planned'), newAudit(domain, 'held')],
      notices: [newNotice(`${domain}:1`, domain)],
    });
    await rollouts.save(transition);
    expect(await rollouts.find(domain)).toEqual({
      rollout: transition.rollout,
      verdict: VERDICT,
      dueAt: NOW + 60_000,
    });
    const history = await rollouts.history(domain, 2);
    expect(history.map((entry) => entry.action)).toEqual(['held', 'planned']);
  });

  it('keeps the stored verdict when a transition brings none', async () => {
    const rollout = newRollout(domain);
    await rollouts.create(rollout, NOW, []);
    const first = newTransition(rollout, { verdict: VERDICT });
    await rollouts.save(first);
    await rollouts.save(newTransition(first.rollout));
    expect((await rollouts.find(domain))?.verdict).toEqual(VERDICT);
  });

  it('refuses a transition from an older version and stores nothing of it', async () => {
    const rollout = newRollout(domain);
    await rollouts.create(rollout, NOW, []);
    const first = newTransition(rollout);
    await rollouts.save(first);
    const stale = newTransition(rollout, {
      audit: [newAudit(domain, 'written')],
      notices: [newNotice(`${domain}:stale`, domain)],
    });
    await expect(rollouts.save(stale)).rejects.toBeInstanceOf(StaleRolloutError);
    expect((await rollouts.find(domain))?.rollout).toEqual(first.rollout);
    expect(await rollouts.history(domain, 10)).toEqual([]);
    expect(await noticeKeys()).not.toContain(`${domain}:stale`);
  });

  it('lets one of many transitions from the same version win', async () => {
    const rollout = newRollout(domain);
    await rollouts.create(rollout, NOW, []);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () =>
        rollouts.save(newTransition(rollout, { audit: [newAudit(domain, 'planned')] })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await rollouts.history(domain, 10)).toHaveLength(1);
  });

  it('stores one dispatch a channel, and a notice key only once', async () => {
    const rollout = newRollout(domain);
    await rollouts.create(rollout, NOW, []);
    const notices = [newNotice(`${domain}:same`, domain)];
    const first = newTransition(rollout, { notices });
    await rollouts.save(first);
    await rollouts.save(newTransition(first.rollout, { notices }));
    expect((await noticeKeys()).filter((key) => key === `${domain}:same`)).toHaveLength(2);
  });

  it('says what is due, longest due first', async () => {
    const late = `late-${domain}`;
    const later = `later-${domain}`;
    await rollouts.create(newRollout(late), 2_000, []);
    await rollouts.create(newRollout(later), 1_000, []);
    await rollouts.create(newRollout(domain), 2_001, []);
    expect((await rollouts.due(2_000, 10)).slice(0, 2)).toEqual([later, late]);
    expect(await rollouts.due(2_000, 1)).toEqual([later]);
    expect(await rollouts.due(2_000, 100)).not.toContain(domain);
  });

  it('says what a clock that was ahead has put off for longer than a day', async () => {
    const tomorrow = `tomorrow-${domain}`;
    await rollouts.create(newRollout(domain), NOW + DAY_MS + 1, []);
    await rollouts.create(newRollout(tomorrow), NOW + DAY_MS, []);
    const due = await rollouts.due(NOW, 100);
    expect([due.includes(domain), due.includes(tomorrow)]).toEqual([true, false]);
  });

  it('tells of a domain that is enrolled once more as it did the first time', async () => {
    for (const enrolledAt of [NOW, NOW + DAY_MS]) {
      const rollout = newRollout(domain, { enrolledAt });
      await rollouts.create(rollout, NOW, []);
      const { notices } = withNotice(startDraft(rollout, NOW), 'held', 'drift');
      await rollouts.save(newTransition(rollout, { notices }));
      await rollouts.remove(domain, newAudit(domain, 'removed'));
    }
    expect((await noticeKeys()).filter((key) => key.startsWith(`${domain}/`))).toHaveLength(4);
  });

  it('keeps the history of a domain that is no longer managed', async () => {
    await rollouts.create(newRollout(domain), NOW, [newAudit(domain, 'enrolled')]);
    expect(await rollouts.remove(domain, newAudit(domain, 'removed'))).toBe(true);
    expect(await rollouts.find(domain)).toBeNull();
    const history = await rollouts.history(domain, 10);
    expect(history.map((entry) => entry.action)).toEqual(['removed', 'enrolled']);
  });

  it('counts the latest word on a source', async () => {
    const word = (source: string, verdict: SourceDecision['class'], at: number): SourceDecision => ({
      source,
      class: verdict,
      note: 'seen the contract',
      by: 'alice',
      at,
    });
    await rollouts.decideSource(domain, word('ip:192.0.2.1', 'hostile', NOW), newAudit(domain, 'decided'));
    await rollouts.decideSource(
      domain,
      word('domain:a.example', 'hostile', NOW),
      newAudit(domain, 'decided'),
    );
    await rollouts.decideSource(
      domain,
      word('ip:192.0.2.1', 'authorized', NOW + 1),
      newAudit(domain, 'decided'),
    );
    expect(await rollouts.sourceDecisions(domain)).toEqual([
      word('ip:192.0.2.1', 'authorized', NOW + 1),
      word('domain:a.example', 'hostile', NOW),
    ]);
    expect(await rollouts.history(domain, 10)).toHaveLength(3);
  });

  it('stores text that PostgreSQL itself would refuse', async () => {
    const entry = {
      ...newAudit(domain, 'drift'),
      before: 'v=DMARC1\0; p=\ud800none',
      evidence: ['a\0b\udc00'],
    };
    await rollouts.create(newRollout(domain), NOW, [entry]);
    const [stored] = await rollouts.history(domain, 1);
    expect(stored?.before).toBe('v=DMARC1; p=\ufffdnone');
    expect(stored?.evidence).toEqual(['ab\ufffd']);
  });

  async function noticeKeys(): Promise<string[]> {
    const rows = await database.dataSource.query<{ notice_key: string }[]>('select notice_key from dispatch');
    return rows.map((row) => row.notice_key);
  }
});
