import ipaddr from 'ipaddr.js';

/** RFC 1035 2.3.4. */
const LONGEST_NAME = 253;

/**
 * A domain name as the rest of the program compares it: lower case, no final dot, internationalized labels as A-labels
 * (RFC 5890 2.3.2.1). Takes an address too, of which it reads the domain. Null when it can't be a name.
 */
export function readDomain(text: string): string | null {
  const name = withoutEnd(text.slice(text.lastIndexOf('@') + 1));
  const ascii = isAscii(name) ? name.toLowerCase() : asALabels(name);
  if (ascii === null || ascii === '' || ascii.length > LONGEST_NAME) return null;
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(ascii) ? ascii : null;
}

/** Without dots, brackets and spaces at its end. */
function withoutEnd(text: string): string {
  let end = text.length;
  // A pattern would begin anew at each dot of an endless row of them.
  while (end > 0 && /[.>\s]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The canonical text of an IPv4 or IPv6 address; IPv4-mapped addresses become IPv4. Null when it is no address. */
export function readAddress(text: string): string | null {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (IPV4.test(bare)) return bare;
  if (!IPV6.test(bare)) return null;
  try {
    return ipaddr.process(bare).toString();
  } catch {
    return null;
  }
}

/** Four decimal numbers, as they are written canonically: the library also takes `10.1` and octal ones. */
const IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
/** Without a scope (`fe80::1%eth0`), which means something on one machine only. The library does the rest. */
const IPV6 = /^(?=.*:)[\da-f:.]{2,45}$/i;

function isAscii(text: string): boolean {
  return !/[^\p{ASCII}]/u.test(text);
}

function asALabels(name: string): string | null {
  if (name.length > LONGEST_NAME || /[\s/?#:@\\%]/.test(name)) return null;
  const url = `http://${name}/`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}
