import type { ReportLimits } from './limits.js';
import type { PartValues } from './part-values.js';

/** The items of one kind of the record that is read now, and the first reason why the record can't be read. */
export class ItemList<Item> {
  private found: Item[] | null = null;
  private count = 0;
  private trouble: string | null = null;

  constructor(
    private readonly what: string,
    private readonly limits: Pick<ReportLimits, 'resultsPerRow'>,
  ) {}

  get items(): readonly Item[] {
    return this.found ?? [];
  }

  get fault(): string | null {
    return this.trouble;
  }

  clear(): void {
    this.found = null;
    this.count = 0;
    this.trouble = null;
  }

  /** `read` null: it is empty, and says the same as none. What it throws as a RangeError becomes the fault. */
  add(values: PartValues, read: ((values: PartValues) => Item) | null): void {
    this.count += 1;
    if (this.count > this.limits.resultsPerRow) {
      this.trouble = `more than ${this.limits.resultsPerRow} ${this.what}`;
      return;
    }
    if (read === null) return;
    try {
      const item = read(values);
      if (this.found === null) this.found = [item];
      else this.found.push(item);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.trouble ??= error.message;
    }
  }
}
