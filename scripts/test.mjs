// Everything that must hold before a change lands: install, format, lint, types, boundaries, dead code, build, tests.
// Plain Node without dependencies, since it runs before anything is installed. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { build, install } from './set-up.mjs';

const isCi = process.env.CI === 'true';

/** What the tests run against, by the file that tells whether it is there. */
const DEBIAN = JSON.parse(readFileSync(new URL('../test/lab/debian-packages.json', import.meta.url), 'utf8'));

function missingPackages() {
  return Object.keys(DEBIAN).filter((name) => !existsSync(DEBIAN[name]));
}

/** Installs the servers of the tests from Debian when that is possible here; what stays missing is skipped, and said. */
function installServers() {
  if (missingPackages().length === 0) return;
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    spawnSync('apt-get', ['update', '-qq'], options);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missingPackages()], options);
  }
  const missing = missingPackages();
  if (missing.length === 0) return;
  console.error(`\nNOT INSTALLED, so the tests that need them are skipped: ${missing.join(', ')}`);
  console.error(`as root on Debian: apt-get install --no-install-recommends ${missing.join(' ')}\n`);
  if (isCi) fail('in CI nothing may be skipped');
}

function fail(why) {
  console.error(`\n${why}`);
  console.log('\n0 passed, 1 failed, 0 skipped');
  process.exit(1);
}

function step(title, work) {
  const start = performance.now();
  process.stderr.write(`▸ ${title} … `);
  work();
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

function npmRun(script, ...args) {
  const child = spawnSync('npm', ['run', '--silent', script, ...args], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (child.status === 0) return;
  console.error(`\n${child.stdout}${child.stderr}`);
  fail(`npm run ${script} failed`);
}

step('install', install);
step('servers for the tests', installServers);
step('format', () => npmRun(isCi ? 'format:check' : 'format'));
step('lint', () => npmRun('lint'));
step('types', () => npmRun('types'));
step('boundaries', () => npmRun('boundaries'));
step('dead code', () => npmRun('dead-code'));
step('build', build);

const vitest = spawnSync('npx', ['vitest', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exit(vitest.status ?? 1);
