import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { LadderSettings } from '../config/ladder-settings.js';
import { schemaOf } from '../config/load-config.js';
import { pathText, problemsOf } from '../config/problems.js';
import { LADDERS, type Ladder } from '../core/rollout/ladder.js';
import { unreadableFile } from './file-trouble.js';
import { CommandError, harmless } from './terminal.js';

function readDocument(file: string): object {
  const text = readText(file);
  try {
    const document: unknown = parse(text);
    if (typeof document === 'object' && document !== null) return document;
  } catch (error) {
    throw new CommandError(`${harmless(file)} is not YAML`, 2, { cause: error });
  }
  throw new CommandError(`${harmless(file)} holds no ladder; it needs "rungs"`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

/** A built-in ladder by its name, or one from a YAML file with `rungs`. Throws a CommandError that says what is wrong. */
export function ladderNamed(nameOrFile: string): Ladder {
  const builtIn = Object.values(LADDERS).find((ladder) => ladder.name === nameOrFile);
  if (builtIn !== undefined) return builtIn;
  if (!existsSync(nameOrFile)) {
    const names = Object.keys(LADDERS).join(', ');
    throw new CommandError(`${harmless(nameOrFile)} is neither a ladder (${names}) nor a file`);
  }
  const document = {
    name: path.parse(nameOrFile).name.replaceAll(/[^\w.-]/g, '-'),
    ...readDocument(nameOrFile),
  };
  const parsed = LadderSettings.safeParse(document);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, schemaOf(LadderSettings), document);
  const lines = problems.map((problem) => `  ${pathText(problem.path)}: ${problem.message}`);
  throw new CommandError(`${harmless(nameOrFile)} is no ladder:\n${lines.join('\n')}`);
}
