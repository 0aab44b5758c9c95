/** What stands at `_dmarc.<domain>` as DNS shows it. `unknown` (time-out, SERVFAIL) is never `absent`. */
export type Observation =
  | {
      readonly kind: 'record';
      readonly text: string;
      readonly ttl: number;
      readonly others: readonly string[];
    }
  /** `others`: TXT strings that stand there and are no DMARC record; a misspelt one is among them. */
  | { readonly kind: 'absent'; readonly others?: readonly string[] }
  | { readonly kind: 'several-records'; readonly texts: readonly string[] }
  | { readonly kind: 'cname'; readonly target: string }
  /** The name should be a CNAME to `wanted` and is none. `texts`: the TXT strings that stand there instead. */
  | { readonly kind: 'no-alias'; readonly wanted: string; readonly texts: readonly string[] }
  | { readonly kind: 'disagree'; readonly texts: readonly string[] }
  | { readonly kind: 'unknown'; readonly reason: string };
