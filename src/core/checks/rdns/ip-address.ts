import ipaddr from 'ipaddr.js';

/** An address as it is compared and shown: canonical text, IPv4 in IPv6 as IPv4. */
export interface CheckedIp {
  readonly text: string;
  readonly family: 4 | 6;
  /** Whether mail can come from it over the Internet. */
  readonly isPublic: boolean;
}

/** For examples only (RFC 5737, RFC 3849). They are checked like others: who tries this out uses them. */
const DOCUMENTATION = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'];

/** Whether a text is an IPv4 address of four numbers or an IPv6 address. */
export function isIpAddress(text: string): boolean {
  return readIp(text) !== null;
}

/** Reads an address of either family; null: it is none. */
export function readIp(text: string): CheckedIp | null {
  const isAddress =
    ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && ipaddr.IPv6.isValid(text));
  if (!isAddress || text.includes('%')) return null;
  const ip = ipaddr.process(text);
  return {
    text: ip.toString(),
    family: ip.kind() === 'ipv4' ? 4 : 6,
    isPublic: ip.range() === 'unicast' || DOCUMENTATION.some((network) => isInNetwork(ip, network)),
  };
}

/** The name of the reverse zone that holds the names of an address (RFC 1035 3.5, RFC 3596 2.5). */
export function reverseZoneName(ip: CheckedIp): string {
  if (ip.family === 4) return `${ip.text.split('.').toReversed().join('.')}.in-addr.arpa`;
  return `${Array.from(nibbles(ip.text)).toReversed().join('.')}.ip6.arpa`;
}

/** The 32 hexadecimal digits of an IPv6 address, without separators. */
export function nibbles(text: string): string {
  return ipaddr.IPv6.parse(text)
    .toByteArray()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

function isInNetwork(ip: ipaddr.IPv4 | ipaddr.IPv6, network: string): boolean {
  const [first, bits] = ipaddr.parseCIDR(network);
  return first.kind() === ip.kind() && ip.match(first, bits);
}
