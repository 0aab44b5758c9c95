import dgram from 'node:dgram';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { answerTo, truncated, zoneOf, type ZoneServerState } from './dns-answer.js';
import type { ZoneKey } from './dns-tsig.js';
import { TYPE, txtText, uint16 } from './dns-wire.js';
import { ZoneData, type ZoneContent } from './zone-data.js';

const ADDRESS = '127.0.0.1';
/** RFC 1035 4.2.1; more only for a client that says so, which none here needs. */
const UDP_BYTES = 1232;
const MOST_CONNECTIONS = 64;

export interface ZoneOptions {
  readonly zones: readonly ZoneContent[];
  readonly key: ZoneKey;
  /** Seconds since the epoch, for the time in signatures; the machine's clock when left out. */
  readonly now?: () => number;
}

/** A name server on loopback, UDP and TCP on one port. */
export interface ZoneServer {
  readonly port: number;
  /** The TXT texts at a name, as they stand now. */
  texts(fqdn: string): readonly string[];
  /** The one TXT text at a name; null: none, or several. */
  record(fqdn: string): string | null;
  /** What somebody else does to the zone behind everybody's back. No text takes the record away. */
  setRecord(fqdn: string, texts: readonly string[], ttl?: number): void;
  stop(): Promise<void>;
}

/** Serves the zones with authority and takes signed updates (RFC 2136, RFC 8945). */
export async function startZone(options: ZoneOptions): Promise<ZoneServer> {
  const zones = options.zones.map((content) => new ZoneData(content, ADDRESS));
  const now = options.now ?? ((): number => Math.floor(Date.now() / 1000));
  const state: ZoneServerState = { zones, key: options.key, now };
  const tcp = net.createServer((socket) => serveTcp(socket, state));
  tcp.maxConnections = MOST_CONNECTIONS;
  const sockets = new Set<net.Socket>();
  tcp.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const { port, udp } = await bindBoth(tcp);
  udp.on('message', (bytes, from) => {
    const answer = answerTo(bytes, state);
    if (answer === null) return;
    udp.send(answer.length > UDP_BYTES ? truncated(answer) : answer, from.port, from.address);
  });
  const texts = (fqdn: string): readonly string[] => {
    const name = fqdn.toLowerCase();
    const found = zoneOf(name, zones)?.find(name, TYPE.TXT) ?? [];
    return found.map(({ data }) => txtText(data));
  };
  return {
    port,
    texts,
    record(fqdn) {
      const all = texts(fqdn);
      return all.length === 1 ? (all[0] ?? null) : null;
    },
    setRecord(fqdn, next, ttl = 3600) {
      const zone = zoneOf(fqdn.toLowerCase(), zones);
      if (zone === undefined) throw new RangeError(`no zone holds ${fqdn}`);
      zone.setTxt(fqdn, next, ttl);
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
    },
  };
}

/** One port that is free for both; TCP picks it, and when UDP's is taken another is tried. */
async function bindBoth(tcp: net.Server): Promise<{ readonly port: number; readonly udp: dgram.Socket }> {
  for (let tries = 0; tries < 20; tries += 1) {
    const port = await listen(tcp);
    const udp = await bindUdp(port);
    if (udp !== null) return { port, udp };
    await new Promise<void>((resolve) => tcp.close(() => resolve()));
  }
  throw new Error('found no port that is free for both UDP and TCP');
}

function listen(tcp: net.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(0, ADDRESS, () => {
      tcp.off('error', reject);
      const address: AddressInfo | string | null = tcp.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function bindUdp(port: number): Promise<dgram.Socket | null> {
  const udp = dgram.createSocket('udp4');
  return new Promise((resolve) => {
    udp.once('error', () => resolve(null));
    udp.bind(port, ADDRESS, () => {
      udp.removeAllListeners('error');
      udp.on('error', () => undefined); // an answer that cannot be sent is the client's time-out
      resolve(udp);
    });
  });
}

/** RFC 1035 4.2.2: two bytes of length before each message. */
function serveTcp(socket: net.Socket, state: ZoneServerState): void {
  let waiting: Buffer = Buffer.alloc(0);
  socket.setTimeout(10_000, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0);
      const answer = answerTo(waiting.subarray(2, end), state);
      waiting = waiting.subarray(end);
      if (answer === null) socket.destroy();
      else socket.write(Buffer.concat([uint16(answer.length), answer]));
    }
  });
}
