import net from 'node:net';

/** Where a DNS server listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`, `ns1.example.com:53`.
 * Throws a RangeError for anything else.
 */
export function parseEndpoint(text: string, defaultPort = 53): Endpoint {
  const trimmed = text.trim();
  if (net.isIPv6(trimmed)) return { host: trimmed, port: defaultPort };
  const match = /^(?:\[([0-9a-f:.%]+)\]|([^:[\]\s/]+))(?::(\d{1,5}))?$/i.exec(trimmed);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new RangeError(`not a server address: ${JSON.stringify(text.slice(0, 80))}`);
  }
  return { host, port };
}

/** The inverse of parseEndpoint, for messages. */
export function formatEndpoint(endpoint: Endpoint): string {
  const host = net.isIPv6(endpoint.host) ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}
