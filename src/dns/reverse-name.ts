import ipaddr from 'ipaddr.js';

/** Below which zone the addresses of each family stand. */
export interface ReverseZones {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** RFC 1035 3.5 and RFC 3596 2.5. */
export const ARPA: ReverseZones = { ipv4: 'in-addr.arpa', ipv6: 'ip6.arpa' };

/** The name under which a zone tells of an address: octets or nibbles, the last first. Throws an Error when it is none. */
export function reverseName(ip: string, zones: ReverseZones): string {
  const address = ipaddr.process(ip);
  const bytes = address.toByteArray();
  if (address.kind() === 'ipv4') return [...bytes.toReversed(), zones.ipv4].join('.');
  const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 15]).map((nibble) => nibble.toString(16));
  return [...nibbles.toReversed(), zones.ipv6].join('.');
}
