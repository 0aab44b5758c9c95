import { expect } from 'vitest';
import { DAY_MS } from '../../src/core/instant.js';
import { strictness } from '../../src/core/record/policy.js';
import { readPolicyTags } from '../../src/core/record/tags.js';
import type { Change } from '../../src/core/rollout/rollout.js';
import { ShownRecord } from '../builders/port-doubles.js';
import { NONE, aRollout } from '../builders/rollout.js';
import { BROKEN, ChangeStage, GOOD, NAME, NEWS_BROKEN } from './change-stage.js';
import { TroubledProvider } from './troubled-provider.js';

/** Each stranger has an own tag: no step of ours comes to the same text. */
export const THEIRS = [
  'v=DMARC1; p=none; rua=mailto:dmarc@shop.example; x=ann',
  'v=DMARC1; p=reject; rua=mailto:dmarc@shop.example; x=bob',
];
/** What hours in which nobody does anything may leave behind at the most: at first a failing provider is tried often. */
const AT_FIRST = 30;
const AN_HOUR = 10;

/** A domain, its provider, and who meddles with it; what is written is watched. */
export class Watched {
  readonly provider = new TroubledProvider(() => this.stage.now);
  readonly zone = new ShownRecord(this.provider);
  readonly stage: ChangeStage = new ChangeStage(aRollout(), this.zone, this.provider);

  constructor() {
    this.provider.edit([NONE]);
    this.provider.onWrite = (live, next) => checkWrite(this.stage, live, next);
    this.stage.cells = GOOD;
  }

  async pass(hours: number): Promise<void> {
    const { stage } = this;
    const [rows, version] = [stage.audit.length, stage.rollout.version];
    for (let left = hours; left > 0; left -= 1 / 4) {
      await stage.pass(Math.min(left, 1 / 4));
      await this.provider.land();
    }
    checkGrowth({ rows: stage.audit.length - rows, versions: stage.rollout.version - version }, hours);
  }

  /** What is published. */
  policies(): readonly (string | undefined)[] {
    return this.provider.txt(NAME).map((text) => readPolicyTags(text)?.p);
  }
}

function checkGrowth(grown: { readonly rows: number; readonly versions: number }, hours: number): void {
  const most = AT_FIRST + AN_HOUR * hours;
  expect(grown.rows, 'rows of the history').toBeLessThanOrEqual(most);
  expect(grown.versions, 'versions').toBeLessThanOrEqual(most);
}

function checkWrite(stage: ChangeStage, live: readonly string[], next: readonly string[]): void {
  const { change } = stage.rollout;
  expect(change?.stage, 'the intent is stored first').toBe('intended');
  expect(next, 'one record, and the planned one').toEqual([change?.after]);
  expect(live, 'over what the plan was made for').toEqual(change?.before === null ? [] : [change?.before]);
  const adopted = stage.audit.filter(({ action }) => action === 'adopted').map(({ after }) => after);
  const isForeign = live.some((text) => THEIRS.includes(text) && !adopted.includes(text));
  const isRestore = change?.cause.startsWith('restored by') === true;
  expect(isForeign && !isRestore, 'a foreign text is overwritten by a restore alone').toBe(false);
  if (change?.direction === 'strengthen') checkStrengthening(stage, change);
}

/** What a strengthening stands on, at the moment in which it is written. */
function checkStrengthening({ rollout, cells, audit, now }: ChangeStage, change: Change): void {
  const { settings, ladder, holds } = rollout;
  const [from, to] = [levels(change.before ?? ''), levels(change.after)];
  expect(holds, 'nothing holds').toEqual([]);
  const most = Math.max(from.p, strictness(settings.lastPolicy)); // an adopted record may ask for more
  expect(to.p, 'no more is asked for than is wanted').toBeLessThanOrEqual(most);
  expect(cells, 'no mail is known to fail').not.toBe(BROKEN);
  if (cells.includes(NEWS_BROKEN[NEWS_BROKEN.length - 1] ?? cells[0]!))
    expect(to.subdomains, 'subdomains that fail stay behind').toBe(from.subdomains);
  if (change.byHand || settings.mode === 'automatic' || ladder.rungs[change.toRung]?.approval !== true)
    return;
  const approved = audit.findLast(({ action, after }) => action === 'approved' && after === change.after);
  expect(now - (approved?.at ?? 0), 'a person has approved it a week ago at the most').toBeLessThanOrEqual(
    7 * DAY_MS,
  );
}

function levels(record: string): { readonly p: number; readonly subdomains: number } {
  const { p, sp } = readPolicyTags(record) ?? { p: 'none' };
  return { p: strictness(p), subdomains: strictness(sp ?? p) };
}
