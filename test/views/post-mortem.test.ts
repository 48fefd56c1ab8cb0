// The draft of a post-mortem: what it says, and that no name from outside can bend it.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstSentAt, fateWords, muteWords, wellAgainAt } from '../../functions/views/incident-words.ts';
import { incidentDetail, muteStatuses } from '../../functions/views/incidents.ts';
import { literal, markdownTable } from '../../functions/views/markdown.ts';
import { postMortem } from '../../functions/views/post-mortem.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import type { OutboxRow } from '../../functions/domain/outbox.ts';
import { incident, notice, row, someTime } from '../support/documents.ts';

const minute = 60_000;
const at = someTime + 20 * minute;
const reader = { at, timezone: 'Europe/Berlin' };
const rules = { name: 'Basement, Berlin', timezone: 'Europe/Berlin' };

const sent = (over: Partial<OutboxRow> = {}): OutboxRow =>
  row({ state: 'sent', attempts: 1, outcome: 'HTTP 200', settledAt: someTime + 9_000, dueAt: null, ...over });

const resolved = (over: Partial<Incident> = {}): Incident =>
  incident({
    resolvedAt: someTime + 12 * minute,
    timeline: [
      { at: someTime, event: 'opened', text: 'dark: nothing answers' },
      { at: someTime, event: 'told', text: 'opened: pager' },
      { at: someTime + 9 * minute, event: 'recovering', text: 'seen well' },
      { at: someTime + 12 * minute, event: 'resolved', text: 'well for 3 min' },
    ],
    ...over,
  });

const detail = (over: Partial<Incident> = {}, rows: readonly OutboxRow[] = [sent()]) =>
  incidentDetail({ incident: resolved(over), rows }, rules, at);
const draft = (over: Partial<Incident> = {}, rows?: readonly OutboxRow[]): string =>
  postMortem(detail(over, rows), reader).join('\n');

describe('a post-mortem', () => {
  test('says what was, for how long, when it was noticed, and who was told', () => {
    const text = draft({
      ack: { by: 'anna', at: someTime + minute, severity: 'critical', until: at, isTold: true },
    });
    for (const line of [
      '# Post-mortem: Basement, Berlin, dark, 2026-12-01',
      'Basement, Berlin (site home): dark or cut off: nothing answers and nothing shows life. First seen at 2026-12-01 03:13:07 Europe/Berlin (02:13:07 UTC). It was closed at 2026-12-01 03:26:07 Europe/Berlin (02:26:07 UTC), after 13 min.',
      '- Incident: home.site.home.20261201T021407Z',
      '- Taken on by: anna',
      '- Duration: 10 min until it was seen well again at 2026-12-01 03:23:07 Europe/Berlin (02:23:07 UTC); closed 3 min later, once it stayed so',
      '- Silent: the whole site: nothing answered, and nothing showed life',
      '  - inbound 0/1 good',
      '- confirmed and opened 1 min after it was first seen',
      '- the first message was sent 1 min after it was first seen, at 2026-12-01 03:14:16 Europe/Berlin (02:14:16 UTC)',
      '| Europe/Berlin | UTC | event | what |',
      '| 2026-12-01 03:23:07 | 2026-12-01 02:23:07 | recovering | seen well |',
      '| 2026-12-01 03:14:16 | 2026-12-01 02:14:16 | pager | opened (page) | sent | HTTP 200 |',
      '- What was the cause? TODO',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  test.each([
    [
      'of what is still open',
      { resolvedAt: null, timeline: [] },
      undefined,
      'It is still open, 21 min later.',
    ],
    ['of what is still open', { resolvedAt: null, timeline: [] }, undefined, '- Duration: 21 min so far'],
    ['that nobody was told of', {}, [], 'Nobody, or the messages are not kept any more.'],
    ['that nobody was told of', {}, [], '- no message is known to have been sent'],
    ['that nobody took on', {}, [], '- Taken on by: nobody'],
    [
      'of a signer',
      { subject: { kind: 'signer', id: 'eth-1' }, kind: 'not-signing' },
      [],
      '- Silent: signer eth-1: the chain showed no signature of it',
    ],
  ] satisfies [string, Partial<Incident>, OutboxRow[] | undefined, string][])(
    '%s says so',
    (_what, over, rows, line) => {
      expect(draft(over, rows)).toContain(line);
    },
  );

  test('has no line, cell or link that came from outside', () => {
    const evil = 'x | y |\n# Owned\n[click](http://evil.example) <b> www.evil.example @anna #12 `a` |';
    const text = draft(
      {
        summary: evil,
        evidence: [evil, '- [ ] done'],
        ack: { by: evil, at: someTime, severity: 'critical', until: null, isTold: true },
        timeline: [{ at: someTime, event: 'opened', text: evil }],
      },
      [sent({ channel: evil, outcome: evil })],
    );
    const lines = text.split('\n');
    expect(lines.filter((line) => /^\s*#+ /.test(line))).toHaveLength(7);
    expect(lines.filter((line) => line.startsWith('|')).map(cells)).toEqual([4, 4, 4, 6, 6, 6]);
    // Whatever could become a link is inside code, and code cannot be left: it holds no backtick.
    for (const line of lines) expect(withoutCode(line)).not.toMatch(/https?:|www\.|@|<b>|\]\(/);
  });
});

/** How many cells a renderer sees in a line of a table. */
const cells = (line: string): number => line.replace(/\\\|/g, '').split('|').length - 2;
const withoutCode = (line: string): string => line.replace(/`[^`]*`/g, '');

describe('text from outside', () => {
  test.each([
    ['anna', 'anna'],
    ['geth-p2p: refused, port 30303', 'geth-p2p: refused, port 30303'],
    ['a | b', 'a \\| b'],
    ['*a* _b_ ~c~', '\\*a\\* \\_b\\_ \\~c\\~'],
    ['<img src=x>', '\\<img src=x\\>'],
    ['[a](b)', '\\[a\\]\\(b\\)'],
    ['# a', '\\# a'],
    ['- a', '\\- a'],
    ['1. a', '1\\. a'],
    ['a\nb\u2028c\u202Ed\tE', 'a b c d E'],
    ['see http://evil.example/?a=b', '`see http://evil.example/?a=b`'],
    ['www.evil.example', '`www.evil.example`'],
    ['anna@evil.example', '`anna@evil.example`'],
    ['@anna `x` \\|', "`@anna 'x' \\¦`"],
    ['a \\| b', 'a \\\\\\| b'],
    ['fixes #12', '`fixes #12`'],
    ['', ''],
  ])('%j is shown as %j', (text, expected) => {
    expect(literal(text)).toBe(expected);
  });

  test('of any kind stays in its cell and in its line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const [, , line = ''] = markdownTable(['a', 'b'], [[literal(text), 'x']]);
        expect(cells(line.replaceAll('\\\\', ''))).toBe(2);
        expect(line).not.toMatch(/[\n\r\u2028]/);
        expect(withoutCode(line)).not.toMatch(/:\/\/|(?<!\\)[<[*_]/);
      }),
    );
  });
});

describe('words of an incident', () => {
  test.each([
    ['sent', 1, 'sent'],
    ['sent', 3, 'sent after 3 attempts'],
    ['failed', 1, 'given up after 1 attempt'],
    ['waiting', 0, 'not sent yet'],
    ['waiting', 2, 'not sent yet, after 2 attempts'],
  ] as const)('%s at attempt %i is %s', (state, attempts, expected) => {
    expect(fateWords({ state, attempts })).toBe(expected);
  });

  test('the first message counts when a channel took it, and only while the first ones are still there', () => {
    const failed = sent({ id: 'a', state: 'failed' });
    const later = sent({ id: 'b', notice: notice({ kind: 'reminder' }), settledAt: someTime + minute });
    expect(firstSentAt(detail({}, [failed]))).toBeNull();
    expect(firstSentAt(detail({}, [failed, later]))).toBe(someTime + minute);
    expect(firstSentAt(detail({}, [later]))).toBeNull();
  });

  test('well again counts from the last time on', () => {
    const { timeline } = resolved();
    expect(wellAgainAt({ timeline })).toBe(someTime + 9 * minute);
    expect(wellAgainAt({ timeline: [...timeline, { at, event: 'relapsed', text: '' }] })).toBeNull();
    expect(wellAgainAt({ timeline: [] })).toBeNull();
  });

  test('a mute says until when, by whom and why; one that is over says nothing', () => {
    const mute = {
      id: 'm',
      subject: 'eth',
      from: someTime,
      until: someTime + minute,
      why: 'a new disk',
      by: 'anna',
    };
    const words = (now: number) => muteStatuses([mute], now).map((each) => muteWords(each, 'UTC'));
    expect(words(someTime)).toEqual(['eth muted until 2026-12-01 02:15:07 UTC by anna: a new disk']);
    expect(words(someTime - 1)).toEqual([
      'eth to be muted from 2026-12-01 02:14:07 UTC until 2026-12-01 02:15:07 UTC by anna: a new disk',
    ]);
    expect(words(someTime + minute)).toEqual([]);
  });

  test('a text without end is cut, and not in the middle of a character', () => {
    const { summary, evidence } = detail({ summary: '😀'.repeat(2_000), evidence: ['x'.repeat(5_000)] });
    expect(summary.length).toBeLessThanOrEqual(1_000);
    expect(summary.isWellFormed()).toBe(true);
    expect(evidence[0]).toHaveLength(1_000);
  });
});
