// The state machine of one subject, cell by cell of the table in its doc comment.
import { describe, expect, test } from 'vitest';
import {
  advance,
  type Advance,
  type Observation,
  type SubjectState,
} from '../../functions/domain/machine.ts';
import { minute, problemOf, start } from '../support/site.ts';

const recoverMs = 3 * minute;
const time = { at: start, recoverMs };

const good: Observation = { status: 'good' };
const unknown: Observation = { status: 'unknown' };
const suppressed: Observation = { status: 'suppressed' };
const gone: Observation = { status: 'gone' };
const bad: Observation = { status: 'bad', problem: problemOf() };
const twice: Observation = { status: 'bad', problem: problemOf({ confirmTicks: 2 }) };
const slow: Observation = { status: 'bad', problem: problemOf({ confirmMs: 5 * minute }) };
const graver: Observation = { status: 'bad', problem: problemOf({ severity: 'critical' }) };
const other: Observation = { status: 'bad', problem: problemOf({ kind: 'exit-unreachable' }) };

const suspected = (ticks: number, since: number): SubjectState => ({
  phase: 'suspected',
  kind: 'unreachable',
  since,
  ticks,
});
const open: SubjectState = { phase: 'open', kind: 'unreachable', severity: 'warning', incident: 'i' };
const recovering = (since: number): SubjectState => ({ ...open, phase: 'recovering', since });
const opening: SubjectState = { ...open, incident: '' };
const ok = null;

const none = { event: 'none' };
const opened = (since: number, problem = problemOf()) => ({ event: 'opened', problem, since });
const event = (name: string) => ({ event: name });

const table: [string, SubjectState | null, Observation, { next: SubjectState | null; change: object }][] = [
  ['ok and good is ok', ok, good, { next: ok, change: none }],
  ['ok and unknown is ok', ok, unknown, { next: ok, change: none }],
  ['ok and suppressed is ok', ok, suppressed, { next: ok, change: none }],
  ['ok and gone is ok', ok, gone, { next: ok, change: none }],
  ['ok and bad opens when one tick is enough', ok, bad, { next: opening, change: opened(start) }],
  [
    'ok and bad is suspected when two ticks are asked for',
    ok,
    twice,
    { next: suspected(1, start), change: none },
  ],
  ['ok and bad is suspected when it has to last', ok, slow, { next: suspected(1, start), change: none }],

  ['suspected and good is ok', suspected(1, start), good, { next: ok, change: none }],
  [
    'suspected and unknown is the same',
    suspected(1, start),
    unknown,
    { next: suspected(1, start), change: none },
  ],
  [
    'suspected and suppressed is ok: the parent speaks',
    suspected(1, start),
    suppressed,
    { next: ok, change: none },
  ],
  ['suspected and gone is ok', suspected(1, start), gone, { next: ok, change: none }],
  [
    'suspected and bad again opens, since it was first seen',
    suspected(1, start - minute),
    twice,
    { next: opening, change: opened(start - minute, problemOf({ confirmTicks: 2 })) },
  ],
  [
    'suspected and bad counts on while more ticks are asked for',
    suspected(1, start - minute),
    { status: 'bad', problem: problemOf({ confirmTicks: 3 }) },
    { next: suspected(2, start - minute), change: none },
  ],
  [
    'suspected counts on while it has not lasted',
    suspected(5, start - 5 * minute + 1),
    slow,
    { next: suspected(6, start - 5 * minute + 1), change: none },
  ],
  [
    'suspected opens once it has lasted',
    suspected(5, start - 5 * minute),
    slow,
    { next: opening, change: opened(start - 5 * minute, problemOf({ confirmMs: 5 * minute })) },
  ],
  [
    'suspected takes over what kind it is now',
    suspected(1, start),
    { status: 'bad', problem: problemOf({ kind: 'dark', confirmTicks: 3 }) },
    { next: { phase: 'suspected', kind: 'dark', since: start, ticks: 2 }, change: none },
  ],

  ['open and bad is the same', open, bad, { next: open, change: none }],
  [
    'open and graver changes',
    open,
    graver,
    {
      next: { ...open, severity: 'critical' },
      change: { event: 'changed', problem: problemOf({ severity: 'critical' }) },
    },
  ],
  [
    'open and of another kind changes',
    open,
    other,
    {
      next: { ...open, kind: 'exit-unreachable' },
      change: { event: 'changed', problem: problemOf({ kind: 'exit-unreachable' }) },
    },
  ],
  ['open and good recovers', open, good, { next: recovering(start), change: event('recovering') }],
  ['open and unknown is the same', open, unknown, { next: open, change: none }],
  ['open and suppressed is the same', open, suppressed, { next: open, change: none }],
  ['open and gone is resolved', open, gone, { next: ok, change: event('resolved') }],

  [
    'recovering and bad is open again',
    recovering(start - minute),
    bad,
    { next: open, change: { event: 'relapsed', problem: problemOf() } },
  ],
  [
    'recovering and graver is open again, and changed',
    recovering(start - minute),
    graver,
    {
      next: { ...open, severity: 'critical' },
      change: { event: 'changed', problem: problemOf({ severity: 'critical' }) },
    },
  ],
  [
    'recovering and good stays so while it is not long',
    recovering(start - recoverMs + 1),
    good,
    { next: recovering(start - recoverMs + 1), change: none },
  ],
  [
    'recovering and good for long is resolved',
    recovering(start - recoverMs),
    good,
    { next: ok, change: event('resolved') },
  ],
  [
    'recovering and unknown is open, silently',
    recovering(start - minute),
    unknown,
    { next: open, change: none },
  ],
  [
    'recovering and suppressed is open, silently',
    recovering(start - minute),
    suppressed,
    { next: open, change: none },
  ],
  [
    'recovering and gone is resolved',
    recovering(start - minute),
    gone,
    { next: ok, change: event('resolved') },
  ],
];

describe('one step of one subject', () => {
  test.each(table)('%s', (_, state, observation, expected) => {
    const result: Advance = advance(state, observation, time);
    expect(result).toEqual(expected);
  });

  test('without a time to recover, one good tick resolves', () => {
    expect(advance(open, good, { at: start, recoverMs: 0 })).toEqual({
      next: null,
      change: { event: 'resolved' },
    });
  });

  test('a break in being well makes the wait begin anew', () => {
    let state: SubjectState | null = open;
    const events: string[] = [];
    const seen = [good, good, unknown, good, good, good, good];
    for (const [index, observation] of seen.entries()) {
      const result = advance(state, observation, { at: start + index * minute, recoverMs });
      events.push(result.change.event);
      state = result.next;
    }
    expect(events).toEqual(['recovering', 'none', 'none', 'recovering', 'none', 'none', 'resolved']);
  });
});
