import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { quoted } from '../lab/bind.js';
import type { BindLab, LabZone } from '../lab/bind.js';
import type { Dovecot } from '../lab/dovecot.js';
import { DAY_MS, startOfDay } from '../../src/core/instant.js';
import type { HeardNotice, NoticeListener } from '../../src/sandbox/demo-notices.js';
import type { Service } from '../../src/service.js';
import type { TestDatabase } from '../lab/postgres.js';
import { VirtualClock } from '../../src/sandbox/virtual-clock.js';
import { WakeUp } from '../../src/ports/wake-up.js';
import { createDatabase } from '../lab/postgres.js';
import { demoZones } from '../../src/sandbox/demo-settings.js';
import type { World } from '../../src/sandbox/world.js';
import { describeWith } from '../lab/debian-packages.js';
import { listenForNotices } from '../../src/sandbox/demo-notices.js';
import { loadConfig } from '../../src/config/load-config.js';
import os from 'node:os';
import path from 'node:path';
import { receive } from '../../src/sandbox/receivers.js';
import { reportMail } from '../../src/sandbox/report-mail.js';
import { situation } from '../../src/sandbox/situations.js';
import { startBind } from '../lab/bind.js';
import { startDovecot } from '../lab/dovecot.js';
import { startService } from '../../src/service.js';
import { until } from '../lab/until.js';

const DOMAIN = 'whole-way.test';
const NAME = `_dmarc.${DOMAIN}`;
const RECORD = `v=DMARC1; p=none; rua=mailto:dmarc@rua.example; fo=1`;
const NEXT = `v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:dmarc@rua.example; fo=1`;
const ADDRESSEE = { address: 'dmarc@rua.example', authservId: 'mx.rua.example' };
const TOKEN = 'a-token-for-this-test-alone';
const WEBHOOK_SECRET = Buffer.from('a secret for this test alone').toString('base64');
const DAYS = 36;

/** What the test looks at in any answer. */
interface Answer {
  readonly rung?: number;
  readonly verdict?: { readonly kind: string } | null;
  readonly phase?: string;
  readonly change?: { readonly planHash: string } | null;
  readonly mailboxes?: readonly { readonly mails: Readonly<Record<string, number>> }[];
  readonly reports?: readonly { readonly counted: boolean }[];
  readonly history?: readonly { readonly action?: string; readonly status?: string }[];
  readonly status?: string;
  readonly findings?: readonly { readonly id: string }[];
  readonly spf?: readonly { readonly result: string }[];
  readonly holds?: readonly { readonly reason: string; readonly note: string }[];
}

/** All that mail of the world's domain needs in DNS, as zone files. */
function zonesOf(world: World): readonly LabZone[] {
  return demoZones([world]).map(({ name, txt, hosts = [] }) => ({
    name,
    records: [
      ...Object.entries(txt).map(([owner, text]) =>
        owner === NAME ? `${owner}. 60 TXT "${RECORD}"` : `${owner}. 60 TXT ${quoted(text)}`,
      ),
      ...hosts.map(({ name: owner, type, value }) =>
        type === 'A' ? `${owner}. A ${value}` : `${owner}. ${type} ${type === 'MX' ? '10 ' : ''}${value}.`,
      ),
    ],
  }));
}

describeWith(
  ['bind9', 'bind9-dnsutils', 'dovecot-imapd'],
  'from a mail in the rua mailbox to a changed record',
  () => {
    const world = situation('heavy-spoofing', 'whole way', { domain: DOMAIN });
    const names = demoZones([world]).flatMap(({ txt }) => Object.keys(txt));
    const keyName = names.find((name) => name.includes('._domainkey.')) ?? '';
    const clock = new VirtualClock(startOfDay(world.start));
    const heard: HeardNotice[] = [];
    let parts: {
      folder: string;
      database: TestDatabase;
      bind: BindLab;
      dovecot: Dovecot;
      notices: NoticeListener;
      service: Service;
    };

    beforeAll(async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'ratchet-e2e-'));
      const database = await createDatabase();
      const bind = await startBind({ zones: zonesOf(world) });
      const dovecot = await startDovecot({ users: [{ name: 'dmarc', password: 'pass' }] });
      const notices = await listenForNotices(WEBHOOK_SECRET, (notice) => heard.push(notice));
      const server = `${bind.host}:${bind.port}`;
      const settings = {
        domains: [{ name: DOMAIN, provider: 'bind', mode: 'supervised' }],
        mailboxes: [
          {
            name: 'rua',
            host: '127.0.0.1',
            port: dovecot.port,
            tls: 'none',
            user: 'dmarc',
            password: 'pass',
            authservId: ADDRESSEE.authservId,
          },
        ],
        providers: [
          {
            name: 'bind',
            type: 'rfc2136',
            server: bind.host,
            port: bind.port,
            keyName: bind.key.name,
            keyAlgorithm: bind.key.algorithm,
            keySecret: bind.key.secret,
          },
        ],
        notifications: [
          { name: 'ops', type: 'webhook', url: notices.url, secret: `whsec_${WEBHOOK_SECRET}` },
        ],
        dns: { resolvers: [server], authorities: [{ zone: DOMAIN, servers: [server] }] },
      };
      const file = path.join(folder, 'settings.yaml');
      await writeFile(file, JSON.stringify(settings));
      const config = loadConfig({
        cwd: folder,
        env: { CONFIG_FILE: file, DATABASE_URL: database.url, PORT: '0', API_TOKEN: TOKEN },
      });
      const service = await startService(config, { clock, logger: false });
      parts = { folder, database, bind, dovecot, notices, service };
    }, 60_000);

    afterAll(async () => {
      await parts.service.stop();
      await parts.notices.stop();
      await parts.dovecot.stop();
      await parts.bind.stop();
      await parts.database.drop();
      await rm(parts.folder, { recursive: true });
    });

    async function ask(
      method: string,
      route: string,
      body?: object,
    ): Promise<{ status: number; body: Answer }> {
      const answer = await fetch(`${parts.service.url}/v1${route}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Answer };
    }

    async function evaluate(): Promise<void> {
      await parts.service.app.get(WakeUp).wake({ workflow: 'evaluate-domain', domain: DOMAIN });
    }

    it('takes the record as it stands when the domain is enrolled', async () => {
      await until('the record is adopted', async () => {
        const { body } = await ask('GET', `/domains/${DOMAIN}`);
        return body.rung === 0;
      });
      expect(await parts.bind.txt(NAME)).toEqual([RECORD]);
    });

    it('stores each report once and moves its mail', async () => {
      const sent = Array.from({ length: DAYS }, (_, day) => receive(world, day, () => RECORD).reports).flat();
      clock.advanceTo(startOfDay(world.start) + DAYS * DAY_MS);
      const arrived = sent.filter((it) => it.arrivesAt <= clock.now());
      const ordinary =
        'From: a@example.com\r\nSubject: lunch?\r\nDate: Mon, 05 Jan 2026 10:00:00 +0000\r\n\r\nhi\r\n';
      await parts.dovecot.append('INBOX', [...arrived.map((it) => reportMail(it, ADDRESSEE)), ordinary]);

      const different = new Set(arrived.map((it) => `${it.reporter.domain} ${it.report.reportId}`)).size;
      await until(
        'all reports are stored',
        async () => {
          const { body } = await ask('GET', '/mailboxes');
          return body.mailboxes?.[0]?.mails['not-a-report'] === 1;
        },
        60_000,
      );
      const { body } = await ask('GET', `/reports?domain=${DOMAIN}&limit=1000`);
      expect(body.reports).toHaveLength(different);
      expect(body.reports?.every((it) => it.counted)).toBe(true);
    });

    it('checks DNS with what the reports told, and keeps the results', async () => {
      let body: Answer = {};
      await until('the addresses of its mail are known', async () => {
        ({ body } = await ask('POST', `/domains/${DOMAIN}/checks`));
        clock.advanceTo(clock.now() + 1000);
        return body.spf?.length !== 0;
      });
      expect(body.status).not.toBe('unknown');
      const ids = body.findings?.map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(['rdns-confirmed', 'mx-hosts', 'spf-record', 'dkim-key']));
      expect(new Set(body.spf?.map(({ result }) => result))).toEqual(new Set(['pass']));
      // The rollout checks as well, and in between it may have found more, of more addresses.
      let kept: Answer = {};
      await vi.waitFor(
        async () => {
          ({ body } = await ask('POST', `/domains/${DOMAIN}/checks`));
          ({ body: kept } = await ask('GET', `/domains/${DOMAIN}/checks?history=10`));
          clock.advanceTo(clock.now() + 1000);
          expect(kept.findings).toHaveLength(body.findings?.length ?? 0);
          expect(kept.findings).toEqual(expect.arrayContaining([...(body.findings ?? [])]));
        },
        { timeout: 20_000 },
      );
      expect(kept.history?.length).toBeGreaterThan(0);
    });

    it('holds while a key that signs its mail is revoked, says what to fix, and goes on when it is', async () => {
      const [sound = ''] = await parts.bind.txt(keyName);
      await parts.bind.write(keyName, ['v=DKIM1; p=']);
      clock.advanceTo(clock.now() + 60_000);
      await ask('POST', `/domains/${DOMAIN}/checks`);
      await until('the rollout is held', async () => {
        const { body } = await ask('GET', `/domains/${DOMAIN}`);
        const hold = body.holds?.find(({ reason }) => reason === 'failing-check');
        return hold?.note.includes('Stop signing with this selector, or publish its key') === true;
      });
      expect(await parts.bind.txt(NAME)).toEqual([RECORD]);
      await parts.bind.write(keyName, [sound]);
      clock.advanceTo(clock.now() + 60_000);
      await ask('POST', `/domains/${DOMAIN}/checks`);
      await until('the hold is gone', async () => {
        const { body } = await ask('GET', `/domains/${DOMAIN}`);
        return body.holds?.every(({ reason }) => reason !== 'failing-check') === true;
      });
    });

    it('changes nothing while it is paused', async () => {
      await ask('POST', `/domains/${DOMAIN}/pause`, { note: 'not today' });
      await evaluate();
      await until('the verdict passes, and whatever was planned is dropped', async () => {
        const { body } = await ask('GET', `/domains/${DOMAIN}`);
        return body.verdict?.kind === 'pass' && body.phase === 'paused' && body.change === null;
      });
      expect(await parts.bind.txt(NAME)).toEqual([RECORD]);
    });

    it('asks a person, and refuses an approval of another plan', async () => {
      await ask('POST', `/domains/${DOMAIN}/resume`, { note: '' });
      await until('approval is wanted', async () => {
        const { body } = await ask('GET', `/domains/${DOMAIN}`);
        return body.phase === 'awaiting-approval';
      });
      const wrong = await ask('POST', `/domains/${DOMAIN}/approve`, { planHash: 'f'.repeat(64), note: '' });
      expect(wrong.status).toBe(409);
      expect(await parts.bind.txt(NAME)).toEqual([RECORD]);
    });

    it('publishes what was approved, tells people, and keeps the history', async () => {
      const { body } = await ask('GET', `/domains/${DOMAIN}`);
      const approved = await ask('POST', `/domains/${DOMAIN}/approve`, {
        planHash: body.change?.planHash,
        note: 'go',
      });
      expect(approved.status).toBe(200);
      await until('the record has changed', async () => (await parts.bind.txt(NAME))[0] === NEXT);
      await until('people are told', () => heard.some((it) => it.event === 'strengthened'));
      expect(heard.find((it) => it.event === 'strengthened')?.text).toContain(NEXT);
      expect(parts.notices.counts().invalid).toBe(0);

      const history = await ask('GET', `/domains/${DOMAIN}/history`);
      const actions = history.body.history?.map((it) => it.action);
      for (const action of [
        'enrolled',
        'adopted',
        'pause',
        'resume',
        'approved',
        'intended',
        'written',
        'verified',
      ]) {
        expect(actions).toContain(action);
      }
    });

    it('holds when somebody else edits the record, and writes nothing over it', async () => {
      const foreign = 'v=DMARC1; p=reject; rua=mailto:dmarc@rua.example';
      await parts.bind.write(NAME, [foreign]);
      clock.advanceTo(clock.now() + DAY_MS);
      await evaluate();
      await until(
        'drift is seen',
        async () => (await ask('GET', `/domains/${DOMAIN}`)).body.phase === 'drifted',
      );
      expect(await parts.bind.txt(NAME)).toEqual([foreign]);
    });
  },
);
