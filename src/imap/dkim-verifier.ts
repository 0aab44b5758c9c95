import type { dkimVerify } from 'mailauth/lib/dkim/verify.js';

/**
 * mailauth's verification of signatures (RFC 6376). Much code, which isn't needed where a mail server's word decides:
 * loaded when it is asked for the first time, which takes a moment. Who can't be held up asks ahead.
 */
export async function dkimVerifier(): Promise<typeof dkimVerify> {
  return (await import('mailauth/lib/dkim/verify.js')).dkimVerify;
}
