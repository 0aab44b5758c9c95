import { aCell, aFailingCell, anEvidence, daysFrom, everyDay } from '/work/main/test/builders/evidence.js';
import { it } from 'vitest';
import { decide } from '/work/main/src/core/rollout/decide.js';
import { aRollout, NOW, NONE, REJECT, observed } from '/work/main/test/builders/rollout.js';
import { replay } from '/work/main/src/core/rollout/replay.js';
const days = daysFrom('2026-01-10', '2026-03-12');
const R = ['google.com', 'big.example', 'small.example'];
function go(title: string, cells: any, rollout = aRollout()) {
  const d = decide({ rollout, evidence: anEvidence(cells, { lastReportAt: NOW - 3600000 }), observed: observed(rollout.record ?? NONE), now: NOW });
  console.log(title, '|', d.verdict.kind, '|', d.verdict.why, '| back', JSON.stringify(d.verdict.stepBackTo), '| closed', d.assessment.closedThrough, d.assessment.closedDays, 'legit/wk', Math.round(d.assessment.legitimatePerWeek));
}
it('probe', () => {
  const top = aRollout({ rung: 6, record: REJECT });
  const good = everyDay(days.slice(0, -1), { messages: 60 }, R);
  const noisy = R.map((reporter) => aCell({ day: '2026-03-12', reporter, messages: 60, passed: 58 }));
  const bad = aFailingCell({ day: '2026-03-12', reporter: 'liar.example', messages: 90_000 });
  go('noise', [...good, ...noisy], top);
  go('noise + 90000 bad', [...good, ...noisy, bad], top);
  const all = everyDay(days, { messages: 60 }, R);
  go('good', all);
  go('good + patient forger with a sender of his own', [...all, ...everyDay(days.slice(-20), { messages: 5 }, ['liar.example']), ...days.slice(-20).map((day) => aFailingCell({ day, reporter: 'liar.example', ip: '203.0.113.9', authenticatedAs: 'new.example', messages: 50 }))]);
  go('good + forger who stopped after 20 days', [...all, ...everyDay(days.slice(-26, -6), { messages: 5000 }, ['liar.example'])]);
  go('good + small forger who stopped', [...all, ...everyDay(days.slice(-26, -6), { messages: 900 }, ['liar.example'])]);
  // small domain with a failing vendor, whose harm a forger's good ones hide
  const small = everyDay(days, { messages: 10 }, R);
  const vendor = days.flatMap((day, at) => at % 2 ? [] : R.slice(0, 1).map((reporter) => aCell({ day, reporter, ip: '198.51.100.7', authenticatedAs: 'vendor.example', messages: 3, passed: at % 4 ? 1 : 2 })));
  go('small + vendor', [...small, ...vendor]);
  go('small + vendor + forger 1000 good a day', [...small, ...vendor, ...everyDay(days, { messages: 1000 }, ['liar.example'])]);
  // pool: three own hosts, a neighbour that is abused
  const pool = ['1', '2', '3'].flatMap((n) => everyDay(days, { messages: 20, ip: `198.51.100.${n}` }, R));
  const neighbour = daysFrom('2026-03-09', '2026-03-12').flatMap((day) => R.map((reporter) => aFailingCell({ day, reporter, ip: '198.51.100.200', messages: 500 })));
  go('pool', pool, top);
  go('pool + abuse from a neighbour in the /24', [...pool, ...neighbour], top);
  // two domains of one forger
  const two = ['liar.example', 'sham.example'];
  go('top + two forgers: own fails', [...all, ...two.map((reporter) => aFailingCell({ day: '2026-03-12', reporter, messages: 5000 }))], top);
  go('top + two patient forgers: own fails', [...all, ...everyDay(days.slice(-10, -1), { messages: 5 }, two), ...two.map((reporter) => aFailingCell({ day: '2026-03-12', reporter, messages: 5000 }))], top);
  go('top + patient forger, new sender twice', [...all, ...everyDay(days.slice(-20), { messages: 5 }, two), ...daysFrom('2026-03-10', '2026-03-12').flatMap((day) => two.map((reporter) => aFailingCell({ day, reporter, ip: '203.0.113.9', authenticatedAs: 'new.example', messages: 5000 })))], top);
  // parked, abuse only
  const parked = days.flatMap((day, at) => R.map((reporter) => aFailingCell({ day, reporter, ip: `203.0.${at}.9`, messages: 40 })));
  go('parked', parked);
  // one honest reporter, plus one stranger
  go('google only', everyDay(days, {}, ['google.com']));
  // quarterly newsletter by a known vendor, 5 days, 50 days ago
  const letter = daysFrom('2026-01-15', '2026-01-19').flatMap((day) => R.map((reporter) => aFailingCell({ day, reporter, ip: '198.51.100.7', authenticatedAs: 'sendgrid.net', messages: 400 })));
  go('newsletter of 5 days, 52 days ago', [...all, ...letter]);
  // vendor that fails 2 in 100 = each small
  const many = Array.from({ length: 20 }, (_, n) => days.filter((_d, at) => at % 7 === n % 7).flatMap((day) => R.slice(0, 1).flatMap((reporter) => [aFailingCell({ day, reporter, ip: `198.51.${n}.7`, authenticatedAs: `v${n}.example`, messages: 3 }), aCell({ day, reporter, ip: `198.51.${n}.7`, authenticatedAs: `v${n}.example`, messages: 3 })])));
  const large = everyDay(days, { messages: 3000 }, R);
  go('large + 20 half-broken vendors of 3 a week each', [...large, ...many.flat()]);
});
