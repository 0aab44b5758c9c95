/** Finds all that is due and wakes it: the queue may lose everything at any time. */
export class Sweep {
  async run(): Promise<void> {
    throw new Error('being written');
  }
}
