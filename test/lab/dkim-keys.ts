/** An RSA public key of so many bits, wrapped as DKIM wants it (SubjectPublicKeyInfo), base64. Nobody has its other half. */
export function rsaKey(bits: number, exponent = 65_537): string {
  return Buffer.from(wrapped(bareKey(bits, exponent))).toString('base64');
}

/** The same without the wrapping (RSAPublicKey). */
export function bareRsaKey(bits: number): string {
  return Buffer.from(bareKey(bits, 65_537)).toString('base64');
}

/** An Ed25519 public key: 32 bytes, or wrapped as other programs have it. */
export const ED25519 = {
  bare: Buffer.alloc(32, 0x5a).toString('base64'),
  wrapped: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.alloc(32, 0x5a)]).toString(
    'base64',
  ),
};

const RSA_ENCRYPTION = Buffer.from('300d06092a864886f70d0101010500', 'hex');

function bareKey(bits: number, exponent: number): Buffer {
  const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xc5);
  modulus[0] = 1 << ((bits - 1) % 8);
  const hex = exponent.toString(16);
  return der(0x30, [
    number(modulus),
    number(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')),
  ]);
}

function wrapped(bare: Buffer): Buffer {
  return der(0x30, [RSA_ENCRYPTION, der(0x03, [Buffer.from([0]), bare])]);
}

function number(bytes: Buffer): Buffer {
  const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return der(0x02, isNegative ? [Buffer.from([0]), bytes] : [bytes]);
}

function der(tag: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
