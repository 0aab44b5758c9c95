import { CHECK_ORDER, type DomainCheck } from '../core/checks/check-domain.js';
import type { CheckName, Finding } from '../core/checks/finding.js';
import { renderSpfTree } from '../core/checks/spf/render-spf-tree.js';
import { CHECK_TITLES } from './check-view.js';
import { harmless } from './terminal.js';

/** What the checks found, for a ticket or a wiki. Nothing that DNS says can end a table or become a link. */
export function checkMarkdown(check: DomainCheck): readonly string[] {
  return [
    `# ${escaped(check.domain)}: ${check.status}`,
    ...CHECK_ORDER.flatMap((name) => section(name, check)),
  ];
}

function section(name: CheckName, { findings, spfTree }: DomainCheck): readonly string[] {
  const rows = findings.filter((finding) => finding.check === name).map(row);
  const tree = name === 'spf' && spfTree.lookups > 0 ? fenced(renderSpfTree(spfTree)) : [];
  return [
    '',
    `## ${CHECK_TITLES[name]}`,
    '',
    '| severity | what | record | clause | what to do |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    ...tree,
  ];
}

function row({ severity, message, record, clause, fix, id }: Finding): string {
  const what = `${escaped(message)} (\`${id}\`)`;
  const seen = (record ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map(code)
    .join('<br>');
  const isBad = severity === 'error' || severity === 'unknown';
  const weight = isBad ? `**${severity}**` : severity;
  return `| ${[weight, what, seen, clause ?? '', escaped(fix ?? '')].join(' | ')} |`;
}

/** Plain text that means nothing in Markdown. */
function escaped(text: string): string {
  return harmless(text).replaceAll(/[\\`*_{}[\]<>|#!~&]/g, String.raw`\$&`);
}

/** A code span in a table: the fence is longer than any run of backticks in it, a bar would end the cell. */
function code(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1);
  const space = fence.length > 1 ? ' ' : '';
  return `${fence}${space}${harmless(text).replaceAll('|', String.raw`\|`)}${space}${fence}`;
}

function fenced(lines: readonly string[]): readonly string[] {
  const text = lines.map(harmless);
  const fence = '`'.repeat(Math.max(3, longestRun(text.join('\n')) + 1));
  return ['', fence, ...text, fence];
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
