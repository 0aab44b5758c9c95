import { describe, expect, it } from 'vitest';
import { joinFacts, type FactRow } from './join-facts.js';

const NET = '192.0.2.0/24';

function row(more: Partial<FactRow>): FactRow {
  return { network: NET, names: [], claimedNames: [], asn: null, asName: null, ...more };
}

describe('joinFacts', () => {
  it('says nothing about a network of which nothing is known', () => {
    expect(joinFacts([row({}), row({})])).toEqual(new Map());
  });

  it('puts the names that most addresses have first', () => {
    const facts = joinFacts([
      row({ names: ['a.test'] }),
      row({ names: ['b.test', 'c.test'] }),
      row({ names: ['c.test'] }),
    ]);
    expect(facts.get(NET)?.names).toEqual(['c.test', 'a.test', 'b.test']);
  });

  it('claims no name that one of the addresses has confirmed', () => {
    const facts = joinFacts([row({ claimedNames: ['a.test', 'b.test'] }), row({ names: ['a.test'] })]);
    expect(facts.get(NET)).toMatchObject({ names: ['a.test'], claimedNames: ['b.test'] });
  });

  it('belongs to what most of its addresses belong to, by any name known for it', () => {
    const facts = joinFacts([
      row({ asn: 64_496, asName: 'ONE' }),
      row({ asn: 64_497 }),
      row({ asn: 64_497, asName: 'OTHER' }),
    ]);
    expect(facts.get(NET)).toMatchObject({ asn: 64_497, asName: 'OTHER' });
  });
});
