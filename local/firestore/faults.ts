// Trouble on demand for tests: a call may be delayed, refused before it does anything, or refused after it did everything.
import { Refused, type StatusName } from './refused.ts';

/** `method` is the RPC's name, `database` its id, `documents` the relative paths (or collections) it names. */
export type FaultCall = {
  readonly method: string;
  readonly database: string;
  readonly documents: readonly string[];
};

/** `after: true` applies the call and then loses the answer. A delay may stand alone or come before a code. */
type Fault = {
  readonly delayMs?: number;
  readonly code?: StatusName;
  readonly message?: string;
  readonly after?: boolean;
};

type FaultRule = (call: FaultCall) => Fault | undefined | void;

export type Faults = {
  /** Replaces the rule; it is asked once for each call that arrives. */
  readonly set: (rule: FaultRule) => void;
  readonly clear: () => void;
};

export type FaultGate = Faults & {
  /** Waits or throws as the rule says; the returned function throws when the answer is to be lost. */
  readonly enter: (describe: () => FaultCall, signal: AbortSignal) => Promise<() => void>;
};

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

export function faultGate(): FaultGate {
  let rule: FaultRule | undefined;
  const nothing = (): void => undefined;
  return {
    set: (next) => {
      rule = next;
    },
    clear: () => {
      rule = undefined;
    },
    enter: async (describe, signal) => {
      const fault = rule?.(describe());
      if (fault === undefined || fault === null) return nothing;
      if (fault.delayMs !== undefined) await wait(fault.delayMs, signal);
      if (fault.code === undefined) return nothing;
      const refused = new Refused(fault.code, fault.message ?? `injected ${fault.code}`);
      if (fault.after !== true) throw refused;
      return () => {
        throw refused;
      };
    },
  };
}
