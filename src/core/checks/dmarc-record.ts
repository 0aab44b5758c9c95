import { organizationalDomain } from '../alignment/organizational-domain.js';
import { lintRecord } from '../record/lint.js';
import { explainNearMiss } from '../record/near-miss.js';
import { readPolicyTags } from '../record/tags.js';
import type { Observation } from '../rollout/observation.js';
import type { Finding } from './finding.js';
import { newFinding } from './new-finding.js';

/** A step back takes as long as the old answer lives; longer than this it is worth a word. Seconds. */
const LONGEST_TTL = 3600;
const MOST_NEAR_MISSES = 5;

/** The DMARC check: what stands at `_dmarc.<domain>`, and what is wrong with it. Never empty. */
export function checkDmarcRecord(observation: Observation, domain: string): readonly Finding[] {
  return [...findings(observation, domain)];
}

function* findings(observation: Observation, domain: string): Iterable<Finding> {
  const name = `_dmarc.${domain}`;
  if (observation.kind === 'record') {
    yield* recordFindings(observation.text, observation.ttl);
    yield* nearMisses(observation.others);
  }
  if (observation.kind === 'absent') {
    yield absent(domain);
    yield* nearMisses(observation.others ?? []);
  }
  if (observation.kind === 'several-records') {
    yield newFinding(
      'dmarc',
      'dmarc-several-records',
      'error',
      `${observation.texts.length} DMARC records stand at ${name}; receivers discard them all.`,
      {
        record: observation.texts.join('\n'),
        clause: 'RFC 9989 4.10',
        fix: 'Keep exactly one.',
      },
    );
  }
  if (observation.kind === 'cname') {
    yield newFinding(
      'dmarc',
      'dmarc-cname',
      'warning',
      `${name} is an alias of ${observation.target}; whoever runs that name sets the policy.`,
      {
        record: observation.target,
        clause: 'RFC 1034 3.6.2',
        fix: 'Put a TXT record of your own in place of the CNAME to manage the policy here.',
      },
    );
  }
  if (observation.kind === 'no-alias') {
    yield newFinding(
      'dmarc',
      'dmarc-no-alias',
      'error',
      `${name} should be an alias of ${observation.wanted}, and is none: what is published there has no effect.`,
      {
        record: observation.texts.length === 0 ? null : observation.texts.join('\n'),
        clause: 'RFC 1034 3.6.2',
        fix: `Put CNAME ${observation.wanted} in place of what stands at ${name}.`,
      },
    );
  }
  if (observation.kind === 'disagree') {
    yield newFinding(
      'dmarc',
      'dmarc-servers-disagree',
      'error',
      `The authoritative servers give different answers for ${name}.`,
      {
        record: observation.texts.join('\n'),
        clause: 'RFC 1034 4.3.5',
        fix: 'Wait for zone transfers to end; then look why a server stays behind.',
      },
    );
  }
  if (observation.kind === 'unknown') {
    yield newFinding(
      'dmarc',
      'dmarc-unknown',
      'unknown',
      `${name} could not be looked up: ${observation.reason}.`,
      {},
    );
  }
}

/** What the text of a record says and what is wrong with it; `ttl` in seconds, null: not known. */
export function* recordFindings(text: string, ttl: number | null): Iterable<Finding> {
  for (const slip of lintRecord(text))
    yield { check: 'dmarc', subject: null, isGuessed: false, record: text, ...slip };
  const tags = readPolicyTags(text);
  if (tags !== null) {
    const watching = tags.p === 'none';
    const message = watching
      ? 'Monitoring Mode: failing mail is delivered as ever.'
      : `Receivers are asked to ${tags.p} failing mail.`;
    yield newFinding('dmarc', 'dmarc-policy', watching ? 'info' : 'ok', message, {
      record: text,
      clause: 'RFC 9989 4.7',
    });
  }
  if (ttl !== null && ttl > LONGEST_TTL) {
    yield newFinding(
      'dmarc',
      'dmarc-long-ttl',
      'info',
      `The record lives ${ttl} seconds in caches; a step back takes that long.`,
      {
        record: text,
        fix: `Lower its TTL to ${LONGEST_TTL} seconds or less.`,
      },
    );
  }
}

function absent(domain: string): Finding {
  const above = organizationalDomain(domain);
  const inherits = above !== domain.toLowerCase();
  const message = inherits
    ? `No DMARC record of its own; that of ${above} applies.`
    : `No DMARC record stands at _dmarc.${domain}.`;
  return newFinding('dmarc', 'dmarc-missing', inherits ? 'info' : 'error', message, {
    clause: 'RFC 9989 4.10',
    fix: inherits
      ? null
      : 'Publish v=DMARC1; p=none; and rua=mailto: with the address of a mailbox for reports.',
  });
}

/** TXT strings that were meant as a record and are none; the first few of them. */
export function* nearMisses(texts: readonly string[]): Iterable<Finding> {
  const misses = texts.map((text) => ({ text, why: explainNearMiss(text) }));
  for (const { text, why } of misses.filter((miss) => miss.why !== null).slice(0, MOST_NEAR_MISSES)) {
    yield newFinding(
      'dmarc',
      'dmarc-not-a-record',
      'error',
      `Receivers don't take this for a DMARC record: ${why}.`,
      {
        record: text,
        clause: 'RFC 9989 4.7',
        fix: 'Correct it, or take it out when a valid record stands beside it.',
      },
    );
  }
}
