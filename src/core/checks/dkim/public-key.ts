import {
  BIT_STRING,
  ED25519,
  INTEGER,
  OBJECT_IDENTIFIER,
  readDer,
  readSequence,
  RSA,
  SEQUENCE,
  type DerValue,
} from './der.js';

/** What the bytes of a key record's `p` tag hold. */
export type PublicKey =
  | {
      readonly kind: 'rsa';
      /** As a SubjectPublicKeyInfo, which verifiers expect, or the RSAPublicKey alone (RFC 6376 3.6.1 names both). */
      readonly form: 'wrapped' | 'bare';
      /** Bits of the modulus. */
      readonly bits: number;
      /** Null: larger than any in use. */
      readonly exponent: number | null;
      readonly isModulusOdd: boolean;
      /** Bytes behind the key that don't belong to it. */
      readonly trailing: number;
    }
  /** 32 bytes as they are (RFC 8463 4.2), or wrongly in a SubjectPublicKeyInfo. */
  | { readonly kind: 'ed25519'; readonly form: 'wrapped' | 'bare'; readonly bytes: Uint8Array }
  | { readonly kind: 'cut-off'; readonly missing: number }
  | { readonly kind: 'other-algorithm' }
  | { readonly kind: 'malformed' };

const ED25519_BYTES = 32;

/** Reads a public key. Takes any bytes. */
export function readPublicKey(bytes: Uint8Array): PublicKey {
  const outer = readDer(bytes);
  const isSequence = outer.kind === 'value' && outer.tag === SEQUENCE;
  const parts = isSequence ? readSequence(outer.content, 2) : null;
  const key = isSequence && parts !== null ? readParts(outer, parts) : null;
  if (key !== null) return key;
  if (bytes.length === ED25519_BYTES) return { kind: 'ed25519', form: 'bare', bytes };
  if (outer.kind === 'cut-off' && bytes[0] === SEQUENCE) return { kind: 'cut-off', missing: outer.missing };
  return { kind: 'malformed' };
}

function readParts(outer: DerValue, parts: readonly DerValue[]): PublicKey | null {
  const [first, second] = parts;
  if (first === undefined || second === undefined) return null;
  if (first.tag === INTEGER && second.tag === INTEGER) {
    return rsaKey(first.content, second.content, { form: 'bare', trailing: outer.rest.length });
  }
  if (first.tag !== SEQUENCE || second.tag !== BIT_STRING) return null;
  return readWrapped(first.content, second.content, outer.rest.length);
}

/** RFC 5280 4.1.2.7: an algorithm, and a bit string that begins with how many bits of its last byte are unused. */
function readWrapped(algorithm: Uint8Array, bits: Uint8Array, trailing: number): PublicKey {
  const oid = readDer(algorithm);
  if (oid.kind !== 'value' || oid.tag !== OBJECT_IDENTIFIER || bits[0] !== 0) return { kind: 'malformed' };
  const content = bits.subarray(1);
  if (isSame(oid.content, ED25519)) {
    const isWhole = content.length === ED25519_BYTES;
    return isWhole ? { kind: 'ed25519', form: 'wrapped', bytes: content } : { kind: 'malformed' };
  }
  if (!isSame(oid.content, RSA)) return { kind: 'other-algorithm' };
  const inner = readDer(content);
  const numbers = inner.kind === 'value' && inner.tag === SEQUENCE ? readSequence(inner.content, 2) : null;
  const [modulus, exponent] = numbers ?? [];
  if (modulus?.tag !== INTEGER || exponent?.tag !== INTEGER) return { kind: 'malformed' };
  return rsaKey(modulus.content, exponent.content, { form: 'wrapped', trailing });
}

function rsaKey(
  modulus: Uint8Array,
  exponent: Uint8Array,
  rest: { readonly form: 'wrapped' | 'bare'; readonly trailing: number },
): PublicKey {
  const number = withoutZeros(modulus);
  const small = withoutZeros(exponent);
  return {
    kind: 'rsa',
    bits: number.length === 0 ? 0 : number.length * 8 - Math.clz32(number[0] ?? 0) + 24,
    exponent: small.length > 4 ? null : small.reduce((sum, byte) => sum * 256 + byte, 0),
    isModulusOdd: (number.at(-1) ?? 0) % 2 === 1,
    ...rest,
  };
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? new Uint8Array() : bytes.subarray(first);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
