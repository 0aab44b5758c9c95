import { posix } from 'node:path';
import { stringify } from 'yaml';
import type { Choice } from './answers.js';

/** What a person does outside the page so that the service finds the secrets. Those that don't apply are empty. */
export interface CredentialTexts {
  /** Lines of a `.env` file. */
  readonly dotEnv: string;
  /** A command for the shell that the service is started from (bash, zsh), in place of the file. */
  readonly shell: string;
  /** A command that writes the files where the settings say. */
  readonly files: string;
  /** The same, where the compose file takes them from. */
  readonly composeFiles: string;
  /** What is laid over the project's own compose file. */
  readonly compose: string;
}

/** The folder of the settings file in the project's compose file. */
const COMPOSE_FOLDER = '/etc';

function namesOf({ secrets }: Choice): readonly string[] {
  return [...secrets.values()].flatMap((place) => (place.kind === 'variable' ? [place.name] : []));
}

function pathsOf({ secrets }: Choice): readonly string[] {
  return [...secrets.values()].flatMap((place) => (place.kind === 'file' ? [place.path] : []));
}

/** One line for all: what is pasted below a command that reads would be read by it. */
function command(parts: readonly string[]): string {
  return parts.length === 0 ? '' : `${parts.join(' && ')}\n`;
}

/** What is typed goes into the file alone: into no history and no list of processes. */
function writeFile(path: string): string {
  return `install -D -m 600 /dev/stdin '${path}'`;
}

interface ComposeFile {
  readonly source: string;
  readonly target: string;
}

/** Files whose last names are the same each get a folder of their own. */
function composeFilesOf(paths: readonly string[]): readonly ComposeFile[] {
  const names = paths.map((path) => posix.basename(path.replaceAll('\\', '/')));
  const isApart = new Set(names).size === names.length;
  return paths.map((path, at) => ({
    source: isApart ? `./secrets/${names[at]}` : `./secrets/${at + 1}/${names[at]}`,
    target: posix.resolve(COMPOSE_FOLDER, path),
  }));
}

function composeText(names: readonly string[], files: readonly ComposeFile[]): string {
  if (names.length + files.length === 0) return '';
  const environment = Object.fromEntries(names.map((name) => [name, `\${${name}:?set ${name}}`]));
  const volumes = files.map(({ source, target }) => ({ type: 'bind', source, target, read_only: true }));
  const service = {
    ...(names.length === 0 ? {} : { environment }),
    ...(volumes.length === 0 ? {} : { volumes }),
  };
  // Both ask the provider: the api to check it, the worker to change records.
  const overlay = { services: { api: service, worker: service } };
  return stringify(overlay, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** How the secrets of a choice are given to the service, without any of them. */
export function credentialTexts(choice: Choice): CredentialTexts {
  const names = namesOf(choice);
  const paths = pathsOf(choice);
  const composeFiles = composeFilesOf(paths);
  return {
    dotEnv: names.map((name) => `${name}=''\n`).join(''),
    shell: command(names.flatMap((name) => [`read -rs ${name}`, `export ${name}`])),
    files: command(paths.map(writeFile)),
    composeFiles: command(composeFiles.map(({ source }) => writeFile(source))),
    compose: composeText(names, composeFiles),
  };
}
