import { organizationalDomain } from '../../alignment/organizational-domain.js';
import { nibbles, type CheckedIp } from './ip-address.js';

/** Words with which access networks name the addresses of their customers. */
const WORDS = new Set(
  [
    'adsl broadband cable catv cpe cust dhcp dial dialin dialup dip dsl dyn dynamic dynamicip dynip',
    'ftth fttb hsd pool pools ppp pppoe rdns residential static staticip unassigned unknown unused vdsl wimax xdsl',
  ].flatMap((line) => line.split(' ')),
);

/**
 * What makes a name look as if nobody had given it to a mail server, in a few words; null: nothing does.
 * Receivers distrust such names; no standard says which they are.
 */
export function whyGeneric(name: string, ip: CheckedIp): string | null {
  if (holdsAddress(name, ip)) return 'the address stands in it';
  const registered = organizationalDomain(name); // it may be called anything
  const word = name
    .slice(0, -registered.length)
    .split('.')
    .flatMap((label) => label.split(/[-_\d]+/))
    .find((part) => WORDS.has(part));
  return word === undefined ? null : `"${word}" stands in it`;
}

function holdsAddress(name: string, ip: CheckedIp): boolean {
  return ip.family === 4 ? holdsIpv4(name, ip.text.split('.')) : holdsIpv6(name, ip.text);
}

/** All four numbers as written, in either order and with zeros in front, or as eight hexadecimal digits. */
function holdsIpv4(name: string, octets: readonly string[]): boolean {
  const numbers = name.match(/\d+/g)?.map((digits) => digits.replace(/^0+(?=\d)/, '')) ?? [];
  const inOrder = `.${numbers.join('.')}.`;
  const packed = octets.map((octet) => octet.padStart(3, '0')).join('');
  const hex = octets.map((octet) => Number(octet).toString(16).padStart(2, '0')).join('');
  return (
    inOrder.includes(`.${octets.join('.')}.`) ||
    inOrder.includes(`.${octets.toReversed().join('.')}.`) ||
    name.includes(packed) ||
    new RegExp(String.raw`(?:^|[^\da-f])(?:0x|ip)?${hex}(?:[^\da-f]|$)`).test(name)
  );
}

/** All digits with or without separators in either order, or the short form with hyphens. */
function holdsIpv6(name: string, text: string): boolean {
  const digits = nibbles(text);
  const bare = name.replace(/[-.]/g, '');
  return (
    bare.includes(digits) ||
    bare.includes(Array.from(digits).toReversed().join('')) ||
    `-${name.replaceAll('.', '-')}-`.includes(`-${text.replaceAll(':', '-')}-`)
  );
}
