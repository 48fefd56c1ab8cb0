// The world of the simulation: two machines with the same keys, the flag, the gate, what people see and do, and who signed what.
import { generateKeyPairSync } from 'node:crypto';
import { judgeHandover } from '../../../functions/domain/handover/guard.ts';
import {
  abortHandover,
  afterRestored,
  beginHandover,
  type Changing,
  type FlagChange,
  initFlag,
  takeKeys,
} from '../../../functions/domain/handover/flag.ts';
import type { Direction, Fencing } from '../../../functions/domain/handover/facts.ts';
import type { KeyFlag } from '../../../functions/domain/standby/key-flag.ts';
import { answerGate, type GateWorld } from '../../../functions/flows/answer-gate.ts';
import { limitPerMinute } from '../../../functions/kit/rate.ts';
import { silentLog } from '../../../functions/kit/log.ts';
import { openSignature } from '../../../functions/kit/signature.ts';
import { start } from '../../support/site.ts';
import { type Chain, createChain } from './chain.ts';
import { factsOf } from './evidence.ts';
import type { FenceRules } from './fence-rules.ts';
import { floorAt, lookOnce, type Machine, machineOf, powerOff, type Side, sign } from './machine.ts';
import { cloudNode, other, sideOf, signer } from './cast.ts';
import { openTripwires, type Tripwires } from './tripwires.ts';
import { stepMs } from './time.ts';

const token = 'the-token-of-the-fence-in-the-house';
const machineToken = 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln';

/** What the safety of the whole rests on beside the rules; each can be broken by somebody, and is named when it was. */
export const assumptions = [
  'what a person says of the other side is so',
  'a client is started by its fence only',
  'a keys database that was put back is told of before anybody asks it',
  'the glass is broken only while nobody else holds the keys',
  'nothing is signed between a jump of the clock and the next look of the fence',
] as const;
export type Assumption = (typeof assumptions)[number];

export type Claim = Fencing & { readonly side: Side };
/** An epoch that both sides have signed. */
export type Twice = { readonly epoch: number; readonly at: number };

export type World = {
  readonly rules: FenceRules;
  readonly machines: Readonly<Record<Side, Machine>>;
  readonly chain: Chain;
  readonly tripwires: Tripwires;
  now: number;
  flag: KeyFlag;
  /** What the database was at some time, for whoever puts it back. */
  backup: KeyFlag;
  claim: Claim | null;
  /** How far behind the chain all public sources are. */
  lagMs: number;
  isDatabaseDown: boolean;
  readonly broken: Set<Assumption>;
  readonly twice: Twice[];
  readonly signedBy: Map<number, Side>;
  readonly counts: { taken: number; overridden: number; refused: number; signed: Record<Side, number> };
  /** Sabotage of the simulation itself, to see that it would notice. */
  readonly isGateBlind: boolean;
};

const key = openSignature(
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'the key of the simulation',
);

const changing = (world: World, reason: string): Changing => ({ signer, at: world.now, by: 'Ada', reason });

function flagOf(change: FlagChange): KeyFlag {
  if (!change.ok) throw new Error(change.text);
  return change.next;
}

const first = flagOf(
  initFlag(
    { isReadable: true, flag: null },
    {
      signer,
      at: start,
      by: 'Ada',
      reason: 'set up',
      backup: { isTested: true, at: start, by: 'Ada' },
      instance: 'house-1',
    },
  ),
);

export function createWorld(rules: FenceRules, isGateBlind = false): World {
  const chain = createChain();
  return {
    rules,
    machines: { house: machineOf('house', 'house-1'), cloud: machineOf('cloud', '4711') },
    chain,
    tripwires: openTripwires(),
    now: start,
    flag: first,
    backup: first,
    claim: null,
    lagMs: 0,
    isDatabaseDown: false,
    broken: new Set(),
    twice: [],
    signedBy: new Map(),
    counts: { taken: 0, overridden: 0, refused: 0, signed: { house: 0, cloud: 0 } },
    isGateBlind,
  };
}

/** The function `gate` itself, over the flag as it stands. */
async function askGate(
  world: World,
  side: Side,
  question: Readonly<Record<string, string>>,
): Promise<string> {
  const { now, machines } = world;
  const holder: KeyFlag['holder'] =
    side === 'house' ? { kind: 'basement', site: signer.site } : { kind: 'node', ...cloudNode };
  const flag = world.isGateBlind ? { ...world.flag, holder, instance: machines[side].instance } : world.flag;
  const gate: GateWorld = {
    signers: [{ id: signer.id, site: signer.site, fences: [{ id: 'mini1', tokens: () => [token] }] }],
    keys: {
      readFlags: async () =>
        new Map([
          [signer.id, world.isDatabaseDown ? { isReadable: false, why: 'down' } : { isReadable: true, flag }],
        ]),
    },
    signatures: () => [key],
    identify: async () => ({ ok: true, machine: { ...cloudNode, id: machines.cloud.instance } }),
    project: cloudNode.project,
    clock: { now: () => now, sleep: () => Promise.resolve() },
    calls: limitPerMinute(1_000),
    log: silentLog,
  };
  const bearer = side === 'house' ? token : machineToken;
  const { body } = await answerGate(gate, {
    method: 'GET',
    path: `/${signer.id}`,
    url: `/${signer.id}`,
    query: (name) => question[name] ?? '',
    client: null,
    header: (name) => (name === 'authorization' ? `Bearer ${bearer}` : ''),
    body: () => Buffer.alloc(0),
  });
  return body;
}

function publish(world: World, machine: Machine): void {
  if (machine.link === 'cut') return;
  for (const epoch of machine.unpublished.splice(0)) {
    world.chain.publish({ side: machine.side, epoch }, world.now);
  }
}

/** What is due by its own clock. */
export function signNow(world: World, machine: Machine): void {
  const epoch = sign(machine, world.now);
  if (epoch === null) return;
  world.counts.signed[machine.side] += 1;
  const by = world.signedBy.get(epoch);
  if (by !== undefined && by !== machine.side) world.twice.push({ epoch, at: world.now });
  world.signedBy.set(epoch, machine.side);
  machine.unpublished.push(epoch);
}

/** Sixteen seconds: each fence looks, each client signs what is due, what is signed gets out where it can, and the watchdog looks. */
export async function step(world: World): Promise<void> {
  world.now += stepMs;
  for (const machine of Object.values(world.machines)) {
    const decided = await lookOnce(machine, {
      rules: world.rules,
      signer: signer.id,
      keys: [key.publicKey],
      now: world.now,
      ask: (instance, nonce) => askGate(world, machine.side, { instance, nonce }),
    });
    const holder =
      world.flag.holder.kind === 'node' ? 'cloud' : world.flag.holder.kind === 'basement' ? 'house' : null;
    if (decided?.decision.do === 'exec' && decided.state.usedBreakGlass && holder !== machine.side) {
      world.broken.add('the glass is broken only while nobody else holds the keys');
    }
    signNow(world, machine);
    publish(world, machine);
  }
  world.tripwires.look(world);
}

/** What a person writes into the database; refused, nothing happens. */
function write(world: World, change: FlagChange): boolean {
  if (change.ok) world.flag = change.next;
  return change.ok;
}

const readOf = (world: World) => ({ isReadable: true, flag: world.flag }) as const;

export const begin = (world: World): void => {
  if (write(world, beginHandover(readOf(world), changing(world, 'trouble')))) world.claim = null;
};

export const abort = (world: World): void => {
  write(world, abortHandover(readOf(world), changing(world, 'all is well again')));
};

/** The floor of this moment goes into the client of a side, which is stopped. */
export const putFloor = (world: World, side: Side): void => {
  const machine = world.machines[side];
  if (machine.isRunning || machine.isUnfenced) return;
  machine.protectedTo = Math.max(machine.protectedTo, floorAt(world.now));
};

/** `watchdog handover take`: what the guard says decides, or a person who goes past what may be gone past. */
export function take(world: World, to: Direction, isOverridden: boolean): void {
  const guard = judgeHandover(factsOf(world, to));
  const skipped = isOverridden ? guard.skippable : [];
  if (!guard.isAllowed && skipped.length === 0) {
    world.counts.refused += 1;
    return;
  }
  const side = sideOf(to);
  const claim = world.claim;
  const taken = write(
    world,
    takeKeys(readOf(world), {
      ...changing(world, 'the other side is fenced'),
      holder: side === 'house' ? { kind: 'basement', site: signer.site } : { kind: 'node', ...cloudNode },
      instance: world.machines[side].instance,
      minHeight: null,
      evidence: [],
      override: guard.isAllowed
        ? null
        : { skipped: skipped.map(({ must }) => must), why: 'there is no time' },
    }),
  );
  if (!taken) return;
  world.counts.taken += 1;
  if (!guard.isAllowed) world.counts.overridden += 1;
  const machine = world.machines[other(side)];
  const isSo = claim?.how === 'powered-off' ? !machine.isOn : claim?.how === 'cut' && machine.link === 'cut';
  if (!isSo) world.broken.add('what a person says of the other side is so');
}

export const restoreDatabase = (world: World, isTold: boolean): void => {
  const { generation } = world.flag;
  world.flag = world.backup;
  if (isTold) write(world, afterRestored(readOf(world), changing(world, 'the database was put back')));
  else if (generation !== world.backup.generation)
    world.broken.add('a keys database that was put back is told of before anybody asks it');
};

export function reset(machine: Machine): void {
  powerOff(machine);
  machine.isOn = true;
  machine.bootId += 1;
}

export function setLink(world: World, machine: Machine, link: Machine['link']): void {
  machine.link = link;
  if (link === 'cut') machine.cutAt ??= world.now;
  else machine.cutAt = null;
  publish(world, machine);
}
