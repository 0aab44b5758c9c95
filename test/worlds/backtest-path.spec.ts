import { describe, expect, it } from 'vitest';
import { DAY_MS, startOfDay } from '../../src/core/instant.js';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import type { Replay } from '../../src/core/rollout/replay.js';
import { DEFAULT_SETTINGS } from '../../src/core/rollout/rollout.js';
import { MailAuthenticator } from '../../src/imap/authenticate-report.js';
import { MimeUnpacker } from '../../src/imap/unpack/unpack-message.js';
import { reportMail } from '../../src/sandbox/report-mail.js';
import { reportsOf, runWorld } from '../../src/sandbox/run-world.js';
import { situation } from '../../src/sandbox/situations.js';
import type { World } from '../../src/sandbox/world.js';
import { backtest } from '../../src/workflows/backtest.js';
import { BacktestWork } from '../../src/workflows/backtest-work.js';

const ADDRESSEE = { address: 'dmarc@rua.example', authservId: 'mx.rua.example' };
const DAYS = 112;

/** Through everything that a folder of mail goes through: headers, attachments, XML. */
async function backtested(world: World): Promise<readonly Replay[]> {
  const mails = new Map<string, Uint8Array>();
  for (const sent of reportsOf(world, DAYS)) mails.set(`${mails.size}.eml`, reportMail(sent, ADDRESSEE));
  const authenticator = new MailAuthenticator({
    authservId: ADDRESSEE.authservId,
    resolveTxt: (name) => Promise.reject(new Error(`${name} is not to be looked up`)),
  });
  const load = (name: string): Uint8Array => mails.get(name) ?? new Uint8Array();
  const work = new BacktestWork(load, new MimeUnpacker(), authenticator, (replay) => replay);
  const options = {
    ladder: LADDERS.gradual,
    settings: DEFAULT_SETTINGS,
    domain: null,
    until: startOfDay(world.start) + DAYS * DAY_MS,
  };
  return (await backtest([...mails.keys()], options, work)).told;
}

describe('a backtest of the mails of a world', () => {
  it.each(['breaks', 'subdomain-breaks', 'forged-good', 'false-google-bad-word'] as const)(
    'says the same as a replay of what was sent: %s',
    async (name) => {
      const world = situation(name, 1);
      const [replayed, ...others] = await backtested(world);
      expect(others).toEqual([]);
      expect(replayed?.domain).toBe(world.domain);
      const direct = runWorld(world, DAYS, LADDERS.gradual).replayed;
      expect(replayed?.transitions).toEqual(direct.transitions);
      expect(replayed?.holds).toEqual(direct.holds);
      expect(replayed?.verdict).toEqual(direct.verdict);
    },
    180_000,
  );
});
