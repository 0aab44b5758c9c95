import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.js';
import { until } from './until.js';

export interface RedisLab {
  readonly url: string;
  /** At once, as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Debian's redis-server on a port of its own; it stores nothing on disk. */
export async function startRedis(): Promise<RedisLab> {
  const port = await freePort();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dmarc-ratchet-redis-'));
  const server = spawn(
    'redis-server',
    ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  });
  await until('redis-server answers', () => canConnect(port));
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server.exitCode === null && server.signalCode === null) server.kill(signal);
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
  return { url: `redis://127.0.0.1:${port}`, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
