// What people read of the watchdog's own trouble: whole messages, as they are sent.
import { expect, test } from 'vitest';
import { decideDirect, directRows } from '../../functions/domain/direct.ts';
import { gatherFacts } from '../../functions/domain/gather.ts';
import { judge } from '../../functions/domain/judge.ts';
import type { OutboxRow } from '../../functions/domain/outbox.ts';
import { renderNotice } from '../../functions/views/message.ts';
import { all, findingsOf, hour, minute, siteRules, start } from '../support/site.ts';
import { storyOf } from '../support/story.ts';

const rules = siteRules();

function told(row: OutboxRow | undefined): string[] {
  if (row === undefined) throw new Error('nothing was said');
  const { title, body } = renderNotice(row.notice);
  return [title, ...body.split('\n').filter((line) => line !== '')];
}

test('a gap, and its end', () => {
  const story = storyOf(rules);
  story.ticks(3);
  expect(told(story.tick({ at: story.nextAt() + 11 * minute }).rows[0])).toEqual([
    'WARNING Home: the watchdog was late',
    'Nobody was watching for 12 minutes.',
    'Noticed 2026-11-23 03:14:00 Europe/Berlin (02:14:00 UTC).',
    'What was seen:',
    '- no look was taken in between, and one is due each minute: nothing called, or it failed',
    'The watchdog keeps looking every minute and tells you when this changes.',
    'Site: Home (home)',
    'Incident: home.ticks.home.20261123T021400Z',
  ]);
  story.ticks(3);
  expect(told(story.tick().rows[0]).slice(0, 5)).toEqual([
    'RESOLVED Home: the watchdog looks in time again',
    'This is over.',
    'It was: nobody was watching for 12 minutes.',
    'Noticed 2026-11-23 03:14:00 Europe/Berlin (02:14:00 UTC).',
    'Closed 2026-11-23 03:18:00 Europe/Berlin (02:18:00 UTC), after 4 min; this includes the wait to see that it stays well.',
  ]);
});

test('a channel that fails, and its end', () => {
  const story = storyOf(rules);
  story.tick();
  const health = { failures: 3, failingSince: start, outcome: 'auth: HTTP 401' };
  const { rows } = story.tick({ delivery: { channels: { phone: health }, waiting: {} } });
  expect(told(rows[0])).toEqual([
    'CRITICAL Home: nothing arrives by phone',
    'Nothing arrives by this channel: 3 attempts in a row have failed, for 1 minute.',
    'Since 2026-11-23 03:01:00 Europe/Berlin (02:01:00 UTC).',
    'What was seen:',
    '- auth: HTTP 401',
    'The watchdog keeps looking every minute and tells you when this changes.',
    'Site: Home (home)',
    'Incident: home.channel.phone.20261123T020100Z',
  ]);
  const well = { failures: 0, failingSince: null, outcome: 'HTTP 200' };
  const last = story.ticks(4, { delivery: { channels: { phone: well }, waiting: {} } });
  expect(told(last.rows[0])[0]).toBe('RESOLVED Home: messages arrive by phone again');
});

test('messages that are not delivered', () => {
  const story = storyOf(rules);
  const { rows } = story.tick({ delivery: { channels: {}, waiting: { phone: start - hour } } });
  expect(told(rows[0]).slice(0, 5)).toEqual([
    'CRITICAL Home: messages are not delivered',
    'A message has not been delivered for too long.',
    'Since 2026-11-23 03:00:00 Europe/Berlin (02:00:00 UTC).',
    'What was seen:',
    '- one to phone was written 60 minutes ago and still waits',
  ]);
});

test('the weekly report', () => {
  const story = storyOf(rules);
  story.ticks(5);
  const { rows } = story.tick({ at: Date.UTC(2026, 10, 30, 8) });
  expect(told(rows.find(({ notice }) => notice.kind === 'report'))).toEqual([
    'REPORT Home: weekly report, the watchdog is there',
    'The watchdog is there, and this channel works.',
    'It tells of the time since 2026-11-23 03:00:00 Europe/Berlin (02:00:00 UTC).',
    'How it was:',
    '- 6 looks of 10440 that were due (0 %); the latest came 0 s late, and the longest time between two was 7 days',
    '- 0 incidents were opened, and 0 messages woke somebody',
    'The next one comes in a week. When it does not, look for it: nothing else would reach you either.',
    'Site: Home (home)',
  ]);
});

test('what is said past a store that fails', () => {
  const facts = gatherFacts(null, findingsOf(rules, { qualities: all(rules, 'inbound', 'bad') }), rules);
  const error = 'ERR_STORE: the store did not answer about sites/home in 10000 ms';
  const untaken = { at: start, facts, judgement: judge(facts, rules.policy), error, isWholeStore: true };
  const { due } = decideDirect({ failures: 2, toldAt: {} }, untaken, rules);
  const [dark, store] = due.map((direct) => told(directRows(direct, rules)[0]));
  expect(dark).toEqual([
    'UNCONFIRMED CRITICAL Home: dark or cut off',
    'State unknown, may repeat: the store of the watchdog fails, so it does not know what was so before, nor who has this already.',
    'Dark or cut off: nothing answers and nothing shows life.',
    'Seen 2026-11-23 03:00:00 Europe/Berlin (02:00:00 UTC); since when is not known.',
    'What was seen:',
    '- inbound 0/3 good',
    '- eth: timeout, no answer within 5000 ms',
    '- and 3 more',
    'While this lasts it is told every 15 minutes; nobody can be told when it is over.',
    'Site: Home (home)',
  ]);
  expect(store?.slice(0, 3)).toEqual([
    'UNCONFIRMED CRITICAL Home: the watchdog cannot remember, its store fails',
    'State unknown, may repeat: the store of the watchdog fails, so it does not know what was so before, nor who has this already.',
    'The store fails: 3 looks in a row could not be taken in.',
  ]);
});
