import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.js';
import { wrapRsaKey } from './der.js';
import { readPublicKey } from './public-key.js';

describe('base64', () => {
  it('reads and writes what others do', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(encodeBase64(bytes)).toBe(text);
        expect(decodeBase64(text)).toEqual({ kind: 'bytes', bytes });
        expect(decodeBase64(text.replace(/=+$/, ''))).toEqual({ kind: 'bytes', bytes });
      }),
    );
  });

  it.each([
    ['AA AA\tAA\r\nAA', { kind: 'bytes', bytes: new Uint8Array(6) }],
    ['', { kind: 'bytes', bytes: new Uint8Array() }],
    ['AAAA\\', { kind: 'stray', character: '\\' }],
    ['AA-_', { kind: 'stray', character: '-' }],
    ['AA==AA', { kind: 'stray', character: 'A' }],
    ['AAA===', { kind: 'stray', character: '=' }],
    ['AAAAA', { kind: 'cut-off' }],
  ])('%j', (text, decoded) => {
    expect(decodeBase64(text)).toEqual(decoded);
  });
});

describe('readPublicKey', () => {
  it.each([512, 768, 1024, 1032, 2048])('reads an RSA key of %d bits, wrapped and bare', (bits) => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    const wrapped = publicKey.export({ type: 'spki', format: 'der' });
    const bare = publicKey.export({ type: 'pkcs1', format: 'der' });
    const key = { kind: 'rsa', bits, exponent: 65_537, isModulusOdd: true, trailing: 0 };
    expect(readPublicKey(wrapped)).toEqual({ ...key, form: 'wrapped' });
    expect(readPublicKey(bare)).toEqual({ ...key, form: 'bare' });
    expect(Buffer.from(wrapRsaKey(bare))).toEqual(wrapped);
    expect(
      createPublicKey({ key: Buffer.from(wrapRsaKey(bare)), type: 'spki', format: 'der' }).asymmetricKeyType,
    ).toBe('rsa');
  });

  it('reads an Ed25519 key, bare and wrapped', () => {
    const wrapped = new Uint8Array(
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }),
    );
    const bytes = wrapped.subarray(-32);
    expect(readPublicKey(wrapped)).toEqual({ kind: 'ed25519', form: 'wrapped', bytes });
    expect(readPublicKey(bytes)).toEqual({ kind: 'ed25519', form: 'bare', bytes });
  });

  it('takes a key of another kind for none', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(readPublicKey(publicKey.export({ type: 'spki', format: 'der' }))).toEqual({
      kind: 'other-algorithm',
    });
  });

  it('does not take one algorithm for another that begins like it', () => {
    const wrapped = new Uint8Array(
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }),
    );
    const at = 8; // the last byte of the algorithm's identifier
    for (const byte of [0x6f, 0x71])
      expect(readPublicKey(wrapped.with(at, byte))).toEqual({ kind: 'other-algorithm' });
  });

  it.each([
    ['the algorithm is no identifier', 4, 0x02],
    ['the key is no bit string', 9, 0x04],
    ['bits of the last byte are unused', 11, 0x01],
    ['the outermost value is no sequence', 0, 0x31],
  ])('takes it for no key when %s', (_what, at, byte) => {
    const wrapped = new Uint8Array(
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }),
    );
    expect(readPublicKey(wrapped.with(at, byte)).kind).toBe('malformed');
  });

  it('tells how much of a key is missing, wherever it was cut', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const whole = publicKey.export({ type: 'spki', format: 'der' });
    for (let length = 3; length < whole.length; length += 1) {
      if (length === 32) continue; // as long as an Ed25519 key
      expect(readPublicKey(whole.subarray(0, length))).toEqual({
        kind: 'cut-off',
        missing: whole.length - length,
      });
    }
  });

  it('counts what stands behind a key', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const whole = publicKey.export({ type: 'spki', format: 'der' });
    expect(readPublicKey(Buffer.concat([whole, whole]))).toMatchObject({
      kind: 'rsa',
      bits: 1024,
      trailing: whole.length,
    });
  });

  it.each([
    ['nothing', []],
    ['zeros', [0, 0, 0, 0]],
    ['a length without end', [0x30, 0x80, 0x02, 0x00]],
    ['a length of four bytes', [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]],
    ['an empty sequence', [0x30, 0x00]],
    ['numbers cut off inside', [0x30, 0x03, 0x02, 0x05, 0x01]],
    ['three numbers', [0x30, 0x09, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]],
  ])('takes %s for no key', (_what, bytes) => {
    expect(readPublicKey(Uint8Array.from(bytes)).kind).toBe('malformed');
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const noise = readPublicKey(bytes);
        const behindHead = readPublicKey(
          Uint8Array.of(0x30, 0x82, bytes.length >> 8, bytes.length & 255, ...bytes),
        );
        for (const key of [noise, behindHead])
          expect(key.kind === 'rsa' ? key.bits : 0).toBeLessThanOrEqual(4800);
      }),
    );
  });
});
