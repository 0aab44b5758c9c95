import { Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { hashToken, ROLES } from '../../src/config/access-token.js';
import type { Command } from '../../src/core/rollout/command.js';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import type { Rollout, RolloutSettings } from '../../src/core/rollout/rollout.js';
import { AccessTokens } from '../../src/http/access.js';
import { EnrolmentChoices } from '../../src/http/domains.controller.js';
import { Readiness } from '../../src/http/health.controller.js';
import { HTTP_CONTROLLERS, HTTP_PROVIDERS, setUpHttp } from '../../src/http/set-up-http.js';
import { AddressFacts } from '../../src/ports/address-facts.js';
import { Clock } from '../../src/ports/clock.js';
import { DnsProviders } from '../../src/ports/dns-provider.js';
import { EvidenceStore, type MailboxProgress } from '../../src/ports/evidence-store.js';
import { IdempotencyStore, type RememberedAnswer } from '../../src/ports/idempotency-store.js';
import { ProviderCatalogue } from '../../src/ports/provider-catalogue.js';
import { SettingsCatalogue } from '../../src/providers/registry.js';
import { RecordObserver } from '../../src/ports/record-observer.js';
import { ReportMailboxes } from '../../src/ports/report-mailbox.js';
import { RolloutStore, type StoredRollout } from '../../src/ports/rollout-store.js';
import { AssessDomain } from '../../src/workflows/assess-domain.js';
import type { Enrolment } from '../../src/core/rollout/rollout.js';
import { Domains, type Asked } from '../../src/workflows/domains.js';
import { ShowChecks } from '../../src/workflows/show-checks.js';
import { ShowRecord } from '../../src/workflows/show-record.js';
import { WakeUp } from '../../src/ports/wake-up.js';
import { IngestMessage } from '../../src/workflows/ingest-message.js';
import type { Arrival } from '../../src/workflows/read-arrival.js';

export const NOW = Date.parse('2026-03-01T12:00:00Z');

/** Rollouts in memory that do what the API asks, without deciding anything. */
export class World {
  readonly rollouts = new Map<string, Rollout>();
  readonly asked: { domain: string; command: Command; actor: string }[] = [];
  readonly arrivals: Arrival[] = [];
  readonly answers = new Map<string, RememberedAnswer>();
  missing: string | null = null;
  breaks = false;

  readonly domains = {
    enrol: async (enrolment: Enrolment): Promise<Asked> => {
      if (this.rollouts.has(enrolment.domain)) return { kind: 'already-enrolled' };
      const rollout: Rollout = {
        ...enrolment,
        rung: 0,
        stableRung: 0,
        holds: [],
        change: null,
        record: 'v=DMARC1; p=none; rua=mailto:d@example.com',
        windowStart: NOW,
        enrolledAt: NOW,
        version: 1,
      };
      this.rollouts.set(enrolment.domain, rollout);
      return { kind: 'done', rollout };
    },
    find: async (domain: string): Promise<StoredRollout | null> => this.stored(domain),
    remove: async (domain: string): Promise<Asked> => {
      const rollout = this.rollouts.get(domain);
      this.rollouts.delete(domain);
      return rollout === undefined ? { kind: 'not-enrolled' } : { kind: 'done', rollout };
    },
    command: async (
      domain: string,
      command: Command,
      actor: string,
      version: number | null,
    ): Promise<Asked> => {
      this.asked.push({ domain, command, actor });
      if (command.kind === 'resume') return { kind: 'refused', reason: 'it is not paused' };
      return this.move(domain, version, {});
    },
    changeSettings: async (
      domain: string,
      settings: Partial<RolloutSettings>,
      _actor: string,
      version: number | null,
    ): Promise<Asked> => {
      const rollout = this.rollouts.get(domain);
      if (rollout === undefined) return { kind: 'not-enrolled' };
      return this.move(domain, version, { settings: { ...rollout.settings, ...settings } });
    },
    decideSource: async (domain: string, source: string, word: { note: string }, actor: string) => {
      const command = { kind: 'pause', note: `${source}: ${word.note}` } as const;
      this.asked.push({ domain, actor, command });
      return this.move(domain, null, {});
    },
  };

  stored(domain: string): StoredRollout | null {
    if (this.breaks) throw new Error('secret database password hunter2');
    const rollout = this.rollouts.get(domain);
    return rollout === undefined ? null : { rollout, verdict: null, dueAt: NOW };
  }

  private move(domain: string, version: number | null, change: Partial<Rollout>): Asked {
    const rollout = this.rollouts.get(domain);
    if (rollout === undefined) return { kind: 'not-enrolled' };
    if (version !== null && version !== rollout.version) return { kind: 'stale', version: rollout.version };
    const next = { ...rollout, ...change, version: rollout.version + 1 };
    this.rollouts.set(domain, next);
    return { kind: 'done', rollout: next };
  }
}

/** One check of each domain, with a domain that is enrolled checked again. */
function checksOf(world: World) {
  const check = (domain: string) => ({
    domain,
    at: NOW,
    status: 'error',
    isComplete: true,
    findings: [SPF_MISSING],
    spf: [],
  });
  return {
    latest: async (domain: string) => check(domain),
    history: async (domain: string) => [check(domain)],
    known: async () => [SPF_MISSING],
    again: async (domain: string) => (world.rollouts.has(domain) ? check(domain) : null),
  };
}

/** A mailbox that can't be read any more, in the middle of its first mail. */
const PROGRESS: Omit<MailboxProgress, 'mailbox'> = {
  position: { uidValidity: '1', uid: 40 },
  scan: { startedAt: NOW - 10_000, updatedAt: NOW, total: 100, done: 40 },
  trouble: { reason: 'the connection was refused', at: NOW },
  mails: { report: 38, 'tls-report': 1, 'failure-report': 0, 'not-a-report': 1, unreadable: 0 },
  lastMailAt: NOW,
};

const SPF_MISSING = {
  check: 'spf',
  id: 'spf-missing',
  severity: 'error',
  subject: null,
  isGuessed: false,
  message: 'example.com has no SPF record.',
  record: null,
  clause: 'RFC 7208 4.5',
  fix: null,
};

function providersOf(world: World): Provider[] {
  const check = async () => ({ ok: world.missing === null, message: world.missing ?? 'it takes the key' });
  const providers = { names: () => ['zone'], get: () => ({ check }) } as unknown as DnsProviders;
  return [
    { provide: Clock, useValue: { now: () => NOW } },
    {
      provide: AccessTokens,
      useValue: new AccessTokens(
        ROLES.map((role) => ({ name: `the ${role}`, role, sha256: hashToken(`${role}-test-token`) })),
      ),
    },
    { provide: EnrolmentChoices, useValue: new EnrolmentChoices(Object.values(LADDERS), providers) },
    { provide: DnsProviders, useValue: providers },
    { provide: ProviderCatalogue, useValue: new SettingsCatalogue([{ name: 'zone', type: 'rfc2136' }]) },
    { provide: Readiness, useValue: { missing: async () => world.missing } },
    { provide: Domains, useValue: world.domains },
    { provide: ShowRecord, useValue: { run: async () => null } },
    { provide: ShowChecks, useValue: checksOf(world) },
    { provide: AssessDomain, useValue: { run: async () => null } },
    {
      provide: RolloutStore,
      useValue: {
        list: async () => [...world.rollouts.keys()].map((domain) => world.stored(domain)),
        history: async () => [],
      },
    },
    {
      provide: RecordObserver,
      useValue: { observe: async () => ({ observation: { kind: 'absent' }, servers: [] }) },
    },
    {
      provide: EvidenceStore,
      useValue: {
        reports: async () => [],
        report: async () => null,
        mails: async () => [],
        unenrolled: async () => [],
        progress: async (mailbox: string): Promise<MailboxProgress> => ({ ...PROGRESS, mailbox }),
        noteUpload: async () => undefined,
      },
    },
    { provide: AddressFacts, useValue: { inNetworks: async () => new Map() } },
    {
      provide: ReportMailboxes,
      useValue: { names: () => ['rua'], get: (name: string) => ({ name, folder: 'INBOX' }) },
    },
    { provide: WakeUp, useValue: { wake: async () => {} } },
    {
      provide: IngestMessage,
      useValue: {
        run: async (arrival: Arrival) => {
          world.arrivals.push(arrival);
          return arrival.bytes?.length === 0
            ? { outcome: 'not-a-report', reason: 'the file is empty', reports: [] }
            : { outcome: 'report', reason: null, reports: [] };
        },
      },
    },
    {
      provide: IdempotencyStore,
      useValue: {
        find: async (actor: string, key: string) => world.answers.get(`${actor} ${key}`) ?? null,
        remember: async (actor: string, key: string, answer: RememberedAnswer) => {
          world.answers.set(`${actor} ${key}`, structuredClone(answer));
        },
      },
    },
  ];
}

/** The API over the fake world, listening on loopback. */
export async function startApi(world: World): Promise<{ readonly url: string; stop(): Promise<void> }> {
  class FakeModule {}
  Module({
    controllers: [...HTTP_CONTROLLERS],
    providers: [...HTTP_PROVIDERS, ...providersOf(world)],
  })(FakeModule);
  const app = await NestFactory.create<NestExpressApplication>(FakeModule, {
    logger: false,
    bodyParser: false,
  });
  setUpHttp(app);
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), stop: () => app.close() };
}
