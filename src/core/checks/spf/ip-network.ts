import ipaddr from 'ipaddr.js';

/** An address as a number; `text` is how people write it. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly text: string;
}

export interface IpNetwork {
  readonly family: 4 | 6;
  /** The first address, with the bits behind the prefix as they were written. */
  readonly address: bigint;
  /** Length in bits. */
  readonly prefix: number;
}

/** RFC 7208 5.6, `qnum`: four decimal numbers without leading zeros; the library takes more than that. */
const IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
/** RFC 4291 2.2, without a scope; the library does the rest. */
const IPV6 = /^(?=.*:)[\da-f:.]{2,45}$/i;

/** An address as a mechanism writes it: the family is what the text says. Null: it is none. */
export function readIp(text: string): IpAddress | null {
  if (IPV4.test(text)) return { family: 4, value: numberOf(ipaddr.IPv4.parse(text).toByteArray()), text };
  if (!IPV6.test(text) || !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  return { family: 6, value: numberOf(address.toByteArray()), text: address.toString() };
}

/** A client's address: IPv4 mapped into IPv6 is IPv4 (RFC 7208 5). Null: it is no address. */
export function readClientIp(text: string): IpAddress | null {
  const address = readIp(text);
  if (address === null || address.family === 4) return address;
  return address.value >> 32n === 0xffffn ? fromValue(4, address.value & 0xffffffffn) : address;
}

/** How many bits an address of the family has. */
export function bitsOf(family: 4 | 6): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** Whether an address of the same family lies in the network; one of the other family never does. */
export function isInNetwork(address: IpAddress, network: IpNetwork): boolean {
  if (address.family !== network.family) return false;
  const shift = BigInt(bitsOf(network.family) - network.prefix);
  return address.value >> shift === network.address >> shift;
}

/** `192.0.2.0/24`; a single address without its length. */
export function networkText(network: IpNetwork): string {
  const bits = bitsOf(network.family);
  const shift = BigInt(bits - network.prefix);
  const first = fromValue(network.family, (network.address >> shift) << shift).text;
  return network.prefix === bits ? first : `${first}/${network.prefix}`;
}

/** The reverse of networkText. Null: it is no network. */
export function readNetworkText(text: string): IpNetwork | null {
  const [address = '', length] = text.split('/');
  const ip = readIp(address);
  if (ip === null) return null;
  return {
    family: ip.family,
    address: ip.value,
    prefix: length === undefined ? bitsOf(ip.family) : Number(length),
  };
}

/** `public`, or what the registry of special addresses calls it: `private`, `loopback`, `linkLocal` … */
export function rangeOf(network: IpNetwork): string {
  const range = libraryAddress(network.family, network.address).range();
  return range === 'unicast' ? 'public' : range;
}

/** The name below which DNS tells of the address, without the zone: octets, or nibbles in capitals (RFC 7208 7.3). */
export function dottedIp(address: IpAddress): string {
  if (address.family === 4) return address.text;
  return address.value.toString(16).toUpperCase().padStart(32, '0').split('').join('.');
}

export function fromValue(family: 4 | 6, value: bigint): IpAddress {
  return { family, value, text: libraryAddress(family, value).toString() };
}

function libraryAddress(family: 4 | 6, value: bigint): ipaddr.IPv4 | ipaddr.IPv6 {
  const bytes = Array.from({ length: bitsOf(family) / 8 }, (_, index) =>
    Number((value >> BigInt(bitsOf(family) - 8 * (index + 1))) & 0xffn),
  );
  return family === 4 ? new ipaddr.IPv4(bytes) : new ipaddr.IPv6(bytes);
}

function numberOf(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
