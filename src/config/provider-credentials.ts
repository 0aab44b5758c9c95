import type { Lookup } from './expand-environment.js';

/** An option of a type of provider that may come from elsewhere than the settings file. */
export interface CredentialSource {
  readonly option: string;
  /** A secret may also stand in a file that `<option>File` names. */
  readonly secret: boolean;
  /** Variables, the first that is set counts; each also as `<NAME>_FILE`. */
  readonly env: readonly string[];
}

/** By type of provider. */
export type CredentialSources = ReadonlyMap<string, readonly CredentialSource[]>;

type Options = Readonly<Record<string, unknown>>;

function fromFile(
  given: Options,
  { option, secret }: CredentialSource,
  readFile: (file: string, option: string) => string,
): string | undefined {
  const file = given[`${option}File`];
  return secret && typeof file === 'string' ? readFile(file, `${option}File`) : undefined;
}

function fromEnvironment({ env }: CredentialSource, lookup: Lookup): string | undefined {
  for (const name of env) {
    const value = lookup(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function namesSecret(given: Options, sources: readonly CredentialSource[]): boolean {
  return sources.some(
    ({ option, secret }) => secret && (given[option] !== undefined || given[`${option}File`] !== undefined),
  );
}

/**
 * The options of one provider, completed: what the settings file says counts, then the file that `<option>File` names,
 * then the environment. One that names a secret of its own takes nothing from the environment: what stands there belongs
 * to another credential, and the two together are none. `readFile` reads relative to the settings file and notes its own problems.
 */
export function completeOptions(
  given: Options,
  sources: readonly CredentialSource[],
  lookup: Lookup,
  readFile: (file: string, option: string) => string,
): Options {
  const options: Record<string, unknown> = { ...given };
  const isOfItsOwn = namesSecret(given, sources);
  for (const source of sources) {
    const read = fromFile(given, source, readFile);
    if (source.secret) delete options[`${source.option}File`];
    if (options[source.option] !== undefined) continue;
    const value = read ?? (isOfItsOwn ? undefined : fromEnvironment(source, lookup));
    if (value !== undefined) options[source.option] = value;
  }
  return options;
}
