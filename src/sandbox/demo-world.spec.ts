import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../core/instant.js';
import { demoCast, BREAKS_AFTER_DAYS } from './demo-cast.js';
import { DemoWorld } from './demo-world.js';

const TO = { address: 'dmarc@rua.example', authservId: 'mx.rua.example' };
const record = (tags: string): string => `v=DMARC1; ${tags}; rua=mailto:${TO.address}`;

function worldAt(tags: string): DemoWorld {
  const world = new DemoWorld(demoCast('1'), TO);
  for (const { world: truth } of world.cast()) world.timeline.note(truth.domain, record(tags), world.start);
  return world;
}

describe('the world of the demo', () => {
  it('delivers each mail once, when it has arrived, in order', () => {
    const world = worldAt('p=none');
    for (let day = 0; day < 4; day += 1) world.live(day);
    const early = world.mailUntil(world.start + 2 * DAY_MS);
    const late = world.mailUntil(world.start + 30 * DAY_MS);
    expect(early.length).toBeGreaterThan(5);
    expect(late.length).toBeGreaterThan(early.length);
    const times = [...early, ...late].map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(early.every(({ at }) => at <= world.start + 2 * DAY_MS)).toBe(true);
    expect(world.mailUntil(world.start + 60 * DAY_MS)).toEqual([]);
  });

  it('breaks the third domain some days after it reached a full reject, and harm comes of it', () => {
    const world = worldAt('p=reject; pct=25; t=y');
    expect(world.breakWhatIsDue(50)).toEqual([]);
    for (const { world: truth } of world.cast()) {
      world.timeline.note(truth.domain, record('p=reject'), world.start + 50 * DAY_MS);
    }
    expect(world.breakWhatIsDue(50 + BREAKS_AFTER_DAYS - 1)).toEqual([]);
    expect(world.breakWhatIsDue(50 + BREAKS_AFTER_DAYS)).toEqual(['brewery.example']);
    expect(world.breakWhatIsDue(50 + BREAKS_AFTER_DAYS + 1)).toEqual([]);
    world.live(54);
    expect(world.harm('brewery.example')).toEqual([]);
    world.live(55);
    expect(world.harm('brewery.example').length).toBeGreaterThan(0);
    expect(world.harm('bakery.example')).toEqual([]);
  });

  it('tells when reject was reached and left', () => {
    const world = worldAt('p=none');
    expect(world.reachedReject('bakery.example')).toBeNull();
    world.timeline.note('bakery.example', record('p=reject'), world.start + 10 * DAY_MS);
    expect([world.reachedReject('bakery.example'), world.steppedBack('bakery.example')]).toEqual([10, null]);
    world.timeline.note('bakery.example', record('p=quarantine'), world.start + 12 * DAY_MS);
    expect(world.steppedBack('bakery.example')).toBe(12);
  });
});
