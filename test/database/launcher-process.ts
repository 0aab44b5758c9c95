import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Starts the embedded PostgreSQL, says so in one line of JSON, and stops it once its input ends. */
const OWNER = `
import { startEmbeddedPostgres } from './embedded-postgres.js';
try {
  const { url, adopted, stop } = await startEmbeddedPostgres({ dataDir: process.argv[2] });
  console.log(JSON.stringify({ url, adopted }));
  process.stdin.on('end', () => stop().then(() => process.exit(0))).resume();
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
  process.exit(1);
}
`;

/** A folder with the launcher as plain JavaScript, which other processes and users can run. */
export async function compileLauncher(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dmarc-ratchet-launcher-'));
  await chmod(folder, 0o755);
  const source = path.join(ROOT, 'src/database');
  for (const name of await readdir(source)) {
    if (!name.startsWith('embedded-postgres') || name.endsWith('.spec.ts')) continue;
    const { outputText } = ts.transpileModule(await readFile(path.join(source, name), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    await writeFile(path.join(folder, name.replace(/ts$/, 'js')), outputText);
  }
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(path.join(folder, 'owner.js'), OWNER);
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

export interface Started {
  readonly url: string;
  readonly adopted: boolean;
  readonly error: string;
}

/** Another process that owns, or would own, the embedded PostgreSQL of a directory. */
export class LauncherProcess {
  private readonly child: ChildProcess;
  private output = '';
  private readonly ended: Promise<void>;

  /** `prefix`: a command that runs it as somebody else. */
  constructor(launcher: string, dataDir: string, prefix: readonly string[] = []) {
    const [program, ...args] = [...prefix, process.execPath, path.join(launcher, 'owner.js'), dataDir];
    this.child = spawn(program, args, { cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once('close', () => resolve()));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What it said after starting or failing. */
  async started(): Promise<Started> {
    const line = new Promise<void>((resolve) => {
      const check = () => this.output.includes('\n') && resolve();
      this.child.stdout?.on('data', check);
      check();
    });
    await Promise.race([line, this.ended]);
    return JSON.parse(this.output) as Started;
  }

  async stop(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
