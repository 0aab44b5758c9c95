import { PackerFull, type RowPacker } from '../ports/evidence-store.js';
import type { MessageReader, ReadMessage, ReadPair } from './message-reader.js';
import type { Arrival } from './read-arrival.js';
import type { CarriedMail, CarriedMessage, ReadingTask } from './reading-crew.js';

/** What a crew does in another thread: reads mails, and packs the rows of their reports. */
export class ReadingWork {
  /** The task before: text that is done with is gone before more is read. */
  private reading: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly reader: MessageReader,
    private readonly packerWith: (reportIds: readonly string[]) => RowPacker,
  ) {}

  /** In the order of the mails; null for those that hold more than is carried. */
  async read({ mails, reportIds }: ReadingTask): Promise<readonly (CarriedMessage | null)[]> {
    const packer = this.packerWith(reportIds);
    const reading = this.reading.then(() => this.readAll(mails, packer));
    this.reading = reading.catch(() => null);
    const pairs = await reading;
    // Nobody waits for the look-ups of others.
    const messages = await this.reader.authenticateAll(pairs.filter((pair) => pair !== null));
    const carried = carry(messages, packer).values();
    return pairs.map((pair) => (pair === null ? null : (carried.next().value ?? null)));
  }

  private async readAll(
    mails: readonly CarriedMail[],
    packer: RowPacker,
  ): Promise<readonly (ReadPair | null)[]> {
    const pairs: (ReadPair | null)[] = [];
    for (const mail of mails) pairs.push(await this.readOne(mail, packer));
    return pairs;
  }

  private async readOne(mail: CarriedMail, packer: RowPacker): Promise<ReadPair | null> {
    try {
      return await this.reader.read(arrivalOf(mail), packer);
    } catch (error) {
      if (error instanceof PackerFull) return null;
      throw error;
    }
  }
}

function arrivalOf(mail: CarriedMail): Arrival {
  return { ...mail, folder: null, position: null, vouchedBy: null, mailId: null };
}

function carry(messages: readonly ReadMessage[], packer: RowPacker): readonly CarriedMessage[] {
  const rows = packer.carried(messages.flatMap(({ reports }) => reports.map((report) => report.rows)));
  let place = 0;
  return messages.map((message) => ({
    ...message,
    reports: message.reports.map((report) => {
      const carried = rows[place];
      if (carried === undefined) throw new Error('a report without rows');
      place += 1;
      return { ...report, rows: carried };
    }),
  }));
}
