import picocolors from 'picocolors';
import { normalizeDomain } from '../config/domain-name.js';
import { checkDmarcRecord } from '../core/checks/dmarc-record.js';
import { overallStatus, type Finding, type Severity } from '../core/checks/finding.js';
import type { Observation } from '../core/rollout/observation.js';
import { readDmarcAnswer } from '../dns/dmarc-answer.js';
import { LookupError, RecursiveLookup } from '../dns/recursive-lookup.js';
import { CommandError, harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

const STATUS: Readonly<Record<Severity, ExitStatus>> = { ok: 0, info: 0, warning: 1, error: 1, unknown: 2 };

async function lookUp(domain: string, resolvers: readonly string[]): Promise<Observation> {
  const name = `_dmarc.${domain}`;
  try {
    const reply = await new RecursiveLookup({ resolvers, timeoutMs: 3000, tries: 2 }).ask({
      name,
      type: 'TXT',
    });
    // A resolver's word is enough here: nothing is written on the strength of it.
    return readDmarcAnswer({ ...reply, isAuthoritative: true }, name);
  } catch (error) {
    if (error instanceof LookupError) return { kind: 'unknown', reason: error.message };
    throw error;
  }
}

function describe(finding: Finding, colors: ReturnType<typeof picocolors.createColors>): string {
  const paint = {
    ok: colors.green,
    info: colors.cyan,
    warning: colors.yellow,
    error: colors.red,
    unknown: colors.magenta,
  };
  const head = `${paint[finding.severity](finding.severity)} ${finding.check}: ${harmless(finding.message)}`;
  const more = [
    ...(finding.record === null ? [] : finding.record.split('\n').map((line) => colors.dim(harmless(line)))),
    ...(finding.fix === null ? [] : [`→ ${harmless(finding.fix)}`]),
    ...(finding.clause === null ? [] : [colors.dim(finding.clause)]),
  ];
  return [head, ...more].join('\n    ');
}

/** The DNS checks of a domain. 0: nothing worse than a remark; 1: warnings or errors; 2: could not be looked up. */
export async function checkDomain(
  given: string,
  options: { readonly resolvers: readonly string[]; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const domain = normalizeDomain(given);
  if (domain === null) throw new CommandError(`${harmless(given)} is no domain name`);
  const findings = checkDmarcRecord(await lookUp(domain, options.resolvers), domain);
  const status = overallStatus(findings);
  const colors = picocolors.createColors(terminal.hasColors);
  if (options.json) terminal.out(jsonLine({ domain, status, findings, spf: [] }));
  else for (const finding of findings) terminal.out(describe(finding, colors));
  return STATUS[status];
}
