// A DNS provider of your own for dmarc-ratchet, whole: `TOKEN=… ZONES=zones.json PORT=8053 node webhook-server.mjs`.
// Instead of TOKEN a SIGNING_SECRET (any text without `whsec_` before it) lets requests be signed (Standard Webhooks).
//
// Four routes, all POST, JSON of the type below in both directions. A set is {values: [text], ttl: seconds or null}.
//   /check    {}                                    → {ok, message, compares?: whether /replace compares}
//   /zone     {name}                                → {zone: {id, name, nameServers?: [name]} or null}
//   /read     {zone: id, name}                      → a set, values [] for none; {alias: target} where a CNAME stands
//   /replace  {zone, name, expected, next, changeId} → {reference?: what you call the change}
// Errors: 401 and 403 for the credential, 409 when `expected` does not stand there, 422 for what you don't take, 429 with
// Retry-After; 5xx is tried again later, 4xx is final. A body {error: text} is shown to people.
//
// This one keeps zones in a file: {"example.com": {"_dmarc.example.com": {"values": ["v=DMARC1; p=none"], "ttl": 3600}}}.
// Put your DNS in the place of `load` and `save`; keep compare and write together, so that no two writers can cross.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';

const { TOKEN, SIGNING_SECRET, ZONES = 'zones.json', PORT = '8053' } = process.env;
if (!TOKEN && !SIGNING_SECRET) throw new Error('TOKEN or SIGNING_SECRET is missing');
const TYPE = 'application/vnd.dmarc-ratchet.dns.v1+json';

const load = () => JSON.parse(readFileSync(ZONES, 'utf8'));
const save = (zones) => {
  writeFileSync(`${ZONES}.new`, JSON.stringify(zones, null, 2));
  renameSync(`${ZONES}.new`, ZONES);
};
const standing = (zones, { zone, name }) => ({ values: [], ttl: null, ...zones[zone]?.[name] });
const inOrder = (values) => JSON.stringify([...values].sort());
const isSame = (one, other) =>
  timingSafeEqual(...[one, other].map((text) => createHmac('sha256', 'x').update(text).digest()));

function isAllowed({ headers }, body) {
  if (TOKEN) return isSame(headers.authorization ?? '', `Bearer ${TOKEN}`);
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given = '' } = headers;
  const signature = createHmac('sha256', SIGNING_SECRET).update(`${id}.${time}.${body}`).digest('base64');
  return isSame(given, `v1,${signature}`) && Math.abs(Date.now() / 1000 - Number(time)) < 300;
}

const routes = {
  '/check': () => [200, { ok: true, message: `${Object.keys(load()).length} zones`, compares: true }],
  '/zone': ({ name }) => {
    const holding = Object.keys(load()).filter((zone) => name === zone || name.endsWith(`.${zone}`));
    const [longest] = holding.sort((one, other) => other.length - one.length);
    return [200, { zone: longest ? { id: longest, name: longest, nameServers: null } : null }];
  },
  '/read': (asked) => [200, standing(load(), asked)],
  '/replace': ({ zone, name, expected, next }) => {
    const zones = load();
    if (!name.startsWith('_dmarc.') || !zones[zone]) return [403, { error: `${name} is not written here` }];
    const observed = standing(zones, { zone, name });
    if (observed.alias) return [422, { error: 'an alias stands there' }];
    if (inOrder(observed.values) !== inOrder(expected.values))
      return [409, { error: 'another record', observed }];
    zones[zone][name] = next;
    save(zones);
    return [200, { reference: null }];
  },
};

const server = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) if ((body += chunk).length > 1_000_000) return request.destroy();
  const answer = (status, json) =>
    response.writeHead(status, { 'content-type': TYPE }).end(JSON.stringify(json));
  if (!isAllowed(request, body)) return answer(401, { error: 'who are you?' });
  if (request.headers.accept !== TYPE) return answer(406, { error: `this speaks ${TYPE}` });
  const route = request.method === 'POST' && Object.hasOwn(routes, request.url) ? routes[request.url] : null;
  try {
    if (route === null) answer(404, { error: 'no such route' });
    else answer(...route(JSON.parse(body)));
  } catch (error) {
    answer(500, { error: error.message });
  }
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
