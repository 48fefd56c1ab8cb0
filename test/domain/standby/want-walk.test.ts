// What holds of standbys in every life of a site: random walks through `step`.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdOf } from '../../../functions/domain/calm.ts';
import type { Memory } from '../../../functions/domain/memory.ts';
import type { Wanted } from '../../../functions/domain/standby/want.ts';
import { step, type Step } from '../../../functions/domain/step.ts';
import { isBlind } from '../../../functions/domain/verdict.ts';
import { hour, minute } from '../../support/site.ts';
import { momentsOf, type Moment, type Walk, walks, wellAt } from '../../support/walk.ts';

type Frame = { readonly moment: Moment; readonly before: Memory | null; readonly result: Step };

/** How the walk ends: mostly well, once in a while unseen, or not looked at for some minutes. */
const glitch = fc.constantFrom('unseen' as const, 'gap' as const);
const tail = fc.array(
  fc.oneof({ weight: 20, arbitrary: fc.constant('well' as const) }, { weight: 1, arbitrary: glitch }),
  { minLength: 6, maxLength: 24, size: 'max' },
);
type Tail = typeof tail extends fc.Arbitrary<infer T> ? T : never;

function* momentsWith(walk: Walk, end: Tail): Generator<Moment> {
  let last: Moment | null = null;
  for (const moment of momentsOf(walk)) {
    yield moment;
    last = moment;
  }
  if (last === null) return;
  let { at } = last.findings;
  for (const each of end) {
    at += each === 'gap' ? 5 * minute : minute;
    const well = wellAt(last.rules, at);
    yield each === 'unseen' ? { ...well, findings: { ...well.findings, samples: {} } } : well;
  }
}

function* play(walk: Walk, end: Tail): Generator<Frame> {
  let memory: Memory | null = null;
  for (const moment of momentsWith(walk, end)) {
    const { rules, findings, events } = moment;
    const before: Memory | null = memory;
    const result: Step = step(before, { rules, findings, events, scheduledAt: findings.at });
    yield { moment, before, result };
    memory = result.memory;
  }
}

/** Lives in which the configuration stays, nobody asks for anything, and standbys are quickly made and released. */
const steady = walks.map(({ config, ticks }): Walk => ({
  config: {
    ...config,
    standby: {
      chains: ['ethereum', 'berachain'],
      expireAfterMs: 24 * hour,
      darkMs: 0,
      releaseMs: 2 * minute,
    },
  },
  ticks: ticks.map((each) => ({ ...each, config: null, wishes: [] })),
}));

function always(check: (frames: Iterable<Frame>) => void, lives: fc.Arbitrary<Walk> = walks): void {
  fc.assert(
    fc.property(
      lives.filter(({ config }) => config.standby !== null && config.signers.length > 0),
      tail,
      (walk, end) => check(play(walk, end)),
    ),
    { numRuns: 150 },
  );
}

const wantedIn = (memory: Memory | null): readonly Wanted[] => Object.values(memory?.state.wanted ?? {});

test('nothing but a dark or silent house wants a standby, and only where and when one may be made', () => {
  let begun = 0;
  always((frames) => {
    for (const { moment, before, result } of frames) {
      const { rules, findings } = moment;
      const { judgement, mutes } = result.memory.state;
      for (const wanted of result.wanted) {
        const isNew = before?.state.wanted[wanted.signer]?.id !== wanted.id;
        if (!isNew || wanted.reason === 'person') continue;
        begun += 1;
        expect(judgement.verdict, wanted.id).toBe(wanted.reason);
        expect(isBlind(judgement.signals), wanted.id).toBe(false);
        expect(judgement.signers[wanted.signer], wanted.id).not.toBe('inactive');
        expect(rules.standby?.chains, wanted.id).toContain(wanted.chain);
        const muted = { ...rules, maintenance: [...rules.maintenance, ...mutes] };
        for (const subject of [rules.id, wanted.signer]) {
          expect(holdOf(muted, subject, 'critical', findings.at), wanted.id).not.toBe('maintenance');
        }
        expect(result.memory.incidents[wanted.incident ?? '']?.severity, wanted.id).toBe('critical');
        expect(wanted.since, wanted.id).toBeLessThanOrEqual(findings.at);
      }
    }
  });
  expect(begun).toBeGreaterThan(20);
});

test('there is one for a signer; what is released stays so under its id, and is remembered until nothing is there', () => {
  always((frames) => {
    const released = new Map<string, Wanted>();
    for (const { moment, before, result } of frames) {
      const { wanted } = result.memory.state;
      for (const [signer, each] of Object.entries(wanted)) {
        expect(each.signer).toBe(signer);
        expect(each, each.id).toEqual(released.get(each.id) ?? each);
        if (each.release !== null) released.set(each.id, each);
      }
      for (const each of wantedIn(before)) {
        if (wanted[each.signer] !== undefined) continue;
        expect(each.release, `${each.id} is forgotten`).not.toBeNull();
        const shown = moment.findings.standbys.bySigner[each.signer];
        expect(shown, `${each.id} is forgotten unseen`).toBeDefined();
        const seen = shown?.seen ?? null;
        const isNothing =
          seen === null || seen.phase === 'gone' || (seen.phase === 'waiting' && seen.node === null);
        expect(isNothing, `${each.id} is forgotten`).toBe(true);
      }
    }
  });
});

test('only a house that is seen to be well all the time releases one by itself', () => {
  let ended = 0;
  always((frames) => {
    // By signer, since when it has been well by what each tick showed.
    const since = new Map<string, number>();
    let lastAt: number | null = null;
    for (const { moment, before, result } of frames) {
      const { rules, findings } = moment;
      const { at } = findings;
      const { judgement, subjects, wanted } = result.memory.state;
      for (const { id } of rules.signers) {
        const isWell =
          judgement.verdict === 'ok' &&
          subjects[`site/${rules.id}`] === undefined &&
          subjects[`signer/${id}`]?.kind !== 'not-signing' &&
          ['signing', 'unknown'].includes(judgement.signers[id] ?? 'unknown');
        const isUnbroken = lastAt !== null && at - lastAt <= rules.policy.late.afterMs;
        if (!isWell) since.delete(id);
        else if (!isUnbroken || !since.has(id)) since.set(id, at);
      }
      for (const { id } of wantedIn(before)) {
        const now = Object.values(wanted).find((each) => each.id === id);
        if (now?.release?.reason !== 'stable' || now.release.at !== at) continue;
        ended += 1;
        expect(now.keep, id).toBeNull();
        expect(now.reason, id).not.toBe('person');
        expect(at - (since.get(now.signer) ?? at), id).toBeGreaterThanOrEqual(rules.policy.standby.releaseMs);
      }
      lastAt = at;
    }
  }, steady);
  expect(ended).toBeGreaterThan(30);
});

test('what is written down is what is remembered, and provision is woken for all that it has to act on', () => {
  always((frames) => {
    const documents = new Map<string, Wanted>();
    for (const { before, result } of frames) {
      for (const each of result.wanted) documents.set(each.signer, each);
      for (const each of wantedIn(result.memory)) expect(documents.get(each.signer), each.id).toEqual(each);
      const news = result.wanted.filter(({ id, signer, release }) => {
        const was = before?.state.wanted[signer];
        return was?.id !== id || (was.release === null) !== (release === null);
      });
      expect(result.wakesProvision || news.length === 0).toBe(true);
      expect(result.wakesProvision && result.wanted.length === 0).toBe(false);
    }
  });
});
