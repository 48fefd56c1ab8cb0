// One look at a standby: what is there, what is over, and what only a person can put right.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { look } from '../../../functions/domain/standby/look.ts';
import { goneMs, mostVanished, settleMs } from '../../../functions/domain/standby/end.ts';
import { placeToAsk, type Situation } from '../../../functions/domain/standby/situation.ts';
import { phases, type Seen } from '../../../functions/domain/standby/standby.ts';
import { hour, minute, start } from '../../support/site.ts';
import { nodeReport } from '../../support/standbys.ts';
import {
  attemptOf,
  flagOf,
  nodeOf,
  releasedOf,
  seenOf,
  situationOf,
  wantedOf,
} from '../../support/standby-house.ts';

const wanted = wantedOf();
const cost = { perHour: 1, spent: 0, currency: 'USD' };
const creating = (over: Partial<Seen> = {}): Seen =>
  seenOf({ wantedId: wanted.id, phase: 'creating', attempt: attemptOf(), cost, ...over });
const there = (over: Partial<Seen> = {}): Seen =>
  creating({ phase: 'booting', node: nodeOf(), progressAt: start, ...over });
const shown = { nodes: [nodeOf()], isWhole: true };
const absent = { nodes: [], isWhole: true };
const refused = { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', text: 'no room' };
const lost = attemptOf({ operation: null, acceptedAt: start });
const paper = attemptOf({ operation: null, acceptedAt: null });

const phaseOf = (over: Partial<Situation>): string => look(situationOf(over)).phase;

describe('an attempt is over only when it is proven to have left nothing', () => {
  test.each<[string, Partial<Situation>, string]>([
    [
      'it was refused, and the list shows none',
      { seen: creating({ attempt: attemptOf({ refused }) }) },
      'waiting',
    ],
    [
      'its operation failed in this look',
      { seen: creating(), operation: { state: 'failed', ...refused } },
      'waiting',
    ],
    [
      'the list is not whole',
      { seen: creating({ attempt: attemptOf({ refused }) }), listing: { nodes: [], isWhole: false } },
      'creating',
    ],
    ['there is no list', { seen: creating({ attempt: attemptOf({ refused }) }), listing: null }, 'creating'],
    ['its operation is under way', { seen: creating(), operation: { state: 'unfinished' } }, 'creating'],
    ['its operation does not answer', { seen: creating(), operation: null }, 'creating'],
    [
      'its operation is done and there is no node',
      { seen: creating(), operation: { state: 'done' }, at: start + settleMs - 1 },
      'creating',
    ],
    [
      'nor has been for a while',
      {
        seen: creating({ missingSince: start + settleMs - goneMs }),
        operation: { state: 'done' },
        at: start + settleMs,
      },
      'waiting',
    ],
    [
      'nor has been, so soon after it was accepted',
      {
        seen: creating({ missingSince: start }),
        operation: { state: 'done' },
        at: start + settleMs - 1,
      },
      'creating',
    ],
    [
      'although it was accepted long ago, the list may lag behind an operation that is just done',
      { seen: creating(), operation: { state: 'done' }, at: start + hour / 2 },
      'creating',
    ],
    [
      'its operation is not known any more',
      { seen: creating(), operation: { state: 'unknown' } },
      'creating',
    ],
    [
      'nor after a while',
      { seen: creating(), operation: { state: 'unknown' }, at: start + settleMs },
      'waiting',
    ],
    ['its answer was lost', { seen: creating({ attempt: lost }), at: start + hour - minute }, 'creating'],
    [
      'nobody has asked for it',
      { seen: creating({ attempt: paper }), at: start + hour - minute },
      'creating',
    ],
    [
      'it was refused after an answer was lost',
      { seen: creating({ attempt: { ...lost, refused } }), at: start + settleMs - 1 },
      'creating',
    ],
    [
      'so long ago that nothing can come of it',
      { seen: creating({ attempt: { ...lost, refused } }), at: start + settleMs },
      'waiting',
    ],
    [
      'unless another answer was lost since',
      {
        seen: creating({ attempt: { ...lost, refused, lostAt: start + minute } }),
        at: start + minute + settleMs - 1,
      },
      'creating',
    ],
    [
      'so long after the last one',
      {
        seen: creating({ attempt: { ...lost, refused, lostAt: start + minute } }),
        at: start + minute + settleMs,
      },
      'waiting',
    ],
    ['a node of it was there and one list does not show it', { seen: there() }, 'booting'],
    [
      'nor do others, for almost two minutes',
      { seen: there({ missingSince: start }), at: start + goneMs - 1 },
      'booting',
    ],
    ['for two minutes', { seen: there({ missingSince: start }), at: start + goneMs }, 'waiting'],
    [
      'it was missing by a clock that went wrong',
      { seen: there({ missingSince: start + hour }), at: start + minute },
      'booting',
    ],
    [
      'a node that was being made by a lost insert is gone',
      {
        seen: creating({ attempt: lost, node: nodeOf({ status: 'STAGING' }), missingSince: start }),
        at: start + goneMs,
      },
      'waiting',
    ],
    ['the list shows its node', { seen: there(), listing: shown }, 'booting'],
    [
      'the list shows a node of the name that has lost its labels',
      {
        seen: creating({ attempt: attemptOf({ refused }) }),
        listing: { nodes: [nodeOf({ labels: {} })], isWhole: true },
      },
      'booting',
    ],
  ])('%s', (_, given, phase) => {
    expect(phaseOf(given)).toBe(phase);
  });

  test.each<[string, Partial<Situation>, string]>([
    ['paper, too early', { seen: creating({ attempt: paper }), at: start + settleMs - 1 }, 'releasing'],
    ['paper', { seen: creating({ attempt: paper }), at: start + settleMs }, 'gone'],
    ['lost, too early', { seen: creating({ attempt: lost }), at: start + settleMs - 1 }, 'releasing'],
    ['lost', { seen: creating({ attempt: lost }), at: start + settleMs }, 'gone'],
    [
      'lost again, too early',
      { seen: creating({ attempt: { ...lost, lostAt: start + minute } }), at: start + settleMs },
      'releasing',
    ],
    ['under way', { seen: creating(), operation: { state: 'unfinished' }, at: start + hour }, 'releasing'],
    ['done, and there is none', { seen: creating(), operation: { state: 'done' } }, 'releasing'],
    [
      'and for long',
      {
        seen: creating({ missingSince: start }),
        operation: { state: 'done' },
        at: start + settleMs,
      },
      'gone',
    ],
    ['there', { seen: there(), listing: shown }, 'releasing'],
    ['there, and not shown', { seen: there() }, 'releasing'],
    ['for long', { seen: there({ missingSince: start }), at: start + goneMs }, 'gone'],
    [
      'deleted, as Compute says',
      {
        seen: there({ deletion: { requestId: 'x', at: start, operation: 'operation-2' } }),
        operation: { state: 'done' },
      },
      'gone',
    ],
    [
      'being deleted',
      {
        seen: there({ deletion: { requestId: 'x', at: start, operation: 'operation-2' } }),
        operation: { state: 'unfinished' },
      },
      'releasing',
    ],
    ['waiting', { seen: seenOf({ wantedId: wanted.id }) }, 'gone'],
    ['failed', { seen: creating({ phase: 'failed' }) }, 'gone'],
    ['nothing yet', { seen: null }, 'gone'],
  ])('and when it is not wanted any more: %s', (_, given, phase) => {
    expect(phaseOf({ wanted: releasedOf(wanted, start), ...given })).toBe(phase);
  });

  test('what it has cost is added up', () => {
    const seen = look(situationOf({ seen: there({ missingSince: start + hour }), at: start + 2 * hour }));
    expect(seen.cost?.spent).toBeCloseTo(2, 10);
    expect(seen.tried).toMatchObject([{ zone: 'eu-1-a', code: 'VANISHED' }]);
  });
});

test('another wanting begins without what earlier nodes have cost', () => {
  const cost = { perHour: 0.5, spent: 5.4, currency: 'USD' };
  const before = seenOf({ wantedId: 'an-earlier-one', phase: 'gone', cost });
  expect(look(situationOf({ seen: before }))).toMatchObject({ phase: 'waiting', cost: null });
  const same = seenOf({ wantedId: wanted.id, phase: 'gone', cost });
  expect(look(situationOf({ seen: same })).cost, 'a zone further of the same one').toEqual(cost);
});

describe('what is wanted', () => {
  test.each<[string, Partial<Situation>, string]>([
    [
      'is kept although its time is over',
      { at: wanted.expiresAt, wanted: { ...wanted, keep: { by: 'ada', at: start, why: 'so' } } },
      'booting',
    ],
    [
      'is released by a person although somebody kept it',
      { wanted: { ...releasedOf(wanted, start), keep: { by: 'ada', at: start, why: 'so' } } },
      'releasing',
    ],
    ['expires', { at: wanted.expiresAt }, 'releasing'],
    ['needs its signer', { chain: null }, 'releasing'],
    ['needs its chain', { chain: 'berachain' }, 'releasing'],
    ['comes back before its deletion is asked for', { seen: there({ phase: 'releasing' }) }, 'booting'],
    [
      'comes back too late',
      { seen: there({ phase: 'releasing', deletion: { requestId: 'x', at: start, operation: null } }) },
      'releasing',
    ],
  ])('%s', (_, given, phase) => {
    expect(phaseOf({ seen: there(), listing: shown, ...given })).toBe(phase);
  });

  test('anew ends a failure, and only that', () => {
    const failed = creating({
      phase: 'failed',
      attempt: attemptOf({ refused: { code: 'NEVER_HEARD_OF', text: '' } }),
    });
    expect(phaseOf({ seen: failed })).toBe('failed');
    expect(look(situationOf({ seen: failed, wanted: wantedOf({ id: 'another' }) }))).toMatchObject({
      phase: 'waiting',
      wantedId: 'another',
      trouble: null,
      tried: [],
    });
  });

  test('anew while an attempt is refused is not stopped by what stopped that one', () => {
    const stopped = creating({ attempt: attemptOf({ refused: { code: 'NEVER_HEARD_OF', text: '' } }) });
    expect(phaseOf({ seen: stopped })).toBe('failed');
    expect(phaseOf({ seen: stopped, wanted: wantedOf({ id: 'another' }) })).toBe('waiting');
  });
});

describe('a node', () => {
  test('that is being made is creating until it runs or its operation is done', () => {
    const listing = { nodes: [nodeOf({ status: 'PROVISIONING' })], isWhole: true };
    expect(phaseOf({ seen: creating(), listing, operation: { state: 'unfinished' } })).toBe('creating');
    expect(phaseOf({ seen: creating(), listing, operation: { state: 'done' } })).toBe('booting');
  });

  test('that was being made and is gone ends as its operation says', () => {
    const seen = creating({ node: nodeOf({ status: 'STAGING' }) });
    expect(phaseOf({ seen, operation: { state: 'unfinished' } })).toBe('creating');
    expect(look(situationOf({ seen, operation: { state: 'failed', ...refused } })).tried).toMatchObject([
      { code: refused.code },
    ]);
  });

  test.each(phases)('of the attempt that is shown is there, although it was %s', (phase) => {
    const seen = look(situationOf({ seen: creating({ phase, node: null }), listing: shown }));
    expect(['booting', 'syncing', 'synced']).toContain(seen.phase);
    expect(seen.node?.id).toBe('4711');
  });

  test('that the flag names may hold keys from then on', () => {
    const holder = {
      kind: 'node',
      project: 'my-project',
      zone: 'eu-1-a',
      name: 'bw-alpha-1-01234567',
    } as const;
    const first = look(
      situationOf({ seen: there(), listing: shown, flag: { isReadable: true, flag: flagOf({ holder }) } }),
    );
    expect(first.hasHeldKeys).toBe(true);
    const keys = { kind: 'report', report: nodeReport({ keys: 'present', at: start }) } as const;
    const flag = { isReadable: true, flag: flagOf({ holder }) } as const;
    expect(look(situationOf({ seen: there(), listing: shown, flag, heard: keys })).doubt).toBeNull();
    const basement = { isReadable: true, flag: flagOf() } as const;
    const strange = look(situationOf({ seen: there(), listing: shown, flag: basement, heard: keys }));
    expect(strange.doubt?.kind, 'of a node that nobody gave the keys').toBe('keys-present');
    expect(look(situationOf({ seen: first, listing: shown })).hasHeldKeys).toBe(true);
  });
});

test('only for a node that must be there, and that a whole list leaves out, Compute is asked by itself', () => {
  const place = { zone: 'eu-1-a', name: 'bw-alpha-1-01234567' };
  const asked = (over: Partial<Situation>) => placeToAsk(situationOf(over));
  expect(asked({ seen: there() })).toEqual(place);
  expect(asked({ seen: creating(), operation: { state: 'done' } })).toEqual(place);
  expect(asked({ seen: there(), listing: { nodes: [], isWhole: false } })).toBeNull();
  expect(asked({ seen: there(), listing: null })).toBeNull();
  expect(asked({ seen: there(), listing: shown })).toBeNull();
  expect(asked({ seen: creating(), operation: { state: 'unfinished' } })).toBeNull();
  expect(asked({ seen: seenOf({ phase: 'gone', attempt: attemptOf() }) })).toBeNull();
});

test('a node that is shown again is not missing any more', () => {
  const missing = look(situationOf({ seen: there() }));
  expect(missing.missingSince).toBe(start + minute);
  expect(look(situationOf({ seen: missing, listing: shown })).missingSince).toBeNull();
});

describe('trouble', () => {
  const troubleOf = (over: Partial<Situation>) => look(situationOf(over)).trouble?.kind ?? null;
  const nodes = (over: Parameters<typeof nodeOf>[0]) => ({ nodes: [nodeOf(over)], isWhole: true });
  const stop = { code: 'IAM_PERMISSION_DENIED', text: "Required 'compute.subnetworks.use' permission" };

  test.each<[string, Partial<Situation>, string | null]>([
    ['none', { seen: there(), listing: shown }, null],
    ['stopped', { seen: there(), listing: nodes({ status: 'TERMINATED' }) }, 'stopped'],
    ['suspended', { seen: there(), listing: nodes({ status: 'SUSPENDED' }) }, 'stopped'],
    ['with a fuse', { seen: there(), listing: nodes({ hasFuse: true }) }, 'fused'],
    ...Object.keys(nodeOf().labels).map((label): [string, Partial<Situation>, string] => [
      `without ${label}`,
      {
        seen: there(),
        listing: nodes({
          labels: Object.fromEntries(Object.entries(nodeOf().labels).filter(([each]) => each !== label)),
        }),
      },
      'foreign',
    ]),
    ['no progress', { seen: there(), listing: shown, at: start + 45 * minute }, 'stuck'],
    ['almost', { seen: there(), listing: shown, at: start + 45 * minute - 1 }, null],
    [
      'an operation that does not end',
      { seen: creating(), operation: { state: 'unfinished' }, at: start + 45 * minute },
      'stuck',
    ],
    [
      'a permission',
      { seen: creating(), listing: null, operation: { state: 'failed', ...stop } },
      'permission',
    ],
    ['a permission, proven', { seen: creating(), operation: { state: 'failed', ...stop } }, 'permission'],
    [
      'the name is taken',
      {
        seen: creating({
          attempt: attemptOf({
            operation: null,
            acceptedAt: null,
            refused: { code: 'alreadyExists', text: '' },
          }),
        }),
      },
      'foreign',
    ],
    [
      'the name is taken by ours',
      {
        seen: creating({
          attempt: attemptOf({ operation: null, refused: { code: 'alreadyExists', text: '' } }),
        }),
        listing: shown,
      },
      null,
    ],
  ])('%s', (_, given, kind) => {
    expect(troubleOf(given)).toBe(kind);
  });

  test('of a node that goes away again and again comes after the twelfth time', () => {
    const tried = Array.from({ length: mostVanished - 2 }, () => ({
      zone: 'eu-1-a',
      region: 'eu-1',
      code: 'VANISHED',
      at: start,
    }));
    const gone = (over: Partial<Seen>): Seen => there({ missingSince: start, ...over });
    const eleventh = look(situationOf({ seen: gone({ tried }), at: start + goneMs }));
    expect(eleventh).toMatchObject({ phase: 'waiting', trouble: null });
    const twelfth = look(situationOf({ seen: gone({ tried: eleventh.tried }), at: start + goneMs }));
    expect(twelfth).toMatchObject({ phase: 'failed', trouble: { kind: 'vanished' } });
  });

  test('keeps its beginning and its lines while it lasts, and goes when it is over', () => {
    const late = start + 50 * minute;
    const stuck = look(situationOf({ seen: there(), listing: shown, at: late }));
    const told = { ...stuck, trouble: stuck.trouble && { ...stuck.trouble, lines: ['a line'] } };
    const later = look(situationOf({ seen: told, listing: shown, at: late + minute }));
    expect(later.trouble).toEqual({ ...stuck.trouble, lines: ['a line'], since: late });
    const moved = look(
      situationOf({ seen: { ...later, progressAt: late + minute }, listing: shown, at: late + minute }),
    );
    expect(moved.trouble).toBeNull();
  });

  test('of a release is told at once, but silence of the agent or of the keys is given five minutes', () => {
    const given = { wanted: releasedOf(wanted, start), listing: nodes({ isProtected: true }), seen: there() };
    expect(troubleOf(given)).toBe('protected');
    const silent = { ...given, listing: shown, seen: there({ phase: 'releasing', phaseSince: start }) };
    expect(troubleOf({ ...silent, at: start + 5 * minute - 1 })).toBeNull();
    expect(troubleOf({ ...silent, at: start + 5 * minute })).toBe('keys-not-absent');
    const unread = { ...silent, flag: { isReadable: false, why: 'no answer' } as const };
    expect(troubleOf({ ...unread, at: start + 5 * minute - 1 })).toBeNull();
    expect(troubleOf({ ...unread, at: start + 5 * minute })).toBe('flag-unreadable');
  });
});

test('the same look twice comes to the same', () => {
  const anySeen = fc.record({
    phase: fc.constantFrom(...phases),
    node: fc.constantFrom(null, nodeOf(), nodeOf({ status: 'STAGING' })),
    attempt: fc.constantFrom(null, attemptOf(), lost, paper, attemptOf({ refused })),
    deletion: fc.constantFrom(null, { requestId: 'x', at: start, operation: null }),
  });
  const listing = fc.constantFrom(null, shown, absent, { nodes: [], isWhole: false });
  const operation = fc.constantFrom(null, { state: 'unfinished' as const }, { state: 'done' as const });
  const want = fc.constantFrom(wanted, releasedOf(wanted, start), wantedOf({ id: 'another' }));
  fc.assert(
    fc.property(anySeen, listing, operation, want, (seen, list, op, given) => {
      const situation = situationOf({ seen: creating(seen), listing: list, operation: op, wanted: given });
      const once = look(situation);
      // What an operation was is said of the attempt that it belongs to.
      const again = {
        ...situation,
        seen: once,
        operation: once.phase === 'creating' || once.phase === 'releasing' ? op : null,
      };
      expect(look(again)).toEqual(once);
    }),
  );
});
