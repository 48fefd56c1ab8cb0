// A site as the simulations see it: the default policy, targets that answer or not as told, and ticks without a network.
import { policy } from '../functions/config/policy.ts';
import type { Pulse } from '../functions/domain/pulse.ts';
import type { Memory } from '../functions/domain/memory.ts';
import { isPage } from '../functions/domain/notice.ts';
import type { OutboxRow } from '../functions/domain/outbox.ts';
import type { SiteRules } from '../functions/domain/policy.ts';
import type { Sample } from '../functions/domain/sample.ts';
import { step } from '../functions/domain/step.ts';
import type { Role } from '../functions/domain/target.ts';
import { noLook } from '../functions/domain/standby/standby-look.ts';
import { probeRound, type RoundNeeds } from '../functions/flows/probe-round.ts';
import { takeTurns } from '../functions/kit/take-turns.ts';

export const minuteMs = 60_000;

/** Numbered targets of each role, one heartbeat source, one channel, the policy that a configuration without one has. */
export function modelRules(counts: Readonly<Partial<Record<Role, number>>>): SiteRules {
  const targets = Object.entries(counts).flatMap(([role, count]) =>
    Array.from({ length: count }, (_, index) => ({ role, id: `${role}-${index}` })),
  );
  const isRole = (role: string): role is Role => Object.hasOwn(counts, role);
  return {
    id: 'home',
    name: 'home',
    timezone: 'UTC',
    policy: policy.parse({}),
    targets: targets.flatMap(({ role, id }) =>
      isRole(role) ? [{ id, role, severity: 'warning', lease: null }] : [],
    ),
    signers: [],
    heartbeats: [
      { source: 'cluster', freshMs: 2 * minuteMs, lateMs: 2 * minuteMs, silence: null, severity: 'warning' },
    ],
    maintenance: [],
    notify: [{ afterMs: 0, channels: ['pager'], minSeverity: 'info' }],
    reportsSelf: true,
    standby: null,
    drills: null,
  };
}

/** Whether a probe of a target gets its answer. It is asked once for every probe, repeated ones included. */
type Answers = (target: string) => boolean;

export type ModelTick = {
  readonly rules: SiteRules;
  readonly at: number;
  readonly answers: Answers;
  readonly pulse: Pulse | null;
};

const good: Sample = { ok: true, latencyMs: { total: 50 }, facts: {} };
const lost: Sample = {
  ok: false,
  reason: 'timeout',
  detail: 'no connection was made',
  latencyMs: { total: 5000 },
};

/** One tick through the real round of probes and the real step; time passes only from tick to tick. */
export async function modelTick(
  memory: Memory | null,
  tick: ModelTick,
): Promise<{ readonly memory: Memory; readonly pages: readonly OutboxRow[] }> {
  const { rules, at, answers, pulse } = tick;
  const needs: RoundNeeds = {
    clock: { now: () => at, sleep: () => Promise.resolve() },
    inTurn: takeTurns(1000),
    signal: new AbortController().signal,
  };
  const round = async (isReference: boolean): Promise<Readonly<Record<string, Sample>>> => {
    const before = new Map(memory?.state.facts.targets.map((target) => [target.id, target.quality]));
    const probes = rules.targets
      .filter(({ role }) => (role === 'reference') === isReference)
      .map(({ id }) => ({ id, run: () => Promise.resolve(answers(id) ? good : lost) }));
    const { samples } = await probeRound(probes, (id) => (isReference ? 'good' : before.get(id)), {
      needs,
      probing: rules.policy.probe,
    });
    return samples;
  };
  const samples = { ...(await round(false)), ...(await round(true)) };
  const next = step(memory, {
    rules,
    findings: {
      at,
      samples,
      pulse,
      refused: [],
      witness: {},
      delivery: null,
      flags: {},
      records: {},
      standbys: noLook,
      signing: { ledger: {}, signers: [], chains: [], voters: [] },
    },
    scheduledAt: at,
  });
  return { memory: next.memory, pages: next.rows.filter((row) => isPage(row.notice.kind)) };
}
