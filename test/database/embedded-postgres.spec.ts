import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { LauncherProcess, compileLauncher } from './launcher-process.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(dataDir: string): Promise<number> {
  const text = await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

describe('the embedded PostgreSQL', () => {
  let folder: string;
  let dataDir: string;
  let launcher: string;
  const servers: EmbeddedPostgres[] = [];
  const owners: LauncherProcess[] = [];

  beforeAll(async () => {
    launcher = await compileLauncher();
  });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dmarc-ratchet embedded '));
    dataDir = path.join(folder, 'da ta');
  });

  afterEach(async () => {
    for (const owner of owners.splice(0)) await owner.stop();
    for (const server of servers.splice(0)) await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterAll(() => rm(launcher, { recursive: true, force: true }));

  async function start(): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDir });
    servers.push(server);
    return server;
  }

  function own(prefix: readonly string[] = []): LauncherProcess {
    const owner = new LauncherProcess(launcher, dataDir, prefix);
    owners.push(owner);
    return owner;
  }

  it('keeps its data, its port and its password when it is started again', async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    await ask(first.url, 'create table kept as select 1 as one');
    await first.stop();
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'select * from kept')).toEqual([{ one: 1 }]);
  });

  it('listens on loopback only, without sockets in the file system, and asks for the password', async () => {
    const { url } = await start();
    expect(await ask(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await ask(url, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
    expect(await ask(url, 'show max_connections')).toEqual([{ max_connections: '200' }]);
    const wrong = new URL(url);
    wrong.password = 'guessed';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    const { mode } = await stat(path.join(dataDir, 'postgres.password'));
    expect(mode & 0o777).toBe(0o600);
  });

  it('stops although clients are connected, and twice is as good as once', async () => {
    const server = await start();
    const client = new Client({ connectionString: server.url });
    const lost = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    await lost;
    await expect(ask(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('takes another port when its own is taken', async () => {
    const first = await start();
    await first.stop();
    const port = Number(new URL(first.url).port);
    const squatter = net.createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    const second = await start();
    squatter.close();
    expect(new URL(second.url).port).not.toBe(String(port));
    expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('adopts the server that a crash of its owner left, with all that was acknowledged', async () => {
    const owner = own();
    const { url } = await owner.started();
    await ask(url, 'create table kept as select 1 as one');
    const pid = await serverPid(dataDir);
    await owner.kill();
    const server = await start();
    expect(server.adopted).toBe(true);
    expect(server.url).toBe(url);
    expect(await serverPid(dataDir)).toBe(pid);
    expect(await ask(server.url, 'select * from kept')).toEqual([{ one: 1 }]);
    await server.stop();
    await expect(ask(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('refuses a second live process on the same directory, and leaves the first alone', async () => {
    const owner = own();
    const { url } = await owner.started();
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      `another dmarc-ratchet already uses ${dataDir} (process ${owner.pid})`,
    );
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await owner.stop();
    expect((await start()).adopted).toBe(false);
  });

  it('lets one of several first starts at once win', async () => {
    const answers = await Promise.all([own(), own(), own()].map((owner) => owner.started()));
    expect(answers.filter((answer) => answer.url !== undefined)).toHaveLength(1);
    for (const { url, error } of answers)
      expect(url ?? error).toMatch(/^postgres:|^another dmarc-ratchet already uses/);
  });

  it('starts after the server itself was killed, and recovers what was acknowledged', async () => {
    const owner = own();
    const { url } = await owner.started();
    await ask(url, 'create table kept as select 1 as one');
    const pid = await serverPid(dataDir);
    await owner.kill();
    process.kill(pid, 'SIGKILL');
    const server = await start();
    expect(server.adopted).toBe(false);
    expect(await ask(server.url, 'select * from kept')).toEqual([{ one: 1 }]);
  });

  it('starts again by itself when the server dies under it', async () => {
    const server = await start();
    await ask(server.url, 'create table kept as select 1 as one');
    process.kill(await serverPid(dataDir), 'SIGKILL');
    await expect
      .poll(() => ask(server.url, 'select * from kept').catch(() => []), { timeout: 20_000 })
      .toEqual([{ one: 1 }]);
    await expect
      .poll(() => ask(server.url, `select 1 from pg_locks where locktype = 'advisory'`), { timeout: 20_000 })
      .toHaveLength(1);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow('another dmarc-ratchet');
  });

  it('is not kept from starting by a lock file whose process id belongs to another program now', async () => {
    const first = await start();
    await first.stop();
    const lines = [
      process.pid,
      path.join(dataDir, 'postgres'),
      1_795_000_000,
      1,
      '',
      '127.0.0.1',
      '',
      'ready',
    ];
    await writeFile(path.join(dataDir, 'postgres', 'postmaster.pid'), `${lines.join('\n')}\n`);
    expect((await start()).adopted).toBe(false);
  });

  it('says so when the files are of another major version', async () => {
    await mkdir(path.join(dataDir, 'postgres'), { recursive: true });
    await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toThrow('holds files of PostgreSQL 15');
  });

  it('gives the end of the log when the server does not start', async () => {
    const first = await start();
    await first.stop();
    await writeFile(path.join(dataDir, 'postgres', 'postgresql.conf'), 'no_such_setting = on\n');
    await expect(start()).rejects.toThrow('no_such_setting');
  });

  it('removes what a process left that died while it made the cluster', async () => {
    const child = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    const abandoned = path.join(dataDir, `postgres.new-${child}-abc`);
    await mkdir(abandoned, { recursive: true });
    await start();
    await expect(stat(abandoned)).rejects.toThrow('ENOENT');
  });

  describe.skipIf(!isRoot)('for an ordinary user', () => {
    const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];

    beforeEach(async () => {
      await mkdir(dataDir);
      await chmod(folder, 0o755);
      await chown(dataDir, NOBODY, NOBODY);
    });

    it('runs as that user', async () => {
      const owner = own(asNobody);
      const { url, error } = await owner.started();
      expect(error).toBeUndefined();
      expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect((await stat(path.join(dataDir, 'postgres'))).uid).toBe(NOBODY);
      expect((await stat(`/proc/${await serverPid(dataDir)}`)).uid).toBe(NOBODY);
      await owner.stop();
    });

    it('leaves files that root goes on with, as that user', async () => {
      const owner = own(asNobody);
      const { url } = await owner.started();
      await ask(url, 'create table kept as select 1 as one');
      await owner.stop();
      const server = await start();
      expect(await ask(server.url, 'select * from kept')).toEqual([{ one: 1 }]);
      expect((await stat(`/proc/${await serverPid(dataDir)}`)).uid).toBe(NOBODY);
    });

    it('puts the links to libraries elsewhere when the package is read-only', async () => {
      const package_ = path.join(folder, 'package');
      await mkdir(path.join(package_, 'native', 'lib'), { recursive: true });
      const list = [{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }];
      await writeFile(path.join(package_, 'native', 'pg-symlinks.json'), JSON.stringify(list));
      const links = path.join(dataDir, 'links');
      const program = `
        import { linkLibraries } from '${launcher}/embedded-postgres-binaries.js';
        console.log(JSON.stringify(await linkLibraries(process.argv[1], process.argv[2])));`;
      const node = [process.execPath, '--input-type=module', '-e', program, package_, links];
      const [command = '', ...args] = [...asNobody, ...node];
      const env: unknown = JSON.parse(execFileSync(command, args, { encoding: 'utf8', cwd: '/' }));
      expect(env).toEqual({ LD_LIBRARY_PATH: `${links}:${package_}/native/lib` });
      expect(await readlink(path.join(links, 'libx.so.1'))).toBe(`${package_}/native/lib/libx.so.1.2`);
    });
  });
});
