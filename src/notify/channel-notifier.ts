import type { Notice, NoticeEvent } from '../core/rollout/audit.js';
import { Clock } from '../ports/clock.js';
import { Notifier } from '../ports/notifier.js';
import { sendSlack } from './slack.js';
import { sendWebhook } from './webhook.js';

export interface Channel {
  readonly name: string;
  readonly type: 'webhook' | 'slack';
  readonly url: string;
  readonly secret: string | null;
  /** What it is told; the rest counts as delivered. */
  readonly events: readonly NoticeEvent[];
}

const TIMEOUT_MS = 10_000;

/** The channels of the settings. */
export class ChannelNotifier extends Notifier {
  constructor(
    private readonly settings: readonly Channel[],
    private readonly clock: Clock,
    private readonly timeoutMs = TIMEOUT_MS,
    /** Told after each try what went wrong; null: nothing did. */
    private readonly onTried: (channel: string, trouble: string | null) => void = () => {},
  ) {
    super();
  }

  channels(): readonly string[] {
    return this.settings.map((channel) => channel.name);
  }

  /** Throws an Error when the channel did not take it, or isn't in the settings; the text names no secret. */
  async deliver(name: string, notice: Notice, dispatchId: string): Promise<void> {
    const channel = this.settings.find((candidate) => candidate.name === name);
    if (channel === undefined) throw new Error(`no notification channel is named ${name}`);
    if (!channel.events.includes(notice.event)) return;
    try {
      await this.send(channel, notice, dispatchId);
    } catch (error) {
      this.onTried(name, error instanceof Error ? error.message : String(error));
      throw error;
    }
    this.onTried(name, null);
  }

  private async send(channel: Channel, notice: Notice, dispatchId: string): Promise<void> {
    if (channel.type === 'slack') return sendSlack(notice, channel.url, this.timeoutMs);
    const { url, secret } = channel;
    return sendWebhook(notice, { url, secret, dispatchId, at: this.clock.now(), timeoutMs: this.timeoutMs });
  }
}
