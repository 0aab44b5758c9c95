import dgram from 'node:dgram';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import packet from 'dns-packet';
import type { Answer, DecodedPacket } from 'dns-packet';

export interface Said {
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  readonly additionals?: readonly Answer[];
  /** Header bits beside QR: AA 0x400, TC 0x200, rcode in the low four. */
  readonly flags?: number;
}

/** Raw datagrams or stream contents to send; or a message; or null for silence. */
export type Script = (query: DecodedPacket, via: 'udp' | 'tcp') => readonly Buffer[] | Said | null;

export interface ScriptedDns {
  readonly port: number;
  readonly queries: readonly { readonly name: string; readonly type: string; readonly via: 'udp' | 'tcp' }[];
  stop(): Promise<void>;
}

/** A DNS server on 127.0.0.1 that says whatever a test wants, for answers that no real server gives on demand. */
export async function startScriptedDns(script: Script): Promise<ScriptedDns> {
  const queries: { name: string; type: string; via: 'udp' | 'tcp' }[] = [];
  const open = new Set<net.Socket>();
  const respond = (bytes: Buffer, via: 'udp' | 'tcp'): readonly Buffer[] => {
    const query = packet.decode(bytes);
    const question = query.questions![0]!;
    queries.push({ name: question.name, type: question.type, via });
    const said = script(query, via);
    if (said === null) return [];
    if (Array.isArray(said)) return said as readonly Buffer[];
    const message = encodeAnswer(query, said as Said);
    return via === 'tcp' ? [framed(message)] : [message];
  };
  const tcp = net.createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.on('data', (bytes) => {
      for (const part of respond(bytes.subarray(2), 'tcp')) socket.write(part);
    });
  });
  await new Promise<void>((resolve) => {
    tcp.listen(0, '127.0.0.1', () => resolve());
  });
  const { port } = tcp.address() as AddressInfo;
  const udp = dgram.createSocket('udp4');
  udp.on('message', (bytes, from) => {
    for (const part of respond(bytes, 'udp')) udp.send(part, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject);
    udp.bind(port, '127.0.0.1', () => resolve());
  });
  return {
    port,
    queries,
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => {
        tcp.close(() => udp.close(() => resolve()));
      });
    },
  };
}

/** An answer to a query as bytes. */
export function encodeAnswer(query: DecodedPacket, said: Said): Buffer {
  return packet.encode({
    type: 'response',
    id: query.id,
    flags: said.flags ?? packet.AUTHORITATIVE_ANSWER,
    questions: query.questions,
    answers: [...(said.answers ?? [])],
    authorities: [...(said.authorities ?? [])],
    additionals: [...(said.additionals ?? [])],
  });
}

export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
