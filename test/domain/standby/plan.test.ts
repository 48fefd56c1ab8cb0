// The one next step: what is written down before Compute is asked, and what is not asked at all.
import { describe, expect, test } from 'vitest';
import type { Together } from '../../../functions/domain/standby/brake.ts';
import { afterInsert, afterRemove } from '../../../functions/domain/standby/answered.ts';
import type { ComputeFailure } from '../../../functions/domain/standby/answer.ts';
import { labelSafe, plan, type Step } from '../../../functions/domain/standby/plan.ts';
import type { Situation } from '../../../functions/domain/standby/situation.ts';
import type { Seen } from '../../../functions/domain/standby/standby.ts';
import { hour, minute, start } from '../../support/site.ts';
import {
  attemptOf,
  nodeOf,
  releasedOf,
  seenOf,
  situationOf,
  standbyRules,
  unreadable,
  wantedOf,
} from '../../support/standby-house.ts';

const at = start + minute;
const rules = standbyRules();
const wanted = wantedOf();
const together: Together = {
  standbys: [],
  broken: 0,
  orphans: [],
  drills: [],
  wanted: [],
  spent: 0,
  sites: 1,
  dark: null,
};
const waiting = seenOf({ wantedId: wanted.id });
const paper = attemptOf({ operation: null, acceptedAt: null, requestId: 'request-1' });
const creating = (over: Partial<Seen> = {}): Seen =>
  seenOf({ wantedId: wanted.id, phase: 'creating', attempt: paper, ...over });
const shown = { nodes: [nodeOf()], isWhole: true };
const heard = {
  kind: 'report',
  report: {
    at,
    keys: 'absent',
    state: 'synced',
    percent: 100,
    etaMs: null,
    peers: 1,
    head: 1,
    version: null,
    usedGib: null,
    text: null,
  },
} as const;
const leaving: Partial<Situation> = { wanted: releasedOf(wanted, start), listing: shown, heard };
const releasing = (over: Partial<Seen> = {}): Seen =>
  creating({ phase: 'releasing', attempt: attemptOf(), node: nodeOf(), report: heard.report, ...over });

const next = (seen: Seen, over: Partial<Situation> = {}): Step =>
  plan({
    situation: { ...situationOf({ at, ...over }), seen },
    together,
    requestId: 'request-new',
    nameOf: (n, wantedId) => `bw-alpha-${n}-${wantedId}`,
  });
const refusalOf = (step: Step): string | null =>
  step.do === 'write' ? (step.seen.refusal?.reason ?? null) : null;

describe('a new attempt', () => {
  test('is not made for what is not so any more, nor asked for when it was only written down', () => {
    const well = { ...wanted, holds: false };
    expect(next(waiting, { wanted: well })).toEqual({ do: 'wait' });
    expect(next(creating(), { wanted: well, listing: { nodes: [], isWhole: true } })).toEqual({ do: 'wait' });
    const keep = { by: 'ada', at, why: 'so' };
    expect(next(waiting, { wanted: { ...well, keep } }), 'somebody wants it all the same').toMatchObject({
      do: 'write',
      isCommitment: true,
    });
    expect(next(waiting, { wanted: { ...well, reason: 'person' } }), 'somebody asked').toMatchObject({
      do: 'write',
      isCommitment: true,
    });
  });

  test('is written down, as long as the same is wanted, before anything is asked', () => {
    expect(next(waiting)).toMatchObject({
      do: 'write',
      isCommitment: true,
      seen: {
        phase: 'creating',
        attempt: {
          n: 1,
          name: `bw-alpha-1-${wanted.id}`,
          zone: 'eu-1-a',
          region: 'eu-1',
          template: 'eth-1',
          requestId: 'request-new',
          operation: null,
          acceptedAt: null,
        },
        hasHeldKeys: false,
      },
    });
  });

  test('counts up over the whole life of the document', () => {
    const seen = { ...waiting, attempt: attemptOf({ n: 7 }), hasHeldKeys: true };
    expect(next(seen)).toMatchObject({ seen: { attempt: { n: 8 }, hasHeldKeys: false } });
  });

  test.each<[string, Partial<Situation>, string]>([
    ['while nobody knows which nodes there are', { listing: null }, 'compute-silent'],
    ['while some zones do not answer', { listing: { nodes: [], isWhole: false } }, 'compute-silent'],
    ['while the flag is unreadable', { flag: unreadable }, 'keys-unreadable'],
    ['beside a machine that nothing is written down of', { listing: shown }, 'too-many'],
    ['when it shows life', { wanted: wantedOf({ lifeAt: start }) }, 'signs'],
  ])('is not made %s, and says so', (_, over, reason) => {
    expect(refusalOf(next(waiting, over))).toBe(reason);
  });

  test('is made after ten minutes although a zone stays silent, and repeated at once', () => {
    const listing = { nodes: [], isWhole: false };
    const silent = next(waiting, { listing });
    if (silent.do !== 'write') throw new Error(silent.do);
    const later = (ms: number): Step => next(silent.seen, { listing, at: at + ms });
    expect(later(10 * minute - 1)).toEqual({ do: 'wait' });
    expect(later(10 * minute)).toMatchObject({ do: 'write', isCommitment: true });
    const refusal = { reason: 'no-capacity', text: 'no room', since: start } as const;
    expect(refusalOf(next({ ...waiting, refusal }, { listing, at: at + hour }))).toBe('compute-silent');
    expect(next(creating(), { listing }).do).toBe('insert');
  });

  test('is not made while no place has room, and says when it looks again', () => {
    const tried = ['eu-1-a', 'eu-1-b', 'eu-2-a'].map((zone) => ({
      zone,
      region: zone.slice(0, 4),
      code: 'insufficientCapacity',
      at: start,
    }));
    const step = next({ ...waiting, tried });
    expect(refusalOf(step)).toBe('no-capacity');
    expect(step).toMatchObject({ seen: { nextLookAt: start + 10 * minute } });
  });

  test('that is refused again for the same reason writes nothing', () => {
    const first = next(waiting, { flag: unreadable });
    expect(first.do === 'write' && next(first.seen, { flag: unreadable, at: at + hour })).toEqual({
      do: 'wait',
    });
  });

  test('is nothing to do with what a drill made', () => {
    const drill = nodeOf({ labels: { ...nodeOf().labels, 'watchdog-drill': '1' } });
    expect(next(waiting, { listing: { nodes: [drill], isWhole: true } })).toMatchObject({
      isCommitment: true,
    });
  });
});

describe('an insert', () => {
  test('asks for what was written down, with our labels', () => {
    expect(next(creating())).toEqual({
      do: 'insert',
      order: {
        zone: 'eu-1-a',
        region: 'eu-1',
        name: paper.name,
        template: 'eth-1',
        snapshot: null,
        requestId: 'request-1',
        labels: {
          'basement-watchdog': 'bw',
          'watchdog-signer': 'alpha',
          'watchdog-wanted': 'alpha-20261123t020000z',
          'watchdog-attempt': '1',
          'watchdog-expires': String(wanted.expiresAt / 1000),
        },
      },
    });
  });

  test('names the snapshot that its attempt was written down with', () => {
    const step = next(
      creating({ attempt: attemptOf({ operation: null, acceptedAt: null, snapshot: 'bw-s' }) }),
    );
    expect(step).toMatchObject({ do: 'insert', order: { snapshot: 'bw-s' } });
  });

  test.each<[string, Seen, Partial<Situation>]>([
    ['it was accepted', creating({ attempt: attemptOf() }), {}],
    ['it was refused', creating({ attempt: { ...paper, refused: { code: 'x', text: '' } } }), {}],
    ['its node is there', creating(), { listing: shown }],
    ['it is not time yet', creating({ nextLookAt: at + 1 }), {}],
    ['it failed', creating({ phase: 'failed' }), {}],
  ])('is not asked for when %s', (_, seen, over) => {
    expect(next(seen, over)).toEqual({ do: 'wait' });
  });

  test('is not asked for when the brake holds by now', () => {
    expect(refusalOf(next(creating(), { flag: unreadable }))).toBe('keys-unreadable');
  });

  test('does not wait for a time that a wrong clock wrote', () => {
    expect(next(creating({ nextLookAt: at + 16 * minute })).do).toBe('insert');
  });
});

describe('a deletion', () => {
  test('is written down first, as long as nothing else is wanted', () => {
    expect(next(releasing(), leaving)).toMatchObject({
      do: 'write',
      isCommitment: true,
      seen: { deletion: { requestId: 'request-new', at, operation: null } },
    });
  });

  const asked = { requestId: 'request-d', at: start, operation: null };

  test('is then asked for, again and again by the same request', () => {
    expect(next(releasing({ deletion: asked }), leaving)).toEqual({
      do: 'remove',
      removal: { zone: 'eu-1-a', name: paper.name, requestId: 'request-d' },
    });
  });

  test.each<[string, Seen, Partial<Situation>]>([
    ['it is under way', releasing({ deletion: { ...asked, operation: 'o' } }), leaving],
    [
      'the list does not show it',
      releasing({ deletion: asked }),
      { ...leaving, listing: { nodes: [], isWhole: true } },
    ],
    ['nobody listed', releasing({ deletion: asked }), { ...leaving, listing: null }],
    ['its agent was not heard in this look', releasing({ deletion: asked }), { ...leaving, heard: null }],
    ['the flag was not read in this look', releasing({ deletion: asked }), { ...leaving, flag: null }],
    ['the flag is unreadable', releasing(), { ...leaving, flag: unreadable }],
    ['it has held keys', releasing({ hasHeldKeys: true }), leaving],
    ['it is wanted', releasing({ phase: 'synced' }), { ...leaving, wanted }],
  ])('is not asked for when %s', (_, seen, over) => {
    expect(next(seen, over)).toEqual({ do: 'wait' });
  });
});

test('what is gone is forgotten after a day', () => {
  const gone = seenOf({ phase: 'gone', phaseSince: start });
  expect(next(gone, { at: start + 24 * hour, wanted: null })).toEqual({ do: 'wait' });
  expect(next(gone, { at: start + 24 * hour + 1, wanted: null })).toEqual({ do: 'forget' });
});

test('a label holds only what a label may hold', () => {
  expect(labelSafe(`Alpha.2026:${'x'.repeat(80)}`)).toMatch(/^alpha-2026-x{52}$/);
});

describe('an answer to an insert', () => {
  const failure = (over: Partial<ComputeFailure>): { ok: false; failure: ComputeFailure } => ({
    ok: false,
    failure: { code: 'TIMEOUT', status: null, isLost: false, permission: null, text: 'no', ...over },
  });
  const after = (over: Partial<ComputeFailure>, seen = creating(), when = at) =>
    afterInsert(seen, failure(over), { at: when, rules, signer: 'alpha', purpose: 'standby' });

  test('that accepts it is written down', () => {
    const { attempt } = afterInsert(
      creating(),
      { ok: true, value: { operation: 'o' } },
      { at, rules, signer: 'alpha', purpose: 'standby' },
    );
    expect(attempt).toMatchObject({ operation: 'o', acceptedAt: at, refused: null });
  });

  test('that is lost again counts anew, and costs from the first', () => {
    const again = after({ isLost: true }, after({ isLost: true }), at + minute);
    expect(again.attempt).toMatchObject({ acceptedAt: at, lostAt: at + minute });
    const full = { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', status: 503, isLost: true };
    expect(after(full, again, at + 2 * minute).attempt).toMatchObject({ lostAt: at + 2 * minute });
    expect(after({ code: 'quotaExceeded', status: 403 }, again, at + 2 * minute).attempt).toMatchObject({
      lostAt: at + minute,
    });
  });

  test.each<[string, Partial<ComputeFailure>, object]>([
    ['that is lost proves nothing', { isLost: true }, { acceptedAt: at, refused: null }],
    [
      'of a server in trouble proves nothing',
      { code: 'backendError', status: 503, isLost: true },
      { acceptedAt: at, refused: null },
    ],
    [
      'of no room in a server’s own words refuses, though not for sure',
      { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', status: 503, isLost: true },
      { acceptedAt: at, refused: { code: 'ZONE_RESOURCE_POOL_EXHAUSTED' } },
    ],
    ['of no time waits', { code: 'rateLimitExceeded', status: 403 }, { acceptedAt: null, refused: null }],
    ['that the run ended waits', { code: 'ABORTED' }, { acceptedAt: null, refused: null }],
    [
      'of a quota refuses',
      { code: 'quotaExceeded', status: 403 },
      { acceptedAt: null, refused: { code: 'quotaExceeded' } },
    ],
    [
      'that nobody knows refuses',
      { code: 'NEW', status: 400 },
      { acceptedAt: null, refused: { code: 'NEW' } },
    ],
  ])('%s', (_, over, attempt) => {
    expect(after(over).attempt).toMatchObject(attempt);
  });

  test('tells at once what only a person can put right', () => {
    expect(
      after({ code: 'forbidden', status: 403, permission: 'compute.instances.create' }).trouble,
    ).toMatchObject({
      kind: 'permission',
      text: expect.stringContaining('compute.instances.create'),
    });
  });

  test('that stays without time gives the place up after ten minutes', () => {
    const busy = { code: 'rateLimitExceeded', status: 403 };
    expect(after(busy, creating(), start + 10 * minute - 1).attempt?.refused).toBeNull();
    expect(after(busy, creating(), start + 10 * minute).attempt?.refused).toMatchObject({
      code: 'rateLimitExceeded',
    });
  });

  test('that a template is away, as while Terraform makes it anew, waits for two minutes', () => {
    const away = { code: 'notFound', status: 404 };
    const soon = after(away, creating(), start + 2 * minute - 1);
    expect(soon).toMatchObject({
      attempt: { refused: null, requestId: 'request-1' },
      trouble: null,
      refusal: {
        reason: 'compute-silent',
        text: 'Compute does not find what the node is made of: notFound',
      },
      nextLookAt: start + 2 * minute - 1 + 20_000,
    });
    expect(after(away, soon, start + 2 * minute)).toMatchObject({
      attempt: { refused: { code: 'notFound' } },
      trouble: { kind: 'rejected' },
      refusal: null,
    });
  });

  test('that something is not found may be of the snapshot, and then goes without at once', () => {
    const warm = creating({ attempt: { ...paper, snapshot: 'bw-ethereum-1' } });
    expect(after({ code: 'notFound', status: 404 }, warm)).toMatchObject({
      attempt: { refused: { code: 'SNAPSHOT_REFUSED' } },
      trouble: null,
    });
  });

  test('of a delete that there is none decides nothing', () => {
    const seen = releasing({ deletion: { requestId: 'd', at, operation: null } });
    const { deletion, phase } = afterRemove(seen, failure({ code: 'notFound', status: 404 }), {
      at,
      rules,
      signer: 'alpha',
      purpose: 'standby',
    });
    expect({ deletion, phase }).toEqual({ deletion: seen.deletion, phase: 'releasing' });
  });

  test('of a delete that is refused is told, and the next request is another', () => {
    const seen = releasing({ deletion: { requestId: 'd', at, operation: null } });
    const given = failure({ code: 'forbidden', status: 403, permission: 'compute.instances.delete' });
    expect(afterRemove(seen, given, { at, rules, signer: 'alpha', purpose: 'standby' })).toMatchObject({
      deletion: null,
      trouble: { kind: 'permission', text: expect.stringContaining('compute.instances.delete') },
    });
  });
});
