import type { Lookup } from './expand-environment.js';
import { ConfigError } from './problems.js';

/** An option of a type of provider that may come from elsewhere than the settings file. */
export interface CredentialSource {
  readonly option: string;
  /** A secret may also stand in a file that `<option>File` names. */
  readonly secret: boolean;
  /** It says where requests go, and with them what they are allowed by. */
  readonly isAddress: boolean;
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
 * A secret of the environment goes only to an address of the environment, or to the type's own: else one that is meant
 * for one server would be sent to another as soon as the settings name that. Throws a ConfigError.
 */
function requireKnownAddress(given: Options, sources: readonly CredentialSource[], lookup: Lookup): void {
  const strange = sources.find(
    (source) =>
      source.isAddress &&
      given[source.option] !== undefined &&
      given[source.option] !== fromEnvironment(source, lookup),
  );
  const secret = sources.find((source) => source.secret && fromEnvironment(source, lookup) !== undefined);
  if (strange === undefined || secret === undefined) return;
  const { option, env } = secret;
  const elsewhere = strange.env[0] === undefined ? '' : `, or give the address as ${strange.env[0]}`;
  throw new ConfigError([
    `providers: ${strange.option}: ${addressText(given[strange.option])} would be sent a secret of the environment (${env.join(', ')}); name the secret beside the address (${option}, ${option}File, or ${option}: \${${env[0] ?? 'NAME'}})${elsewhere}`,
  ]);
}

/** Without what may be secret in it. */
function addressText(address: unknown): string {
  return typeof address === 'string' && URL.canParse(address) ? new URL(address).origin : 'it';
}

/**
 * The options of one provider, completed: what the settings file says counts, then the file that `<option>File` names,
 * then the environment. One that names a secret of its own takes nothing from the environment: what stands there belongs
 * to another credential, and the two together are none. `readFile` reads relative to the settings file and notes its own problems.
 * Throws a ConfigError for a secret of the environment that would go to an address of the settings.
 */
export function completeOptions(
  given: Options,
  sources: readonly CredentialSource[],
  lookup: Lookup,
  readFile: (file: string, option: string) => string,
): Options {
  const options: Record<string, unknown> = { ...given };
  const isOfItsOwn = namesSecret(given, sources);
  if (!isOfItsOwn) requireKnownAddress(given, sources, lookup);
  for (const source of sources) {
    const read = fromFile(given, source, readFile);
    if (source.secret) delete options[`${source.option}File`];
    if (options[source.option] !== undefined) continue;
    const value = read ?? (isOfItsOwn ? undefined : fromEnvironment(source, lookup));
    if (value !== undefined) options[source.option] = value;
  }
  return options;
}
