// The guard's conditions that age: who shows the chain at this moment, the node that is to sign, its machine, and clocks.
import type { Standing } from '../evidence.ts';
import type { Condition } from './condition.ts';
import type { ClockFact, MachineFact } from './facts.ts';
import {
  foreignOf,
  isPresent,
  type Judging,
  late,
  met,
  type Must,
  notMet,
  operatorsOf,
  type Present,
  shortKey,
  targetOf,
  unknown,
  wait,
  whyAbsent,
} from './judged.ts';

const present = (
  judging: Judging,
): { readonly foreign: readonly Present[]; readonly target: Present | null } => {
  const target = targetOf(judging.facts);
  return {
    foreign: foreignOf(judging.facts).filter((source) => isPresent(source, judging)),
    target: target !== null && isPresent(target, judging) ? target : null,
  };
};

function sources(judging: Judging): Condition[] {
  const { facts } = judging;
  const ofTarget: Must = {
    id: 'sources',
    part: 'target',
    must: 'the node that is to sign is at the head of the chain',
  };
  const ofForeign: Must = {
    id: 'sources',
    part: 'foreign',
    must: 'somebody else shows the head of the chain',
  };
  const target = targetOf(facts);
  const { foreign } = present(judging);
  const absent = foreignOf(facts).map((source) => `${source.operator}: ${whyAbsent(source, judging) ?? ''}`);
  const why = target === null ? 'it is not reached' : whyAbsent(target, judging);
  return [
    why === null ? met(ofTarget, `at ${target?.now?.head.number ?? '?'}`) : unknown(ofTarget, why),
    foreign.length > 0
      ? met(ofForeign, operatorsOf(foreign).join(', '))
      : unknown(
          ofForeign,
          absent.length === 0 ? 'no source of somebody else is configured' : absent.join('; '),
        ),
  ];
}

/** The first key that a source calls anything but active, and what. */
function strange(
  standings: readonly Standing[],
): { readonly key: number; readonly standing: Standing } | null {
  const key = standings.findIndex((standing) => standing !== 'active');
  const standing = standings[key];
  return standing === undefined ? null : { key, standing };
}

function keys(judging: Judging): Condition {
  const { facts } = judging;
  const must: Must = { id: 'keys', must: 'every key is active on the chain' };
  const { foreign, target } = present(judging);
  const told = [...foreign, ...(target === null ? [] : [target])];
  const all = facts.signer.keys;
  // Whoever says that a key is out counts, whatever else is wrong with it.
  for (const { operator, now } of facts.sources) {
    const out = now?.standings.findIndex((standing) => standing !== 'active' && standing !== 'unknown') ?? -1;
    if (out !== -1) {
      return notMet(
        must,
        `${shortKey(all[out])} is ${now?.standings[out] ?? 'out'}, says ${operator}: keys that are out are not moved`,
      );
    }
  }
  for (const { operator, now } of told) {
    if (now.standings.length !== all.length) return unknown(must, `${operator} does not say it of each key`);
    const found = strange(now.standings);
    if (found !== null) return unknown(must, `${operator} does not know ${shortKey(all[found.key])}`);
  }
  if (target === null) return unknown(must, 'the node that is to sign does not say');
  if (foreign.length === 0) return unknown(must, 'nobody else says');
  return all.length === 0 ? unknown(must, 'there is no key') : met(must, `${all.length} of ${all.length}`);
}

function sameChain(judging: Judging): Condition {
  const must: Must = {
    id: 'target',
    part: 'chain',
    must: 'it is of the same chain, with the same forks, as two others say',
  };
  const { foreign, target } = present(judging);
  if (target === null) return unknown(must, 'the node that is to sign does not say');
  const other = foreign.find(
    ({ now }) => now.genesis !== target.now.genesis || now.forks !== target.now.forks,
  );
  if (other !== undefined) return notMet(must, `${other.operator} shows another chain or other forks`);
  const operators = operatorsOf(foreign);
  return operators.length >= 2 && target.now.genesis !== ''
    ? met(must, operators.join(', '))
    : unknown(must, `only ${operators.length} of two others says so now`);
}

function peers(judging: Judging): Condition {
  const { policy } = judging;
  const must: Must = { id: 'target', part: 'peers', must: `it has ${policy.leastPeers} peers or more` };
  const count = present(judging).target?.now.peers ?? null;
  if (count === null) return unknown(must, 'it does not say');
  return count >= policy.leastPeers ? met(must, String(count)) : notMet(must, `it has ${count}`);
}

function noKeys({ facts, policy }: Judging): Condition {
  const must: Must = { id: 'target', part: 'keys', must: 'no keys were found on it' };
  const { keys: found } = facts.target;
  if (found === null) return unknown(must, 'its agent does not say');
  if (found.word === 'present') return notMet(must, 'its agent has found keys');
  const age = facts.at - found.at;
  if (!(age <= 2 * policy.freshMs && age >= -policy.freshMs))
    return unknown(must, 'the last word of its agent is too old, or not yet due');
  return found.word === 'absent' ? met(must, 'its agent has looked') : unknown(must, 'its agent cannot tell');
}

function steady({ facts, policy }: Judging): Condition {
  const minutes = Math.round(policy.steadyMs / 60_000);
  const must: Must = { id: 'steady', must: `it has been at the head for ${minutes} minutes without a break` };
  const { steadySince } = facts.target;
  if (steadySince === null) return late(must, 'it is not known since when');
  const age = facts.at - steadySince;
  if (age < 0) return unknown(must, 'it says so of a time to come');
  return age >= policy.steadyMs
    ? met(must, 'so it is')
    : wait(must, 'not for so long yet', steadySince + policy.steadyMs);
}

const isOff = ({ offsetMs, uncertaintyMs }: ClockFact, most: number): boolean =>
  !(uncertaintyMs >= 0 && Math.abs(offsetMs) + uncertaintyMs <= most);

function clock(
  fact: ClockFact | null,
  must: Must,
  { facts, policy, most }: Judging & { readonly most: number },
): Condition {
  if (fact === null) return unknown(must, 'it could not be measured');
  const age = facts.at - fact.askedAt;
  if (!(age <= policy.freshMs && age >= -policy.freshMs))
    return unknown(must, 'it was measured too long ago');
  const words = `${Math.round(fact.offsetMs)} ms off, give or take ${Math.round(fact.uncertaintyMs)} ms`;
  return isOff(fact, most) ? notMet(must, words) : met(must, words);
}

const machineRules: readonly {
  readonly part: string;
  readonly must: string;
  readonly wrong: (machine: MachineFact) => string | null;
}[] = [
  {
    part: 'runs',
    must: 'its machine runs',
    wrong: ({ status }) => (status === 'RUNNING' ? null : `it is ${status}`),
  },
  {
    part: 'lasts',
    must: 'Compute does not end its machine by itself',
    wrong: ({ hasFuse }) => (hasFuse ? 'it is preemptible, or has a time at which it ends' : null),
  },
  {
    part: 'protected',
    must: 'its machine is protected against deletion',
    wrong: ({ isProtected }) => (isProtected ? null : 'it is not'),
  },
  {
    part: 'disks',
    must: 'its disks stay when the machine goes',
    wrong: ({ disksThatGo }) =>
      disksThatGo.length === 0 ? null : `these would go: ${disksThatGo.join(', ')}`,
  },
  {
    part: 'drill',
    must: 'it is no drill',
    wrong: ({ isOfDrill }) => (isOfDrill ? 'a drill made it, which never holds keys' : null),
  },
];

function machine({ facts, policy }: Judging): Condition[] {
  const { machine: seen, machineTrouble } = facts.target;
  const why = machineTrouble ?? 'Compute was not asked';
  const isFresh = seen !== null && Math.abs(facts.at - seen.askedAt) <= policy.freshMs;
  return machineRules.map(({ part, must: words, wrong }) => {
    const must: Must = { id: 'machine', part, must: words };
    if (seen === null) return unknown(must, why);
    if (!isFresh) return unknown(must, 'Compute was asked too long ago');
    const found = wrong(seen);
    return found === null ? met(must, 'read back from Compute') : notMet(must, found);
  });
}

/** What is so at this moment, or is not. */
export function judgeNow(judging: Judging): Condition[] {
  const { facts, policy } = judging;
  const isCloud = facts.to === 'cloud';
  const ofOurs: Must = { id: 'clock', part: 'ours', must: "our clock is the database's" };
  const ofTarget: Must = { id: 'clock', part: 'target', must: 'its clock is right' };
  return [
    ...sources(judging),
    keys(judging),
    sameChain(judging),
    peers(judging),
    ...(isCloud ? [noKeys(judging)] : []),
    steady(judging),
    ...(isCloud ? machine(judging) : []),
    clock(facts.target.clock, ofTarget, { ...judging, most: policy.targetClockMs }),
    clock(facts.clock, ofOurs, { ...judging, most: policy.ownClockMs }),
  ];
}
