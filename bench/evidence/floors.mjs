// What no reader of this folder can do without, alone in one thread: the least time to measure by.
import { readFileSync } from 'node:fs';
import { gunzipSync, inflateRawSync } from 'node:zlib';

/** Runs something and answers the CPU seconds of the process for it. */
function cpuSeconds(run) {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** CPU seconds for all files, estimated from every `step`th of them. */
export function floors(files, step = 10) {
  const sample = files.filter((_, index) => index % step === 0);
  let mails = [];
  let documents = [];
  let elements = 0;
  const reading = cpuSeconds(() => {
    mails = sample.map((file) => readFileSync(file));
  });
  const inflating = cpuSeconds(() => {
    documents = mails.map((mail) => inflated(mail).toString('latin1'));
  });
  const walking = cpuSeconds(() => {
    for (const document of documents) elements += tagsIn(document);
  });
  const megabytes = documents.reduce((sum, document) => sum + document.length, 0) / 1e6;
  return {
    reading: reading * step,
    inflating: inflating * step,
    walking: walking * step,
    megabytes: megabytes * step,
    elements: elements * step,
  };
}

/** The one attachment of a mail that the sandbox wrote. */
function inflated(mail) {
  const text = mail.toString('latin1');
  const start = text.indexOf('\r\n\r\n', text.indexOf('base64')) + 4;
  const packed = Buffer.from(text.slice(start, text.indexOf('\r\n\r\n', start)), 'base64');
  if (packed[0] === 0x1f) return gunzipSync(packed);
  // A zip of one file (APPNOTE 4.3.7): its data begin behind a header of 30 bytes, a name and an extra field.
  return inflateRawSync(packed.subarray(30 + packed.readUInt16LE(26) + packed.readUInt16LE(28)));
}

/** Each tag looked at and nothing kept. */
function tagsIn(document) {
  let count = 0;
  for (let at = document.indexOf('<'); at !== -1; at = document.indexOf('<', at + 1)) count += 1;
  return count;
}
