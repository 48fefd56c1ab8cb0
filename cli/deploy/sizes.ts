// How large each function is, and how many of it there may be: from what `npm run bench -- functions` measured, and from the limits in its entry.
import type { FunctionName } from './reads.ts';

export type Size = {
  readonly memoryMib: number;
  readonly cpu: number;
  readonly timeoutSeconds: number;
  /** Calls that one instance takes at the same time. */
  readonly concurrency: number;
  readonly maxInstances: number;
  /** MiB, the largest that the benchmark saw. */
  readonly measuredMib: number;
  /** Why it may take so long. */
  readonly why: string;
};

// A whole processor: the platform allows several calls at a time only from there on, and a start takes 1.0 to 1.6 s of one. With one processor
// the free tier ends at 180,000 seconds however large the memory is up to 2 GiB, so 512 MiB, which both execution environments take, costs nothing.
const usual = { memoryMib: 512, cpu: 1, maxInstances: 2 } as const;

export const sizes: Readonly<Record<FunctionName, Size>> = {
  watch: {
    ...usual,
    timeoutSeconds: 55,
    concurrency: 10,
    measuredMib: 219,
    why: 'probes, evidence and witness end after 25 s; then 10 s of the store, two messages past it of 3 s, and 5 s of the ping: 46 s; below a minute, for the scheduler starts no tick while one runs',
  },
  witness: {
    ...usual,
    timeoutSeconds: 30,
    concurrency: 10,
    measuredMib: 140,
    why: 'it ends its probes after 12 s, and a start takes 2 s',
  },
  deliver: {
    ...usual,
    timeoutSeconds: 100,
    concurrency: 10,
    measuredMib: 151,
    why: 'it begins no message after 50 s; the last one may take 10 s to claim, 10 s to send, 10 s to settle and 10 s to note',
  },
  provision: {
    ...usual,
    timeoutSeconds: 80,
    concurrency: 4,
    measuredMib: 321,
    why: 'it begins nothing after 50 s, asks Compute nothing after 68 s, and gives its lease back in 10 s',
  },
  heartbeat: {
    ...usual,
    timeoutSeconds: 30,
    concurrency: 40,
    measuredMib: 150,
    why: 'two questions to the store of 10 s, and a poke of 3 s',
  },
  gate: {
    ...usual,
    timeoutSeconds: 30,
    concurrency: 40,
    measuredMib: 149,
    why: 'the keys database has 10 s, the certificates of Google 5 s',
  },
  ack: {
    ...usual,
    timeoutSeconds: 30,
    concurrency: 20,
    measuredMib: 152,
    why: 'two questions to the store of 10 s, and a poke of 3 s',
  },
  // One for all readers: it reads the store once in ten seconds for them, and answers from what it remembers.
  status: {
    ...usual,
    maxInstances: 1,
    timeoutSeconds: 30,
    concurrency: 80,
    measuredMib: 148,
    why: 'two questions to the store of 10 s, one after the other',
  },
  daily: {
    ...usual,
    timeoutSeconds: 120,
    concurrency: 1,
    maxInstances: 1,
    measuredMib: 153,
    why: 'it begins nothing after 50 s, but what it began may ask the store several times, 10 s each',
  },
};
