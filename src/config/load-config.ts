import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { hashToken } from './access-token.js';
import { assembleFile } from './assemble-file.js';
import type { Config, FileConfig } from './config.js';
import { checkReferences } from './cross-references.js';
import { Environment } from './environment.js';
import { expandEnvironment, type Lookup } from './expand-environment.js';
import { ConfigError, pathText, problemsOf, type Problem, type SchemaNode } from './problems.js';
import type { CredentialSources } from './provider-credentials.js';
import { SettingsFile } from './settings-file.js';

/** Where settings come from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What types of providers there are, and where their credentials may come from. */
  readonly credentials: CredentialSources;
}

const DEFAULT_FILE = 'dmarc-ratchet.yaml';

/** The JSON Schema of what a person writes, for messages and for the settings page. */
export function schemaOf(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

/** One look-up for all: the variable itself, else the file that `<NAME>_FILE` names. Empty is not set. */
function lookupIn(env: Surroundings['env'], cwd: string, problems: Problem[]): Lookup {
  return (name) => {
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') return undefined;
    try {
      return readFileSync(path.resolve(cwd, file), 'utf8').trim();
    } catch (error) {
      problems.push({ path: [`${name}_FILE`], message: `cannot read ${file}: ${errorText(error)}` });
      return undefined;
    }
  };
}

function readEnvironment(lookup: Lookup, env: Surroundings['env'], problems: Problem[]): Environment | null {
  const root = schemaOf(Environment);
  const given = Object.fromEntries(
    Object.entries(root.properties ?? {}).flatMap(([name, node]) => {
      const isSecret = typeof node === 'object' && node['x-secret'] === true;
      const value = isSecret ? lookup(name) : env[name] || undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const parsed = Environment.safeParse(given);
  if (parsed.success) return parsed.data;
  problems.push(...problemsOf(parsed.error, root, given));
  return null;
}

interface SettingsText {
  /** Absolute path; null: there is no file. */
  readonly file: string | null;
  readonly text: string;
}

function readSettingsText(env: Surroundings['env'], cwd: string, problems: Problem[]): SettingsText {
  const named = env['CONFIG_FILE'] || undefined;
  const file = path.resolve(cwd, named ?? DEFAULT_FILE);
  if (named === undefined && !existsSync(file)) return { file: null, text: '' };
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    problems.push({ path: ['CONFIG_FILE'], message: `cannot read ${file}: ${errorText(error)}` });
    return { file: null, text: '' };
  }
}

function parseYaml(text: string, problems: Problem[]): unknown {
  const document = parseDocument(text);
  for (const error of document.errors)
    problems.push({ path: [], message: error.message.split('\n')[0] ?? '' });
  if (document.errors.length > 0) return {};
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  return value ?? {};
}

function readSettingsFile(
  source: SettingsText,
  lookup: Lookup,
  credentials: CredentialSources,
  problems: Problem[],
): FileConfig {
  const written = parseYaml(source.text, problems);
  const expanded = expandEnvironment(written, lookup, problems);
  const parsed = SettingsFile.safeParse(expanded);
  problems.push(...checkReferences(expanded));
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.error, schemaOf(SettingsFile), written));
    return assembleFile(SettingsFile.parse({}), { readSecret: () => '', lookup, credentials });
  }
  const folder = path.dirname(source.file ?? '.');
  const readSecret = (file: string, at: readonly PropertyKey[]): string => {
    try {
      return readFileSync(path.resolve(folder, file), 'utf8').trim();
    } catch (error) {
      problems.push({ path: at, message: `cannot read ${file}: ${errorText(error)}` });
      return '';
    }
  };
  return assembleFile(parsed.data, { readSecret, lookup, credentials });
}

function readDotEnv(cwd: string): Record<string, string | undefined> {
  const file = path.join(cwd, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
  return value;
}

/** What a command needs to talk to a running service. */
export interface ClientConfig {
  /** Without a slash at its end. */
  readonly url: string;
  /** Null: none is set, and the service has generated none in DATA_DIR. */
  readonly token: string | null;
}

/** The generated admin token's place. */
export function tokenFileIn(dataDir: string): string {
  return path.join(dataDir, 'api-token');
}

function readTokenFile(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

/** From the environment alone, so that a broken settings file keeps nobody from pausing. Throws a ConfigError. */
export function loadClientConfig(from: Partial<Surroundings> = {}): ClientConfig {
  const { cwd, env } = surroundings(from);
  const problems: Problem[] = [];
  const environment = readEnvironment(lookupIn(env, cwd, problems), env, problems);
  if (environment === null || problems.length > 0) throw new ConfigError(environmentTexts(problems));
  const host = environment.HOST.includes(':') ? `[${environment.HOST}]` : environment.HOST;
  const url = environment.DMARC_RATCHET_URL ?? `http://${host}:${environment.PORT}`;
  const dataDir = path.resolve(cwd, environment.DATA_DIR);
  return {
    url: url.replace(/\/+$/, ''),
    token: environment.API_TOKEN ?? readTokenFile(tokenFileIn(dataDir)),
  };
}

function surroundings(from: Partial<Surroundings>): Surroundings {
  const cwd = from.cwd ?? process.cwd();
  const env = { ...readDotEnv(cwd), ...(from.env ?? process.env) };
  return { cwd, env, credentials: from.credentials ?? new Map() };
}

function environmentTexts(problems: readonly Problem[]): string[] {
  return problems.map((problem) => `${pathText(problem.path)}: ${problem.message}`);
}

/**
 * All settings: the environment (first), a `.env` file, and the YAML file. By default those of this process.
 * Throws a ConfigError that names every problem at once.
 */
export function loadConfig(from: Partial<Surroundings> = {}): Config {
  const { cwd, env, credentials } = surroundings(from);
  const inEnvironment: Problem[] = [];
  const inFile: Problem[] = [];
  const lookup = lookupIn(env, cwd, inEnvironment);
  const environment = readEnvironment(lookup, env, inEnvironment);
  const source = readSettingsText(env, cwd, inEnvironment);
  const file = readSettingsFile(source, lookup, credentials, inFile);
  const fileName = path.relative(cwd, source.file ?? '') || DEFAULT_FILE;
  const texts = [
    ...environmentTexts(inEnvironment),
    ...inFile.map((problem) => `${`${fileName} ${pathText(problem.path)}`.trim()}: ${problem.message}`),
  ];
  if (environment === null || texts.length > 0) throw new ConfigError(texts);
  const apiToken = environment.API_TOKEN ?? null;
  const own =
    apiToken === null ? [] : [{ name: 'api-token', role: 'admin', sha256: hashToken(apiToken) } as const];
  return freeze({
    ...file,
    tokens: [...file.tokens, ...own],
    configFile: source.file,
    dataDir: path.resolve(cwd, environment.DATA_DIR),
    databaseUrl: environment.DATABASE_URL ?? null,
    redisUrl: environment.REDIS_URL ?? null,
    host: environment.HOST,
    port: environment.PORT,
    role: environment.ROLE,
    isDryRun: environment.DRY_RUN === 'yes',
    logLevel: environment.LOG_LEVEL,
    apiToken,
  });
}
