// What can go wrong in the pretend Compute Engine, set by a test or from the lab's prompt.

/** Of a refusal: at once, or as the end of an operation that was accepted. */
export type How = 'answer' | 'operation';
export type Loss = 'before' | 'after';

export type FaultState = {
  stockOuts: Map<string, How>;
  quotas: Map<string, { readonly limit: number; readonly how: How }>;
  denied: Set<string>;
  unreachable: Set<string>;
  lost: { count: number; when: Loss; of: 'changes' | 'all' };
  unavailable: number;
  rateLimited: number;
  extraMs: number;
  failing: { count: number; code: string; message: string };
  failingSnapshots: { count: number; code: string; message: string };
  hidesSnapshots: boolean;
  isSignedOut: boolean;
  leavesDisks: boolean;
};

export type Faults = {
  /** The zone has no machines any more: said in the operation, or at once with 503. */
  readonly stockOut: (zone: string, on: boolean, how?: How) => void;
  /** At most so many machines in the region; null lifts it. */
  readonly quota: (region: string, limit: number | null, how?: How) => void;
  /** The next answers are lost: what was asked is not done (`before`) or done (`after`). */
  readonly loseAnswers: (count: number, when: Loss, of?: 'changes' | 'all') => void;
  /** Every operation that begins from now on takes so much longer, in the lab's time. */
  readonly slow: (ms: number) => void;
  /** The next requests get 503. */
  readonly unavailable: (count: number) => void;
  /** The next requests get 403 rateLimitExceeded. */
  readonly rateLimit: (count: number) => void;
  /** The next inserts are accepted and end with this code. */
  readonly failInserts: (count: number, code: string, message?: string) => void;
  /** The next snapshots are accepted, end with this code, and stay as FAILED. */
  readonly failSnapshots: (count: number, code: string, message?: string) => void;
  /** Lists of snapshots leave all of them out, and say that something is missing. */
  readonly hideSnapshots: (on: boolean) => void;
  readonly deny: (permission: string, on?: boolean) => void;
  /** The zone does not answer: lists over all zones leave it out and say so. */
  readonly unreachable: (zone: string, on: boolean) => void;
  /** Every request gets 401. */
  readonly signOut: (on: boolean) => void;
  /** An insert that fails leaves its disks behind. */
  readonly leaveDisks: (on: boolean) => void;
  readonly clear: () => void;
};

export const noFaults = (): FaultState => ({
  stockOuts: new Map(),
  quotas: new Map(),
  denied: new Set(),
  unreachable: new Set(),
  lost: { count: 0, when: 'after', of: 'changes' },
  unavailable: 0,
  rateLimited: 0,
  extraMs: 0,
  failing: { count: 0, code: '', message: '' },
  failingSnapshots: { count: 0, code: '', message: '' },
  hidesSnapshots: false,
  isSignedOut: false,
  leavesDisks: false,
});

/** The same functions, each of which first does something else. */
function after(first: () => void, faults: Faults): Faults {
  return new Proxy(faults, {
    get: (target, name, receiver): unknown => {
      first();
      return Reflect.get(target, name, receiver);
    },
  });
}

function put<Member>(set: Set<Member>, member: Member, on: boolean): void {
  if (on) set.add(member);
  else set.delete(member);
}

/** `settle` lets happen what is due, which the faults of until now still apply to. */
export function faultsOn(state: FaultState, settle: () => void): Faults {
  const faults: Faults = {
    stockOut: (zone, on, how = 'operation') => {
      if (on) state.stockOuts.set(zone, how);
      else state.stockOuts.delete(zone);
    },
    quota: (region, limit, how = 'answer') => {
      if (limit === null) state.quotas.delete(region);
      else state.quotas.set(region, { limit, how });
    },
    loseAnswers: (count, when, of = 'changes') => {
      state.lost = { count, when, of };
    },
    slow: (ms) => {
      state.extraMs = ms;
    },
    unavailable: (count) => {
      state.unavailable = count;
    },
    rateLimit: (count) => {
      state.rateLimited = count;
    },
    failInserts: (count, code, message = `The operation failed: ${code}`) => {
      state.failing = { count, code, message };
    },
    failSnapshots: (count, code, message = `The operation failed: ${code}`) => {
      state.failingSnapshots = { count, code, message };
    },
    hideSnapshots: (on) => {
      state.hidesSnapshots = on;
    },
    deny: (permission, on = true) => {
      put(state.denied, permission, on);
    },
    unreachable: (zone, on) => {
      put(state.unreachable, zone, on);
    },
    signOut: (on) => {
      state.isSignedOut = on;
    },
    leaveDisks: (on) => {
      state.leavesDisks = on;
    },
    clear: () => {
      Object.assign(state, noFaults());
    },
  };
  return after(settle, faults);
}
