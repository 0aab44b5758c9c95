import type { DkimResult, SpfResult } from '../core/report/report.js';

/**
 * Who made a message reach the receivers. All but `spoofer` is legitimate mail; `transit`: it broke on the way, by
 * nobody's fault.
 */
export type Origin = 'sender' | 'forwarder' | 'list' | 'transit' | 'spoofer';

/** Messages of one day that look alike to a receiver. */
export interface Flow {
  readonly origin: Origin;
  /** The sender's, forwarder's or list's name. */
  readonly name: string;
  readonly ip: string;
  readonly headerFrom: string;
  readonly envelopeFrom: string;
  readonly messages: number;
  readonly dkim: readonly DkimResult[];
  readonly spf: SpfResult;
  /** What a correct receiver makes of it: aligned and passing. */
  readonly dkimAligned: boolean;
  readonly spfAligned: boolean;
  /** Large receivers know it for a mailing list's and spare it. */
  readonly isKnownList: boolean;
}
