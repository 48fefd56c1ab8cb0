// What people, power and bad luck do to the world, in any order; each by a number, so that a run can be repeated and made shorter.
import fc from 'fast-check';
import type { Direction, Fencing } from '../../../functions/domain/handover/facts.ts';
import { other, sideOf } from './cast.ts';
import { killFence, type Link, type Machine, powerOff, type Side } from './machine.ts';
import { dutyAt, stepMs } from './time.ts';
import {
  abort,
  type Assumption,
  begin,
  putFloor,
  reset,
  restoreDatabase,
  setLink,
  signNow,
  step,
  take,
  type World,
} from './world.ts';

/** `false`: whoever does it keeps to what is agreed. */
type Lie = Assumption | null;

export type Deed = {
  readonly words: string;
  readonly does: (world: World, lie: Lie) => Promise<void> | void;
};

const deed = (words: string, does: Deed['does']): Deed => ({ words, does });
const side = fc.constantFrom<Side>('house', 'cloud');
const direction = fc.constantFrom<Direction>('cloud', 'basement');

const pass = async (world: World, steps: number): Promise<void> => {
  // oxlint-disable-next-line no-await-in-loop -- time goes by step by step
  for (let index = 0; index < steps; index += 1) await step(world);
};

const liesOfOthers: Lie = 'what a person says of the other side is so';

/** Says that a side is fenced; an honest person makes it so first, and sees that it stays so as far as a person can. */
function claim(world: World, fenced: Side, how: Fencing['how'], lie: Lie): void {
  const machine = world.machines[fenced];
  if (lie !== liesOfOthers) {
    if (how === 'powered-off') powerOff(machine);
    else if (how === 'cut') setLink(world, machine, 'cut');
    else return;
  }
  world.claim = { how, at: world.now, by: 'Ada', side: fenced };
}

/** A whole handover as the runbook says it, with waits of a length that luck decides. */
async function handOver(
  world: World,
  {
    to,
    waits,
    how,
    isOverridden,
    lie,
  }: {
    readonly to: Direction;
    readonly waits: number;
    readonly how: Fencing['how'];
    readonly isOverridden: boolean;
    readonly lie: Lie;
  },
): Promise<void> {
  begin(world);
  const fenced = other(sideOf(to));
  claim(world, fenced, how, lie);
  await pass(world, waits);
  putFloor(world, sideOf(to));
  take(world, to, isOverridden);
  // Whoever has done that looks whether it signs.
  await pass(world, 48);
}

/** As `fence break-glass` writes it. */
function breakGlass(machine: Machine): void {
  machine.glass = JSON.stringify({
    signer: 'eth-1',
    instance: machine.instance,
    generation: machine.disk?.generation ?? 0,
    bootId: `boot-${machine.bootId}`,
    because: 'the gate is not reached',
  });
}

/** Somebody who keeps a promise does not undo a cut, nor press the button, between what is said and what is done with it. */
const isPromised = ({ claim: said, flag }: World, of: Side, how: Fencing['how']): boolean =>
  said !== null && said.side === of && said.how === how && flag.holder.kind === 'none';

function connect(world: World, of: Side, link: Link, lie: Lie): void {
  if (lie !== liesOfOthers && isPromised(world, of, 'cut')) return;
  setLink(world, world.machines[of], link);
}

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .integer({ min: 1, max: 40 })
      .map((steps) => deed(`${steps} steps pass`, (world) => pass(world, steps))),
  },
  {
    weight: 9,
    arbitrary: fc
      .record({
        to: direction,
        waits: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 95, max: 150 })),
        how: fc.constantFrom<Fencing['how']>('powered-off', 'powered-off', 'cut', 'wiped'),
        isOverridden: fc.boolean(),
      })
      .map((given) =>
        deed(
          `hands over to ${given.to}, ${given.how}, ${given.waits} steps, overridden ${given.isOverridden}`,
          (world, lie) => handOver(world, { ...given, lie }),
        ),
      ),
  },
  fc.constant(deed('begins', begin)),
  fc.constant(deed('aborts', abort)),
  fc
    .tuple(side, fc.constantFrom<Fencing['how']>('powered-off', 'cut', 'wiped'))
    .map(([of, how]) => deed(`says of the ${of}: ${how}`, (world, lie) => claim(world, of, how, lie))),
  direction.map((to) => deed(`writes the floor for ${to}`, (world) => putFloor(world, sideOf(to)))),
  fc
    .tuple(direction, fc.boolean())
    .map(([to, isOverridden]) =>
      deed(`takes for ${to}, overridden ${isOverridden}`, (world) => take(world, to, isOverridden)),
    ),
  side.map((of) => deed(`the power of the ${of} goes`, (world) => powerOff(world.machines[of]))),
  {
    weight: 2,
    arbitrary: side.map((of) =>
      deed(`the power of the ${of} is back`, ({ machines }) => {
        if (!machines[of].isOn) reset(machines[of]);
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: side.map((of) =>
      deed(`the ${of} is cut off`, (world) => {
        world.machines[of].peersLingerMs = 0;
        setLink(world, world.machines[of], 'cut');
      }),
    ),
  },
  fc.tuple(side, fc.integer({ min: 0, max: 900_000 })).map(([of, lingers]) =>
    deed(`the ${of} is cut off, and notices after ${lingers} ms`, (world) => {
      world.machines[of].peersLingerMs = lingers;
      setLink(world, world.machines[of], 'cut');
    }),
  ),
  {
    weight: 2,
    arbitrary: side.map((of) =>
      deed(`the line of the ${of} is back`, (world, lie) => connect(world, of, 'open', lie)),
    ),
  },
  side.map((of) =>
    deed(`the ${of} does not reach the gate`, (world, lie) => connect(world, of, 'no-gate', lie)),
  ),
  side.map((of) => deed(`the ${of} gets old answers`, (world, lie) => connect(world, of, 'replayed', lie))),
  side.map((of) =>
    deed(`the container of the ${of} is restarted`, ({ machines }) => killFence(machines[of])),
  ),
  side.map((of) =>
    deed(`the machine of the ${of} is reset`, ({ machines }) => {
      if (machines[of].isOn) reset(machines[of]);
    }),
  ),
  side.map((of) =>
    deed(`the disk of the ${of} is full`, ({ machines }) => {
      machines[of].isDiskFull = true;
    }),
  ),
  side.map((of) =>
    deed(`the disk of the ${of} has room`, ({ machines }) => {
      machines[of].isDiskFull = false;
    }),
  ),
  side.map((of) =>
    deed(`what the fence of the ${of} kept is lost`, ({ machines }) => {
      killFence(machines[of]);
      machines[of].disk = null;
    }),
  ),
  side.map((of) =>
    deed(`the volumes of the ${of} are copied`, ({ machines }) => {
      const { disk, protectedTo } = machines[of];
      machines[of].copied = { disk, protectedTo };
    }),
  ),
  side.map((of) =>
    deed(`the copies of the volumes of the ${of} are put back`, ({ machines }) => {
      killFence(machines[of]);
      Object.assign(machines[of], machines[of].copied);
    }),
  ),
  fc.constantFrom(0, 30_000, 500_000, 2_000_000).map((lag) =>
    deed(`all public sources are ${lag} ms late`, (world) => {
      world.lagMs = lag;
    }),
  ),
  fc.boolean().map((isDown) =>
    deed(`the keys database is ${isDown ? 'down' : 'up'}`, (world) => {
      world.isDatabaseDown = isDown;
    }),
  ),
  fc.constant(
    deed('the keys database is copied', (world) => {
      world.backup = world.flag;
    }),
  ),
  fc.constant(
    deed('the copy is put back', (world, lie) =>
      restoreDatabase(world, lie !== 'a keys database that was put back is told of before anybody asks it'),
    ),
  ),
  fc.tuple(side, fc.constantFrom(-3_600_000, -20_000, 20_000, 400_000, 3_600_000)).map(([of, ahead]) =>
    deed(`the clock of the ${of} is ${ahead} ms ahead`, (world) => {
      const machine = world.machines[of];
      machine.clockAheadMs = ahead;
    }),
  ),
  side.map((of) =>
    deed(`the clock of the ${of} is right`, ({ machines }) => {
      machines[of].clockAheadMs = 0;
    }),
  ),
  side.map((of) =>
    deed(`the glass of the ${of} is broken`, (world, lie) => {
      const machine = world.machines[of];
      const { holder } = world.flag;
      const holds = of === 'house' ? holder.kind === 'basement' : holder.kind === 'node';
      if (!holds && lie !== 'the glass is broken only while nobody else holds the keys') return;
      breakGlass(machine);
    }),
  ),
  side.map((of) =>
    deed(`the client of the ${of} is started by itself`, (world, lie) => {
      const machine = world.machines[of];
      if (lie !== 'a client is started by its fence only' || !machine.isOn) return;
      machine.isUnfenced = true;
      world.broken.add('a client is started by its fence only');
    }),
  ),
);

const toTheCloud = (world: World, lie: Lie): Promise<void> =>
  handOver(world, { to: 'cloud', waits: 125, how: 'powered-off', isOverridden: false, lie });

const on = (world: World, of: Side): void => {
  if (!world.machines[of].isOn) reset(world.machines[of]);
};

/** The clock goes ahead to a duty that is hours away, and the client does it before anybody looks. */
function signAhead(world: World, machine: Machine): void {
  const later = Array.from({ length: 48 }, (_, index) => (240 + index) * stepMs);
  const ahead = later.find((each) => dutyAt(world.now + each) !== null);
  if (!machine.isRunning || ahead === undefined) return;
  world.broken.add('nothing is signed between a jump of the clock and the next look of the fence');
  machine.clockAheadMs = ahead;
  signNow(world, machine);
}

/** What somebody does who breaks that one thing, in the way in which it happens to people. */
const breaks: Readonly<Record<Assumption, Deed>> = {
  'what a person says of the other side is so': deed(
    'goes past the wait, with a house that runs on',
    async (world, lie) => {
      on(world, 'house');
      await pass(world, 30);
      world.machines.house.peersLingerMs = 900_000;
      setLink(world, world.machines.house, 'cut');
      await handOver(world, { to: 'cloud', waits: 1, how: 'powered-off', isOverridden: true, lie });
      await pass(world, 90);
    },
  ),
  'a client is started by its fence only': deed(
    'moves the keys, and starts the old client by itself',
    async (world, lie) => {
      await toTheCloud(world, lie);
      on(world, 'house');
      world.machines.house.isUnfenced = true;
      world.broken.add('a client is started by its fence only');
      await pass(world, 90);
    },
  ),
  'a keys database that was put back is told of before anybody asks it': deed(
    'moves the keys, and puts back the database of before',
    async (world, lie) => {
      world.backup = world.flag;
      await toTheCloud(world, lie);
      await pass(world, 60);
      // Whoever asks the gate hears that it is somebody else's turn, and stops.
      setLink(world, world.machines.cloud, 'no-gate');
      restoreDatabase(world, false);
      on(world, 'house');
      await pass(world, 90);
    },
  ),
  'the glass is broken only while nobody else holds the keys': deed(
    'moves the keys, and breaks the glass of the old side',
    async (world, lie) => {
      powerOff(world.machines.house);
      await toTheCloud(world, lie);
      on(world, 'house');
      breakGlass(world.machines.house);
      setLink(world, world.machines.house, 'no-gate');
      await pass(world, 90);
    },
  ),
  'nothing is signed between a jump of the clock and the next look of the fence': deed(
    'moves the keys away from a house whose clock went ahead',
    async (world, lie) => {
      const { house } = world.machines;
      on(world, 'house');
      await pass(world, 30);
      setLink(world, house, 'cut');
      signAhead(world, house);
      await pass(world, 30);
      await toTheCloud(world, lie);
      await pass(world, 200);
    },
  ),
};

const night = (longest: number): fc.Arbitrary<Deed[]> =>
  fc.array(deeds, { minLength: 4, maxLength: longest });

/** A night. Without a lie everybody keeps to what is agreed; with one, somebody breaks that in half of the nights before anything else happens. */
export const nightWith = (lie: Assumption | null): fc.Arbitrary<Deed[]> =>
  lie === null
    ? night(25)
    : fc.oneof(
        night(25),
        night(12).map((others) => [breaks[lie], ...others]),
      );

/** In the end everything is on and connected, and an hour goes by: who comes back, and who is told of it. */
export async function reunite(world: World): Promise<void> {
  world.lagMs = 0;
  world.isDatabaseDown = false;
  for (const machine of Object.values(world.machines)) {
    machine.clockAheadMs = 0;
    machine.isDiskFull = false;
    if (!machine.isOn) reset(machine);
    setLink(world, machine, 'open');
  }
  await pass(world, 225);
}
