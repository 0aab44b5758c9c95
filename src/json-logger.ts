import { ConsoleLogger, type LogLevel } from '@nestjs/common';

const LEVELS = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] as const satisfies readonly LogLevel[];

/** What Nest tells of each module and route at a start: of use to whoever debugs the wiring. */
const WIRING = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** One JSON object a line on stderr, of `lowest` importance and above; stdout is for results. */
export class JsonLogger extends ConsoleLogger {
  constructor(lowest: (typeof LEVELS)[number]) {
    super({ json: true, logLevels: LEVELS.slice(LEVELS.indexOf(lowest)) });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (rest.some((part) => typeof part === 'string' && WIRING.has(part))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }

  protected override printAsJson(
    message: unknown,
    options: Parameters<ConsoleLogger['printAsJson']>[1],
  ): void {
    super.printAsJson(message, { ...options, writeStreamType: 'stderr' });
  }
}
