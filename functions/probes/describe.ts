// What can be said of a configured target without probing it.
import type { Endpoint } from '../kit/net/network.ts';
import { members, type ProbeName, type ProbeTarget } from './registry.ts';

/** What a target's probe does, in a few words without secrets, e.g. `TCP home.example:30303`. */
export function describeTarget<Name extends ProbeName>(target: ProbeTarget<Name>): string {
  return members[target.probe].describe(target);
}

/** The first host and port that a target's probe connects to. */
export function endpointOfTarget<Name extends ProbeName>(target: ProbeTarget<Name>): Endpoint {
  return members[target.probe].endpoint(target);
}

/** The same target at another port of its host. */
export function targetAtPort<Name extends ProbeName>(
  target: ProbeTarget<Name>,
  port: number,
): ProbeTarget<Name> {
  return { ...target, ...members[target.probe].atPort(target, port) };
}
