/** Tags of the values that stand in a public key (X.690 8). */
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
const NULL = 0x05;
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;

/** One value and the bytes behind it. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly rest: Uint8Array;
}

export type DerReading =
  | ({ readonly kind: 'value' } & DerValue)
  /** The value says that it is longer than the bytes that are there. */
  | { readonly kind: 'cut-off'; readonly missing: number }
  | { readonly kind: 'malformed' };

/** Lengths of more bytes than this don't fit into any TXT record. */
const MOST_LENGTH_BYTES = 3;

/** The first value of DER bytes (X.690 10.1): tag, length in its shortest form, content. */
export function readDer(bytes: Uint8Array): DerReading {
  const [tag, first] = bytes;
  if (tag === undefined) return { kind: 'malformed' };
  if (first === undefined) return { kind: 'cut-off', missing: 1 };
  const extra = first < 0x80 ? 0 : first - 0x80;
  // 0x80 is the endless form of BER.
  if (first === 0x80 || extra > MOST_LENGTH_BYTES) return { kind: 'malformed' };
  if (bytes.length < 2 + extra) return { kind: 'cut-off', missing: 2 + extra - bytes.length };
  const length =
    extra === 0 ? first : bytes.subarray(2, 2 + extra).reduce((sum, byte) => sum * 256 + byte, 0);
  const end = 2 + extra + length;
  if (end > bytes.length) return { kind: 'cut-off', missing: end - bytes.length };
  return { kind: 'value', tag, content: bytes.subarray(2 + extra, end), rest: bytes.subarray(end) };
}

/** The values that stand one behind the other; null: something else stands there, or more than `most`. */
export function readSequence(bytes: Uint8Array, most: number): readonly DerValue[] | null {
  const values: DerValue[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const value = readDer(rest);
    if (value.kind !== 'value' || values.length === most) return null;
    values.push(value);
    rest = value.rest;
  }
  return values;
}

/** Bytes of one value. */
function writeDer(tag: number, content: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let left = content.length; left > 0; left = Math.floor(left / 256)) length.unshift(left % 256);
  const head = content.length < 0x80 ? [content.length] : [0x80 + length.length, ...length];
  return Uint8Array.of(tag, ...head, ...content);
}

/** 1.2.840.113549.1.1.1, rsaEncryption (RFC 8017 A.1). */
export const RSA = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01);
/** 1.3.101.112, id-Ed25519 (RFC 8410 3). */
export const ED25519 = Uint8Array.of(0x2b, 0x65, 0x70);

/** A SubjectPublicKeyInfo around the RSAPublicKey (RFC 5280 4.1.2.7, RFC 3279 2.3.1). */
export function wrapRsaKey(bare: Uint8Array): Uint8Array {
  const algorithm = Uint8Array.of(...writeDer(OBJECT_IDENTIFIER, RSA), ...writeDer(NULL, new Uint8Array()));
  const key = writeDer(BIT_STRING, Uint8Array.of(0, ...bare));
  return writeDer(SEQUENCE, Uint8Array.of(...writeDer(SEQUENCE, algorithm), ...key));
}
