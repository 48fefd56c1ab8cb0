// What an owner may show to everybody, part by part.

/** Addresses, ids of nodes, names of people and holders are in none of them. */
export const shownParts = ['incidents', 'targets', 'signers', 'standbys', 'history', 'watchdog'] as const;
export type Shown = (typeof shownParts)[number];
