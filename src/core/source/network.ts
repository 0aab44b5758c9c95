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
  if (!ip.includes(':') || !ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}
