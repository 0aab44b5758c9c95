import { setImmediate } from 'node:timers/promises';

/** How long a batch may work before others have their turn; well under what a person or a timer would notice. */
const LONGEST_TURN_MS = 10;

/**
 * Keeps what is done with the items of a batch from blocking the event loop: whoever sends mail decides how many there
 * are, and what lies in them. One for all steps of a batch: short ones that follow each other are long together.
 */
export class BatchBreather {
  private since = performance.now();

  /** Does something quick with each. */
  async each<Item>(items: Iterable<Item>, work: (item: Item, place: number) => void): Promise<void> {
    let place = 0;
    for (const item of items) {
      work(item, place);
      place += 1;
      // Waiting for nothing costs, too.
      if (performance.now() - this.since < LONGEST_TURN_MS) continue;
      await setImmediate();
      this.since = performance.now();
    }
  }
}
