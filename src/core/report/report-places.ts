/**
 * A place in a report that is read, by local names: RFC 9990 appendix A and RFC 7489 appendix C together. What lies at
 * no such place is passed over, with all that is in it.
 */
export interface Place {
  readonly name: string;
  /** Where its value is kept while its part is read. */
  readonly index: number;
  /**
   * `text`: a value, the first counts; `once`: a part of which the first counts; `list`: a part that may repeat;
   * `item`: one with a meaning of its own, of which there may be several.
   */
  readonly kind: 'text' | 'once' | 'list' | 'item';
  readonly children: ReadonlyMap<string, Place>;
  /** Indexes of all that lies below. */
  readonly below: readonly number[];
}

const all: Place[] = [];

function place(name: string, kind: Place['kind'], inside: readonly Place[] = []): Place {
  const children = new Map(inside.map((it) => [it.name, it]));
  const below = inside.flatMap((it) => [it.index, ...it.below]);
  const made: Place = { name, index: all.length, kind, children, below };
  all.push(made);
  return made;
}

function text(name: string): Place {
  return place(name, 'text');
}

export const SOURCE_IP = text('source_ip');
export const COUNT = text('count');
export const DISPOSITION = text('disposition');
export const EVALUATED_DKIM = text('dkim');
export const EVALUATED_SPF = text('spf');
export const REASON_TYPE = text('type');
export const REASON_COMMENT = text('comment');
export const REASON = place('reason', 'item', [REASON_TYPE, REASON_COMMENT]);
export const EVALUATED = place('policy_evaluated', 'once', [
  DISPOSITION,
  EVALUATED_DKIM,
  EVALUATED_SPF,
  REASON,
]);
export const ROW = place('row', 'once', [SOURCE_IP, COUNT, EVALUATED]);

/** Who the mail said it was from and to. */
export interface IdentifierPlaces {
  readonly part: Place;
  readonly headerFrom: Place;
  readonly envelopeFrom: Place;
  readonly envelopeTo: Place;
}

function identifierPlaces(name: string): IdentifierPlaces {
  const headerFrom = text('header_from');
  const envelopeFrom = text('envelope_from');
  const envelopeTo = text('envelope_to');
  const part = place(name, 'once', [headerFrom, envelopeFrom, envelopeTo]);
  return { part, headerFrom, envelopeFrom, envelopeTo };
}

export const IDENTIFIERS = identifierPlaces('identifiers');
/** What drafts before RFC 7489 called it; one reporter still does. */
export const IDENTITIES = identifierPlaces('identities');

export const DKIM_DOMAIN = text('domain');
export const DKIM_SELECTOR = text('selector');
export const DKIM_RESULT = text('result');
export const DKIM = place('dkim', 'item', [DKIM_DOMAIN, DKIM_SELECTOR, DKIM_RESULT]);
export const SPF_DOMAIN = text('domain');
export const SPF_SCOPE = text('scope');
export const SPF_RESULT = text('result');
export const SPF = place('spf', 'item', [SPF_DOMAIN, SPF_SCOPE, SPF_RESULT]);
const AUTH_RESULTS = place('auth_results', 'list', [DKIM, SPF]);
export const RECORD = place('record', 'item', [ROW, IDENTIFIERS.part, IDENTITIES.part, AUTH_RESULTS]);

export const ORG_NAME = text('org_name');
export const EMAIL = text('email');
export const REPORT_ID = text('report_id');

/** The days that a report is about. */
export interface RangePlaces {
  readonly part: Place;
  readonly begin: Place;
  readonly end: Place;
}

function rangePlaces(name: string): RangePlaces {
  const begin = text('begin');
  const end = text('end');
  return { part: place(name, 'once', [begin, end]), begin, end };
}

export const DATE_RANGE = rangePlaces('date_range');
/** As one reporter spells it. */
export const DATA_RANGE = rangePlaces('data_range');
export const METADATA = place('report_metadata', 'once', [
  ORG_NAME,
  EMAIL,
  REPORT_ID,
  DATE_RANGE.part,
  DATA_RANGE.part,
]);

export const POLICY_DOMAIN = text('domain');
export const POLICY_P = text('p');
export const POLICY_SP = text('sp');
export const POLICY_NP = text('np');
export const POLICY_PCT = text('pct');
export const POLICY_ADKIM = text('adkim');
export const POLICY_ASPF = text('aspf');
export const POLICY_TESTING = text('testing');
/** Some implementations name `testing` after the tag of the DNS record. */
export const POLICY_T = text('t');
export const POLICY_DISCOVERY = text('discovery_method');
export const POLICY = place('policy_published', 'once', [
  POLICY_DOMAIN,
  POLICY_P,
  POLICY_SP,
  POLICY_NP,
  POLICY_PCT,
  POLICY_ADKIM,
  POLICY_ASPF,
  POLICY_TESTING,
  POLICY_T,
  POLICY_DISCOVERY,
]);

export const FEEDBACK = place('feedback', 'once', [METADATA, POLICY, RECORD]);
/** Outside the report, and whatever is at no place that is read. */
export const ELSEWHERE = place('', 'list');

export const PLACES: readonly Place[] = all;
