import {
  CLASS,
  nameBytes,
  RCODE,
  txtData,
  TYPE,
  uint16,
  uint32,
  type WireMessage,
  type WireRecord,
} from './dns-wire.js';

/** One record of a zone. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly data: Buffer;
}

/** What a zone begins with: TXT texts by name, the apex included. */
export interface ZoneContent {
  readonly name: string;
  readonly txt: Readonly<Record<string, string>>;
  readonly hosts?: readonly HostRecord[];
}

/** An IPv4 address, a mail server (with preference 10), or the name of an address. */
export interface HostRecord {
  readonly name: string;
  readonly type: 'A' | 'MX' | 'PTR';
  readonly value: string;
}

const TTL = 3600;

/** The records of one zone. SOA, NS and the name server's address are there from the start. */
export class ZoneData {
  readonly name: string;
  private serial = 1;
  private records: readonly ZoneRecord[];

  constructor(content: ZoneContent, address: string) {
    this.name = content.name.toLowerCase();
    const server = `ns1.${this.name}`;
    this.records = [
      { name: this.name, type: TYPE.NS, ttl: TTL, data: nameBytes(server) },
      { name: server, type: TYPE.A, ttl: TTL, data: addressBytes(address) },
      ...Object.entries(content.txt).map(([name, text]) => txtRecord(name, text, TTL)),
      ...(content.hosts ?? []).map(hostRecord),
    ];
  }

  holds(name: string): boolean {
    return name === this.name || name.endsWith(`.${this.name}`);
  }

  /** Whether anything stands at the name or below it (RFC 8020). */
  exists(name: string): boolean {
    return this.records.some((record) => record.name === name || record.name.endsWith(`.${name}`));
  }

  find(name: string, type: number): readonly ZoneRecord[] {
    if (type === TYPE.SOA && name === this.name) return [this.soa()];
    return this.records.filter(
      (record) => record.name === name && (record.type === type || type === TYPE.ANY),
    );
  }

  soa(): ZoneRecord {
    const numbers = [this.serial, 3600, 600, 86_400, 60].map(uint32);
    const names = [nameBytes(`ns1.${this.name}`), nameBytes(`hostmaster.${this.name}`)];
    return { name: this.name, type: TYPE.SOA, ttl: TTL, data: Buffer.concat([...names, ...numbers]) };
  }

  /** Replaces the whole set at one name; no texts take it away. */
  setTxt(name: string, texts: readonly string[], ttl: number): void {
    const key = name.toLowerCase();
    const kept = this.records.filter((record) => record.name !== key || record.type !== TYPE.TXT);
    this.replace([...kept, ...texts.map((text) => txtRecord(key, text, ttl))]);
  }

  /** RFC 2136 3.2: the rcode that the prerequisites end in. */
  checkPrerequisites(prerequisites: readonly WireRecord[]): number {
    const wanted = new Map<string, WireRecord[]>();
    for (const one of prerequisites) {
      if (!this.holds(one.name)) return RCODE.NOTZONE;
      const stands = this.find(one.name, one.type).length > 0;
      if (one.class === CLASS.ANY && !stands) return one.type === TYPE.ANY ? RCODE.NXDOMAIN : RCODE.NXRRSET;
      if (one.class === CLASS.NONE && stands) return RCODE.YXRRSET;
      if (one.class !== CLASS.IN) continue;
      const key = `${one.name} ${one.type}`;
      wanted.set(key, [...(wanted.get(key) ?? []), one]);
    }
    for (const set of wanted.values()) if (!this.equals(set)) return RCODE.NXRRSET;
    return RCODE.NOERROR;
  }

  /** RFC 2136 3.4: all of it, or none. TXT only: nothing else is changed in a sandbox. */
  update(updates: readonly WireRecord[]): number {
    let next = this.records;
    for (const one of updates) {
      if (!this.holds(one.name)) return RCODE.NOTZONE;
      if (one.type !== TYPE.TXT) return RCODE.REFUSED;
      next = next.filter((record) => !isStruck(record, one));
      if (one.class === CLASS.IN) next = [...next, { ...one, data: Buffer.from(one.data) }];
    }
    this.replace(next);
    return RCODE.NOERROR;
  }

  /** RFC 2136 2.4.2: the set stands exactly so, apart from order and TTL. */
  private equals(set: readonly WireRecord[]): boolean {
    const first = set[0];
    if (first === undefined) return true;
    const bytes = (records: readonly { readonly data: Buffer }[]): string =>
      records
        .map(({ data }) => data.toString('hex'))
        .sort()
        .join(' ');
    return bytes(this.find(first.name, first.type)) === bytes(set);
  }

  private replace(records: readonly ZoneRecord[]): void {
    this.records = records;
    this.serial += 1;
  }
}

/** Whether an update takes this record away: its set, itself, or because it is put there anew. */
function isStruck(record: ZoneRecord, update: WireRecord): boolean {
  if (record.name !== update.name || record.type !== update.type) return false;
  return update.class === CLASS.ANY || record.data.equals(update.data);
}

function hostRecord({ name, type, value }: HostRecord): ZoneRecord {
  return { name: name.toLowerCase(), type: TYPE[type], ttl: TTL, data: hostData(type, value) };
}

function hostData(type: HostRecord['type'], value: string): Buffer {
  switch (type) {
    case 'A':
      return addressBytes(value);
    case 'MX':
      return Buffer.concat([uint16(10), nameBytes(value)]);
    case 'PTR':
      return nameBytes(value);
  }
}

function addressBytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

function txtRecord(name: string, text: string, ttl: number): ZoneRecord {
  return { name: name.toLowerCase(), type: TYPE.TXT, ttl, data: txtData(text) };
}

/** The sections of an UPDATE under their own names (RFC 2136 2). */
export function updateSections(message: WireMessage): {
  readonly zone: string | undefined;
  readonly prerequisites: readonly WireRecord[];
  readonly updates: readonly WireRecord[];
} {
  return {
    zone: message.questions[0]?.name,
    prerequisites: message.answers,
    updates: message.authorities,
  };
}
