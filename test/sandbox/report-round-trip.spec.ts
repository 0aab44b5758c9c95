import { describe, expect, it } from 'vitest';
import { readReport } from '../../src/core/report/read-report.js';
import { MimeUnpacker } from '../../src/imap/unpack/unpack-message.js';
import { receive } from '../../src/sandbox/receivers.js';
import { reportMail } from '../../src/sandbox/report-mail.js';
import { situation } from '../../src/sandbox/situations.js';
import { unpackAll } from '../imap/unpack-all.js';

const TO = { address: 'dmarc@rua.example', authservId: 'mx.rua.example' };
const RECORD = 'v=DMARC1; p=quarantine; sp=none; pct=25; t=y; adkim=s; rua=mailto:dmarc@rua.example';

describe('report mails of the sandbox, read by the product', () => {
  it.each(['healthy', 'heavy-spoofing', 'mailing-lists', 'broken-subdomain', 'forged-good'] as const)(
    'say the same afterwards: %s',
    async (name) => {
      const unpacker = new MimeUnpacker();
      const sent = [0, 1, 2].flatMap((day) => receive(situation(name, 21), day, () => RECORD).reports);
      expect(sent.length).toBeGreaterThan(10);
      for (const one of sent) {
        const { documents, refusals, mail } = await unpackAll(unpacker, reportMail(one, TO), 'INBOX/1');
        expect(refusals).toEqual([]);
        expect(mail?.from).toBe(`dmarc-reports@${one.reporter.domain}`);
        const read = readReport(documents[0]!.xml);
        if (read.status === 'rejected') throw new Error(read.reason);
        const { policy, ...rest } = read.report;
        const { policy: written, ...truth } = one.report;
        expect(rest).toEqual(truth);
        expect(policy).toMatchObject({ domain: written.domain, p: written.p, adkim: written.adkim });
        expect([policy.pct, policy.testing]).toEqual([written.pct, written.testing]);
      }
    },
  );
});
