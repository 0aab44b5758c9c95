import { Resolver } from 'node:dns/promises';
import { Readable } from 'node:stream';
import { readAuthenticationResults } from '../core/report/authentication-results.js';
import {
  KEY_NOT_LOOKED_UP,
  type Authenticity,
  type AuthenticityMethod,
} from '../core/report/authenticity.js';
import { readDomain } from '../core/report/read-names.js';
import { ReportAuthenticator } from '../ports/report-authenticator.js';
import { Breather } from './unpack/breather.js';
import { withProvingSignatures } from './dkim-signatures.js';
import { dkimVerifier } from './dkim-verifier.js';
import { FailedLookups } from './failed-lookups.js';
import { authorAddress, splitMail, type SplitMail } from './unpack/mail-header.js';
import { UnpackError } from '../ports/message-unpacker.js';
import { withDeadline } from './with-deadline.js';

/** TXT records of a name, each in its strings; rejects as node:dns does (ENOTFOUND, ENODATA, ESERVFAIL …). */
export type ResolveTxt = (name: string) => Promise<string[][]>;

export interface AuthenticatorOptions {
  /** authserv-id of the Authentication-Results field that our own mail server writes; null without one. */
  readonly authservId: string | null;
  /** Where DKIM keys are looked up; the resolvers of the operating system by default. */
  readonly resolveTxt?: ResolveTxt;
  /** Milliseconds for all look-ups of one mail; 15,000 by default. */
  readonly timeoutMs?: number;
}

/**
 * Whether a report mail passed DMARC: by the word of our own mail server where it left one, which is final; else by
 * verifying its DKIM signatures ourselves (RFC 6376), of which one must be aligned with its Author Domain. Undecided
 * when none verifies and DNS did not answer for the key of one (RFC 6376 6.1.2).
 */
export class MailAuthenticator extends ReportAuthenticator {
  private readonly authservId: string | null;
  private readonly resolveTxt: ResolveTxt;
  private readonly timeoutMs: number;
  private readonly failedLookups = new FailedLookups();

  constructor(options: AuthenticatorOptions) {
    super();
    this.authservId = options.authservId;
    this.resolveTxt = options.resolveTxt ?? systemResolver();
    this.timeoutMs = options.timeoutMs ?? 15_000;
  }

  override async authenticate(raw: Uint8Array): Promise<Authenticity> {
    try {
      return await this.judge(splitMail(raw));
    } catch (error) {
      if (error instanceof UnpackError) return refused('none', error.message);
      throw error;
    }
  }

  private async judge(mail: SplitMail): Promise<Authenticity> {
    const address = authorAddress(mail.header);
    // RFC 9989 4.10: without exactly one Author Domain there is nothing to be aligned with.
    const fromDomain = address === null ? null : readDomain(address);
    if (fromDomain === null) return refused('none', 'the mail has no single From address');
    const word = this.authservId === null ? null : this.wordOfServer(mail, this.authservId, fromDomain);
    return word ?? this.verify(mail, fromDomain);
  }

  private wordOfServer(mail: SplitMail, authservId: string, fromDomain: string): Authenticity | null {
    return readAuthenticationResults(mail.header.all('authentication-results'), authservId, fromDomain);
  }

  private async verify(mail: SplitMail, fromDomain: string): Promise<Authenticity> {
    const message = withProvingSignatures(mail, fromDomain);
    if (message === null) return refused('dkim', `no DKIM signature of ${fromDomain}`);
    const unanswered = new Set<string>();
    const resolver = (name: string): Promise<string[][]> => this.lookUpKey(name, unanswered);
    const verify = await dkimVerifier();
    const verified = await withDeadline(verify(inPieces(message), { resolver }), this.timeoutMs);
    for (const name of unanswered) this.failedLookups.add(name);
    if (verified === null) return undecided(`${KEY_NOT_LOOKED_UP} in time`);
    const passing = verified.results.find(({ status }) => status.result === 'pass');
    if (passing !== undefined) return passed(fromDomain, passing.signingDomain);
    const results = verified.results.map(({ signingDomain, status }) => {
      const comment = status.comment ? ` (${status.comment})` : '';
      return `${signingDomain}: ${status.result}${comment}`;
    });
    if (unanswered.size > 0) return undecided(`${KEY_NOT_LOOKED_UP}: ${results.join(', ')}`);
    return refused('dkim', `no DKIM signature verifies: ${results.join(', ')}`);
  }

  /** The name stays in `unanswered` unless DNS says what stands there, or that nothing does. */
  private async lookUpKey(name: string, unanswered: Set<string>): Promise<string[][]> {
    unanswered.add(name);
    if (this.failedLookups.has(name)) throw new KeyLookupError(`${name} was not answered just now`);
    try {
      const texts = await this.resolveTxt(name);
      unanswered.delete(name);
      return texts;
    } catch (error) {
      if (isAnswer(error)) unanswered.delete(name);
      throw error;
    }
  }
}

/** Bytes; canonicalizing one piece takes about a millisecond. */
const PIECE = 64 * 1024;

/** A small mail in one piece; a large one in many, so that others have their turn between. */
function inPieces([head, body]: readonly [Buffer, Buffer]): Buffer | Readable {
  if (body.length <= PIECE) return Buffer.concat([head, body]);
  return Readable.from(
    (async function* pieces() {
      const breather = new Breather();
      yield head;
      for (let at = 0; at < body.length; at += PIECE) {
        yield body.subarray(at, at + PIECE);
        await breather.breathe();
      }
    })(),
    { objectMode: false },
  );
}

class KeyLookupError extends Error {
  override readonly name = 'KeyLookupError';
  readonly code = 'ESERVFAIL';
}

/** That there is no such name or record, or that it can be none, will be said again. */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'ENOTFOUND' || error.code === 'ENODATA' || error.code === 'EBADNAME';
}

function passed(domain: string, signingDomain: string): Authenticity {
  const reason = `DKIM signature of ${signingDomain} verifies, aligned with ${domain}`;
  return { authenticated: true, domain, method: 'dkim', reason };
}

function refused(method: AuthenticityMethod, reason: string): Authenticity {
  return { authenticated: false, domain: null, method, reason };
}

function undecided(reason: string): Authenticity {
  return { authenticated: false, domain: null, method: 'dkim', reason, undecided: true };
}

function systemResolver(): ResolveTxt {
  const resolver = new Resolver({ timeout: 4000, tries: 2 });
  return (name) => resolver.resolveTxt(name);
}
