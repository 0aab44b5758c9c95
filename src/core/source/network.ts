import ipaddr from 'ipaddr.js';

const CANONICAL_IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** The /24 (IPv4) or /48 (IPv6) that an address lies in, as CIDR text; the text itself when it is no address. */
export function networkOf(ip: string): string {
  // Nearly all are canonical IPv4, and evidence asks for each of its cells: parse only what needs it.
  if (CANONICAL_IPV4.test(ip)) return `${ip.slice(0, ip.lastIndexOf('.'))}.0/24`;
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4'
    ? `${address.toString().replace(/\.\d+$/, '.0')}/24`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/48`).toString()}/48`;
}

/** What one host has: an IPv4 address, or the /64 of an IPv6 address, in which a host uses as many as it likes. */
export function hostOf(ip: string): string {
  if (CANONICAL_IPV4.test(ip)) return ip;
  const known = hosts.get(ip);
  if (known !== undefined) return known;
  if (hosts.size >= MOST_HOSTS) hosts.clear();
  const host = parsedHost(ip);
  hosts.set(ip, host);
  return host;
}

/** Evidence asks for the same addresses again and again, and they take long to read. */
const hosts = new Map<string, string>();
const MOST_HOSTS = 50_000;

function parsedHost(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}
