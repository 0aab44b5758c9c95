import ipaddr from 'ipaddr.js';

/** The /24 (IPv4) or /48 (IPv6) that an address lies in, as CIDR text; the text itself when it is no address. */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4'
    ? `${address.toString().replace(/\.\d+$/, '.0')}/24`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/48`).toString()}/48`;
}
