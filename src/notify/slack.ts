import type { Notice, NoticeEvent } from '../core/rollout/audit.js';
import { postJson } from './post-json.js';

const HEADLINES: Readonly<Record<NoticeEvent, string>> = {
  strengthened: 'Policy strengthened',
  'stepped-back': 'Policy stepped back',
  held: 'Rollout held',
  'hold-cleared': 'Hold cleared',
  'approval-wanted': 'Approval wanted',
  'to-publish': 'What you publish',
  completed: 'Rollout completed',
  'given-up': 'Promotion given up',
  drift: 'Foreign change of the record',
};

/** The three characters that Slack's text syntax gives a meaning; links and mentions need them all. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function plain(text: string): { readonly type: 'plain_text'; readonly text: string; readonly emoji: false } {
  return { type: 'plain_text', text, emoji: false };
}

function recordLine(label: string, record: string | null): string[] {
  return record === null ? [] : [`${label}: ${record}`];
}

/** The message for an incoming webhook: blocks of plain text, which Slack doesn't interpret, and a fallback line. */
export function slackMessage(notice: Notice): object {
  const headline = `${HEADLINES[notice.event]}: ${notice.domain}`;
  const records = [...recordLine('before', notice.before), ...recordLine('after', notice.after)];
  const details =
    records.length === 0 ? [] : [{ type: 'section', text: plain(records.join('\n').slice(0, 2900)) }];
  return {
    text: escapeSlack(`${headline}. ${notice.text}`.slice(0, 2900)),
    blocks: [
      { type: 'header', text: plain(headline.slice(0, 150)) },
      { type: 'section', text: plain(notice.text.slice(0, 2900) || '-') },
      ...details,
    ],
  };
}

/** Sends a notice to a Slack incoming webhook. */
export async function sendSlack(notice: Notice, url: string, timeoutMs: number): Promise<void> {
  await postJson({ url, body: JSON.stringify(slackMessage(notice)), headers: {}, timeoutMs });
}
