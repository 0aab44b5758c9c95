import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { mailWith } from '../imap/report-mail.js';
import { zipFile } from '../imap/zip-file.js';

type Roll = (below: number) => number;
type Mutation = (bytes: Buffer, roll: Roll) => Buffer;

/** What means something to whoever reads mail, archives or XML. */
const MEANINGFUL = [
  '1f8b08 1f8b0804 504b0304 504b0102 504b0506 504b0606 504b0607 789c d0cf11e0a1b11ae1 efbbbf fffe 00 0000ffff'
    .split(' ')
    .map((hex) => Buffer.from(hex, 'hex')),
  [
    '--=_report-boundary\n|--=_report-boundary--|\n\n|: |;|"|=|==|=\n|=?utf-8?B?|<feedback>|<?xml version="1.0"?>',
    'Content-Type: multipart/mixed; boundary=a\n|Content-Type: message/rfc822\n\n|ContentType: |--a\n|From a@b\n',
    'Content-Transfer-Encoding: base64\n|Content-Transfer-Encoding: quoted-printable\n|H4sI|{"policies"|[|\r\n\r\n',
  ].flatMap((line) => line.split('|').map((text) => Buffer.from(text))),
].flat();

const MUTATIONS: readonly Mutation[] = [
  // Bits are flipped.
  (bytes, roll) => {
    const flipped = Buffer.from(bytes);
    for (let count = roll(8); count >= 0; count -= 1) {
      const at = roll(bytes.length + 1);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << roll(8));
    }
    return flipped;
  },
  // A part is gone, or the end, or the beginning.
  (bytes, roll) => splice(bytes, roll(bytes.length + 1), roll(300), []),
  (bytes, roll) => bytes.subarray(0, roll(bytes.length + 1)),
  (bytes, roll) => bytes.subarray(roll(bytes.length + 1)),
  // A part comes again, many times, there or elsewhere.
  (bytes, roll) => {
    const at = roll(bytes.length + 1);
    const part = bytes.subarray(at, at + roll(400));
    return splice(
      bytes,
      roll(bytes.length + 1),
      0,
      Array.from({ length: roll(40) }, () => part),
    );
  },
  // Something that means something stands where it doesn't belong.
  (bytes, roll) => {
    const word = MEANINGFUL[roll(MEANINGFUL.length)] ?? bytes;
    return splice(bytes, roll(bytes.length + 1), roll(2) * word.length, [word]);
  },
  // Something of it is endless.
  (bytes, roll) => {
    const word = MEANINGFUL[roll(MEANINGFUL.length)] ?? bytes;
    return splice(
      bytes,
      roll(bytes.length + 1),
      0,
      Array.from({ length: roll(3000) }, () => word),
    );
  },
];

const CONTAINERS: readonly Mutation[] = [
  (bytes) => gzipSync(bytes),
  (bytes) => deflateSync(bytes),
  (bytes) => deflateRawSync(bytes),
  (bytes) => Buffer.concat([gzipSync(bytes), gzipSync(bytes)]),
  (bytes, roll) => zipFile([{ name: 'a.xml', bytes, store: roll(2) === 0, descriptor: roll(2) === 0 }]),
  (bytes, roll) => zipFile([{ name: 'a/', bytes: '' }, ...entries(bytes, roll)], { zip64: roll(2) === 0 }),
  (bytes) => mailWith([{ type: 'application/gzip', bytes, name: 'a!b!1767225600!1767311999.xml.gz' }]),
  (bytes) => mailWith([{ type: 'message/rfc822', bytes }]),
  (bytes) => Buffer.concat([Buffer.from('From: a@b.example\nContent-Type: message/rfc822\n\n'), bytes]),
  (bytes) => Buffer.concat([Buffer.from('From: a@b.example\n\n'), bytes]),
];

/** The bytes with some things done to them: most often damaged, sometimes packed, sometimes packed and damaged. */
export function mutateBytes(bytes: Buffer, roll: Roll): Buffer {
  let result = bytes;
  for (let count = 1 + roll(5); count > 0; count -= 1) {
    const mutations = roll(4) === 0 ? CONTAINERS : MUTATIONS;
    result = mutations[roll(mutations.length)]?.(result, roll) ?? result;
  }
  return result;
}

function entries(bytes: Buffer, roll: Roll) {
  return Array.from({ length: roll(5) }, (_, index) => ({ name: `${index}.xml`, bytes }));
}

function splice(bytes: Buffer, at: number, gone: number, put: readonly Buffer[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), ...put, bytes.subarray(at + gone)]);
}
