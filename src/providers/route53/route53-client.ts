import type {
  ListHostedZonesByNameCommandInput,
  ListResourceRecordSetsCommandInput,
  ResourceRecordSet,
  Route53,
  RRType,
} from '@aws-sdk/client-route-53';
import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { allPages } from '../api/all-pages.js';
import { askAgain } from '../api/ask-again.js';
import { Pace } from '../api/pace.js';
import { untilAborted } from '../api/until-aborted.js';
import { withinDeadline } from '../api/within-deadline.js';
import { zoneName } from '../longest-zone.js';
import { loadSdk } from './load-sdk.js';
import { unescapeName } from './octal-text.js';
import type { Route53Options } from './options.js';
import { busyFor, sdkFault } from './sdk-fault.js';

/** Only the fields that are used. */
const HostedZone = z.object({
  Id: z.string().min(1),
  Name: z.string().min(1),
  Config: z.object({ PrivateZone: z.boolean() }),
});
const ZonePage = z.object({
  HostedZones: z.array(HostedZone),
  IsTruncated: z.boolean(),
  NextDNSName: z.string().optional(),
  NextHostedZoneId: z.string().optional(),
});
const ZoneDetails = z.object({
  HostedZone,
  DelegationSet: z.object({ NameServers: z.array(z.string()) }).optional(),
});
const RecordSet = z.object({
  Name: z.string(),
  Type: z.string(),
  TTL: z.int().min(0).optional(),
  ResourceRecords: z.array(z.object({ Value: z.string() })).optional(),
  /** Weighted, latency and the like. */
  SetIdentifier: z.string().optional(),
  TrafficPolicyInstanceId: z.string().optional(),
  AliasTarget: z.unknown().optional(),
});
const RecordPage = z.object({
  ResourceRecordSets: z.array(RecordSet),
  IsTruncated: z.boolean(),
  NextRecordName: z.string().optional(),
  NextRecordType: z.custom<RRType>((type) => typeof type === 'string').optional(),
  NextRecordIdentifier: z.string().optional(),
});
const ChangeAnswer = z.object({ ChangeInfo: z.object({ Id: z.string().min(1), Status: z.string() }) });

export type HostedZone = z.infer<typeof HostedZone>;
export type RecordSet = z.infer<typeof RecordSet>;
interface TxtRecordSet {
  /** As listed, escapes and all. */
  readonly name: string;
  readonly ttl: number;
  readonly values: readonly string[];
}

interface Ask<Answer> {
  readonly schema: z.ZodType<Answer>;
  readonly isChange?: boolean;
  readonly signal: AbortSignal;
}

/** What the SDK gave, or the port's error and when to ask again. */
type Outcome =
  | { readonly answer: unknown }
  | { readonly error: DnsProviderError; readonly busy: number | 'unnamed' | null };

type Send = (sdk: Route53, abortSignal: AbortSignal) => Promise<unknown>;

/**
 * Half of what an account may ask, all its tools together: 50 at once, then 10 a second (developer guide, "Throttling
 * for Amazon Route 53 API requests").
 */
const RATE = { burst: 25, perSecond: 5 } as const;

/** How many a page; at one name there is rarely more than one. */
const SETS_A_PAGE = 20;

/**
 * The few requests of Route 53 that are needed, through the SDK for its signatures and credentials. It is loaded with
 * the first request, so that only those pay who use it. All throw DnsProviderError, or an abort's reason.
 */
export class Route53Client {
  private sdk: Promise<Route53> | null = null;
  private readonly pace = new Pace(RATE);

  constructor(private readonly options: Route53Options) {}

  /** The credentials and their right to list zones. */
  async tryOut(signal: AbortSignal): Promise<void> {
    await this.ask((sdk, abortSignal) => sdk.listHostedZonesByName({ MaxItems: 1 }, { abortSignal }), {
      schema: ZonePage,
      signal,
    });
  }

  /** All zones of exactly that name, private ones, too. They are listed in the order of names, from the one asked for. */
  async zonesNamed(name: string, signal: AbortSignal): Promise<readonly HostedZone[]> {
    const first: ListHostedZonesByNameCommandInput = { DNSName: name };
    const zones = await allPages(first, async (at) => {
      const page = await this.ask((sdk, abortSignal) => sdk.listHostedZonesByName(at, { abortSignal }), {
        schema: ZonePage,
        signal,
      });
      const items = page.HostedZones.filter((zone) => nameOf(zone.Name) === name);
      const isOver = !page.IsTruncated || items.length < page.HostedZones.length;
      return { items, next: isOver ? null : nextZones(page) };
    });
    return zones;
  }

  async zone(id: string, signal: AbortSignal): Promise<z.infer<typeof ZoneDetails>> {
    return this.ask((sdk, abortSignal) => sdk.getHostedZone({ Id: id }, { abortSignal }), {
      schema: ZoneDetails,
      signal,
    });
  }

  /** All record sets at exactly that name. They are listed in the order of names, so the first other one ends it. */
  async setsAt(zoneId: string, name: string, signal: AbortSignal): Promise<readonly RecordSet[]> {
    const first: ListResourceRecordSetsCommandInput = { HostedZoneId: zoneId, StartRecordName: `${name}.` };
    return allPages(first, async (at) => {
      const page = await this.ask(
        (sdk, abortSignal) => sdk.listResourceRecordSets({ ...at, MaxItems: SETS_A_PAGE }, { abortSignal }),
        { schema: RecordPage, signal },
      );
      const items = page.ResourceRecordSets.filter((set) => nameOf(set.Name) === name);
      const isOver = !page.IsTruncated || items.length < page.ResourceRecordSets.length;
      return { items, next: isOver ? null : nextSets(zoneId, page) };
    });
  }

  /** Puts one TXT set in place of another in one batch: both or neither. Gives the change's ID. Throws `conflict`. */
  async replaceTxt(
    zoneId: string,
    { before, after }: { readonly before: TxtRecordSet | null; readonly after: TxtRecordSet },
    signal: AbortSignal,
  ): Promise<string> {
    const removal = before === null ? [] : [{ Action: 'DELETE' as const, ResourceRecordSet: txtSet(before) }];
    const changes = [...removal, { Action: 'CREATE' as const, ResourceRecordSet: txtSet(after) }];
    const answer = await this.ask(
      (sdk, abortSignal) =>
        sdk.changeResourceRecordSets(
          { HostedZoneId: zoneId, ChangeBatch: { Changes: changes } },
          { abortSignal },
        ),
      { schema: ChangeAnswer, isChange: true, signal },
    );
    return answer.ChangeInfo.Id.replace(/^\/change\//, '');
  }

  /** `PENDING` or `INSYNC`. */
  async changeStatus(id: string, signal: AbortSignal): Promise<string> {
    const answer = await this.ask((sdk, abortSignal) => sdk.getChange({ Id: id }, { abortSignal }), {
      schema: ChangeAnswer,
      signal,
    });
    return answer.ChangeInfo.Status;
  }

  private async ask<Answer>(send: Send, { schema, isChange = false, signal }: Ask<Answer>): Promise<Answer> {
    const outcome = await askAgain(
      () => this.askOnce(send, isChange, signal),
      (last) => (isChange || 'answer' in last ? null : last.busy),
      signal,
    );
    if ('error' in outcome) throw outcome.error;
    const parsed = schema.safeParse(outcome.answer);
    if (parsed.success) return parsed.data;
    const message = 'the answer is not what Route 53 documents';
    if (isChange) throw new DnsProviderError(message, { kind: 'transient', mayBeApplied: true });
    throw new DnsProviderError(message, { kind: 'malformed' });
  }

  private async askOnce(send: Send, isChange: boolean, signal: AbortSignal): Promise<Outcome> {
    await this.pace.turn(signal);
    const { accessKeyId = '', secretAccessKey = '', sessionToken = '', timeoutMs } = this.options;
    const sdk = (this.sdk ??= loadSdk(this.options));
    try {
      const answer = await withinDeadline(signal, timeoutMs, async (deadline) =>
        untilAborted(send(await sdk, deadline), deadline),
      );
      return { answer };
    } catch (cause) {
      signal.throwIfAborted();
      const secrets = [secretAccessKey, sessionToken, accessKeyId];
      const error = cause instanceof DnsProviderError ? cause : sdkFault(cause, { isChange, secrets });
      // The SDK keeps what it once found; keys may have been renewed in a file or elsewhere.
      if (error.fault.kind === 'auth' && this.sdk === sdk) this.sdk = null;
      if (error === cause) throw error;
      return { error, busy: busyFor(cause, error.fault) };
    }
  }
}

function nextZones(page: z.infer<typeof ZonePage>): ListHostedZonesByNameCommandInput {
  if (page.NextDNSName === undefined) {
    throw new DnsProviderError('a page has no next one', { kind: 'malformed' });
  }
  return { DNSName: page.NextDNSName, HostedZoneId: page.NextHostedZoneId };
}

function nextSets(zoneId: string, page: z.infer<typeof RecordPage>): ListResourceRecordSetsCommandInput {
  if (page.NextRecordName === undefined) {
    throw new DnsProviderError('a page has no next one', { kind: 'malformed' });
  }
  return {
    HostedZoneId: zoneId,
    StartRecordName: page.NextRecordName,
    StartRecordType: page.NextRecordType,
    StartRecordIdentifier: page.NextRecordIdentifier,
  };
}

function txtSet({ name, ttl, values }: TxtRecordSet): ResourceRecordSet {
  return { Name: name, Type: 'TXT', TTL: ttl, ResourceRecords: values.map((Value) => ({ Value })) };
}

function nameOf(listed: string): string {
  return zoneName(unescapeName(listed));
}
