// What Google charges for what a deployment uses, as somebody looked it up; nothing asks for prices. Nodes have the prices of the configuration.

/** `flow`: so much a day; `stock`: what is there for a month. */
export type Price = {
  readonly what: string;
  readonly kind: 'flow' | 'stock';
  /** US dollars for `per` of `unit`. */
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  /** So many of `unit` cost nothing, in each day or month. */
  readonly free: number;
  readonly freeIn: 'day' | 'month';
  /** Where it is to be looked up. */
  readonly source: string;
  /** False: from memory, to be looked up before anybody relies on it. */
  readonly isLookedUp: boolean;
};

/** The day on which the table was made. */
export const pricesAsOf = '2026-11-28';

const run = { source: 'https://cloud.google.com/run/pricing', isLookedUp: true, freeIn: 'month' } as const;
// The dearest of both kinds of places: in most single regions half of it.
const firestore = {
  kind: 'flow',
  per: 100_000,
  freeIn: 'day',
  source: 'https://cloud.google.com/firestore/pricing',
  isLookedUp: true,
} as const;
const secretManager = {
  source: 'https://cloud.google.com/secret-manager/pricing',
  isLookedUp: true,
  freeIn: 'month',
} as const;
const monitoring = {
  source: 'https://cloud.google.com/products/observability/pricing',
  isLookedUp: false,
  freeIn: 'month',
} as const;

/** In the order in which they are told. */
export const priceNames = [
  'processor',
  'memory',
  'calls',
  'reads',
  'writes',
  'inboxReads',
  'inboxWrites',
  'keysReads',
  'stored',
  'jobs',
  'secretVersions',
  'secretReads',
  'logs',
  'metrics',
  'conditions',
  'evaluations',
  'images',
  'builds',
  'sent',
] as const;

export type PriceName = (typeof priceNames)[number];

export const prices: Readonly<Record<PriceName, Price>> = {
  processor: {
    ...run,
    what: 'functions: processor',
    kind: 'flow',
    usd: 0.000024,
    per: 1,
    unit: 'vCPU-seconds',
    free: 180_000,
  },
  memory: {
    ...run,
    what: 'functions: memory',
    kind: 'flow',
    usd: 0.0000025,
    per: 1,
    unit: 'GiB-seconds',
    free: 360_000,
  },
  calls: {
    ...run,
    what: 'functions: calls',
    kind: 'flow',
    usd: 0.4,
    per: 1_000_000,
    unit: 'calls',
    free: 2_000_000,
  },
  reads: { ...firestore, what: 'Firestore (default): reads', usd: 0.06, unit: 'documents', free: 50_000 },
  writes: { ...firestore, what: 'Firestore (default): writes', usd: 0.18, unit: 'documents', free: 20_000 },
  // The free tier is of one database of a project: the one that was made first.
  inboxReads: { ...firestore, what: 'Firestore inbox: reads', usd: 0.06, unit: 'documents', free: 0 },
  inboxWrites: { ...firestore, what: 'Firestore inbox: writes', usd: 0.18, unit: 'documents', free: 0 },
  keysReads: { ...firestore, what: 'Firestore keys: reads', usd: 0.06, unit: 'documents', free: 0 },
  stored: {
    ...firestore,
    what: 'Firestore: stored, backups, point in time',
    kind: 'stock',
    usd: 0.2,
    per: 1,
    unit: 'GiB',
    free: 0,
    freeIn: 'month',
    isLookedUp: false,
  },
  jobs: {
    what: 'Cloud Scheduler: jobs',
    kind: 'stock',
    usd: 0.1,
    per: 1,
    unit: 'jobs',
    free: 3,
    freeIn: 'month',
    source: 'https://cloud.google.com/scheduler/pricing',
    isLookedUp: true,
  },
  secretVersions: {
    ...secretManager,
    what: 'Secret Manager: versions',
    kind: 'stock',
    usd: 0.06,
    per: 1,
    unit: 'versions',
    free: 6,
  },
  secretReads: {
    ...secretManager,
    what: 'Secret Manager: reads',
    kind: 'flow',
    usd: 0.03,
    per: 10_000,
    unit: 'reads',
    free: 10_000,
  },
  logs: {
    ...monitoring,
    what: 'logs',
    kind: 'flow',
    usd: 0.5,
    per: 1,
    unit: 'GiB',
    free: 50,
    isLookedUp: true,
  },
  metrics: {
    ...monitoring,
    what: 'metric of committed ticks',
    kind: 'flow',
    usd: 0.258,
    per: 1,
    unit: 'MiB',
    free: 150,
  },
  conditions: {
    ...monitoring,
    what: 'alert conditions on metrics',
    kind: 'stock',
    usd: 0.1,
    per: 1,
    unit: 'conditions',
    free: 0,
  },
  evaluations: {
    ...monitoring,
    what: 'alert conditions: series looked at',
    kind: 'flow',
    usd: 0.35,
    per: 1_000_000,
    unit: 'series',
    free: 0,
  },
  images: {
    what: 'images of the functions',
    kind: 'stock',
    usd: 0.1,
    per: 1,
    unit: 'GB',
    free: 0.5,
    freeIn: 'month',
    source: 'https://cloud.google.com/artifact-registry/pricing',
    isLookedUp: true,
  },
  builds: {
    what: 'builds',
    kind: 'flow',
    usd: 0.006,
    per: 1,
    unit: 'minutes',
    free: 2_500,
    freeIn: 'month',
    source: 'https://cloud.google.com/build/pricing',
    isLookedUp: true,
  },
  sent: {
    what: 'sent to the internet',
    kind: 'flow',
    usd: 0.12,
    per: 1,
    unit: 'GiB',
    free: 0,
    freeIn: 'month',
    source: 'https://cloud.google.com/vpc/network-pricing',
    isLookedUp: false,
  },
};

/** Regions in which functions cost two fifths more, from memory: https://cloud.google.com/run/pricing lists them as tier 2. */
export const dearRegions: ReadonlySet<string> = new Set([
  'asia-east2',
  'asia-northeast3',
  'asia-southeast1',
  'asia-southeast2',
  'asia-south1',
  'asia-south2',
  'australia-southeast1',
  'australia-southeast2',
  'europe-central2',
  'europe-west2',
  'europe-west3',
  'europe-west6',
  'northamerica-northeast1',
  'northamerica-northeast2',
  'southamerica-east1',
  'southamerica-west1',
  'us-west2',
  'us-west3',
  'us-west4',
]);
export const dearer = 1.4;
