import type { IpNetwork } from './ip-network.js';
import type { MacroString } from './macro-string.js';

/** RFC 7208 4.6.2: what a match means. */
export type Qualifier = '+' | '-' | '~' | '?';

/** Characters of the record, counted from 0; the end is the first behind. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Lengths in bits of the networks around the addresses found. */
export interface PrefixLengths {
  readonly ip4: number;
  readonly ip6: number;
}

export type Mechanism =
  | { readonly kind: 'all' }
  | { readonly kind: 'include'; readonly target: MacroString }
  | { readonly kind: 'exists'; readonly target: MacroString }
  /** `target` null: the domain whose record it is. */
  | { readonly kind: 'a'; readonly target: MacroString | null; readonly prefixes: PrefixLengths }
  | { readonly kind: 'mx'; readonly target: MacroString | null; readonly prefixes: PrefixLengths }
  | { readonly kind: 'ptr'; readonly target: MacroString | null }
  | { readonly kind: 'ip4'; readonly network: IpNetwork }
  | { readonly kind: 'ip6'; readonly network: IpNetwork };

export interface Directive {
  readonly text: string;
  readonly place: Place;
  readonly qualifier: Qualifier;
  readonly mechanism: Mechanism;
}

/** `redirect=` and `exp=`. */
export interface TargetModifier {
  readonly text: string;
  readonly place: Place;
  readonly target: MacroString;
}

/** A modifier that no standard knows; receivers pass it over (RFC 7208 6). */
export interface UnknownModifier {
  readonly text: string;
  readonly place: Place;
  /** Small letters. */
  readonly name: string;
  readonly value: string;
}

/** A place at which the record breaks the grammar: all of it is a permerror (RFC 7208 4.6). */
export interface SyntaxFault {
  readonly place: Place;
  /** The term that it stands in. */
  readonly term: string;
  readonly message: string;
}

/** A record as read. With faults, the rest is what could still be made out. */
export interface SpfRecord {
  readonly text: string;
  readonly directives: readonly Directive[];
  readonly redirect: TargetModifier | null;
  readonly explanation: TargetModifier | null;
  readonly unknownModifiers: readonly UnknownModifier[];
  readonly faults: readonly SyntaxFault[];
}

/** Whether receivers take a TXT record for an SPF record: `v=spf1`, then a space or the end (RFC 7208 4.5). */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** The terms that a receiver looks at: nothing behind the first `all`, and no redirect beside one (RFC 7208 5.1). */
export interface ReachedTerms {
  readonly directives: readonly Directive[];
  readonly redirect: TargetModifier | null;
  /** The one that ends the record; null: there is none. */
  readonly all: Directive | null;
  readonly unreachable: readonly Directive[];
}

export function reachedTerms({ directives, redirect }: SpfRecord): ReachedTerms {
  const at = directives.findIndex(({ mechanism }) => mechanism.kind === 'all');
  const all = directives[at];
  if (all === undefined) return { directives, redirect, all: null, unreachable: [] };
  return {
    directives: directives.slice(0, at + 1),
    redirect: null,
    all,
    unreachable: directives.slice(at + 1),
  };
}
