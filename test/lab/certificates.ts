import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateOptions {
  /** As OpenSSL writes them: `DNS:localhost,IP:127.0.0.1`. */
  readonly names: string;
  /** Negative: it has expired before. */
  readonly days?: number;
}

/** A certificate authority of its own, in a folder of its own; needs openssl from Debian. */
export interface Authority {
  /** Its certificate, PEM. */
  readonly pem: string;
  issue(options: CertificateOptions): Promise<Certificate>;
  remove(): Promise<void>;
}

export async function makeAuthority(): Promise<Authority> {
  const folder = await mkdtemp(path.join(tmpdir(), 'authority-'));
  const file = (name: string) => path.join(folder, name);
  const openssl = (...args: readonly string[]) => run('/usr/bin/openssl', args, { cwd: folder });
  await openssl(
    'req',
    '-x509',
    ...KEY,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '30',
    '-subj',
    '/CN=A test',
  );
  let count = 0;
  return {
    pem: await readFile(file('ca.pem'), 'utf8'),
    async issue({ names, days = 30 }) {
      count += 1;
      const own = `server${count}`;
      await writeFile(file(`${own}.ext`), `subjectAltName=${names}\n`);
      await openssl('req', ...KEY, '-keyout', `${own}.key`, '-out', `${own}.csr`, '-subj', '/CN=server');
      const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', `${days}`];
      await openssl(
        'x509',
        '-req',
        '-in',
        `${own}.csr`,
        ...signing,
        '-out',
        `${own}.pem`,
        '-extfile',
        `${own}.ext`,
      );
      return { certFile: file(`${own}.pem`), keyFile: file(`${own}.key`) };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
