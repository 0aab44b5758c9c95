import dgram from 'node:dgram';
import net from 'node:net';

/**
 * `swallow`: takes everything and answers nothing. `lose-answers`: the server gets it, its answer never comes back;
 * `lose-update-answers`: only those to DNS UPDATE over TCP.
 */
export type RelayMode = 'forward' | 'swallow' | 'lose-answers' | 'lose-update-answers';

export interface Relay {
  readonly host: string;
  readonly port: number;
  mode: RelayMode;
  stop(): Promise<void>;
}

/** Stands in front of a server on loopback, UDP and TCP, at another address or port, and fails on demand. */
export async function startRelay(options: {
  readonly host: string;
  readonly port: number;
  readonly target: { readonly host: string; readonly port: number };
}): Promise<Relay> {
  const { host, target } = options;
  const open = new Set<net.Socket>();
  const udp = dgram.createSocket('udp4');
  const tcp = net.createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    if (relay.mode === 'swallow') return;
    const server = net.connect(target.port, target.host);
    open.add(server);
    server.on('error', () => client.destroy());
    server.on('close', () => {
      open.delete(server);
      client.destroy();
    });
    client.pipe(server);
    let isUpdate = false;
    client.once('data', (bytes: Buffer) => {
      // Two bytes of length, two of the id, then the opcode (RFC 1035 4.1.1, RFC 2136 1.3).
      isUpdate = ((bytes[4] ?? 0) & 0x78) >> 3 === 5;
    });
    server.on('data', (bytes: Buffer) => {
      const isLost = relay.mode === 'lose-answers' || (relay.mode === 'lose-update-answers' && isUpdate);
      if (isLost) client.destroy();
      else client.write(bytes);
    });
  });
  udp.on('message', (bytes, from) => {
    if (relay.mode === 'swallow') return;
    const onward = dgram.createSocket('udp4');
    const timer = setTimeout(() => onward.close(), 5000);
    onward.on('error', () => undefined);
    onward.on('message', (answer) => {
      clearTimeout(timer);
      onward.close();
      if (relay.mode !== 'lose-answers') udp.send(answer, from.port, from.address);
    });
    onward.send(bytes, target.port, target.host);
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(options.port, host, () => resolve());
  });
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject);
    udp.bind(port, host, () => resolve());
  });
  const relay: Relay = {
    host,
    port,
    mode: 'forward',
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => {
        tcp.close(() => udp.close(() => resolve()));
      });
    },
  };
  return relay;
}
