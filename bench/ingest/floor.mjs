// The least that reading reports from IMAP into PostgreSQL can take in Node: fetch, inflate, a bare streaming parse, COPY,
// one after another, and nothing else: nothing is judged, remembered, added up or marked. Prints its seconds as JSON.
import { once } from 'node:events';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { ImapFlow } from 'imapflow';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { SaxesParser } from 'saxes';

const [imapPort, user, pass, databaseUrl] = process.argv.slice(2);
const WANTED = new Set(['source_ip', 'count', 'disposition', 'header_from', 'selector']);

const imap = new ImapFlow({
  host: '127.0.0.1',
  port: Number(imapPort),
  secure: false,
  doSTARTTLS: false,
  auth: { user, pass },
  logger: false,
});
const database = new pg.Client({ connectionString: databaseUrl });
await Promise.all([imap.connect(), database.connect()]);
await database.query('create table if not exists floor_row (a text, b text, c text, d text, e text)');
await database.query('truncate floor_row');

const start = performance.now();
const rows = await takeAll();
const seconds = (performance.now() - start) / 1000;
await imap.logout();
await database.end();
console.log(JSON.stringify({ seconds, rows, megabytes: process.resourceUsage().maxRSS / 1024 }));

async function takeAll() {
  const lock = await imap.getMailboxLock('INBOX');
  let count = 0;
  const uids = await imap.search({ all: true }, { uid: true });
  for (let at = 0; at < uids.length; at += 250) {
    const range = uids.slice(at, at + 250).join(',');
    const copy = database.query(copyFrom('copy floor_row from stdin'));
    for (const { source } of await imap.fetchAll(range, { source: true }, { uid: true }))
      count += await copyRows(source, copy);
    copy.end();
    await once(copy, 'finish');
  }
  lock.release();
  return count;
}

async function copyRows(mail, copy) {
  const xml = inflated(mail);
  const parser = new SaxesParser();
  let name = '';
  let row = [];
  let lines = '';
  let count = 0;
  parser.on('opentag', (tag) => (name = tag.name));
  parser.on('text', (text) => {
    if (WANTED.has(name)) row.push(text.trim());
    name = '';
  });
  parser.on('closetag', (tag) => {
    if (tag.name !== 'record') return;
    lines += `${row.slice(0, 5).join('\t')}\n`;
    row = [];
    count += 1;
  });
  for (let at = 0; at < xml.length; at += 65_536) {
    parser.write(xml.toString('latin1', at, at + 65_536));
    if (lines.length > 65_536 && !copy.write(lines)) await once(copy, 'drain');
    if (lines.length > 65_536) lines = '';
  }
  if (lines !== '') copy.write(lines);
  return count;
}

/** The one attachment of a mail of this bench. */
function inflated(mail) {
  const at = mail.indexOf('base64\r\n');
  const start = mail.indexOf('\r\n\r\n', at) + 4;
  const packed = Buffer.from(mail.toString('latin1', start, mail.indexOf('\r\n\r\n', start)), 'base64');
  if (packed[0] === 0x1f) return gunzipSync(packed);
  if (packed[0] !== 0x50) return packed;
  return inflateRawSync(packed.subarray(30 + packed.readUInt16LE(26) + packed.readUInt16LE(28)));
}
