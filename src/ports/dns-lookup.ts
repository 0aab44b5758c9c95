import type { DnsQuestions } from '../core/checks/dns-answers.js';

/** Asks recursive resolvers for the DNS checks. */
export abstract class DnsLookup {
  /** Look-ups that share one signal and what they have learned: a question asked twice is looked up once. */
  abstract questions(signal: AbortSignal): DnsQuestions;
}
