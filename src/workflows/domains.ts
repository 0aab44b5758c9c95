import type { Enrolment, Rollout, RolloutSettings } from '../core/rollout/rollout.js';
import { newRollout } from '../core/rollout/rollout.js';
import type { RolloutStore, StoredRollout } from '../ports/rollout-store.js';
import { startDraft, withAudit, withRollout } from '../core/rollout/draft.js';
import type { Clock } from '../ports/clock.js';
import type { Command } from '../core/rollout/command.js';
import type { Draft } from '../core/rollout/draft.js';
import { placeOf, placeWith, refusePlace, type RecordPlace } from '../core/rollout/record-place.js';
import type { RecordObserver } from '../ports/record-observer.js';
import { RecordTakenError, StaleRolloutError } from '../ports/rollout-store.js';
import type { WakeUp } from '../ports/wake-up.js';
import { carryOut } from '../core/rollout/carry-out.js';
import { observeRecord } from './observe-record.js';
import { saveDraft } from './save-draft.js';

/** What came of asking something of a domain. `stale`: it moved on since `expectedVersion`. */
export type Asked =
  | { readonly kind: 'done'; readonly rollout: Rollout }
  | { readonly kind: 'not-enrolled' }
  | { readonly kind: 'already-enrolled' }
  | { readonly kind: 'stale'; readonly version: number }
  | { readonly kind: 'refused'; readonly reason: string };

/** Between reading and storing a person's command the ratchet may step in; it is read and tried again so often. */
const TRIES = 5;

/** All that people may do to a domain. `actor` is a token's name; it lands in the history. */
export class Domains {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly observer: RecordObserver,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  /** Writes nothing to DNS: the first evaluation takes the record as it stands. */
  async enrol(enrolment: Enrolment, actor: string): Promise<Asked> {
    const now = this.clock.now();
    const rollout = newRollout(enrolment, now);
    const place = placeOf(rollout);
    const reason = refusePlace(place, []);
    if (reason !== null) return { kind: 'refused', reason };
    const cause = `ladder ${enrolment.ladder.name}, provider ${enrolment.provider}, ${enrolment.settings.mode}`;
    const { audit } = withAudit(startDraft(rollout, now, actor), { action: 'enrolled', cause });
    try {
      if (!(await this.rollouts.create(rollout, now, audit))) return { kind: 'already-enrolled' };
    } catch (error) {
      return this.refuseTaken(place, error);
    }
    await this.wakeUp.wake({ workflow: 'evaluate-domain', domain: rollout.domain });
    return { kind: 'done', rollout };
  }

  /** `expectedVersion` null: whatever stands now. */
  async command(
    domain: string,
    command: Command,
    actor: string,
    expectedVersion: number | null,
  ): Promise<Asked> {
    const needsRecord = command.kind === 'adopt' || command.kind === 'restore';
    const observed = needsRecord
      ? await observeRecord(this.observer, await this.placeOf(domain))
      : ({ kind: 'unknown', reason: 'not asked' } as const);
    return this.change(domain, expectedVersion, ({ rollout, verdict }) =>
      carryOut(rollout, command, { now: this.clock.now(), actor, observed, verdict }),
    );
  }

  async changeSettings(
    domain: string,
    settings: Partial<RolloutSettings>,
    actor: string,
    expectedVersion: number | null,
  ): Promise<Asked> {
    return this.change(domain, expectedVersion, ({ rollout }) => {
      const changedSettings = { ...rollout.settings, ...settings };
      const reason = refusePlace(placeOf({ domain, settings: changedSettings }), []);
      if (reason !== null) return { kind: 'refused', reason };
      if (settings.alias !== undefined && settings.alias !== placeOf(rollout).alias && isInFlight(rollout))
        return {
          kind: 'refused',
          reason: 'a change is under way; the record moves to another name after it',
        };
      const changed = withRollout(startDraft(rollout, this.clock.now(), actor), {
        settings: changedSettings,
      });
      return withAudit(changed, { action: 'settings', cause: JSON.stringify(settings) });
    });
  }

  async decideSource(
    domain: string,
    source: string,
    word: { readonly class: 'authorized' | 'hostile'; readonly note: string },
    actor: string,
  ): Promise<Asked> {
    const stored = await this.rollouts.find(domain);
    if (stored === null) return { kind: 'not-enrolled' };
    const at = this.clock.now();
    const { audit } = withAudit(startDraft(stored.rollout, at, actor), {
      action: 'source-settled',
      cause: `${source} is ${word.class}: ${word.note || 'no note given'}`,
    });
    const [entry] = audit;
    if (entry === undefined) return { kind: 'not-enrolled' };
    await this.rollouts.decideSource(domain, { source, ...word, by: actor, at }, entry);
    await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
    return { kind: 'done', rollout: stored.rollout };
  }

  /** Stops managing the domain; leaves DNS alone. */
  async remove(domain: string, actor: string): Promise<Asked> {
    const stored = await this.rollouts.find(domain);
    if (stored === null) return { kind: 'not-enrolled' };
    const draft = withAudit(startDraft(stored.rollout, this.clock.now(), actor), {
      action: 'removed',
      cause: 'no longer managed; DNS is left as it is',
      before: stored.rollout.record,
    });
    for (const entry of draft.audit) await this.rollouts.remove(domain, entry);
    return { kind: 'done', rollout: stored.rollout };
  }

  async find(domain: string): Promise<StoredRollout | null> {
    return this.rollouts.find(domain);
  }

  /** Rethrows anything but RecordTakenError. Reads all domains, to say which one stands there. */
  private async refuseTaken(
    place: RecordPlace,
    error: unknown,
  ): Promise<Extract<Asked, { kind: 'refused' }>> {
    if (!(error instanceof RecordTakenError)) throw error;
    const others = (await this.rollouts.list()).map(({ rollout }) => rollout);
    return { kind: 'refused', reason: refusePlace(place, others) ?? error.message };
  }

  /** One that isn't enrolled has a place, too; the command then says so. */
  private async placeOf(domain: string): Promise<RecordPlace> {
    const stored = await this.rollouts.find(domain);
    return stored === null ? placeWith(domain, {}) : placeOf(stored.rollout);
  }

  private async change(
    domain: string,
    expectedVersion: number | null,
    step: (stored: StoredRollout) => Draft | { readonly kind: 'refused'; readonly reason: string },
  ): Promise<Asked> {
    for (let attempt = 1; ; attempt += 1) {
      const stored = await this.rollouts.find(domain);
      if (stored === null) return { kind: 'not-enrolled' };
      const { version } = stored.rollout;
      if (expectedVersion !== null && expectedVersion !== version) return { kind: 'stale', version };
      const result = step(stored);
      if ('kind' in result) return result;
      try {
        const rollout = await saveDraft(this.rollouts, result);
        await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
        if (result.notices.length > 0) await this.wakeUp.wake({ workflow: 'deliver-notifications' });
        return { kind: 'done', rollout };
      } catch (error) {
        if (!(error instanceof StaleRolloutError)) return this.refuseTaken(placeOf(result.rollout), error);
        if (attempt === TRIES) throw error;
      }
    }
  }
}

/** From the intent on, the change belongs to the name that it was planned for. */
function isInFlight({ change }: Rollout): boolean {
  return change !== null && change.stage !== 'planned';
}
