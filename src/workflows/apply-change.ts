/** Stores the intent, asks the provider, stores the receipt. Settles an intent that a crash left behind. */
export class ApplyChange {
  async run(_domain: string): Promise<void> {
    throw new Error('being written');
  }
}
