/** One record of an emulated account; `value` is decoded, as DNS would carry it. */
export interface EmulatedRecord {
  readonly id: string;
  readonly zone: string;
  /** Whole name, small letters, without a final dot. */
  readonly name: string;
  readonly type: string;
  value: string;
  ttl: number;
}

/** What stands beside the records of a test, and must stand there after it, too. */
const NEIGHBOURS: readonly (readonly [string, string, string])[] = [
  ['', 'A', '192.0.2.1'],
  ['', 'MX', '10 mail.example.test'],
  ['', 'TXT', 'v=spf1 mx -all'],
  ['', 'NS', 'ns1.provider.test'],
  ['mail', 'A', '192.0.2.2'],
  ['*', 'TXT', 'a wildcard'],
  ['_dmarcx', 'TXT', 'v=DMARC1; p=none; x=other-name'],
  ['_dmarc.deep.sub', 'TXT', 'v=DMARC1; p=none; x=below'],
  ['sel._domainkey', 'TXT', 'v=DKIM1; p=abc'],
  ['child', 'NS', 'ns1.elsewhere.example.net'],
  ['child', 'DS', `12345 13 2 ${'0A'.repeat(32)}`],
  ['_dmarc.alias', 'CNAME', 'elsewhere.example.net'],
];

/** Zones and records of an account, for emulators of providers' APIs: what is "served" is what stands here. */
export class EmulatedZones {
  readonly records: EmulatedRecord[] = [];
  private lastId = 1000;

  constructor(readonly zones: readonly string[]) {
    for (const zone of zones) {
      for (const [label, type, value] of NEIGHBOURS) {
        this.add(zone, label === '' ? zone : `${label}.${zone}`, type, value, 300);
      }
    }
  }

  add(zone: string, name: string, type: string, value: string, ttl: number): EmulatedRecord {
    this.lastId += 1;
    const record = { id: String(this.lastId), zone, name: name.toLowerCase(), type, value, ttl };
    this.records.push(record);
    return record;
  }

  /** All of a name and type; of all types without one. */
  at(name: string, type?: string): EmulatedRecord[] {
    return this.records.filter(
      (record) => record.name === bare(name) && (type === undefined || record.type === type),
    );
  }

  byId(id: string): EmulatedRecord | undefined {
    return this.records.find((record) => record.id === id);
  }

  remove(gone: readonly EmulatedRecord[]): void {
    const left = this.records.filter((record) => !gone.includes(record));
    this.records.splice(0, this.records.length, ...left);
  }

  /** The longest zone that holds a name. */
  zoneOf(name: string): string {
    const zone = this.zones
      .filter((candidate) => bare(name) === candidate || bare(name).endsWith(`.${candidate}`))
      .toSorted((one, other) => other.length - one.length)[0];
    if (zone === undefined) throw new Error(`no zone holds ${name}`);
    return zone;
  }

  /** Replaces a set of records, keeping nothing of it. */
  replace(name: string, type: string, values: readonly string[], ttl: number): void {
    const zone = this.zoneOf(name);
    this.remove(this.at(name, type));
    for (const value of values) this.add(zone, bare(name), type, value, ttl);
  }

  /** TXT values at a name, sorted. */
  txt(name: string): readonly string[] {
    return this.at(name, 'TXT')
      .map((record) => record.value)
      .toSorted();
  }

  /** Everything but one name, to compare before and after. */
  allBut(name: string): string {
    return JSON.stringify(
      this.records
        .filter((record) => record.name !== bare(name))
        .map(({ zone, name: other, type, value, ttl }) => JSON.stringify([zone, other, type, value, ttl]))
        .toSorted(),
    );
  }
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
