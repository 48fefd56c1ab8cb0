// What the guard says: its conditions, each with its evidence, and whether all of them together allow a handover.

export const conditionIds = [
  'flag',
  'keys',
  'sources',
  'silence',
  'participation',
  'finality',
  'ears',
  'votes',
  'agreement',
  'life',
  'target',
  'machine',
  'steady',
  'clock',
  'fenced',
  'protection',
] as const;
export type ConditionId = (typeof conditionIds)[number];

export type Condition = {
  readonly id: ConditionId;
  /** Which of several of one kind: an epoch, for example; empty otherwise. */
  readonly part: string;
  readonly state: 'met' | 'not-met' | 'unknown';
  /** What must be so, in a few words for a person at night. */
  readonly must: string;
  /** The evidence for it, or what is missing. */
  readonly why: string;
  /** Time alone may meet it, and not before this, epoch ms; null when time is not what is missing. */
  readonly notBefore: number | null;
  /** Only waiting, or evidence that comes late, keeps it from being met: an override may skip it as it stands now. */
  readonly isWaiting: boolean;
};

export type Guard = {
  readonly isAllowed: boolean;
  /** In the order in which a person meets them. */
  readonly conditions: readonly Condition[];
  /** The latest of theirs; null when time is not what is missing. */
  readonly notBefore: number | null;
  /** What an override would skip; empty when it cannot help, or nothing is to be skipped. */
  readonly skippable: readonly Condition[];
};

export type GuardPolicy = {
  /** Ethereum: silent epochs, the first of which began after `begin`. */
  readonly epochs: number;
  readonly leastParticipation: number;
  /** In epochs behind the running one. */
  readonly mostFinalityLag: number;
  /** CometBFT: silent heights in a row, and how long they must have taken. */
  readonly heights: number;
  readonly heightsMs: number;
  /** Heights at which two sources must show the same block. */
  readonly samples: number;
  readonly votesMs: number;
  /** How old what ages may be. */
  readonly freshMs: number;
  /** How old a head may be: in slots, and in ms where there are none. */
  readonly headSlots: number;
  readonly headMs: number;
  readonly steadyMs: number;
  readonly leastPeers: number;
  readonly leastStrangers: number;
  /** How far the target's clock, and ours, may be off. */
  readonly targetClockMs: number;
  readonly ownClockMs: number;
};

export const guardPolicy: GuardPolicy = {
  epochs: 3,
  leastParticipation: 0.8,
  mostFinalityLag: 3,
  heights: 900,
  heightsMs: 30 * 60_000,
  samples: 3,
  votesMs: 5 * 60_000,
  freshMs: 60_000,
  headSlots: 2,
  headMs: 15_000,
  steadyMs: 15 * 60_000,
  leastPeers: 3,
  leastStrangers: 4,
  targetClockMs: 100,
  ownClockMs: 1_000,
};
