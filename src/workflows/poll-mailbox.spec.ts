import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openMigratedDatabase, type MigratedDatabase } from '../../test/database/migrated-database.js';
import { MemoryMailbox, OneMailbox } from '../../test/imap/memory-mailbox.js';
import { mailWith } from '../../test/imap/report-mail.js';
import { SIGNING_KEY, signMail } from '../../test/imap/sign-mail.js';
import { DAY_MS, HOUR_MS } from '../core/instant.js';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import { EvidenceRepository } from '../database/evidence/evidence.repository.js';
import { MailAuthenticator } from '../imap/authenticate-report.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import type { Delivery } from '../ports/evidence-store.js';
import { VirtualClock } from '../sandbox/virtual-clock.js';
import { IngestMessage } from './ingest-message.js';
import { PollMailbox } from './poll-mailbox.js';

const DOMAIN = 'shop.example';
const START = Date.UTC(2026, 1, 4, 6);

function reportXml(reporter: string): string {
  const begin = Date.UTC(2026, 1, 3) / 1000;
  return `<?xml version="1.0"?><feedback><report_metadata><org_name>${reporter}</org_name><email>d@${reporter}</email>
<report_id>r-1</report_id><date_range><begin>${begin}</begin><end>${begin + 86_399}</end></date_range>
</report_metadata><policy_published><domain>${DOMAIN}</domain><p>none</p></policy_published><record><row>
<source_ip>192.0.2.1</source_ip><count>7</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
<spf>pass</spf></policy_evaluated></row><identifiers><header_from>${DOMAIN}</header_from></identifiers>
<auth_results><dkim><domain>${DOMAIN}</domain><result>pass</result></dkim></auth_results></record></feedback>`;
}

/** A mail with a report, signed by its reporter. */
async function reportMail(reporter: string, xml = reportXml(reporter)): Promise<Buffer> {
  const part = { type: 'text/xml', bytes: xml, name: 'report.xml' };
  const mail = mailWith([part], { from: `reports@${reporter}` });
  return signMail(mail, { domain: reporter });
}

function isPoison({ from }: Delivery): boolean {
  return from?.includes('poison') === true;
}

describe('polling a mailbox', () => {
  let database: MigratedDatabase;
  let evidence: EvidenceRepository;
  let mailbox: MemoryMailbox;
  let clock: VirtualClock;
  let poll: PollMailbox;
  /** Reporters whose DNS fails; those in `gone` have no key. */
  let failing: Set<string>;
  let gone: Set<string>;
  let lookUps: number;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    evidence = new EvidenceRepository(database.dataSource);
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    await database.forgetMail();
    mailbox = new MemoryMailbox();
    clock = new VirtualClock(START);
    failing = new Set();
    gone = new Set();
    lookUps = 0;
    restart();
  });

  /** A new process: all that was remembered is gone. */
  function restart(): void {
    const unpacker = new MimeUnpacker();
    // The clock is turned, but a failed look-up is remembered for a real minute: each mail gets its own authenticator.
    const authenticator = { authenticate: (raw: Uint8Array) => newAuthenticator().authenticate(raw) };
    const ingest = new IngestMessage(unpacker, authenticator, evidence, DEFAULT_REPORT_LIMITS);
    poll = new PollMailbox(new OneMailbox(mailbox), ingest, evidence, clock);
  }

  function newAuthenticator(): MailAuthenticator {
    return new MailAuthenticator({ authservId: null, resolveTxt });
  }

  function resolveTxt(name: string): Promise<string[][]> {
    lookUps += 1;
    const reporter = name.replace('s1._domainkey.', '');
    const code = failing.has(reporter) ? 'ESERVFAIL' : 'ENOTFOUND';
    if (failing.has(reporter) || gone.has(reporter))
      return Promise.reject(Object.assign(new Error(code), { code }));
    return Promise.resolve([[SIGNING_KEY.slice(0, 200), SIGNING_KEY.slice(200)]]);
  }

  /** As the queue does: again at once while there may be more. */
  async function pollAll(): Promise<void> {
    for (let rounds = 0; rounds < 100; rounds += 1) if (!(await poll.run('rua')).more) return;
    throw new Error('the polls never end');
  }

  async function pollFor(milliseconds: number): Promise<void> {
    const end = clock.now() + milliseconds;
    while (clock.now() < end) {
      clock.advanceTo(Math.min(end, clock.now() + HOUR_MS / 2));
      await pollAll();
    }
  }

  /** The database chokes on some batches. */
  function chokeOn(isBad: (deliveries: readonly Delivery[]) => boolean) {
    const healthy = new EvidenceRepository(database.dataSource);
    return vi.spyOn(evidence, 'openBatch').mockImplementation(async () => {
      const batch = await healthy.openBatch();
      const store = batch.store.bind(batch);
      batch.store = async (deliveries) => {
        if (!isBad(deliveries)) return store(deliveries);
        await batch.abandon();
        throw new Error('it chokes on this');
      };
      return batch;
    });
  }

  async function counted(): Promise<readonly (readonly [string, number])[]> {
    const cells = await evidence.cells(DOMAIN, '2026-01-01');
    return cells.map((cell) => [cell.reporter, cell.messages] as const);
  }

  it('stores what waits, moves it, and says what is new', async () => {
    mailbox.deliver(await reportMail('one.example'), START);
    mailbox.deliver(mailWith([], { text: 'Hello' }), START);
    expect(await poll.run('rua')).toEqual({ mails: 2, reports: 1, domains: [DOMAIN], more: false });
    expect(await poll.run('rua')).toEqual({ mails: 0, reports: 0, domains: [], more: false });
    expect(mailbox.settled).toEqual([
      [1, 'report'],
      [2, 'not-a-report'],
    ]);
    expect(await counted()).toEqual([['one.example', 7]]);
  });

  it('leaves mail whose key can’t be looked up where it is, and takes the rest', async () => {
    failing.add('two.example');
    for (const reporter of ['one.example', 'two.example', 'three.example'])
      mailbox.deliver(await reportMail(reporter), START);
    await pollAll();
    expect(mailbox.inbox.map((mail) => mail.position.uid)).toEqual([2]);
    expect(await counted()).toEqual([
      ['one.example', 7],
      ['three.example', 7],
    ]);
    expect(await evidence.reports({ domain: DOMAIN, limit: 10 })).toHaveLength(2);
  });

  it('counts it, once, when DNS answers again', async () => {
    failing.add('two.example');
    for (const reporter of ['two.example', 'one.example']) mailbox.deliver(await reportMail(reporter), START);
    await pollAll();
    failing.clear();
    await pollFor(HOUR_MS);
    expect(mailbox.inbox).toEqual([]);
    expect(await counted()).toEqual([
      ['one.example', 7],
      ['two.example', 7],
    ]);
    await pollFor(HOUR_MS);
    expect(await evidence.reports({ domain: DOMAIN, limit: 10 })).toHaveLength(2);
  });

  it('survives a restart meanwhile', async () => {
    failing.add('two.example');
    for (const reporter of ['two.example', 'one.example']) mailbox.deliver(await reportMail(reporter), START);
    await pollAll();
    expect(await evidence.progress('rua', 'INBOX')).toMatchObject({ position: { uidValidity: '7', uid: 2 } });
    failing.clear();
    restart();
    await pollAll();
    expect(await counted()).toHaveLength(2);
  });

  it('stores it as not authentic three days after it came, with the reason', async () => {
    failing.add('two.example');
    mailbox.deliver(await reportMail('two.example'), START);
    await pollFor(3 * DAY_MS - HOUR_MS);
    expect(mailbox.inbox).toHaveLength(1);
    await pollFor(HOUR_MS);
    expect(mailbox.inbox).toEqual([]);
    expect(await counted()).toEqual([]);
    const [stored] = await evidence.reports({ domain: DOMAIN, limit: 10 });
    expect(stored?.authenticity).toEqual({
      authenticated: false,
      domain: null,
      method: 'dkim',
      reason: 'the DKIM key could not be looked up: two.example: temperror (DNS failure: ESERVFAIL)',
    });
    // Three days of half-hourly polls are 144.
    expect(lookUps).toBeLessThan(25);
  });

  it('waits for some hours only for what came long ago', async () => {
    failing.add('two.example');
    mailbox.deliver(await reportMail('two.example'), START);
    clock.advanceTo(START + 3 * DAY_MS);
    await pollFor(5 * HOUR_MS);
    expect(mailbox.settled).toEqual([]);
    await pollFor(2 * HOUR_MS);
    expect(mailbox.settled).toEqual([[1, 'report']]);
  });

  it('stores at once where DNS says that there is no key', async () => {
    gone.add('two.example');
    mailbox.deliver(await reportMail('two.example'), START);
    await pollAll();
    expect(mailbox.settled).toEqual([[1, 'report']]);
    expect(await counted()).toEqual([]);
  });

  it('does not wait for DNS where there is no report to count', async () => {
    failing.add('two.example');
    const broken = await reportMail('two.example', '<feedback><report_metadata>');
    mailbox.deliver(broken, START);
    await pollAll();
    expect(mailbox.settled).toEqual([[1, 'unreadable']]);
  });

  it('comes to what lies behind any number of such mails', { timeout: 60_000 }, async () => {
    failing.add('two.example');
    const raw = await reportMail('two.example');
    for (let index = 0; index < 250; index += 1) mailbox.deliver(raw, START);
    mailbox.deliver(await reportMail('one.example'), START);
    await pollAll();
    expect(await counted()).toEqual([['one.example', 7]]);
    const before = lookUps;
    await pollAll();
    expect(lookUps).toBe(before);
    failing.clear();
    await pollFor(HOUR_MS);
    expect(mailbox.inbox).toEqual([]);
    expect(await counted()).toEqual([
      ['one.example', 7],
      ['two.example', 7],
    ]);
  });

  it('takes what is stored already out of the folder without reading it again', async () => {
    mailbox.deliver(await reportMail('one.example'), START);
    mailbox.deliver(mailWith([], { text: 'Hello' }), START);
    const { inbox } = mailbox;
    await pollAll();
    // As after a crash between storing and moving.
    mailbox.inbox = inbox;
    mailbox.settled.length = 0;
    mailbox.fetches = 0;
    restart();
    await pollAll();
    expect(mailbox.fetches).toBe(0);
    expect(mailbox.settled).toEqual([
      [1, 'report'],
      [2, 'not-a-report'],
    ]);
    expect(await counted()).toEqual([['one.example', 7]]);
  });

  it('counts no mail twice when the whole mailbox is read again, at other places', async () => {
    for (const reporter of ['one.example', 'two.example']) mailbox.deliver(await reportMail(reporter), START);
    mailbox.deliver(await reportMail('one.example', '<feedback><report_metadata>'), START);
    const { inbox } = mailbox;
    await pollAll();
    const { mails } = await evidence.progress('rua', 'INBOX');
    const numbers = await counted();
    mailbox.inbox = inbox.map((mail) => ({
      ...mail,
      position: { uidValidity: '7', uid: mail.position.uid + 3 },
    }));
    restart();
    await pollAll();
    expect(mailbox.inbox).toEqual([]);
    expect(await evidence.progress('rua', 'INBOX')).toMatchObject({ mails, position: { uid: 6 } });
    expect(await counted()).toEqual(numbers);
  });

  it('moves nothing that it could not store, and stores it the next time', async () => {
    mailbox.deliver(await reportMail('one.example'), START);
    const broken = vi.spyOn(evidence, 'openBatch').mockRejectedValue(new Error('the database is away'));
    await expect(poll.run('rua')).rejects.toThrow('the database is away');
    const { trouble } = await evidence.progress('rua', 'INBOX');
    expect(trouble).toEqual({ reason: 'the database is away', at: START });
    expect(mailbox.settled).toEqual([]);
    broken.mockRestore();
    await pollAll();
    expect(await counted()).toEqual([['one.example', 7]]);
  });

  it('says which mail the mailbox leaves alone, as long as it does', async () => {
    mailbox.resting = 'UID 1 rests';
    mailbox.deliver(await reportMail('one.example'), START);
    await pollAll();
    const { trouble } = await evidence.progress('rua', 'INBOX');
    expect(trouble).toEqual({ reason: 'UID 1 rests', at: START });
    mailbox.resting = null;
    await pollAll();
    expect((await evidence.progress('rua', 'INBOX')).trouble).toBeNull();
  });

  it('is not held up by a mail that can’t be stored, and says so', async () => {
    for (const reporter of ['one.example', 'poison.example', 'two.example'])
      mailbox.deliver(await reportMail(reporter), START);
    const broken = chokeOn((deliveries) => deliveries.some(isPoison));
    await expect(poll.run('rua')).rejects.toThrow(/can't be stored/);
    expect(mailbox.inbox.map(({ position }) => position.uid)).toEqual([2]);
    broken.mockRestore();
    await pollFor(HOUR_MS);
    expect(mailbox.inbox).toEqual([]);
    expect(await counted()).toHaveLength(3);
  });

  it('comes to what lies behind a mail that is alone in its batch and can’t be stored, however old it is', async () => {
    mailbox.largestFetch = 1;
    for (const reporter of ['poison.example', 'one.example', 'two.example'])
      mailbox.deliver(await reportMail(reporter), START);
    clock.advanceTo(START + 10 * DAY_MS);
    const broken = chokeOn((deliveries) => deliveries.some(isPoison));
    await expect(poll.run('rua')).rejects.toThrow(/can't be stored/);
    expect(mailbox.inbox.map(({ position }) => position.uid)).toEqual([1]);
    const { fetches } = mailbox;
    expect(await poll.run('rua')).toMatchObject({ mails: 0 });
    expect(mailbox.fetches).toBe(fetches);
    broken.mockRestore();
    await pollFor(HOUR_MS);
    expect(mailbox.inbox).toEqual([]);
    expect(await counted()).toHaveLength(3);
  });

  it('ends at the first mail while nothing can be stored, and lets none wait for that', async () => {
    for (const reporter of ['one.example', 'two.example', 'three.example'])
      mailbox.deliver(await reportMail(reporter), START);
    let tries = 0;
    const broken = chokeOn(() => {
      tries += 1;
      return true;
    });
    await expect(poll.run('rua')).rejects.toThrow('it chokes on this');
    expect(tries).toBe(3); // all of them, the first, and nothing at all
    broken.mockRestore();
    await pollAll();
    expect(mailbox.inbox).toEqual([]);
    expect(await counted()).toHaveLength(3);
  });

  it('lets only some mails of a poll wait where the store takes nothing but what is empty', async () => {
    const raw = await reportMail('one.example');
    for (let index = 0; index < 50; index += 1) mailbox.deliver(raw, START);
    const broken = chokeOn((deliveries) => deliveries.length > 0);
    await expect(poll.run('rua')).rejects.toThrow('it chokes on this');
    broken.mockRestore();
    await pollAll();
    expect(mailbox.inbox.map(({ position }) => position.uid)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    await pollFor(HOUR_MS);
    expect(mailbox.inbox).toEqual([]);
  });

  it('goes on behind mail that waits for DNS, in a batch that failed once, though a mail before can’t be stored', async () => {
    failing.add('two.example');
    for (const reporter of ['one.example', 'poison.example', 'two.example', 'two.example', 'three.example'])
      mailbox.deliver(await reportMail(reporter), START);
    mailbox.largestFetch = 2;
    let hiccups = 2; // the first such batch only asks whether the store is there
    const broken = chokeOn((deliveries) => {
      if (deliveries.length > 0) return deliveries.some(isPoison);
      hiccups -= 1;
      return hiccups === 0;
    });
    await expect(poll.run('rua')).rejects.toThrow(/can't be stored/);
    broken.mockRestore();
    expect(mailbox.inbox.map(({ position }) => position.uid)).toEqual([2, 3, 4]);
    expect(await counted()).toEqual([
      ['one.example', 7],
      ['three.example', 7],
    ]);
  });

  it('keeps count of what waits, over several fetches and polls', async () => {
    for (let index = 0; index < 12; index += 1)
      mailbox.deliver(mailWith([], { text: `Hello ${index}` }), START);
    mailbox.largestFetch = 5;
    await pollAll();
    const first = await evidence.progress('rua', 'INBOX');
    expect(first).toMatchObject({
      scan: { total: 12, done: 12, startedAt: START },
      mails: { 'not-a-report': 12 },
    });
    expect(mailbox.fetches).toBe(3);
    clock.advanceTo(START + DAY_MS);
    mailbox.deliver(mailWith([], { text: 'Hello' }), START);
    await pollAll();
    const { scan } = await evidence.progress('rua', 'INBOX');
    expect(scan).toMatchObject({ total: 1, done: 1, startedAt: START + DAY_MS });
  });
});
