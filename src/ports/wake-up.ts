/** What a wake-up asks to be looked at; state stands in the store, a lost wake-up costs nothing but time. */
export type Wake =
  | { readonly workflow: 'poll-mailbox'; readonly mailbox: string }
  | { readonly workflow: 'evaluate-domain'; readonly domain: string }
  | { readonly workflow: 'apply-change'; readonly domain: string }
  | { readonly workflow: 'verify-change'; readonly domain: string }
  | { readonly workflow: 'deliver-notifications' }
  /** Mail that could not be read is tried again. */
  | { readonly workflow: 'reprocess-mail' }
  | { readonly workflow: 'learn-addresses' };

/** Wakes workflows, now or later; the same wake-up twice is one. */
export abstract class WakeUp {
  abstract wake(wake: Wake, options?: { readonly delayMs: number }): Promise<void>;
}
