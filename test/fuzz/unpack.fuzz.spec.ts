import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/imap/unpack/unpack-limits.js';
import { MimeUnpacker } from '../../src/imap/unpack/unpack-message.js';
import { UnpackError, type FoundDocument, type Unpacked } from '../../src/ports/message-unpacker.js';
import { mutateBytes } from './byte-mutations.js';
import { dice } from './mutations.js';

/**
 * Bounded in the suite, and always the same there. `FUZZ_SECONDS=600 npx vitest run test/fuzz` goes on for as long with
 * another seed; `FUZZ_SEED=…` repeats one that failed.
 */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 0);
const SEED = Number(process.env['FUZZ_SEED'] ?? (SECONDS > 0 ? Date.now() % 1_000_000_000 : 1));
const ROUNDS = 3000;

const LIMITS = {
  ...DEFAULT_LIMITS,
  messageBytes: 2_000_000,
  attachmentBytes: 1_000_000,
  documentBytes: 2_000_000,
  inflatedBytes: 4_000_000,
};
/** What may come out of the last piece of deflate data before it is counted: RFC 1951 packs no more than 1032 to 1. */
const OVERSHOOT = 8 * 1024 * 1032;

const seeds = ['mails/', 'reports/'].flatMap((folder) => {
  const fixtures = new URL(`../fixtures/${folder}`, import.meta.url);
  return readdirSync(fixtures)
    .toSorted()
    .map((name) => readFileSync(new URL(name, fixtures)));
});

/** What was found, in words. */
async function found({ mail, finds }: Unpacked): Promise<readonly string[]> {
  const words: string[] = [];
  let total = 0;
  for await (const find of finds) {
    if (find.inner.length > 255 || /\p{Cc}/u.test(find.inner))
      words.push('FAULT: a name that must not be shown');
    total += find.kind === 'document' ? await lengthOf(find) : 0;
    words.push(find.kind === 'refusal' ? find.reason : find.kind);
  }
  if (total > LIMITS.messageBytes + LIMITS.inflatedBytes + OVERSHOOT)
    words.push('FAULT: more than the limits');
  if (mail === null && words.length === 0) words.push('FAULT: nothing said about a bare file');
  return words;
}

async function lengthOf(document: FoundDocument): Promise<number> {
  let length = 0;
  try {
    for await (const text of document.text) length += text.length;
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error;
  }
  if (!/^[\da-f]{64}$/.test(document.contentHash())) throw new Error('no hash');
  const damage = document.damage();
  if (damage !== null && isFault(damage)) throw new Error(`no words for people: ${damage}`);
  return length;
}

/** Reasons are for people; one of these is about our own code. */
function isFault(word: string): boolean {
  return word.length < 8 || /FAULT|undefined|null|not a function|out of range|out of bounds|ERR_/.test(word);
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('mail and files that are damaged in any way', () => {
  it(
    'never throw, are never changed, never give nothing for a bare file, and keep to the limits',
    { timeout: 1000 * (SECONDS + 60) },
    async () => {
      expect(seeds.length).toBeGreaterThan(90);
      const unpacker = new MimeUnpacker(LIMITS);
      const until = Date.now() + SECONDS * 1000;
      const told = new Set<string>();
      for (let round = 0; SECONDS > 0 ? Date.now() < until : round < ROUNDS; round += 1) {
        const seed = SEED + round;
        const roll = dice(seed);
        const bytes = mutateBytes(seeds[roll(seeds.length)] ?? Buffer.alloc(0), roll);
        const before = hashOf(bytes);
        try {
          const words = await found(unpacker.unpack(bytes, 'a.xml.gz'));
          expect(words.filter(isFault)).toEqual([]);
          expect(hashOf(bytes)).toBe(before);
          for (const word of words) told.add(word);
        } catch (cause) {
          throw new Error(`FUZZ_SEED=${seed} fails first`, { cause });
        }
      }
      expect([...told]).toEqual(expect.arrayContaining(['document', 'tls-report', 'failure-report']));
    },
  );
});
