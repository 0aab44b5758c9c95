import { afterEach, describe, expect, it } from 'vitest';
import type { TxtSet } from '../../src/ports/dns-provider.js';
import type { EmulatedZones } from '../lab/emulated-zones.js';
import { isWriteOf, startApiLab, stopApiLab } from './api-lab.js';
import type { ApiLab, ApiProviderCase } from './api-lab.js';
import { faultOf, NONE, RECORD, STRONGER } from './contract-run.js';

const NAME = '_dmarc.free.example.test';
const STANDING: TxtSet = { values: [RECORD], ttl: 3600 };
const THEIRS: TxtSet = { values: ['v=DMARC1; p=reject; x=theirs'], ttl: 60 };

/** C14 where the provider compares by itself: whoever comes between reading and writing wins, and nothing of his is lost. */
export function describeRaces(title: string, apiCase: ApiProviderCase): void {
  describe(`${title}: somebody else between reading and writing`, () => {
    const signal = new AbortController().signal;
    let lab: ApiLab;

    afterEach(() => stopApiLab(lab));

    it.each<[string, TxtSet, TxtSet]>([
      ['changes the record', STANDING, THEIRS],
      ['changes only the TTL', STANDING, { ...STANDING, ttl: 60 }],
      ['adds a record', STANDING, { values: [RECORD, 'theirs'], ttl: 3600 }],
      ['takes the record out', STANDING, NONE],
      ['creates the record first', NONE, THEIRS],
      ['creates the same record first', NONE, { values: [STRONGER], ttl: 3600 }],
    ])('C14 %s', async (_title, before, theirs) => {
      lab = await startApiLab(meddled(apiCase, (zones) => set(zones, theirs)));
      set(lab.zones, before);
      const provider = lab.provider();
      const zone = await provider.findZone(NAME, signal);
      const change = { expected: before, next: { values: [STRONGER], ttl: 3600 }, changeId: 'change-1' };
      expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toEqual({
        kind: 'conflict',
        observed: theirs,
      });
      expect(lab.zones.txt(NAME)).toEqual(theirs.values.toSorted());
    });
  });
}

function set(zones: EmulatedZones, { values, ttl }: TxtSet): void {
  zones.replace(NAME, 'TXT', values, ttl ?? 0);
}

/** The account, in which something happens just before a write reaches it. */
function meddled(apiCase: ApiProviderCase, meddle: (zones: EmulatedZones) => void): ApiProviderCase {
  const isWrite = isWriteOf(apiCase);
  return {
    ...apiCase,
    emulate: (zones) => {
      const handle = apiCase.emulate(zones);
      return (call) => {
        if (isWrite(call)) meddle(zones);
        return handle(call);
      };
    },
  };
}
