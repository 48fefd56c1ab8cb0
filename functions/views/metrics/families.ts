// Families of that of which there are many, each told by its labels.
import type { Shown, SiteOverview } from '../overview.ts';
import type { Family, Labels } from './open-metrics.ts';

/** What this reader is shown, and whether details are cut. */
export type Reading = { readonly shows: (part: Shown) => boolean; readonly isPublic: boolean };

export const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

type Unit = 'seconds' | 'ratio';

/** A gauge of anything that there is many of, each with its labels. */
export const gaugesOf =
  <Item>(items: readonly Item[], labelsOf: (item: Item) => Labels) =>
  (
    name: string,
    help: string,
    value: (item: Item) => number | null,
    unit: Unit | null = 'seconds',
  ): Family => ({
    name,
    type: 'gauge',
    help,
    ...(unit === null ? {} : { unit }),
    samples: items.map((item) => ({ labels: labelsOf(item), value: value(item) })),
  });

export const statesOf =
  <Item>(items: readonly Item[], labelsOf: (item: Item) => Labels) =>
  (name: string, help: string, states: readonly string[], state: (item: Item) => string | null): Family => ({
    name,
    type: 'stateset',
    help,
    states,
    samples: items.map((item) => ({ labels: labelsOf(item), state: state(item) })),
  });

/** Of a site that nobody looks at any more it is not known how anything is. */
export const isWatched = ({ watched }: SiteOverview): boolean => watched === 'yes';

/** The order of the text must not change when something gets worse. */
export const byId = <Item extends { readonly id: string }>(items: readonly Item[]): Item[] =>
  items.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
