// What a function gets from the machine it runs on; the only place where entries differ between cloud, one machine and lab.
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

export type Environment = {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: (name: string) => Log;
  readonly print: (text: string) => void;
  /** Addresses that may be probed although they are not public, and names that the operator resolved by hand. */
  readonly network: {
    readonly allow: readonly string[];
    readonly hosts: ReadonlyMap<string, { readonly address: string; readonly port: number }>;
  };
};
