import { readFile } from 'node:fs/promises';
import { normalizeDomain } from '../config/domain-name.js';
import type { Authenticity } from '../core/report/authenticity.js';
import type { Replay } from '../core/rollout/replay.js';
import { DEFAULT_SETTINGS } from '../core/rollout/rollout.js';
import { LookupError, RecursiveLookup } from '../dns/recursive-lookup.js';
import { MailAuthenticator } from '../imap/authenticate-report.js';
import { MimeUnpacker } from '../imap/unpack-message.js';
import { ReportAuthenticator } from '../ports/report-authenticator.js';
import { askedOnce, txtResolver } from '../txt-resolver.js';
import { Backtest, type BacktestFile } from '../workflows/backtest.js';
import { ladderNamed } from './ladder-option.js';
import { listFiles } from './list-files.js';
import { CommandError, harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

export interface BacktestFlags {
  readonly mail: string;
  readonly domain?: string;
  readonly ladder: string;
  readonly authservId?: string;
  readonly until?: number;
  readonly json: boolean;
}

/** Counts what was left out, so that an empty result is explained. */
class CountingAuthenticator extends ReportAuthenticator {
  leftOut = 0;

  constructor(private readonly inner: ReportAuthenticator) {
    super();
  }

  async authenticate(raw: Uint8Array, origin: string): Promise<Authenticity> {
    const authenticity = await this.inner.authenticate(raw, origin);
    if (!authenticity.authenticated) this.leftOut += 1;
    return authenticity;
  }
}

/** With a server whose word counts nothing is looked up; without one, signatures are verified, which takes their keys. */
function authenticatorFor(authservId: string | null): MailAuthenticator {
  if (authservId !== null) return new MailAuthenticator({ authservId, resolveTxt: refuseLookups });
  const lookup = new RecursiveLookup({ resolvers: [], timeoutMs: 2000, tries: 1 });
  return new MailAuthenticator({ authservId, resolveTxt: askedOnce(txtResolver(lookup)) });
}

function refuseLookups(name: string): Promise<never> {
  return Promise.reject(new LookupError(`${name} is not looked up offline`, 'ENOTFOUND'));
}

async function* readAll(files: readonly string[]): AsyncGenerator<BacktestFile> {
  for (const name of files) yield { name, bytes: await readFile(name) };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString().replace('.000Z', 'Z');
}

function replayView(replay: Replay) {
  return {
    domain: replay.domain,
    transitions: replay.transitions.map(({ at, record, why }) => ({ at: iso(at), record, why })),
    holds: replay.holds.map(({ reason, from, to, note }) => ({ reason, from: iso(from), to: iso(to), note })),
    sources: replay.assessment.sources,
    verdict: { kind: replay.verdict.kind, why: replay.verdict.why },
  };
}

function describe(replay: Replay): string[] {
  const { domain, transitions, holds, sources, verdict } = replayView(replay);
  return [
    domain,
    ...transitions.map(({ at, record, why }) => `  ${at}  ${record}\n    ${why}`),
    ...holds.map(({ reason, from, to, note }) => `  held ${from} to ${to ?? 'the end'}: ${reason}, ${note}`),
    ...sources.map(
      (source) => `  ${source.class} ${source.name}: ${source.passed} of ${source.messages} passed`,
    ),
    `  at the end: ${verdict.kind}, ${verdict.why}`,
  ].map((line) => line.split('\n').map(harmless).join('\n'));
}

function domainOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  const domain = normalizeDomain(given);
  if (domain === null) throw new CommandError(`${harmless(given)} is no domain name`);
  return domain;
}

/** Replays a folder through the decider. Writes nothing anywhere; only without `--authserv-id` is DNS asked, for DKIM keys. */
export async function backtestMail(flags: BacktestFlags, terminal: Terminal): Promise<ExitStatus> {
  const options = {
    ladder: ladderNamed(flags.ladder),
    settings: DEFAULT_SETTINGS,
    domain: domainOf(flags.domain),
    until: flags.until ?? null,
  };
  const files = await listFiles([flags.mail]);
  const authenticator = new CountingAuthenticator(authenticatorFor(flags.authservId ?? null));
  const replays = await new Backtest(new MimeUnpacker(), authenticator).run(readAll(files), options);
  terminal.err(
    `${files.length} files read, ${authenticator.leftOut} mails left out: they did not authenticate`,
  );
  if (authenticator.leftOut > 0 && flags.authservId === undefined) {
    terminal.err('--authserv-id names the server whose Authentication-Results headers may be believed');
  }
  if (flags.json) terminal.out(jsonLine({ domains: replays.map(replayView) }));
  else for (const line of replays.flatMap(describe)) terminal.out(line);
  return 0;
}
