// Makes a checkout ready to run: installs from the lock file and builds, each only when something changed.
// Plain Node without dependencies, since it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Runs one command in the checkout and ends the process with its status when it fails. */
export function run(command, args) {
  const child = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (child.status !== 0) {
    console.error(
      `\n${[command, ...args].join(' ')} failed (${child.error?.message ?? `exit ${child.status}`})`,
    );
    process.exit(child.status ?? 1);
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`dmarc-ratchet needs Node 20.19 or newer; this is ${process.version}`);
  process.exit(1);
}

function isUpToDate(stamp, key) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
}

/** Installs exactly what package-lock.json says, unless that was done already. */
export function install() {
  requireNode();
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const key = createHash('sha256').update(lock).digest('hex');
  const stamp = path.join(root, 'node_modules', '.dmarc-ratchet-lock');
  if (isUpToDate(stamp, key)) return;
  console.error('installing from package-lock.json …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, key);
}

function sourceState(folder) {
  const rows = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) rows.push(...sourceState(full));
    else rows.push(`${full} ${statSync(full).size} ${statSync(full).mtimeMs}`);
  }
  return rows;
}

/** Compiles src/ and migrations/ to dist/, unless nothing changed since the last time. */
export function build() {
  const rows = ['src', 'migrations'].flatMap((folder) => sourceState(path.join(root, folder)));
  rows.push(String(statSync(path.join(root, 'tsconfig.json')).mtimeMs));
  const key = createHash('sha256').update(rows.join('\n')).digest('hex');
  const stamp = path.join(root, 'dist', '.built');
  if (isUpToDate(stamp, key)) return;
  console.error('building …');
  run('npm', ['run', '--silent', 'build']);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  build();
}
