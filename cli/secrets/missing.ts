// Which secrets a deployment needs, and which of them the pinned versions have.
import type { Deployment } from '../deploy/deployment.ts';
import { needy } from './open-folder.ts';
import type { Pinned } from './pinned.ts';

export type Need = {
  readonly name: string;
  readonly functions: readonly string[];
  /** Those of them whose pinned version has it not. */
  readonly missing: readonly string[];
};

/** Sorted by name. */
export function needsOf(deployment: Deployment, pinned: Pinned): Need[] {
  const byName = new Map<string, string[]>();
  for (const [name, needs] of needy(deployment)) {
    for (const secret of needs) byName.set(secret, [...(byName.get(secret) ?? []), name]);
  }
  return [...byName]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, functions]) => ({
      name,
      functions,
      missing: functions.filter((each) => pinned[each]?.names.includes(name) !== true),
    }));
}

/** Names that a pinned version has and nobody reads any more. */
export function leftOver(deployment: Deployment, pinned: Pinned): { name: string; function: string }[] {
  const needs = new Map(needy(deployment));
  return Object.entries(pinned).flatMap(([each, { names }]) =>
    names
      .filter((name) => needs.get(each)?.includes(name) !== true)
      .map((name) => ({ name, function: each })),
  );
}
