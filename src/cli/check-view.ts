import type { Colors } from 'picocolors/types.js';
import { CHECK_ORDER, type DomainCheck } from '../core/checks/check-domain.js';
import type { CheckName, Finding, Severity } from '../core/checks/finding.js';
import { renderSpfTree } from '../core/checks/spf/render-spf-tree.js';
import { harmless } from './terminal.js';
import { cutText, wrapText } from './wrap-text.js';

const WIDTH = 100;
/** Where text begins: behind a margin, a mark and the longest severity. */
const INDENT = 12;
/** A key of 4096 bits needs eight lines; all of a record is in the JSON. */
const LONGEST_RECORD = 3 * (WIDTH - INDENT);

/** The checks by the names that people know them by. */
export const CHECK_TITLES: Readonly<Record<CheckName, string>> = {
  rdns: 'Reverse DNS',
  mx: 'MX',
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
};
const MARKS: Readonly<Record<Severity, string>> = {
  ok: '✓',
  info: '·',
  warning: '!',
  error: '✗',
  unknown: '?',
};

/** What the checks found as JSON: records and messages as they are, the results of SPF by address. */
export function checkJson({ domain, status, findings, spf }: DomainCheck) {
  return { domain, status, findings, spf: spf.map(({ ip, verdict }) => ({ ip, result: verdict.result })) };
}

/** What the checks found, in lines of at most 100 characters where words allow it, grouped by check. */
export function checkLines(check: DomainCheck, colors: Colors): readonly string[] {
  return [
    `${colors.bold(harmless(check.domain))}  ${summary(check, colors)}`,
    ...CHECK_ORDER.flatMap((name) => ['', ...groupLines(name, check, colors)]),
  ];
}

function groupLines(name: CheckName, check: DomainCheck, colors: Colors): readonly string[] {
  const findings = check.findings.filter((finding) => finding.check === name);
  const title = colors.bold(CHECK_TITLES[name]);
  const lines = findings.flatMap((finding, at) => {
    const isShown = findings.slice(0, at).some(({ record }) => record === finding.record);
    return findingLines(isShown ? { ...finding, record: null } : finding, colors);
  });
  return [title, ...lines, ...(name === 'spf' ? treeLines(check, colors) : [])];
}

function findingLines(finding: Finding, colors: Colors): readonly string[] {
  const { severity, message, record, clause, fix, id } = finding;
  const [first = '', ...others] = wrapText(harmless(message), WIDTH - INDENT);
  const head = `  ${painter(severity, colors)(`${MARKS[severity]} ${severity.padEnd(INDENT - 4)}`)}${first}`;
  const isCalm = severity === 'ok' || severity === 'info';
  const source = [id, ...(clause === null ? [] : [clause])].join(', ');
  return [
    head,
    ...others.map(indented),
    ...(record === null ? [] : recordLines(record).map((line) => indented(colors.dim(line)))),
    ...(fix === null ? [] : fixLines(fix)),
    ...(isCalm ? [] : [indented(colors.dim(source))]),
  ];
}

/** A TXT record to publish stands on a line of its own, unbroken: it is there to be copied. */
function fixLines(fix: string): readonly string[] {
  const text = `→ ${harmless(fix)}`;
  const record = /\S+\. TXT ".*"/.exec(text)?.[0];
  const parts =
    record === undefined || text.length <= WIDTH - INDENT
      ? wrapText(text, WIDTH - INDENT)
      : text
          .split(record)
          .flatMap((part, at) => [...(at === 0 ? [] : [record]), ...wrapText(part.trim(), WIDTH - INDENT)])
          .filter((line) => line !== '');
  return parts.map((line, at) => indented(at === 0 ? line : `  ${line}`));
}

/** The text as seen, broken anywhere: keys have no spaces. */
function recordLines(record: string): readonly string[] {
  return record.split('\n').flatMap((line) => {
    const text = cutText(harmless(line), LONGEST_RECORD);
    return text.match(new RegExp(`.{1,${WIDTH - INDENT}}`, 'gu')) ?? [];
  });
}

function treeLines({ spfTree }: DomainCheck, colors: Colors): readonly string[] {
  // A record that needs no look-up is seen above already.
  if (spfTree.lookups === 0) return [];
  const lines = renderSpfTree(spfTree).map((line) => `    ${colors.dim(harmless(line))}`);
  return ['', ...lines];
}

/** The result by itself, and how many findings there are of each weight. */
function summary({ status, findings }: DomainCheck, colors: Colors): string {
  const counts = (['error', 'unknown', 'warning'] as const)
    .map((severity) => ({ severity, count: findings.filter((found) => found.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) =>
      painter(
        severity,
        colors,
      )(`${count} ${severity === 'unknown' || count === 1 ? severity : `${severity}s`}`),
    );
  return counts.length === 0 ? painter(status, colors)(status) : counts.join(', ');
}

function painter(severity: Severity, colors: Colors): (text: string) => string {
  const paint = {
    ok: colors.green,
    info: colors.cyan,
    warning: colors.yellow,
    error: colors.red,
    unknown: colors.magenta,
  };
  return paint[severity];
}

function indented(line: string): string {
  return `${' '.repeat(INDENT)}${line}`;
}
