import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainName } from '../config/domain-name.js';
import type { Observation } from '../core/rollout/observation.js';
import { rungText } from '../core/rollout/ladder.js';
import { readPolicyTags } from '../core/record/tags.js';
import { ShowRecord, type RecordStanding } from '../workflows/show-record.js';
import { Requires } from './access.js';
import { Answers } from './answers.js';
import { ENROLLED, enrolled } from './domain-view.js';
import { isoTime, isoTimeOrNull } from './iso-time.js';

const Time = z.iso.datetime();

const Shown = z.object({
  kind: z.enum(['record', 'absent', 'several-records', 'cname', 'no-alias', 'disagree', 'unknown']),
  texts: z.array(z.string()).meta({ description: 'DMARC records; the target of a CNAME' }),
  ttl: z.int().nullable().meta({ description: 'Seconds' }),
  why: z.string().nullable().meta({ description: 'Of what can’t be told' }),
});
type Shown = z.infer<typeof Shown>;

const RecordView = z
  .object({
    domain: z.string(),
    name: z.string().meta({ description: 'Where the record is written' }),
    alias: z.string().nullable(),
    verify: z.enum(['authoritative', 'recursive', 'both']),
    expected: z.string().nullable(),
    shown: Shown.meta({ description: 'What all servers together show' }),
    isAsExpected: z.boolean(),
    servers: z.array(
      z.object({
        server: z.string(),
        kind: z.enum(['authoritative', 'recursive']),
        name: z.string(),
        namedBy: z.enum(['parent', 'child', 'both', 'settings']),
        serial: z.int().nullable(),
        shown: Shown,
        isAsExpected: z.boolean(),
      }),
    ),
    stage: z.string().nullable().meta({ description: 'Of the open change' }),
    writtenAt: Time.nullable(),
    verifiedAt: Time.nullable(),
    effectiveAt: Time.nullable(),
    provider: z
      .object({ status: z.enum(['pending', 'done', 'unknown']), note: z.string().nullable() })
      .nullable(),
    reporters: z.array(
      z.object({
        reporter: z.string(),
        orgName: z.string(),
        policy: z.string(),
        until: Time,
        hasSeen: z.boolean(),
      }),
    ),
    seen: z.string().meta({ description: 'Of the reporters, in a sentence' }),
  })
  .meta({ id: 'Record' });
export type RecordView = z.infer<typeof RecordView>;

function shownOf(observation: Observation): Shown {
  const { kind } = observation;
  switch (observation.kind) {
    case 'record':
      return { kind, texts: [observation.text], ttl: observation.ttl, why: null };
    case 'absent':
      return { kind, texts: [], ttl: null, why: null };
    case 'several-records':
    case 'no-alias':
    case 'disagree':
      return { kind, texts: [...observation.texts], ttl: null, why: null };
    case 'cname':
      return { kind, texts: [observation.target], ttl: null, why: null };
    case 'unknown':
      return { kind, texts: [], ttl: null, why: observation.reason };
  }
}

/** `4 of 5 reporters have seen p=quarantine`. */
function seenSentence({ reporters, expected }: RecordStanding): string {
  if (reporters.length === 0) return 'no reporter has reported in the last two weeks';
  const tags = expected === null ? null : readPolicyTags(expected);
  const policy = tags === null ? 'the record' : rungText({ tags, soakDays: 0, approval: false });
  const seen = reporters.filter(({ hasSeen }) => hasSeen).length;
  return `${seen} of ${reporters.length} reporters have seen ${policy}`;
}

/** What people see of it: the command line shows the same. */
export function recordView(standing: RecordStanding): RecordView {
  const { place, name, expected, servers, reporters, provider } = standing;
  const isAsExpected = (observation: Observation): boolean =>
    expected !== null && observation.kind === 'record' && observation.text === expected;
  return {
    domain: place.domain,
    name,
    alias: place.alias,
    verify: place.verify,
    expected,
    shown: shownOf(standing.observation),
    isAsExpected: isAsExpected(standing.observation),
    servers: servers.map((server) => ({
      server: server.server,
      kind: server.kind,
      name: server.name,
      namedBy: server.namedBy,
      serial: server.serial,
      shown: shownOf(server.observation),
      isAsExpected:
        // On the way to an alias, the CNAME itself is what is wanted.
        (server.name !== name && server.observation.kind === 'cname' && server.observation.target === name) ||
        isAsExpected(server.observation),
    })),
    stage: standing.stage,
    writtenAt: isoTimeOrNull(standing.writtenAt),
    verifiedAt: isoTimeOrNull(standing.verifiedAt),
    effectiveAt: isoTimeOrNull(standing.effectiveAt),
    provider,
    reporters: reporters.map((one) => ({ ...one, until: isoTime(one.until) })),
    seen: seenSentence(standing),
  };
}

@ApiTags('evidence')
@Controller('v1/domains/:domain/record')
export class RecordController {
  constructor(private readonly showRecord: ShowRecord) {}

  @Get()
  @Answers(
    'What should stand there, what every server shows, and which reporters have seen it; takes seconds',
    RecordView,
    ENROLLED,
  )
  @Requires('viewer')
  async record(@Param('domain', { schema: DomainName }) domain: string): Promise<RecordView> {
    return recordView(enrolled(await this.showRecord.run(domain), domain));
  }
}
