import type { Colors } from 'picocolors/types.js';
import type { AssessedSource } from '../core/evidence/assessment.js';
import { dayOf } from '../core/instant.js';
import { severity, worstCase } from '../core/record/effective-policy.js';
import { readPolicyTags, readTags } from '../core/record/tags.js';
import { harmOfPolicy } from '../core/rollout/expected-harm.js';
import { rungText } from '../core/rollout/ladder.js';
import type { Replay } from '../core/rollout/replay.js';
import { currentRung } from '../core/rollout/rungs.js';
import type { VerdictKind } from '../core/rollout/verdict.js';
import type { SourceClass } from '../core/source/source.js';
import { harmless } from './terminal.js';
import { cutText, wrapText } from './wrap-text.js';

const WIDTH = 100;
/** Columns after the margin; the last takes what is left. */
const DATE = 12;
const NARROWEST_RECORD = 22;
const NAME = 60;
const CLASS = 12;
const NUMBER = 12;
/** Sources with a line each; those with the most mail. */
const MOST_SOURCES = 20;

/** What the ratchet would have done with one domain, in lines of at most 100 characters. */
export function describeReplay(replay: Replay, colors: Colors): string {
  return [
    colors.bold(harmless(replay.domain)),
    ...story(replay, colors),
    ...atTheEnd(replay, colors),
    '',
    ...sourceLines(replay, colors),
    '',
    ...ifRejected(replay, colors),
    ...setAsideLines(replay, colors),
    '',
  ].join('\n');
}

/** What happened, in the order of time. */
function story(replay: Replay, colors: Colors): readonly string[] {
  const { transitions, holds } = replay;
  const width = widthOfRecords(replay);
  const steps = transitions.map(({ at, record, why }, index) => {
    const isWeaker = severityOf(record) < severityOf(transitions[index - 1]?.record);
    const paint = isWeaker ? colors.red : colors.green;
    return { at, lines: row(dayOf(at), paint(tagsOf(record).padEnd(width)), width, why) };
  });
  const held = holds.map((hold) => {
    const until = hold.to === null ? 'still held' : `held to ${dayOf(hold.to)}`;
    const cell = colors.yellow(until.padEnd(width));
    return { at: hold.from, lines: row(dayOf(hold.from), cell, width, `${hold.reason}: ${hold.note}`) };
  });
  const told = [...steps, ...held].sort((a, b) => a.at - b.at).flatMap(({ lines }) => lines);
  return transitions.length > 0 ? told : [`  ${'no change'.padEnd(DATE)}p=none all the time`, ...told];
}

function widthOfRecords({ transitions }: Replay): number {
  return Math.max(NARROWEST_RECORD, ...transitions.map(({ record }) => tagsOf(record).length + 2));
}

/** A margin, a date, a painted cell of a width, and a text in what is left of this line and the next. */
function row(date: string, cell: string, width: number, text: string): readonly string[] {
  const indent = 2 + DATE + width;
  const [first = '', ...others] = wrapText(harmless(text), WIDTH - indent);
  return [`  ${date.padEnd(DATE)}${cell}${first}`, ...others.map((line) => `${' '.repeat(indent)}${line}`)];
}

/** How strong a record is; at the start nothing is asked for. */
function severityOf(record: string | undefined): number {
  const tags = record === undefined ? null : readPolicyTags(record);
  return tags === null ? 0 : severity(worstCase(tags));
}

/** Without what is the same in all records of a backtest. */
function tagsOf(record: string): string {
  const changing = readTags(record).filter(({ name }) => name !== 'v' && name !== 'rua');
  return harmless(changing.map(({ name, value }) => `${name}=${value}`).join('; '));
}

function atTheEnd(replay: Replay, colors: Colors): readonly string[] {
  const { rollout, verdict } = replay;
  const width = widthOfRecords(replay);
  const paint: Readonly<Record<VerdictKind, (text: string) => string>> = {
    pass: colors.green,
    fail: colors.red,
    inconclusive: colors.yellow,
    error: colors.magenta,
  };
  const rung = rungText(currentRung(rollout)).padEnd(width);
  const kind = `${verdict.kind}: `;
  const lines = row('at the end', rung, width, `${kind}${verdict.why}`);
  return lines.map((line) => line.replace(kind, () => paint[verdict.kind](kind)));
}

function sourceLines({ assessment }: Replay, colors: Colors): readonly string[] {
  const { sources, from, closedThrough } = assessment;
  const hostile = sources.filter((source) => source.class === 'hostile');
  const others = sources
    .filter((source) => source.class !== 'hostile')
    .sort((a, b) => b.messages - a.messages || (a.id < b.id ? -1 : 1));
  const period = closedThrough === null ? 'no closed day yet' : `${from} to ${closedThrough}`;
  const titles = [`source (${period})`.padEnd(NAME), 'class'.padEnd(CLASS), 'messages'.padStart(NUMBER)];
  const left = others.length - MOST_SOURCES;
  return [
    colors.dim(`  ${titles.join('')}${'passed'.padStart(NUMBER)}`),
    ...others.slice(0, MOST_SOURCES).flatMap((source) => sourceRow(source, colors)),
    ...(left > 0 ? [colors.dim(`  and ${left} more; --json lists them all`)] : []),
    ...hostileLine(hostile, colors),
  ];
}

function sourceRow(source: AssessedSource, colors: Colors): readonly string[] {
  const { messages, passed, fix } = source;
  const paint: Readonly<Record<SourceClass, (text: string) => string>> = {
    authorized: colors.green,
    forwarder: colors.cyan,
    unknown: colors.yellow,
    hostile: colors.dim,
  };
  const share = messages === 0 ? '-' : percentage(passed / messages);
  const failing = source.state === 'failing' ? colors.red : (text: string): string => text;
  const cells = [
    cutText(harmless(source.name), NAME - 2).padEnd(NAME),
    paint[source.class](source.class.padEnd(CLASS)),
    grouped(messages).padStart(NUMBER),
    failing(share.padStart(NUMBER)),
  ];
  const advice = fix === null ? [] : wrapText(`→ ${harmless(fix)}`, WIDTH - 4);
  return [`  ${cells.join('')}`, ...advice.map((line) => `    ${line}`)];
}

/** Abuse comes from thousands of networks, of which none is worth a line. */
function hostileLine(hostile: readonly AssessedSource[], colors: Colors): readonly string[] {
  if (hostile.length === 0) return [];
  const messages = hostile.reduce((sum, source) => sum + source.messages, 0);
  const name = `${grouped(hostile.length)} that abuse the domain`;
  const cells = [name.padEnd(NAME), 'hostile'.padEnd(CLASS), grouped(messages).padStart(NUMBER)];
  return [colors.dim(`  ${cells.join('')}`)];
}

/** What to fix first, if the domain were to reject today. */
function ifRejected({ assessment, domain }: Replay, colors: Colors): readonly string[] {
  const { messagesPerWeek, sources } = harmOfPolicy(domain, 'reject', assessment.sources);
  const all = messagesPerWeek < 0.5 ? colors.green('none') : colors.red(perWeek(messagesPerWeek));
  const share = (messages: number): string => perWeek(messages).padStart(NUMBER);
  return [
    `  legitimate messages that reject today would refuse: ${all}`,
    ...sources
      .filter((it) => it.messagesPerWeek >= 0.5)
      .slice(0, MOST_SOURCES)
      .map((it) => `  ${share(it.messagesPerWeek)}  ${cutText(harmless(it.name), NAME)}`),
  ];
}

function perWeek(messages: number): string {
  return `${grouped(Math.round(messages))} a week`;
}

function setAsideLines({ assessment }: Replay, colors: Colors): readonly string[] {
  const first = assessment.setAside.slice(0, MOST_SOURCES);
  const left = assessment.setAside.length - first.length;
  const lines = first.flatMap(({ day, reporter, why }) =>
    row(day, colors.yellow('set aside '), 10, `${reporter} ${why}`),
  );
  return left > 0
    ? [...lines, colors.dim(`  and ${left} more days set aside; --json lists them all`)]
    : lines;
}

/** Rounded down, so that only all is 100 %. */
function percentage(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
