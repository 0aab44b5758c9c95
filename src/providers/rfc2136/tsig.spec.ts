import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signMessage, verifyAnswer } from './tsig.js';
import type { TsigKey } from './tsig.js';
import { encodeSwap } from './update-message.js';
import { encodeName, readName, u16 } from './wire.js';

const KEY: TsigKey = { name: 'dmarc-key', algorithm: 'hmac-sha256', secret: Buffer.from('0123456789abcdef') };
const NOW = 1_800_000_000;
const HEADER = Buffer.from('1234a8000000000000000000', 'hex');

/** As a server signs: over the request's MAC too (RFC 8945 5.3). */
function signedAnswer(requestMac: Buffer, now = NOW): Buffer {
  const prefix = Buffer.concat([u16(requestMac.length), requestMac]);
  const { mac } = signMessage(Buffer.concat([prefix, HEADER]), KEY, now);
  // The record is the same but for what the MAC covers: put the right one in place.
  const plain = signMessage(HEADER, KEY, now);
  const at = plain.bytes.indexOf(plain.mac);
  mac.copy(plain.bytes, at);
  return plain.bytes;
}

describe('verifyAnswer', () => {
  const requestMac = Buffer.alloc(32, 7);

  it('takes an answer signed with the key over the request', () => {
    expect(verifyAnswer(signedAnswer(requestMac), requestMac, KEY, NOW)).toEqual({ kind: 'verified' });
  });

  it('refuses one to another request, with another key, changed, or from another time', () => {
    const answer = signedAnswer(requestMac);
    const changed = Buffer.from(answer);
    changed.writeUInt8(changed.readUInt8(3) ^ 5, 3); // rcode
    const otherKey = { ...KEY, secret: Buffer.from('another secret!!') };
    expect(verifyAnswer(answer, Buffer.alloc(32, 8), KEY, NOW)).toEqual({ kind: 'wrong' });
    expect(verifyAnswer(answer, requestMac, otherKey, NOW)).toEqual({ kind: 'wrong' });
    expect(verifyAnswer(answer, requestMac, { ...KEY, name: 'other' }, NOW)).toEqual({ kind: 'wrong' });
    expect(verifyAnswer(changed, requestMac, KEY, NOW)).toEqual({ kind: 'wrong' });
    expect(verifyAnswer(answer, requestMac, KEY, NOW + 301)).toEqual({ kind: 'wrong' });
  });

  it('sees that there is no signature', () => {
    expect(verifyAnswer(HEADER, requestMac, KEY, NOW)).toEqual({ kind: 'unsigned' });
  });

  it('never verifies what it did not sign, and fails only as cut off', () => {
    const answer = signedAnswer(requestMac);
    fc.assert(
      fc.property(fc.nat(answer.length - 1), fc.uint8Array({ maxLength: 60 }), (keep, rest) => {
        const hostile = Buffer.concat([answer.subarray(0, keep), Buffer.from(rest)]);
        if (hostile.equals(answer) || hostile.length < 12) return;
        const kind = outcomeOf(() => verifyAnswer(hostile, requestMac, KEY, NOW).kind);
        expect(['unsigned', 'refused', 'wrong', 'cut off']).toContain(kind);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('names on the wire', () => {
  it('follows pointers back', () => {
    const message = Buffer.concat([encodeName('Example.test.'), Buffer.from([1, 0x61, 0xc0, 0])]);
    expect(readName(message, 14)).toEqual({ name: 'a.example.test', end: 18 });
  });

  it.each([
    ['a pointer to itself', 'c000'],
    ['pointers in a ring', '0161c000'],
    ['a label that is cut off', '05616263'],
    ['a name without an end', '0161'],
    ['a length that is none', '4161'],
    ['nothing', ''],
  ])('refuses %s', (_what, hex) => {
    expect(() => readName(Buffer.from(hex, 'hex'), 0)).toThrow(RangeError);
  });

  it.each(['a..b', 'a'.repeat(64), 'abcdefg.'.repeat(33)])('does not encode %s', (name) => {
    expect(() => encodeName(name)).toThrow(RangeError);
  });
});

describe('encodeSwap', () => {
  const swap = { id: 1, zone: 'example.test', name: '_dmarc.example.test', next: ['b'], ttl: 60 };
  const TXT_IN = '00100001';
  const TXT_NONE = '001000fe';
  const CNAME_NONE = '000500fe';
  const TXT_ANY = '001000ff';

  it.each([
    ['nothing', [], [CNAME_NONE, TXT_NONE, TXT_ANY, TXT_IN]],
    ['two records', ['a', 'x'], [CNAME_NONE, TXT_IN, TXT_IN, TXT_ANY, TXT_IN]],
  ])('expecting %s', (_what, values, expected) => {
    const hex = encodeSwap({ ...swap, expected: { values, ttl: null } }).toString('hex');
    const name = encodeName(swap.name).toString('hex');
    const records = hex.split(name).slice(1);
    expect(records.map((record) => record.slice(0, 8))).toEqual(expected);
    expect(hex.slice(4, 8)).toBe('2800'); // opcode UPDATE
  });
});

function outcomeOf(act: () => string): string {
  try {
    return act();
  } catch (error) {
    if (error instanceof RangeError) return 'cut off';
    throw error;
  }
}
