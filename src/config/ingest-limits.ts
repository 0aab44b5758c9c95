import { z } from 'zod';

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;

function whole(from: number, to: number, usual: number, description: string) {
  return z.int().min(from).max(to).default(usual).meta({ description });
}

/** Reports are hostile input (RFC 9990 8.1): what is read of them has an end everywhere. */
export const IngestLimits = z.strictObject({
  attachmentBytes: whole(
    10_000,
    GIBIBYTE,
    25 * MEBIBYTE,
    'Bytes of one attachment, file or archive entry before it is unpacked; the mail itself has `mailboxes[].maxMessageBytes`',
  ),
  documentBytes: whole(10_000, 4 * GIBIBYTE, 256 * MEBIBYTE, 'Bytes of one report, unpacked'),
  inflatedBytes: whole(10_000, 16 * GIBIBYTE, 512 * MEBIBYTE, 'Bytes of all that one mail unpacks to'),
  ratio: whole(
    10,
    100_000,
    500,
    'How many times its packed size something may unpack to, beyond the first MiB; honest reports reach 90',
  ),
  entries: whole(1, 100_000, 10_000, 'Attachments and archive entries of one mail'),
  nesting: whole(1, 20, 6, 'Archives in mails in archives'),
  rows: whole(1000, 5_000_000, 250_000, 'Records of one report'),
  textLength: whole(256, 65_536, 2048, 'Characters of one value of a report'),
  elementNesting: whole(8, 1000, 32, 'XML elements inside elements; a report needs six'),
});

const DAYS_OF_A_YEAR_OF_SENDERS = 430;

export const Retention = z
  .strictObject({
    originals: whole(
      1,
      36_500,
      90,
      'Days that original messages are kept, compressed, from their arrival; so long what could not be read can be tried again',
    ),
    rows: whole(1, 36_500, 400, 'Days that the rows of reports are kept, from the day they are about'),
    evidence: whole(
      DAYS_OF_A_YEAR_OF_SENDERS,
      36_500,
      800,
      'Days that daily numbers, reports and the list of mails are kept; at least 430, since a year of senders is looked at',
    ),
  })
  .superRefine(({ rows, evidence }, context) => {
    if (rows > evidence)
      context.addIssue({
        code: 'custom',
        path: ['rows'],
        message: `rows can't be kept longer than the reports they belong to, and evidence is ${evidence}; allowed: at most as many days`,
      });
  });
