import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import type { Finding } from '../../src/core/checks/finding.js';
import { startBind, type BindLab } from '../lab/bind.js';
import { describeWith } from '../lab/debian-packages.js';
import { caseDomain, caseZones, CHECK_CASES, EXAMPLE_ZONES, SHARED_ZONES } from './check-zones.js';

interface CheckAnswer {
  readonly domain: string;
  readonly status: string;
  readonly findings: readonly Finding[];
  readonly spf: readonly { readonly ip: string; readonly result: string }[];
}

/** Findings that no zone on a real server can show, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'dmarc-txt-and-cname': 'servers refuse such zones',
  'dmarc-no-alias': 'of a rollout whose record is delegated',
  'dmarc-servers-disagree': 'of a rollout, which asks every server',
  'dmarc-not-our-mailbox': 'of a rollout, which knows its mailbox',
  'spf-no-ipv6-answer': 'a sound server answers for both families',
  'mx-host-no-ipv6-answer': 'a sound server answers for both families',
  'mx-parked': 'of a rollout, whose ladder says that the domain sends nothing',
  'spf-parked': 'of a rollout, whose ladder says that the domain sends nothing',
  'rdns-no-address': 'the command line takes addresses only',
  'dkim-bad-selector': 'the command line takes selectors only',
};

/** The severities that the manual gives for each finding. */
const MANUAL: ReadonlyMap<string, string> = new Map(
  [...readFileSync('docs/checks.md', 'utf8').matchAll(/^\| `([a-z0-9-]+)` +\| (\w+) +\|/gm)].map(
    ([, id = '', severity = '']) => [id, severity],
  ),
);

let bind: BindLab;

async function check(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runCommandLine(
    ['check', ...args, '--resolver', `${bind.host}:${bind.port}`],
    { out: (line) => void out.push(line), err: (line) => void err.push(line), hasColors: false, env: {} },
    async () => undefined,
  );
  return { status, out: out.join('\n'), err: err.join('\n') };
}

async function answerOf(...args: readonly string[]): Promise<CheckAnswer> {
  const { out } = await check(...args, '--json');
  return JSON.parse(out) as CheckAnswer;
}

describeWith(['bind9'], 'check, against real zones', () => {
  beforeAll(async () => {
    const zones = [...EXAMPLE_ZONES, ...SHARED_ZONES, ...caseZones(CHECK_CASES)];
    bind = await startBind({ zones });
  }, 60_000);

  afterAll(() => bind.stop());

  it.each(CHECK_CASES)('$id', async ({ id, domain, flags }) => {
    const { findings } = await answerOf(domain ?? caseDomain(id), ...flags);
    const found = findings.filter((finding) => finding.id === id);
    expect(found.map(({ severity }) => severity)).toContain(MANUAL.get(id));
  });

  it('the example of the manual', async () => {
    const { status, out, err } = await check('example.com', '--ip', '203.0.113.25');
    expect({ status, err }).toEqual({ status: 1, err: '' });
    await expect(`${out}\n`).toMatchFileSnapshot('../fixtures/checks/example.txt');
    expect(readFileSync('docs/checks.md', 'utf8')).toContain(`\n${out}\n`);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('the tree of the manual', async () => {
    const { out } = await check('shop.test');
    const tree = /^ {4}shop\.test .*?look-ups$/ms.exec(out)?.[0] ?? '';
    await expect(`${tree}\n`).toMatchFileSnapshot('../fixtures/checks/tree.txt');
    expect(readFileSync('docs/checks.md', 'utf8')).toContain(`\n${tree}\n`);
  });

  it('the example as Markdown', async () => {
    const { out } = await check('example.com', '--markdown');
    await expect(`${out}\n`).toMatchFileSnapshot('../fixtures/checks/example.md');
  });

  it('the JSON has the fields that are promised, and no others', async () => {
    const answer = await answerOf('example.com', '--ip', '203.0.113.25', '--ip', '203.0.113.26');
    expect(Object.keys(answer)).toEqual(['domain', 'status', 'findings', 'spf']);
    // The second address has no name.
    expect(answer).toMatchObject({ domain: 'example.com', status: 'error' });
    expect(answer.spf).toEqual([
      { ip: '203.0.113.25', result: 'pass' },
      { ip: '203.0.113.26', result: 'fail' },
    ]);
    for (const finding of answer.findings) {
      expect(Object.keys(finding).sort()).toEqual(
        ['check', 'clause', 'fix', 'id', 'isGuessed', 'message', 'record', 'severity', 'subject'].sort(),
      );
    }
  });

  it('a domain that nobody can say anything about is unknown, and nothing of it is missing', async () => {
    const { status, out } = await check('lost.nowhere.invalid', '--json');
    const { status: word, findings } = JSON.parse(out) as CheckAnswer;
    expect({ status, word }).toEqual({ status: 2, word: 'unknown' });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(findings.filter(({ id }) => id.endsWith('-missing'))).toEqual([]);
  });
});

describe('the findings', () => {
  const ids = findingIds();

  it('each have a zone that shows them', () => {
    const shown = new Set([...CHECK_CASES.map(({ id }) => id), ...Object.keys(ELSEWHERE)]);
    expect(ids.filter((id) => !shown.has(id))).toEqual([]);
    expect([...shown].filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('each stand in the manual, and no others do', () => {
    expect([...MANUAL.keys()].toSorted()).toEqual(ids);
  });
});

/** The words in the source that look like the id of a finding, with what is filled in. */
function findingIds(): readonly string[] {
  const texts = [...sources('src/core/checks'), 'src/core/record/lint.ts'].map((file) =>
    readFileSync(file, 'utf8'),
  );
  const words = texts.flatMap((text) => [
    ...text.matchAll(/['`]((?:rdns|mx|spf|dkim|dmarc)-[a-z0-9-]*(?:\$\{[a-z.]+\})?[a-z0-9-]*)['`]/g),
  ]);
  const found = words.flatMap(([, word = '']) => filled(word)).filter((id) => !NO_FINDINGS.has(id));
  return [...new Set(found)].sort();
}

/** Words that only look like one. */
const NO_FINDINGS: ReadonlySet<string> = new Set([
  'dmarc-',
  'dmarc-ratchet-asks-for-any-selector',
  'spf-sender-',
]);

function filled(word: string): readonly string[] {
  if (word === 'dmarc-invalid-${tag.name}') {
    return ['sp', 'np', 'adkim', 'aspf', 'pct', 't', 'psd', 'fo'].map((tag) => `dmarc-invalid-${tag}`);
  }
  if (word.includes('${tag}')) return ['rua', 'ruf'].map((tag) => word.replace('${tag}', tag));
  return word.includes('$') ? [] : [word];
}

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => path.join(folder, file));
}
