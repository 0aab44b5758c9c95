import { describe, expect, it } from 'vitest';
import { expungedPlace, sliceOf } from './slice-flow.js';

const LITERAL = Buffer.from('From: a@b.example\r\n\r\n');

function read(payload: string, literals: readonly Buffer[] = [LITERAL]) {
  return sliceOf({ payload: Buffer.from(payload), literals });
}

describe('an answer to a fetch', () => {
  it.each([
    [
      'as Dovecot writes it',
      '* 12 FETCH (UID 7 INTERNALDATE "17-Jul-1996 02:44:25 -0700" BODY[]<0> {21}\r\n)',
      { uid: 7, size: 0, internalDate: '17-Jul-1996 02:44:25 -0700', bytes: LITERAL },
    ],
    [
      'in another order, with a size',
      '* 1 FETCH (BODY[] {21}\r\n INTERNALDATE " 7-Jul-1996 02:44:25 +0000" RFC822.SIZE 21 UID 4294967295)',
      { uid: 4294967295, size: 21, internalDate: ' 7-Jul-1996 02:44:25 +0000', bytes: LITERAL },
    ],
    [
      'in lower case and without a date',
      '* 1 fetch (uid 3 body[] {21}\n)',
      { uid: 3, size: 0, internalDate: undefined, bytes: LITERAL },
    ],
  ])('is read at once %s', (_how, payload, expected) => {
    expect(read(payload)).toEqual(expected);
  });

  it.each([
    ['with flags that nobody asked for', '* 1 FETCH (FLAGS (\\Seen) UID 3 BODY[] {21}\r\n)'],
    ['without a UID', '* 1 FETCH (INTERNALDATE "17-Jul-1996 02:44:25 -0700" BODY[] {21}\r\n)'],
    ['with a UID of 0', '* 1 FETCH (UID 0 BODY[] {21}\r\n)'],
    ['about a part', '* 1 FETCH (UID 3 BODY[1] {21}\r\n)'],
    ['with binary data', '* 1 FETCH (UID 3 BINARY[] ~{21}\r\n)'],
    ['with quoted data', '* 1 FETCH (UID 3 BODY[] "From: a")'],
    ['with an escape in its date', '* 1 FETCH (UID 3 INTERNALDATE "1\\"2" BODY[] {21}\r\n)'],
    ['that goes on', '* 1 FETCH (UID 3 BODY[] {21}\r\n) OK'],
    ['that is tagged', 'A1 FETCH (UID 3 BODY[] {21}\r\n)'],
    ['that is too long', `* 1 FETCH (UID 3${' UID 3'.repeat(100)} BODY[] {21}\r\n)`],
    ['that is empty', ''],
  ])('goes the long way %s', (_how, payload) => {
    expect(read(payload)).toBeNull();
  });

  it('goes the long way without a literal, and with several', () => {
    const payload = '* 1 FETCH (UID 3 BODY[] {21}\r\n)';
    expect(read(payload, [])).toBeNull();
    expect(read(payload, [LITERAL, LITERAL])).toBeNull();
  });
});

describe('an answer about a message that left', () => {
  it.each([
    ['* 1 EXPUNGE', 1],
    ['* 4294967295 expunge', 4294967295],
    ['* 0 EXPUNGE', null],
    ['* 1 EXPUNGE 2', null],
    ['* 12345678901 EXPUNGE', null],
    ['A1 EXPUNGE', null],
    ['* 1 FETCH (UID 3)', null],
    ['', null],
  ])('%j', (payload, place) => {
    expect(expungedPlace({ payload: Buffer.from(payload), literals: [] })).toBe(place);
  });

  it('goes the long way with a literal', () => {
    expect(expungedPlace({ payload: Buffer.from('* 1 EXPUNGE'), literals: [LITERAL] })).toBeNull();
  });
});
