// One machine with the keys on it: power, line, clock and disk, the fence with the program's own rules, and the client under it.
import { randomBytes } from 'node:crypto';
import type { Decided, FenceRules, FenceState, Kept } from './fence-rules.ts';
import { dutyAt, epochOf } from './time.ts';

export type Side = 'house' | 'cloud';

/**
 * `open`: all is well. `cut`: nothing gets in or out. `no-gate`: only the gate is not reached. `deaf`: the gate's answers are replaced by old ones
 * by somebody in between.
 */
export const links = ['open', 'cut', 'no-gate', 'replayed'] as const;
export type Link = (typeof links)[number];

export type Machine = {
  readonly side: Side;
  readonly instance: string;
  isOn: boolean;
  bootId: number;
  link: Link;
  /** When the line went: the node counts its peers for a while longer. Null while it is there. */
  cutAt: number | null;
  /** How long the node goes on counting peers that are gone. */
  peersLingerMs: number;
  clockAheadMs: number;
  /** What it was at the last look of the fence. */
  clockSeenMs: number;
  isDiskFull: boolean;
  /** What the fence keeps, outside of the chain's data; null before the first start. */
  disk: Kept | null;
  /** Copies of both, for whoever puts them back. */
  copied: { readonly disk: Kept | null; readonly protectedTo: number };
  glass: string | null;
  /** The highest epoch that the client would refuse to sign again. */
  protectedTo: number;
  /** The process; null while it is dead. */
  fence: FenceState | null;
  isRunning: boolean;
  /** Somebody started the client by itself. */
  isUnfenced: boolean;
  /** Signed while nothing got out. */
  unpublished: number[];
  lastAnswer: string | null;
};

export const machineOf = (side: Side, instance: string): Machine => ({
  side,
  instance,
  isOn: true,
  bootId: 1,
  link: 'open',
  cutAt: null,
  peersLingerMs: 0,
  clockAheadMs: 0,
  clockSeenMs: 0,
  isDiskFull: false,
  disk: null,
  copied: { disk: null, protectedTo: 0 },
  glass: null,
  protectedTo: 0,
  fence: null,
  isRunning: false,
  isUnfenced: false,
  unpublished: [],
  lastAnswer: null,
});

/** What dies with the fence, however it dies: the client is killed with its parent. */
export function killFence(machine: Machine): void {
  machine.fence = null;
  machine.isRunning = false;
}

export function powerOff(machine: Machine): void {
  killFence(machine);
  machine.isOn = false;
  machine.isUnfenced = false;
  machine.unpublished = [];
}

const headLimitMs = 2 * 384_000;

/** What the node says of itself: a line that is gone is noticed late, by its peers or by its head. */
const nodeOf = (machine: Machine, now: number): object => {
  const goneMs = machine.cutAt === null ? 0 : now - machine.cutAt;
  return {
    isKnown: true,
    peers: goneMs > machine.peersLingerMs ? 0 : 30,
    headAgeMs: 6_000 + goneMs,
  };
};

export type Asking = {
  readonly rules: FenceRules;
  readonly signer: string;
  readonly keys: readonly string[];
  readonly now: number;
  /** Asks the gate; the body of its answer. */
  readonly ask: (instance: string, nonce: string) => Promise<string>;
};

async function bodyFor(machine: Machine, nonce: string, { ask }: Asking): Promise<string | null> {
  if (machine.link === 'cut' || machine.link === 'no-gate') return null;
  if (machine.link === 'replayed') return machine.lastAnswer;
  const body = await ask(machine.instance, nonce);
  machine.lastAnswer = body;
  return body;
}

async function startedFence(machine: Machine, rules: FenceRules, signer: string): Promise<FenceState> {
  const fresh = await rules.fresh(signer, machine.instance);
  return { ...fresh, kept: machine.disk ?? fresh.kept };
}

/** One look of the fence, and what it does after it; a fence that is dead is started again by whoever supervises it. */
export async function lookOnce(machine: Machine, asking: Asking): Promise<Decided | null> {
  if (!machine.isOn) return null;
  const { rules, signer, keys, now } = asking;
  const state = machine.fence ?? (await startedFence(machine, rules, signer));
  const nonce = randomBytes(16).toString('hex');
  const body = await bodyFor(machine, nonce, asking);
  const decided = await rules.decide({
    state,
    body,
    question: { nonce, signer, instance: machine.instance },
    keys,
    look: {
      bootMs: now,
      noAnswer: { reason: 'network', detail: 'no answer' },
      node: nodeOf(machine, now),
      limits: { headLimitMs, futureLimitMs: 12_000, isolationMs: 600_000 },
      isClockRight: Math.abs(machine.clockAheadMs) <= 1_000,
      clockWhy: 'its clock is off',
      clockJumpMs: machine.isRunning ? machine.clockAheadMs - machine.clockSeenMs : 0,
      isHeadNear: machine.link !== 'cut',
      headWhy: 'its head is old',
      breakGlass: machine.glass,
      bootId: `boot-${machine.bootId}`,
      chain: 'ethereum',
    },
  });
  machine.clockSeenMs = machine.clockAheadMs;
  const { decision } = decided;
  const isStored = !decision.keep || !machine.isDiskFull;
  if (decision.keep && isStored) machine.disk = decided.state.kept;
  if (decision.consume && !machine.isDiskFull) machine.glass = null;
  const isConsumed = !decision.consume || !machine.isDiskFull;
  // Whoever cannot keep what it was told starts nothing; what it was denied it holds in memory.
  if (decision.do === 'exec' && !(isStored && isConsumed)) {
    machine.fence = { ...decided.state, phase: 'waiting' };
    return decided;
  }
  machine.fence = decided.state;
  machine.isRunning = decision.do === 'exec' || decision.do === 'go-on';
  return decided;
}

/** Signs what is due by its own clock; the epoch, or null when nothing was signed. */
export function sign(machine: Machine, now: number): number | null {
  if (!machine.isOn || !(machine.isRunning || machine.isUnfenced)) return null;
  const epoch = dutyAt(now + machine.clockAheadMs);
  if (epoch === null || epoch <= machine.protectedTo) return null;
  machine.protectedTo = epoch;
  return epoch;
}

/** A floor as `watchdog handover floor` writes it, from a clock that is right. */
export const floorAt = (at: number): number => epochOf(at) + 1;
