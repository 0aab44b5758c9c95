#!/usr/bin/env node
import { runCommandLine } from './cli/program.js';

/** Only here: the other commands start without the service's libraries. */
async function serve(): Promise<void> {
  const service = await import('./serve.js');
  await service.serve();
}

// A reader that went away (`| head`) is no error of ours.
process.stdout.on('error', () => process.exit(0));

try {
  const status = await runCommandLine(
    process.argv.slice(2),
    {
      out: (line) => void process.stdout.write(`${line}\n`),
      err: (line) => void process.stderr.write(`${line}\n`),
      ...(process.stderr.isTTY
        ? { overwrite: (line: string) => void process.stderr.write(`\r\u001B[K${line}`) }
        : {}),
      hasColors: process.stdout.isTTY && process.stdout.hasColors(),
    },
    serve,
  );
  if (status !== null) process.exitCode = status;
} catch (error) {
  process.stderr.write(`dmarc-ratchet: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
