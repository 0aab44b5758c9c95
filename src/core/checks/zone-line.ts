/** Bytes in one string of a TXT record (RFC 1035 3.3). */
const LONGEST_STRING = 255;

/** A record as a zone file has it: `example.com. MX 10 mail.example.com.`; `data` as written there. */
export function zoneLine(name: string, type: string, data: string): string {
  return `${name}. ${type} ${data}`;
}

/** A TXT record as a zone file has it, long text as several strings of one record. */
export function txtLine(name: string, text: string): string {
  const strings: string[] = [];
  for (let at = 0; at < text.length || at === 0; at += LONGEST_STRING) {
    strings.push(`"${text.slice(at, at + LONGEST_STRING).replace(/["\\]/g, String.raw`\$&`)}"`);
  }
  return zoneLine(name, 'TXT', strings.join(' '));
}
