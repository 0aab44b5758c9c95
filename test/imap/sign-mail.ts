import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The TXT record of the key that `signMail` signs with, at `s1._domainkey.<domain of the signer>`. */
export const SIGNING_KEY = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;

export interface Signer {
  readonly domain: string;
  readonly canonicalization?: string;
  readonly maxBodyLength?: number;
  readonly headerList?: readonly string[];
}

/** The mail with a DKIM signature of each signer above it, none of which covers another. */
export async function signMail(mail: Buffer, ...signers: readonly Signer[]): Promise<Buffer> {
  // mailauth reads the clock twice for a signature, which is broken if a second begins between.
  const signTime = new Date();
  let out = mail;
  for (const { domain, canonicalization = 'relaxed/relaxed', ...more } of signers) {
    const signatureData = [{ signingDomain: domain, selector: 's1', privateKey: PEM, ...more }];
    const options = { canonicalization, signTime, signatureData } as Parameters<typeof dkimSign>[1];
    const { signatures } = await dkimSign(mail, options);
    out = Buffer.concat([Buffer.from(signatures), out]);
  }
  return out;
}
