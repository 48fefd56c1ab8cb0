// What can be typed into the lab to break the pretend cloud and the nodes in it, and to put them right.
import { labZones } from './basement/standbys.ts';
import type { Cloud } from './compute/cloud.ts';
import type { Command } from './world-commands.ts';

/** A word that switches something of the cloud. */
function one(words: string, what: string, act: (cloud: Cloud) => string): Command {
  return { words, what, run: async ({ cloud }) => act(cloud) };
}

const ofZone = (isEmpty: boolean): Command => {
  const words = isEmpty ? 'empty' : 'refill';
  return {
    words,
    takes: labZones,
    what: isEmpty ? 'a zone of the cloud has no machine left' : 'undoes empty',
    run: async ({ cloud }, rest) => {
      const zone = labZones.find((each) => each === rest);
      if (zone === undefined) return `${words} what? One of ${labZones.join(', ')}.`;
      cloud.faults.stockOut(zone, isEmpty);
      return `${zone} has ${isEmpty ? 'no machine left' : 'machines again'}.`;
    },
  };
};

const insertPermission = 'compute.instances.create';

export const cloudCommands: readonly Command[] = [
  ofZone(true),
  ofZone(false),
  one('cloud off', 'the cloud answers nothing but 503', ({ faults }) => {
    faults.unavailable(Number.MAX_SAFE_INTEGER);
    return 'The cloud is unavailable.';
  }),
  one('cloud on', 'undoes cloud off', ({ faults }) => {
    faults.unavailable(0);
    return 'The cloud answers again.';
  }),
  one('forbid', 'the watchdog may not make machines any more', ({ faults }) => {
    faults.deny(insertPermission);
    return `The permission ${insertPermission} is taken away.`;
  }),
  one('allow', 'undoes forbid', ({ faults }) => {
    faults.deny(insertPermission, false);
    return `The permission ${insertPermission} is given back.`;
  }),
  one(
    'lose answers',
    'the next three answers about changes are lost, and the changes are made',
    ({ faults }) => {
      faults.loseAnswers(3, 'after');
      return 'Three answers will be lost.';
    },
  ),
  one('vanish', 'somebody deletes all nodes by hand', (cloud) => {
    const names = cloud.instances().map(({ name }) => name);
    for (const name of names) cloud.vanish(name);
    return names.length === 0 ? 'There is no node.' : `Gone: ${names.join(', ')}.`;
  }),
  one('hang nodes', 'nodes come no further', ({ nodes }) => {
    nodes.hang(true);
    return 'All nodes hang.';
  }),
  one('wake nodes', 'undoes hang nodes', ({ nodes }) => {
    nodes.hang(false);
    return 'All nodes go on.';
  }),
  one('put keys', 'nodes say that they found key material', ({ nodes }) => {
    nodes.keysPresent(true);
    return 'There are keys on the nodes.';
  }),
  one('take keys', 'undoes put keys', ({ nodes }) => {
    nodes.keysPresent(false);
    return 'The nodes say that there are no keys.';
  }),
];
