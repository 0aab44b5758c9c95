import path from 'node:path';
import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type {
  ProviderCheck,
  ReadingHint,
  TxtReplacement,
  TxtSet,
  WriteReceipt,
  Zone,
} from '../../ports/dns-provider.js';
import { hasSameValues, requireDmarcName, requireWritable } from '../dmarc-name.js';
import type { ManualProvider } from '../manual/manual-provider.js';
import { conflict } from '../replace/compare-and-replace.js';
import { requireCarriable } from '../replace/txt-rule.js';
import { LONGEST_TXT } from '../txt-codec.js';
import { holdsValue, replaceInFile } from './edit-file.js';
import type { GitOptions } from './options.js';
import { createTwoFilesPatch } from 'diff';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';

const TXT = { form: 'quoted', longest: LONGEST_TXT, refuses: [] } as const;

/** Bytes; a zone that is kept by hand is far smaller. */
const LARGEST_FILE = 16 * 1024 * 1024;

/**
 * For zones that are made from files under version control: writes the change as a patch, and the change counts as
 * written; it is verified once somebody has applied it and the authoritative servers show it. Nothing is committed.
 */
export class GitProvider extends DnsProvider {
  constructor(
    private readonly options: GitOptions,
    /** Reads what the authoritative servers show. */
    private readonly shown: ManualProvider,
  ) {
    super();
  }

  async check(_signal: AbortSignal): Promise<ProviderCheck> {
    const { repository, patches } = this.options;
    try {
      if (!(await stat(repository)).isDirectory())
        return { ok: false, message: 'the repository is no folder' };
      await mkdir(patches, { recursive: true });
      return { ok: true, message: `patches are written to ${patches}` };
    } catch (error) {
      return { ok: false, message: reasonOf(error) };
    }
  }

  findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    return this.shown.findZone(fqdn, signal);
  }

  readTxt(zone: Zone, fqdn: string, signal: AbortSignal, hint?: ReadingHint): Promise<TxtSet> {
    return this.shown.readTxt(zone, fqdn, signal, hint);
  }

  async replaceTxt(
    zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    const domain = requireDmarcName(fqdn).slice('_dmarc.'.length);
    requireWritable(change.next);
    for (const value of change.next.values) requireCarriable(value, TXT);
    const observed = await this.readTxt(zone, fqdn, signal, change.hint);
    if (!hasSameValues(observed, change.expected)) throw conflict(observed);

    const [before, after] = valuesOf(observed, change.next);
    const file = this.options.file.replaceAll('{domain}', domain);
    const text = await this.readRepository(file);
    const { format } = this.options;
    const whose = { domain, file: this.options.file.includes('{domain}') ? 'alone' : 'shared' } as const;
    if (!holdsValue(text, format, before, whose) && holdsValue(text, format, after, whose)) {
      const note = `${file} holds the record already; it is still to be published`;
      return { note, reference: null, publisher: 'person' };
    }
    const patch = patchOf(file, text, replaceInFile(text, format, { ...whose, before, after }));
    const place = await this.writePatch(
      `${domain}-${change.changeId.replaceAll(/[^\w-]/g, '')}.patch`,
      patch,
    );
    const note = `Apply this patch and publish the zone: ${place}\n${patch}`;
    return { note, reference: null, publisher: 'person' };
  }

  private async readRepository(file: string): Promise<string> {
    const place = path.resolve(this.options.repository, file);
    try {
      if ((await stat(place)).size > LARGEST_FILE) throw new RangeError('it is too large');
      return await readFile(place, 'utf8');
    } catch (cause) {
      const message = `${file} of the repository cannot be read: ${reasonOf(cause)}`;
      throw new DnsProviderError(message, { kind: 'transient', mayBeApplied: false }, { cause });
    }
  }

  /** Whole or not at all: somebody may apply whatever lies in that folder. */
  private async writePatch(name: string, patch: string): Promise<string> {
    const place = path.resolve(this.options.patches, name);
    try {
      await mkdir(this.options.patches, { recursive: true });
      await writeFile(`${place}.part`, patch);
      await rename(`${place}.part`, place);
      return place;
    } catch (cause) {
      const message = `the patch cannot be written: ${reasonOf(cause)}`;
      throw new DnsProviderError(message, { kind: 'transient', mayBeApplied: false }, { cause });
    }
  }
}

/** The one value that goes and the one that comes. */
function valuesOf(observed: TxtSet, next: TxtSet): readonly [string, string] {
  const gone = observed.values.filter((value) => !next.values.includes(value));
  const added = next.values.filter((value) => !observed.values.includes(value));
  const [before, after] = [gone[0], added[0]];
  if (before !== undefined && after !== undefined && gone.length === 1 && added.length === 1)
    return [before, after];
  throw new DnsProviderError('there is no record yet that could be changed; write the first one by hand', {
    kind: 'unsupported',
  });
}

/** As `git apply` reads it. */
function patchOf(file: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, {
    context: 3,
  });
  return patch.slice(patch.indexOf('---'));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
