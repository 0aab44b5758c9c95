import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { zipFile, type ZipFileEntry } from '../../../test/imap/zip-file.js';
import { Breather } from './breather.js';
import { PlainSource } from './byte-source.js';
import { zipEntries } from './read-zip.js';
import { DEFAULT_LIMITS, UnpackBudget } from './unpack-limits.js';

type Files = readonly (readonly [name: string, content: string])[];

/** The files, up to where reading throws; its message comes last then. */
async function filesOf(archive: Uint8Array): Promise<Files> {
  const files: (readonly [string, string])[] = [];
  const budget = new UnpackBudget(DEFAULT_LIMITS);
  try {
    for await (const entry of zipEntries(new PlainSource(Buffer.from(archive)), new Breather())) {
      const pieces: Buffer[] = [];
      for await (const piece of (await entry.content(budget)).pieces()) pieces.push(piece);
      files.push([entry.name, Buffer.concat(pieces).toString()]);
    }
  } catch (error) {
    files.push(['thrown', (error as Error).message]);
  }
  return files;
}

/** What is damaged of each file of an archive without end, once it was read. */
async function damagesOf(archive: Uint8Array): Promise<readonly (string | null)[]> {
  const damages: (string | null)[] = [];
  const readAll = async (): Promise<void> => {
    for await (const entry of zipEntries(new PlainSource(Buffer.from(archive)), new Breather())) {
      const content = await entry.content(new UnpackBudget(DEFAULT_LIMITS));
      for await (const piece of content.pieces()) expect(piece).not.toHaveLength(0);
      damages.push(content.damage());
    }
  };
  await expect(readAll()).rejects.toThrow('it is damaged: its end is missing');
  return damages;
}

/** An entry whose sizes stand behind the data, in so many bytes each: eight is the zip64 form (APPNOTE 4.3.9.2). */
function streamed({ name, bytes }: ZipFileEntry, width: number): Buffer {
  const archive = zipFile([{ name, bytes, descriptor: true }]);
  const local = archive.subarray(0, archive.indexOf('PK\x01\x02'));
  if (width === 4) return local;
  const [data, fields] = [local.subarray(0, -12), local.subarray(-12)];
  data.fill(0xff, 18, 26);
  const sizes = [fields.readUInt32LE(4), fields.readUInt32LE(8)].map((size) => {
    const long = Buffer.alloc(8);
    long.writeUInt32LE(size);
    return long;
  });
  return Buffer.concat([data, fields.subarray(0, 4), ...sizes]);
}

/** The same by the library that everybody uses. */
async function filesByYauzl(archive: Uint8Array): Promise<Files> {
  const files: (readonly [string, string])[] = [];
  const zip = await fromBufferPromise(Buffer.from(archive), { lazyEntries: true });
  for await (const entry of zip.eachEntry()) {
    const pieces: Buffer[] = [];
    for await (const piece of await zip.openReadStreamPromise(entry))
      pieces.push(Buffer.from(piece as Uint8Array));
    files.push([entry.fileName, Buffer.concat(pieces).toString()]);
  }
  return files;
}

const TWO: readonly ZipFileEntry[] = [
  { name: 'one.xml', bytes: 'first '.repeat(20) },
  { name: 'two.xml', bytes: 'second '.repeat(20) },
];
const READ: Files = TWO.map(({ name, bytes }) => [name, String(bytes)]);

describe('what is stored as it is', () => {
  it('counts like what is inflated: many entries may lie in the same bytes', async () => {
    const archive = new PlainSource(zipFile(TWO.map((entry) => ({ ...entry, store: true }))));
    const budget = new UnpackBudget({ ...DEFAULT_LIMITS, inflatedBytes: 200 });
    const readAll = async (): Promise<void> => {
      for await (const entry of zipEntries(archive, new Breather())) {
        for await (const piece of (await entry.content(budget)).pieces()) expect(piece).not.toHaveLength(0);
      }
    };
    await expect(readAll()).rejects.toThrow('all of it inflates to more than 200 bytes');
  });
});

describe('an archive', () => {
  const archive = zipFile(TWO);
  const endAt = archive.length - 22;

  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['as it should be', archive],
    ['that stores its files', zipFile(TWO.map((entry) => ({ ...entry, store: true })))],
    ['whose headers lie about sizes', zipFile(TWO.map((entry) => ({ ...entry, claimedSize: 1 })))],
    ['that is written as a stream', zipFile(TWO.map((entry) => ({ ...entry, descriptor: true })))],
    ['with zip64 fields', zipFile(TWO, { zip64: true })],
    ['with a comment', Buffer.concat([archive.subarray(0, -2), Buffer.from([5, 0]), Buffer.from('hello')])],
    ['with a comment that is cut off', Buffer.concat([archive.subarray(0, -2), Buffer.from([99, 0])])],
    ['with garbage behind it', Buffer.concat([archive, Buffer.from('PK\x05\x06'), Buffer.alloc(70_000)])],
    ['whose end says fewer entries, modulo 65,536', Buffer.from(archive).fill(0, endAt + 8, endAt + 12)],
    ['with a program before it', Buffer.concat([Buffer.alloc(3000, 'x'), archive])],
  ];

  it.each(cases)('%s is read', async (_title, bytes) => {
    expect(await filesOf(bytes)).toEqual(READ);
  });

  it.each([
    ['without its end', archive.subarray(0, endAt)],
    ['without its directory', archive.subarray(0, archive.indexOf('PK\x01\x02'))],
    [
      'without the end of a stream',
      zipFile(TWO.map((it) => ({ ...it, descriptor: true }))).subarray(0, -100),
    ],
  ])('%s is read from its beginning', async (_title, bytes) => {
    expect(await filesOf(bytes)).toEqual([...READ, ['thrown', 'it is damaged: its end is missing']]);
  });

  it.each([4, 8])(
    'without its end, whose sizes behind the data have %i bytes, is as it was packed',
    async (width) => {
      const stream = Buffer.concat(TWO.map((entry) => streamed(entry, width)));
      expect(await filesOf(stream)).toEqual([...READ, ['thrown', 'it is damaged: its end is missing']]);
      expect(await damagesOf(stream)).toEqual([null, null]);
      expect(await damagesOf(stream.fill(0xff, stream.length - width))).toEqual([
        null,
        'its length is not what the archive says',
      ]);
    },
  );

  it('cut in the middle gives what there is', async () => {
    const [first, second] = await filesOf(archive.subarray(0, archive.indexOf('two.xml') + 12));
    expect(first).toEqual(READ[0]);
    expect(second?.[1]).toMatch(/^sec/);
  });

  it.each([
    [
      'a directory that breaks off',
      Buffer.from(archive).fill(0, archive.lastIndexOf('PK\x01\x02'), endAt),
      /directory breaks off/,
    ],
    ['an entry elsewhere', Buffer.from(zipFile(TWO)).fill(0, 0, 4), /not where the directory says/],
    ['an unknown method', withMethod(zipFile(TWO), 14), /zip method 14/],
    ['an encrypted entry', zipFile([{ name: 'a', bytes: 'x', encrypted: true }]), /encrypted/],
    ['nothing but a mark', Buffer.from('PK\x03\x04'), /no directory/],
  ])('with %s is damaged', async (_title, bytes, reason) => {
    const files = await filesOf(bytes);
    expect(files.at(-1)?.[1]).toMatch(reason);
  });

  it('without entries is empty', async () => {
    expect(await filesOf(zipFile([]))).toEqual([]);
  });

  it('gives the names that people see', async () => {
    const names = ['ü.xml', 'a/b.xml', '../c.xml', ''];
    const files = await filesOf(zipFile(names.map((name) => ({ name, bytes: 'x' }))));
    expect(files.map(([name]) => name)).toEqual(names);
  });

  it('passes over directories and what macOS adds', async () => {
    const names = ['a/', 'b\\', '__MACOSX/._x', 'a/.DS_Store', '._x', 'x'];
    const files = await filesOf(zipFile(names.map((name) => ({ name, bytes: '' }))));
    expect(files.map(([name]) => name)).toEqual(['x']);
  });

  it('is read as yauzl reads it', async () => {
    const entry = fc.record({
      name: fc.stringMatching(/^[a-z]{1,8}$/),
      bytes: fc.string({ maxLength: 300 }),
      store: fc.boolean(),
      descriptor: fc.boolean(),
    });
    const options = fc.record({ zip64: fc.boolean() });
    const outcomes = fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 4 }),
      options,
      async (entries, how) => {
        const bytes = zipFile(entries, how);
        expect(await filesOf(bytes)).toEqual(await filesByYauzl(bytes));
      },
    );
    await expect(fc.assert(outcomes, { numRuns: 60 })).resolves.toBeUndefined();
  });
});

/** Says in the local header and the directory that all was packed in another way. */
function withMethod(archive: Buffer, method: number): Buffer {
  for (const [mark, offset] of [
    ['PK\x03\x04', 8],
    ['PK\x01\x02', 10],
  ] as const) {
    for (let at = archive.indexOf(mark); at !== -1; at = archive.indexOf(mark, at + 1)) {
      archive.writeUInt16LE(method, at + offset);
    }
  }
  return archive;
}
