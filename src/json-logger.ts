import { ConsoleLogger, type LogLevel } from '@nestjs/common';

const LEVELS = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] as const satisfies readonly LogLevel[];

/** One JSON object a line on stderr, of `lowest` importance and above; stdout is for results. */
export class JsonLogger extends ConsoleLogger {
  constructor(lowest: (typeof LEVELS)[number]) {
    super({ json: true, logLevels: LEVELS.slice(LEVELS.indexOf(lowest)) });
  }

  protected override printAsJson(
    message: unknown,
    options: Parameters<ConsoleLogger['printAsJson']>[1],
  ): void {
    super.printAsJson(message, { ...options, writeStreamType: 'stderr' });
  }
}
