import { rateText } from '../amount-text.js';
import type { ExpectedHarm } from './expected-harm.js';
import type { PlanView, TagChange } from './plan-view.js';

const HARM_WORDS = {
  authorized: 'from your own senders',
  forwarder: 'forwarded or sent over lists',
  unknown: 'from sources that nobody has settled yet',
} as const;

/** Legitimate messages a week that the change would hurt at the very worst. */
export function harmText(harm: ExpectedHarm): string {
  const kinds = (['authorized', 'forwarder', 'unknown'] as const).filter((kind) => harm[kind] > 0);
  const [only] = kinds;
  if (only === undefined) return 'no legitimate message a week that is known of';
  const amount = rateText(harm.authorized + harm.forwarder + harm.unknown);
  const total = `${amount} legitimate ${amount === '1' ? 'message' : 'messages'} a week`;
  if (kinds.length === 1) return `${total}, all ${HARM_WORDS[only]}`;
  return `${total}: ${kinds.map((kind) => `${rateText(harm[kind])} ${HARM_WORDS[kind]}`).join(', ')}`;
}

function tagText({ tag, before, after }: TagChange): string {
  return `${tag}: ${before ?? '(absent)'} → ${after ?? '(absent)'}`;
}

function title({ domain, stage, direction, needsApproval }: PlanView): string {
  const what = direction === 'strengthen' ? 'one step up' : 'back down';
  const approval = needsApproval && (stage === 'planned' || stage === 'preview') ? ', needs approval' : '';
  return `${domain}: ${what} (${stage}${approval})`;
}

/** The plan in plain text, one fact a line. What comes from outside must be made harmless by who prints it. */
export function renderPlanText(plan: PlanView): readonly string[] {
  return [
    title(plan),
    `why: ${plan.cause}`,
    `- ${plan.before ?? '(no record)'}`,
    `+ ${plan.after}`,
    ...plan.tags.map((change) => `  ${tagText(change)}`),
    ...plan.readings.map(({ receiver, asks }) => `receiver ${receiver}: ${asks}`),
    `worst case: ${harmText(plan.worstCase)}`,
    ...plan.warnings.map((warning) => `warning: ${warning}`),
    `request: ${plan.request}`,
    `to undo it: ${plan.rollback ?? 'there was no record'}`,
    `plan ${plan.planHash}`,
  ];
}

/** Code spans that no record can break out of: the fence is longer than any run of backticks in it. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return `${fence}${space}${text.replaceAll(/\p{C}/gu, '�')}${space}${fence}`;
}

/** In a table a bar ends the cell, even inside code (GitHub Flavored Markdown 4.10). */
function cell(text: string | null): string {
  return text === null ? 'absent' : code(text).replaceAll('|', String.raw`\|`);
}

function prose(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|]/g, String.raw`\$&`);
}

/** The same in Markdown, for a ticket or a pull request. */
export function renderPlanMarkdown(plan: PlanView): string {
  const rows = plan.tags.map(
    ({ tag, before, after }) => `| ${cell(tag)} | ${cell(before)} | ${cell(after)} |`,
  );
  return [
    `## ${prose(title(plan))}`,
    prose(plan.cause),
    `Before: ${plan.before === null ? 'no record' : code(plan.before)}`,
    `After: ${code(plan.after)}`,
    ['| tag | before | after |', '| --- | --- | --- |', ...rows].join('\n'),
    plan.readings.map(({ receiver, asks }) => `- A receiver ${receiver}: ${asks}`).join('\n'),
    `**Worst case:** ${harmText(plan.worstCase)}.`,
    ...plan.warnings.map((warning) => `**Warning:** ${prose(warning)}`),
    `**Request:** ${prose(plan.request)}`,
    `**To undo it:** ${plan.rollback === null ? 'there was no record' : code(plan.rollback)}`,
    `Plan ${code(plan.planHash)}`,
  ].join('\n\n');
}
