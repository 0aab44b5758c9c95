import {
  Logger,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  type Provider,
} from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { AccessToken } from './config/access-token.js';
import type { Config } from './config/config.js';
import { CheckRepository } from './database/check.repository.js';
import { AddressFactRepository } from './database/evidence/address-fact.repository.js';
import { dataSourceOptions, migrate } from './database/data-source.js';
import { EvidenceRepository } from './database/evidence/evidence.repository.js';
import { IdempotencyRepository } from './database/idempotency.repository.js';
import { OutboxRepository } from './database/outbox.repository.js';
import { RolloutRepository } from './database/rollout.repository.js';
import { AccessTokens } from './http/access.js';
import { EnrolmentChoices } from './http/domains.controller.js';
import { HealthController, Readiness } from './http/health.controller.js';
import { HTTP_CONTROLLERS, HTTP_PROVIDERS } from './http/set-up-http.js';
import { MailboxWatch } from './mailbox-watch.js';
import { AddressFacts } from './ports/address-facts.js';
import { AddressLookup } from './ports/address-lookup.js';
import { CheckStore } from './ports/check-store.js';
import { Clock } from './ports/clock.js';
import { DnsLookup } from './ports/dns-lookup.js';
import { DnsProviders } from './ports/dns-provider.js';
import { EvidenceStore } from './ports/evidence-store.js';
import { IdempotencyStore } from './ports/idempotency-store.js';
import { MessageUnpacker } from './ports/message-unpacker.js';
import { Notifier } from './ports/notifier.js';
import { Outbox } from './ports/outbox.js';
import { ProviderCatalogue } from './ports/provider-catalogue.js';
import { RecordObserver } from './ports/record-observer.js';
import { ReportAuthenticator } from './ports/report-authenticator.js';
import { ReportMailboxes } from './ports/report-mailbox.js';
import { RolloutStore } from './ports/rollout-store.js';
import { WakeUp } from './ports/wake-up.js';
import { SettingsCatalogue } from './providers/registry.js';
import { queueModule, type QueueModules } from './queue/queue.module.js';
import type { QueueIntervals } from './queue/schedulers.js';
import type { PolledMailbox } from './queue/schedulers.js';
import { ReadingThread } from './reading/reading-thread.js';
import { reportLimits } from './report-limits.js';
import { WEB_CONTROLLERS } from './web/set-up-web.js';
import { ApplyChange } from './workflows/apply-change.js';
import { AssessDomain } from './workflows/assess-domain.js';
import { CheckDomain } from './workflows/check-domain.js';
import { DeliverNotifications } from './workflows/deliver-notifications.js';
import { Domains } from './workflows/domains.js';
import { EvaluateDomain } from './workflows/evaluate-domain.js';
import { IngestMessage } from './workflows/ingest-message.js';
import { LearnAddresses } from './workflows/learn-addresses.js';
import { PollMailbox } from './workflows/poll-mailbox.js';
import { RecoverMail } from './workflows/recover-mail.js';
import { RehearseChange } from './workflows/rehearse-change.js';
import { ReprocessMail } from './workflows/reprocess-mail.js';
import { ShowChecks } from './workflows/show-checks.js';
import { ShowRecord } from './workflows/show-record.js';
import { Sweep } from './workflows/sweep.js';
import { TidyStore } from './workflows/tidy-store.js';
import { VerifyChange } from './workflows/verify-change.js';

/** All that reaches outside but the database and the queue; made from the settings, or by a sandbox. */
export interface Adapters {
  readonly clock: Clock;
  readonly observer: RecordObserver;
  readonly providers: DnsProviders;
  readonly mailboxes: ReportMailboxes;
  readonly unpacker: MessageUnpacker;
  readonly authenticator: ReportAuthenticator;
  readonly notifier: Notifier;
  readonly addresses: AddressLookup;
  readonly lookup: DnsLookup;
}

export interface AppParts {
  readonly config: Config;
  readonly adapters: Adapters;
  readonly databaseUrl: string;
  /** Null: there is no mailbox to read, or another process reads it. Ended with the app. */
  readonly readingThread: ReadingThread | null;
  /** Who may use the API. */
  readonly tokens: readonly AccessToken[];
}

type Tokens<P extends readonly unknown[]> = { [K in keyof P]: abstract new (...parts: never[]) => P[K] };

/** A provider that builds a class of ours from other providers; the compiler sees that they fit its constructor. */
function made<P extends unknown[], T>(
  provide: InjectionToken,
  type: new (...parts: P) => T,
  ...inject: Tokens<P>
): FactoryProvider<T> {
  return { provide, useFactory: (...parts: P) => new type(...parts), inject: [...inject] };
}

class StoresModule {}
class WorkflowsModule {}
class AppModule {}

function readinessOf(dataSource: DataSource): Readiness {
  return {
    async missing() {
      try {
        return (await dataSource.showMigrations()) ? 'the database waits for migrations' : null;
      } catch {
        return 'the database does not answer';
      }
    },
  };
}

/** Says when a connection breaks; not while the service leaves the database, which may end the last of them itself. */
class ConnectionWatch implements BeforeApplicationShutdown {
  private readonly log = new Logger('database');
  private isLeaving = false;

  report(error: unknown): void {
    if (this.isLeaving) return;
    this.log.warn(`a connection broke: ${error instanceof Error ? error.message : ''}`);
  }

  beforeApplicationShutdown(): void {
    this.isLeaving = true;
  }
}

function storesModule({ databaseUrl, adapters }: AppParts): DynamicModule {
  const connections = new ConnectionWatch();
  const onError = (error: unknown) => connections.report(error);
  const database = TypeOrmModule.forRootAsync({
    useFactory: () => ({ ...dataSourceOptions(databaseUrl, onError), retryAttempts: 0 }),
    dataSourceFactory: async () => {
      const dataSource = new DataSource(dataSourceOptions(databaseUrl, onError));
      await migrate(dataSource);
      return dataSource;
    },
  });
  const channels = adapters.notifier.channels();
  return {
    module: StoresModule,
    imports: [database],
    providers: [
      { provide: ConnectionWatch, useValue: connections },
      {
        provide: RolloutStore,
        useFactory: (dataSource: DataSource) => new RolloutRepository(dataSource, channels),
        inject: [DataSource],
      },
      made(EvidenceStore, EvidenceRepository, DataSource),
      made(AddressFacts, AddressFactRepository, DataSource),
      made(CheckStore, CheckRepository, DataSource),
      made(Outbox, OutboxRepository, DataSource),
      made(IdempotencyStore, IdempotencyRepository, DataSource),
      { provide: Readiness, useFactory: readinessOf, inject: [DataSource] },
    ],
    exports: [RolloutStore, EvidenceStore, AddressFacts, CheckStore, Outbox, IdempotencyStore, Readiness],
  };
}

function outsidePorts(adapters: Adapters): Provider[] {
  return [
    { provide: Clock, useValue: adapters.clock },
    { provide: RecordObserver, useValue: adapters.observer },
    { provide: DnsProviders, useValue: adapters.providers },
    { provide: ReportMailboxes, useValue: adapters.mailboxes },
    { provide: AddressLookup, useValue: adapters.addresses },
    { provide: DnsLookup, useValue: adapters.lookup },
    { provide: MessageUnpacker, useValue: adapters.unpacker },
    { provide: ReportAuthenticator, useValue: adapters.authenticator },
    { provide: Notifier, useValue: adapters.notifier },
  ];
}

const OUTSIDE_PORTS = [Clock, RecordObserver, DnsProviders, ReportMailboxes];

const WORKFLOWS = [
  made(Domains, Domains, RolloutStore, RecordObserver, WakeUp, Clock),
  made(AssessDomain, AssessDomain, RolloutStore, EvidenceStore, Clock),
  made(CheckDomain, CheckDomain, CheckStore, EvidenceStore, DnsLookup, Clock),
  made(ShowChecks, ShowChecks, RolloutStore, AssessDomain, RecordObserver, CheckDomain, WakeUp),
  made(
    EvaluateDomain,
    EvaluateDomain,
    RolloutStore,
    AssessDomain,
    RecordObserver,
    WakeUp,
    Clock,
    CheckDomain,
  ),
  made(VerifyChange, VerifyChange, RolloutStore, RecordObserver, WakeUp, Clock),
  made(PollMailbox, PollMailbox, ReportMailboxes, IngestMessage, EvidenceStore, Clock),
  made(RecoverMail, RecoverMail, ReportMailboxes, EvidenceStore),
  made(ReprocessMail, ReprocessMail, EvidenceStore, IngestMessage, RecoverMail, WakeUp, Clock),
  made(DeliverNotifications, DeliverNotifications, Outbox, Notifier, Clock),
  made(ShowRecord, ShowRecord, RolloutStore, DnsProviders, RecordObserver, EvidenceStore, Clock),
  made(Sweep, Sweep, RolloutStore, WakeUp, Clock),
  made(LearnAddresses, LearnAddresses, AddressFacts, AddressLookup, Clock),
];

/** Workflows that know the settings besides their ports. */
function configuredWorkflows({ config, readingThread }: AppParts): FactoryProvider[] {
  return [
    config.isDryRun
      ? made(ApplyChange, RehearseChange, RolloutStore, WakeUp, Clock)
      : made(ApplyChange, ApplyChange, RolloutStore, DnsProviders, RecordObserver, WakeUp, Clock),
    { provide: ReadingThread, useFactory: () => readingThread },
    {
      provide: IngestMessage,
      useFactory: (
        unpacker: MessageUnpacker,
        authenticator: ReportAuthenticator,
        evidence: EvidenceStore,
        crew: ReadingThread | null,
      ) => new IngestMessage(unpacker, authenticator, evidence, reportLimits(config), crew),
      inject: [MessageUnpacker, ReportAuthenticator, EvidenceStore, ReadingThread],
    },
    {
      provide: TidyStore,
      useFactory: (evidence: EvidenceStore, clock: Clock) => new TidyStore(evidence, clock, config.retention),
      inject: [EvidenceStore, Clock],
    },
  ];
}

function workflowsModule(parts: AppParts, queue: QueueModules): DynamicModule {
  const stores = storesModule(parts);
  const workflows = [...WORKFLOWS, ...configuredWorkflows(parts)];
  return {
    module: WorkflowsModule,
    imports: [stores, queue.wakeUp],
    providers: [...outsidePorts(parts.adapters), ...workflows],
    exports: [stores, ...OUTSIDE_PORTS, ...workflows.map((workflow) => workflow.provide)],
  };
}

/** Seconds between rounds of what recurs: the queue's own and the database's truth meet again after this at the latest. */
function intervalsOf({ attributes }: Config): QueueIntervals {
  const isLearning = attributes.ptr || attributes.asnZone !== null;
  return {
    sweepSeconds: 60,
    deliverSeconds: 60,
    tidySeconds: 86_400,
    learnSeconds: isLearning ? 300 : null,
  };
}

function polledMailboxes(mailboxes: ReportMailboxes): readonly PolledMailbox[] {
  return mailboxes.names().map((name) => mailboxes.get(name));
}

function apiProviders({ config, tokens, adapters }: AppParts): Provider[] {
  return [
    ...HTTP_PROVIDERS,
    { provide: AccessTokens, useValue: new AccessTokens(tokens) },
    { provide: ProviderCatalogue, useValue: new SettingsCatalogue(config.providers) },
    { provide: EnrolmentChoices, useValue: new EnrolmentChoices(config.ladders, adapters.providers) },
  ];
}

/** The whole service: ports meet adapters here and nowhere else. Connects to the queue; throws when it can't. */
export async function appModule(parts: AppParts): Promise<DynamicModule> {
  const { config, databaseUrl, adapters } = parts;
  const queue = await queueModule({ databaseUrl, redisUrl: config.redisUrl });
  const workflows = workflowsModule(parts, queue);
  const work = { mailboxes: polledMailboxes(adapters.mailboxes), intervals: intervalsOf(config), workflows };
  const works = config.role !== 'api';
  const answers = config.role !== 'worker';
  return {
    module: AppModule,
    imports: [workflows, queue.wakeUp, ...(works ? [queue.worker(work)] : [])],
    controllers: answers ? [...HTTP_CONTROLLERS, ...WEB_CONTROLLERS] : [HealthController],
    providers: [
      ...apiProviders(parts),
      ...(works ? [made(MailboxWatch, MailboxWatch, ReportMailboxes, WakeUp)] : []),
    ],
  };
}
