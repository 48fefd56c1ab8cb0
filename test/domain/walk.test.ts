// What holds of every life of a site, whatever happens to it: random walks through `step`.
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { Incident } from '../../functions/domain/incident.ts';
import { subjectKey } from '../../functions/domain/incident.ts';
import { type Memory, openIncidentIds } from '../../functions/domain/memory.ts';
import { step, type Step } from '../../functions/domain/step.ts';
import { isReplay, readTick } from '../../functions/domain/tick.ts';
import { minute, second } from '../support/site.ts';
import { deepFreeze } from '../support/story.ts';
import { momentsOf, type Moment, releasesAt, type Walk, walks, wellAt } from '../support/walk.ts';

/** One tick of a walk, with the incidents that there ever were before it. */
type Frame = {
  readonly moment: Moment;
  readonly before: Memory | null;
  readonly result: Step;
  readonly known: ReadonlyMap<string, Incident>;
};

function* play(walk: Walk, wellTicks = 0): Generator<Frame> {
  let memory: Memory | null = null;
  const known = new Map<string, Incident>();
  function* take(moment: Moment): Generator<Frame> {
    const before = memory;
    const { rules, findings, events } = deepFreeze(moment);
    const result = deepFreeze(step(before, { rules, findings, events, scheduledAt: findings.at }));
    yield { moment, before, result, known };
    memory = result.memory;
    for (const incident of result.touched) known.set(incident.id, incident);
  }
  let last: Moment | null = null;
  for (const moment of momentsOf(walk)) {
    yield* take(moment);
    last = moment;
  }
  for (let tick = 1; last !== null && tick <= wellTicks; tick += 1) {
    const at = last.findings.at + tick * minute;
    // Nobody acts on what somebody has asked for, and that alone would be told for ever.
    yield* take({ ...wellAt(last.rules, at), events: releasesAt(last.rules, at) });
  }
}

/** Checks every tick of random walks; fast-check prints the seed of a walk that fails. */
function always(holds: (frame: Frame) => void, numRuns = 150): void {
  fc.assert(
    fc.property(walks, (walk) => {
      for (const frame of play(walk)) holds(frame);
    }),
    { numRuns },
  );
}

const isOpen = (incident: Incident): boolean => incident.resolvedAt === null;
const opened = ({ result, known }: Frame): Incident[] => result.touched.filter(({ id }) => !known.has(id));
const resolved = ({ result }: Frame): Incident[] => result.touched.filter((incident) => !isOpen(incident));

test('there are never two open incidents of one subject, and all that are open are remembered', () => {
  always(({ result, known }) => {
    const after = new Map([...known, ...result.touched.map((incident) => [incident.id, incident] as const)]);
    const open = [...after.values()].filter(isOpen);
    expect(new Set(open.map(({ subject }) => subjectKey(subject))).size).toBe(open.length);
    expect(result.memory.incidents).toEqual(
      Object.fromEntries(open.map((incident) => [incident.id, incident])),
    );
    expect(openIncidentIds(result.memory.state).toSorted()).toEqual(open.map(({ id }) => id).toSorted());
  });
});

test('nothing is written of an incident that did not change, and no message without a change of all that it tells of', () => {
  always(({ result, known }) => {
    const changed = new Set(result.touched.map(({ id }) => id));
    for (const incident of result.touched) {
      expect(isDeepStrictEqual(incident, known.get(incident.id)), incident.id).toBe(false);
    }
    for (const row of result.rows) {
      expect(row.notice.items.length).toBeGreaterThan(0);
      for (const { incident } of row.notice.items) expect([...changed], row.id).toContain(incident);
    }
  });
});

test('the same tick gives the same result, and changes nothing that it was given', () => {
  always(({ moment, before, result }) => {
    const { rules, findings, events } = structuredClone(moment);
    const again = step(structuredClone(before), { rules, findings, events, scheduledAt: findings.at });
    expect(isDeepStrictEqual(again, result)).toBe(true);
  });
});

test('ids of messages and incidents never repeat', () => {
  fc.assert(
    fc.property(walks, (walk) => {
      const seen = new Set<string>();
      for (const frame of play(walk, 10)) {
        for (const { id } of [...frame.result.rows, ...opened(frame)]) {
          expect(seen, id).not.toContain(id);
          seen.add(id);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('every page resolves when all stays well, and its resolution goes to every channel that was told', () => {
  fc.assert(
    fc.property(walks, (walk) => {
      const owed = new Map<string, Set<string>>();
      let end: Step | null = null;
      for (const frame of play(walk, 8)) {
        end = frame.result;
        for (const { channel, notice } of end.rows) {
          for (const { incident } of notice.items) {
            const channels = owed.get(incident) ?? new Set();
            owed.set(incident, channels);
            if (notice.kind === 'resolved') channels.delete(channel);
            else channels.add(channel);
          }
        }
        for (const { id } of resolved(frame))
          expect([...(owed.get(id) ?? [])], `${id} is resolved`).toEqual([]);
      }
      expect(end?.memory.incidents).toEqual({});
      expect(end?.memory.state.subjects).toEqual({});
      expect([...owed.values()].flatMap((channels) => [...channels])).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('children of a dark site do not page', () => {
  always((frame) => {
    const { state } = frame.result.memory;
    // Later life shows that the house is not dark, although this tick may not have seen the way in.
    const { life } = state.judgement.signals;
    const site = state.subjects[`site/${state.site}`];
    const isDark =
      life === 'none' && site?.phase === 'open' && (site.kind === 'dark' || site.kind === 'vpn-down');
    const children = opened(frame).filter(
      ({ subject }) => subject.kind === 'target' || subject.kind === 'signer',
    );
    expect(isDark ? children : []).toEqual([]);
  }, 300);
});

test('a target does not page while its site speaks for it', () => {
  always((frame) => {
    const { state } = frame.result.memory;
    const isDown = Object.hasOwn(state.subjects, `site/${state.site}`);
    const targets = opened(frame).filter(({ subject }) => subject.kind === 'target');
    expect(isDown ? targets : []).toEqual([]);
  });
});

/** True when a tick brought nothing that shows how the house is. */
function isUnknown({ rules, findings }: Moment): boolean {
  const qualityOf = (id: string): string => {
    const sample = findings.samples[id];
    if (sample === undefined) return 'unknown';
    if (sample.ok) return 'good';
    return sample.reason === 'aborted' ? 'unknown' : 'bad';
  };
  const of = (isReference: boolean): string[] =>
    rules.targets
      .filter((target) => (target.role === 'reference') === isReference)
      .map(({ id }) => qualityOf(id));
  const hasWayIn = rules.targets.some((target) => target.role === 'inbound');
  const isUnseen = of(false).every((quality) => quality === 'unknown');
  const areSignersUnknown = findings.signing.signers.every((signer) => signer.state === 'unknown');
  const isOursBroken = of(true).length >= 2 && of(true).every((quality) => quality === 'bad');
  // A gasp came to us before: what it proves does not need our network now.
  const isCalm = Object.values(findings.pulse?.power ?? {}).every(({ state }) => state === 'online');
  if (isOursBroken) return isCalm && of(false).every((quality) => quality !== 'good');
  return hasWayIn && isUnseen && areSignersUnknown;
}

test('unknown neither opens nor closes an outage', () => {
  let played = 0;
  always((frame) => {
    if (!isUnknown(frame.moment)) return;
    played += 1;
    const { rules } = frame.moment;
    const outages = (incidents: readonly Incident[]): Incident[] =>
      // That it cannot be told whether a signer signs is no outage.
      incidents.filter(
        ({ subject, kind }) =>
          ['site', 'signer', 'target'].includes(subject.kind) && kind !== 'signing-unknown',
      );
    // What is not configured any more is resolved for that reason.
    const isConfigured = ({ subject }: Incident): boolean =>
      subject.kind === 'site' ||
      [...rules.targets.filter(({ role }) => role !== 'reference'), ...rules.signers].some(
        ({ id }) => id === subject.id,
      );
    expect(outages(opened(frame))).toEqual([]);
    expect(outages(resolved(frame)).filter(isConfigured)).toEqual([]);
  }, 300);
  expect(played).toBeGreaterThan(100);
});

test('one outage is told once per channel, and targets that go down together share a message', () => {
  fc.assert(
    fc.property(walks, (walk) => {
      const told = new Set<string>();
      for (const { result } of play(walk)) {
        const ofTargets = new Set<string>();
        for (const { channel, notice } of result.rows.filter((row) => row.notice.kind === 'opened')) {
          for (const { incident } of notice.items) {
            expect(told, incident).not.toContain(`${incident} ${channel}`);
            told.add(`${incident} ${channel}`);
          }
          if (notice.items[0]?.subject.kind !== 'target') continue;
          expect(ofTargets, 'a second message about targets').not.toContain(`${channel} ${notice.severity}`);
          ofTargets.add(`${channel} ${notice.severity}`);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('a critical page waits for maintenance only', () => {
  always(({ result }) => {
    const held = result.touched.filter(
      ({ held: hold, severity }) => severity === 'critical' && hold !== null,
    );
    for (const incident of held) expect(incident.held, incident.id).toBe('maintenance');
  });
});

test('a tick that is delivered twice is a replay, and the next one is not', () => {
  always(({ moment, result }) => {
    const { scheduledAt } = result.memory.state.tick;
    const now = moment.findings.at + second;
    const stamp = (at: number): string => new Date(at).toISOString();
    expect(isReplay(scheduledAt, readTick(stamp(scheduledAt), now).scheduledAt, now)).toBe(true);
    const next = readTick(stamp(scheduledAt + minute), now + minute);
    expect(isReplay(scheduledAt, next.scheduledAt, now + minute)).toBe(false);
  }, 20);
});

test('what is remembered stays small, however long a site is watched', () => {
  fc.assert(
    fc.property(walks, ({ config, ticks }) => {
      const turns = Math.ceil(400 / ticks.length);
      const long: Walk = { config, ticks: Array.from({ length: turns }, () => ticks).flat() };
      for (const { result } of play(long)) {
        const { state, incidents } = result.memory;
        // Seven targets, three signers, two chains, the site, the watcher itself, three standbys, what concerns all of them, and an orphan.
        expect(Object.keys(state.subjects).length).toBeLessThanOrEqual(19);
        for (const incident of Object.values(incidents)) {
          expect(incident.timeline.length).toBeLessThanOrEqual(200);
          expect(incident.evidence.length).toBeLessThanOrEqual(6);
          expect(incident.told.length).toBeLessThanOrEqual(3);
        }
        const { history, glance, ...rest } = state;
        expect(JSON.stringify(rest).length).toBeLessThan(13_000);
        // Fifty incidents of a day by name, and what is counted of a dozen parts.
        expect(history.today.incidents.length).toBeLessThanOrEqual(50);
        expect(history.counted.length).toBeLessThanOrEqual(8);
        expect(JSON.stringify(history).length).toBeLessThan(15_000);
        expect(JSON.stringify(glance).length).toBeLessThan(30_000);
      }
    }),
    { numRuns: 10 },
  );
});
