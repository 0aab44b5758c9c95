import type { Finding, Severity } from '../finding.js';
import { quoted } from '../new-finding.js';
import type { SpfResult, SpfVerdict } from './check-host.js';
import { withNetworksFirst } from './edit-record.js';
import { publish, spfFinding } from './spf-finding.js';

/** An address that sends the domain's mail, and whether it may. */
export interface SenderCheck {
  readonly ip: string;
  readonly verdict: SpfVerdict;
}

interface Judgement {
  readonly id: `spf-sender-${string}`;
  readonly severity: Severity;
  /** What becomes of mail from the address, behind "Mail from 192.0.2.1". */
  readonly words: string;
  readonly clause: string;
}

/** What a result means for an address that is said to send the domain's mail: DMARC knows a pass, and no pass. */
const JUDGEMENTS: Readonly<Record<SpfResult, Judgement>> = {
  pass: { id: 'spf-sender-pass', severity: 'ok', words: 'passes SPF', clause: 'RFC 7208 2.6.3' },
  fail: { id: 'spf-sender-fail', severity: 'error', words: 'fails SPF', clause: 'RFC 7208 2.6.4' },
  softfail: {
    id: 'spf-sender-softfail',
    severity: 'warning',
    words: 'does not pass SPF (softfail)',
    clause: 'RFC 7208 2.6.5',
  },
  neutral: {
    id: 'spf-sender-neutral',
    severity: 'warning',
    words: 'does not pass SPF (neutral)',
    clause: 'RFC 7208 2.6.2',
  },
  none: { id: 'spf-sender-none', severity: 'info', words: 'can not pass SPF', clause: 'RFC 7208 2.6.1' },
  permerror: {
    id: 'spf-sender-permerror',
    severity: 'error',
    words: 'does not pass SPF, as the record is broken for it (permerror)',
    clause: 'RFC 7208 2.6.7',
  },
  temperror: {
    id: 'spf-sender-unknown',
    severity: 'unknown',
    words: 'may pass SPF or not',
    clause: 'RFC 7208 2.6.6',
  },
};

const LONGEST_EXPLANATION = 200;

/**
 * Whether each address may send as the domain. `record`: as seen; `base`: what should stand there apart from the
 * addresses; null: that can't be said.
 */
export function senderFindings(
  senders: readonly SenderCheck[],
  domain: string,
  { record, base }: { readonly record: string | null; readonly base: string | null },
): readonly Finding[] {
  // One record for all of them: whichever finding is followed, none takes away what another gave.
  const refused = refusedSenders(senders);
  const right = base === null ? null : publish(domain, withNetworksFirst(base, refused));
  return senders.map(({ ip, verdict }) => {
    const { id, severity, words, clause } = JUDGEMENTS[verdict.result];
    const said =
      verdict.explanation === null
        ? ''
        : ` The domain says: "${verdict.explanation.slice(0, LONGEST_EXPLANATION)}".`;
    return spfFinding(id, severity, `Mail from ${quoted(ip)} ${words}: ${verdict.reason}.${said}`, {
      subject: ip,
      record,
      clause,
      fix: refused.includes(ip) ? fixOf(right) : againLater(verdict.result),
    });
  });
}

/** The addresses that the record should let send, and doesn't. */
function refusedSenders(senders: readonly SenderCheck[]): readonly string[] {
  const refusals: readonly SpfResult[] = ['fail', 'softfail', 'neutral', 'permerror'];
  return senders.filter(({ verdict }) => refusals.includes(verdict.result)).map(({ ip }) => ip);
}

function fixOf(right: string | null): string {
  if (right === null) return 'Mend the record first; then let it name the address.';
  return `If the address is of a mail service, add the include that the service names. If it is your own: ${right}`;
}

function againLater(result: SpfResult): string | null {
  return result === 'temperror' ? 'Ask again later; receivers that get no answer put the mail off.' : null;
}
