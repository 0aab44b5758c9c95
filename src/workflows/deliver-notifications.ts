/** Sends what the outbox holds; a failed one is tried again later, six times over a day. Answers how many went out. */
export class DeliverNotifications {
  async run(): Promise<number> {
    throw new Error('being written');
  }
}
