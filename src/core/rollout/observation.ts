/** What stands at `_dmarc.<domain>` as DNS shows it. `unknown` (time-out, SERVFAIL) is never `absent`. */
export type Observation =
  | {
      readonly kind: 'record';
      readonly text: string;
      readonly ttl: number;
      readonly others: readonly string[];
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'several-records'; readonly texts: readonly string[] }
  | { readonly kind: 'cname'; readonly target: string }
  | { readonly kind: 'disagree'; readonly texts: readonly string[] }
  | { readonly kind: 'unknown'; readonly reason: string };
