// What can be typed into the lab to break things and to put them right.
import type { Basement } from './basement/basement.ts';
import { chainNames, executionClients, operators, signerNames } from './basement/chains.ts';
import { forwards, places, type WorldState } from './basement/world.ts';
import type { Lab } from './lab.ts';
import type { Screen } from './screen.ts';

export type Command = {
  readonly words: string;
  readonly what: string;
  /** What has to be typed after the words; nothing when absent. */
  readonly takes?: readonly string[];
  /** `rest` is what was typed after the words. Resolves with a sentence to print, or null. */
  readonly run: (lab: Lab, rest: string, screen: Screen) => Promise<string | null>;
};

/** A set of the world with a member more, or less. */
function withMember<Member>(set: ReadonlySet<Member>, member: Member, isIn: boolean): ReadonlySet<Member> {
  return new Set(isIn ? [...set, member] : [...set].filter((each) => each !== member));
}

/** A pair of commands that put members of the world into a set of its state, and take them out. */
function pair<Member extends string>(given: {
  readonly on: string;
  readonly off: string;
  readonly members: readonly Member[];
  readonly what: string;
  readonly change: (state: WorldState, member: Member, isOn: boolean) => Partial<WorldState>;
  readonly said: (member: Member, isOn: boolean) => string;
}): Command[] {
  const run =
    (isOn: boolean): Command['run'] =>
    async ({ basement }: { readonly basement: Basement }, rest) => {
      const member = given.members.find((each) => each === rest);
      if (member === undefined) {
        return `${isOn ? given.on : given.off} what? One of ${given.members.join(', ')}.`;
      }
      await basement.change(given.change(basement.state(), member, isOn));
      return given.said(member, isOn);
    };
  return [
    { words: given.on, takes: given.members, what: given.what, run: run(true) },
    { words: given.off, takes: given.members, what: `undoes ${given.on}`, run: run(false) },
  ];
}

const witnessChanges: ReadonlyMap<string, Partial<WorldState>> = new Map([
  ['off', { hasWitness: false }],
  ['on', { hasWitness: true }],
  ['lies', { isWitnessLying: true }],
  ['honest', { isWitnessLying: false }],
]);

export const worldCommands: readonly Command[] = [
  {
    words: 'cut power',
    what: 'the house goes dark; its UPS tells of it first',
    run: async ({ basement }) => {
      await basement.cutPower();
      return 'The power is cut.';
    },
  },
  {
    words: 'lose mains',
    what: 'the house runs on its battery, and its UPS says so',
    run: async ({ basement }) => {
      await basement.loseMains();
      return 'The line has no power; the battery lasts for twelve minutes.';
    },
  },
  {
    words: 'restore power',
    what: 'power again',
    run: async ({ basement }) => {
      await basement.restorePower();
      return 'The power is back.';
    },
  },
  {
    words: 'drop vpn',
    what: 'the VPN exit fails: no way in, and no heartbeat out',
    run: async ({ basement }) => {
      await basement.dropVpn();
      return 'The VPN exit is down.';
    },
  },
  {
    words: 'break',
    takes: forwards,
    what: 'one forward fails',
    run: async ({ basement }, rest) => {
      if (!forwards.includes(rest)) return `Break what? One of ${forwards.join(', ')}.`;
      await basement.breakForward(rest);
      return `The forward of ${rest} is broken.`;
    },
  },
  {
    words: 'cut our network',
    what: "the watchdog's own way out fails",
    run: async ({ basement }) => {
      await basement.cutOurNetwork();
      return 'Our own network is cut.';
    },
  },
  {
    words: 'kill alertmanager',
    what: "the house's Alertmanager sends nothing more, and everything else is well",
    run: async ({ basement }) => {
      await basement.change({ hasAlertmanager: false });
      return 'Nobody sends heartbeats any more.';
    },
  },
  {
    words: 'leak',
    what: 'the house sends past its VPN, so that its own address shows',
    run: async ({ basement }) => {
      await basement.change({ isLeaking: true });
      return 'The kill switch is off: everybody sees the address of the house.';
    },
  },
  {
    words: 'beat on',
    what: 'the house sends heartbeats over a mobile router as well',
    run: async ({ basement }) => {
      await basement.setSecondWay(true);
      return 'Heartbeats have a second way now.';
    },
  },
  {
    words: 'beat off',
    what: 'only through the VPN again',
    run: async ({ basement }) => {
      await basement.setSecondWay(false);
      return 'Heartbeats go through the VPN only.';
    },
  },
  ...pair({
    on: 'stop',
    off: 'start',
    members: signerNames,
    what: 'a validator client signs nothing more, and everything else stays green',
    change: (state, signer, isOn) => ({ stoppedSigners: withMember(state.stoppedSigners, signer, isOn) }),
    said: (signer, isOn) => `${signer} ${isOn ? 'signs nothing more' : 'signs again'}.`,
  }),
  ...pair({
    on: 'stall',
    off: 'resume',
    members: chainNames,
    what: 'a whole chain stands still, for everybody',
    change: (state, chain, isOn) => ({ stalledChains: withMember(state.stalledChains, chain, isOn) }),
    said: (chain, isOn) => `${chain} ${isOn ? 'stands still' : 'goes on'}.`,
  }),
  ...pair({
    on: 'freeze',
    off: 'thaw',
    members: executionClients,
    what: 'an execution client dies; the client beside it stays green, and its head stands still',
    change: (state, client, isOn) => ({ frozenClients: withMember(state.frozenClients, client, isOn) }),
    said: (client, isOn) => `${client} is ${isOn ? 'dead' : 'alive again'}.`,
  }),
  ...pair({
    on: 'lie',
    off: 'honest',
    members: operators,
    what: 'a public RPC says that the signers of the house are dead',
    change: (state, operator, isOn) => ({ liars: withMember(state.liars, operator, isOn) }),
    said: (operator, isOn) => `${operator} ${isOn ? 'lies' : 'tells the truth again'}.`,
  }),
  ...pair({
    on: 'hide',
    off: 'show',
    members: places.map(({ id }) => id),
    what: 'our region does not reach a place any more; the witness in another one does',
    change: (state, place, isOn) => ({ hidden: withMember(state.hidden, place, isOn) }),
    said: (place, isOn) => `${place} is ${isOn ? 'hidden from' : 'in sight of'} our region.`,
  }),
  {
    words: 'witness',
    takes: ['off', 'on', 'lies', 'honest'],
    what: 'the witness is down, or says that all is well',
    run: async ({ basement }, rest) => {
      const change = witnessChanges.get(rest);
      if (change === undefined) return `Witness what? One of ${[...witnessChanges.keys()].join(', ')}.`;
      await basement.change(change);
      return `The witness: ${rest}.`;
    },
  },
  {
    words: 'heal',
    what: 'everything works again',
    run: async ({ basement, cloud }) => {
      cloud.faults.clear();
      await basement.heal();
      return 'Everything works again; the watchdog waits three minutes to be sure.';
    },
  },
];
