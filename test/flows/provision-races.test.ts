// What happens between two calls of a run: somebody wants something else, another run was faster, or time has run out.
import { expect, test } from 'vitest';
import { provision } from '../../functions/flows/provision.ts';
import type { ProvisionWorld } from '../../functions/flows/provision-world.ts';
import { releasedOf, StandbyHouse, unreadable, wantedOf } from '../support/standby-house.ts';

const bounds = { signal: new AbortController().signal };
const asked = (home: StandbyHouse, method: string): number =>
  home.compute.calls.filter((call) => call.method === method).length;

/** Does something before the first commitment is written. */
function beforeCommitment(world: ProvisionWorld, act: () => void): ProvisionWorld {
  let isDone = false;
  const writeSeen: ProvisionWorld['store']['writeSeen'] = (signer, base, seen) => {
    if (base.wanted !== undefined && !isDone) {
      isDone = true;
      act();
    }
    return world.store.writeSeen(signer, base, seen);
  };
  return { ...world, store: { ...world.store, writeSeen } };
}

test('a node that is not wanted any more when its attempt is written down is not made', async () => {
  const home = new StandbyHouse();
  home.want(wantedOf());
  const world = beforeCommitment(home.world(), () => home.want(releasedOf(wantedOf(), home.now)));
  await provision(world, bounds);
  expect(asked(home, 'insert')).toBe(0);
  await home.minutes(2);
  expect((await home.seen())?.phase).toBe('gone');
});

test('a node that is wanted again when its deletion is written down is not deleted', async () => {
  const home = new StandbyHouse();
  home.want(wantedOf());
  await home.minutes(20);
  home.want(releasedOf(wantedOf(), home.now));
  const world = beforeCommitment(home.world(), () => home.want(wantedOf({ id: 'alpha.again' })));
  await provision(world, bounds);
  expect(asked(home, 'remove')).toBe(0);
  await home.minutes(1);
  expect(await home.seen()).toMatchObject({ phase: 'synced', wantedId: 'alpha.again', deletion: null });
});

test('a run that waited for its turn until its lease was over asks for nothing more', async () => {
  const home = new StandbyHouse({}, ['alpha', 'beta']);
  for (const signer of ['alpha', 'beta']) home.want(wantedOf({ signer }));
  const world = home.world();
  const compute: ProvisionWorld['compute'] = {
    ...world.compute,
    insert: async (order, signal) => {
      const answer = await world.compute.insert(order, signal);
      home.now += 80_000;
      return answer;
    },
  };
  await provision({ ...world, compute, concurrency: 1 }, bounds);
  expect(asked(home, 'insert')).toBe(1);
  await home.minutes(2);
  expect(home.compute.live()).toHaveLength(2);
});

test('what another run began before our lease counts for the brake', async () => {
  const home = new StandbyHouse({ maxStandbys: 1 }, ['alpha', 'beta']);
  home.want(wantedOf({ signer: 'beta' }));
  home.flags.set('beta', unreadable);
  await home.minutes(1);
  const world = home.world();
  let isFirst = true;
  const loadAll = async () => {
    const all = await world.store.loadAll();
    if (isFirst) {
      isFirst = false;
      home.want(wantedOf());
      await home.run();
      home.flags.clear();
    }
    return all;
  };
  await provision({ ...world, store: { ...world.store, loadAll } }, bounds);
  expect(home.compute.live().map(({ labels }) => labels['watchdog-signer'])).toEqual(['alpha']);
  expect((await home.seen('beta'))?.refusal?.reason).toBe('too-many');
});
