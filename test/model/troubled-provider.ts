import { expect } from 'vitest';
import { isDmarcRecord } from '../../src/core/record/tags.js';
import { DnsProviderError, type DnsProviderFault } from '../../src/ports/dns-provider.js';
import { MemoryProvider } from '../contract/memory-provider.js';
import { Death, NAME } from './change-stage.js';

/** What goes wrong in each exchange, until something else does. */
export type Trouble =
  | 'none'
  | 'reads-fail'
  | 'refused'
  | 'limited'
  /** The write is lost, and nobody can tell. */
  | 'lost'
  /** The write is applied, and nobody can tell. */
  | 'unanswered'
  /** The write is applied later, and nobody can tell. */
  | 'queued'
  | 'dies-before'
  | 'dies-after';

type Exchange<K extends 'findZone' | 'readTxt' | 'replaceTxt'> = Parameters<MemoryProvider[K]>;

/** A provider that has its troubles, and keeps watch over what it is asked. */
export class TroubledProvider extends MemoryProvider {
  trouble: Trouble = 'none';
  /** How long a write lies in the queue, or the provider wants to be left alone. */
  delayMs = 0;
  /** Called with what stands and what is to stand, before each write. */
  onWrite: (live: readonly string[], next: readonly string[]) => void = () => {};
  private isRead = false;
  private queued: { readonly at: number; readonly write: () => Promise<unknown> } | null = null;

  constructor(private readonly now: () => number) {
    super(['shop.example']);
  }

  override async findZone(...call: Exchange<'findZone'>): ReturnType<MemoryProvider['findZone']> {
    await this.land();
    const retryAfterMs = this.delayMs;
    if (this.trouble === 'limited') throw failed({ kind: 'rate-limited', retryAfterMs });
    if (this.trouble === 'reads-fail') throw failed({ kind: 'transient', mayBeApplied: false });
    return super.findZone(...call);
  }

  override readTxt(...call: Exchange<'readTxt'>): ReturnType<MemoryProvider['readTxt']> {
    this.isRead = true;
    return super.readTxt(...call);
  }

  override async replaceTxt(...call: Exchange<'replaceTxt'>): ReturnType<MemoryProvider['replaceTxt']> {
    const [, , { expected, next }] = call;
    checkRead(this.isRead);
    this.isRead = false;
    if (this.trouble === 'dies-before') throw this.die();
    if (this.trouble === 'refused') throw failed({ kind: 'forbidden' });
    this.onWrite(expected.values.filter(isDmarcRecord), next.values.filter(isDmarcRecord));
    if (this.trouble === 'queued') {
      const [zone, name, change] = call;
      const write = () => super.replaceTxt(zone, name, change, new AbortController().signal);
      this.queued = { at: this.now() + this.delayMs, write };
    }
    if (this.trouble === 'lost' || this.trouble === 'queued')
      throw failed({ kind: 'transient', mayBeApplied: true });
    const receipt = await super.replaceTxt(...call);
    if (this.trouble === 'dies-after') throw this.die();
    if (this.trouble === 'unanswered') throw failed({ kind: 'transient', mayBeApplied: true });
    return receipt;
  }

  /** Somebody else writes. */
  edit(records: readonly string[]): void {
    this.write(NAME, records);
  }

  /** A write whose time has come takes place, if the record is still the one that it was to replace. */
  async land(): Promise<void> {
    const { queued } = this;
    if (queued === null || this.now() < queued.at) return;
    this.queued = null;
    await queued.write().catch((error: unknown) => {
      if (!(error instanceof DnsProviderError)) throw error;
    });
  }

  /** A process dies once; the next one lives. */
  private die(): Death {
    this.trouble = 'none';
    return new Death();
  }
}

function checkRead(isRead: unknown): void {
  expect(isRead, 'nothing is written without a read since the last write').toBe(true);
}

function failed(fault: DnsProviderFault): DnsProviderError {
  return new DnsProviderError(fault.kind, fault);
}
