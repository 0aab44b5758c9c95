/** Asks every authoritative server whether the change stands there. */
export class VerifyChange {
  async run(_domain: string): Promise<void> {
    throw new Error('being written');
  }
}
