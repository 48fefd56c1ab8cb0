// The arguments --resolve and --allow, which every command that probes takes.
import { InvalidArgumentError } from 'commander';
import { isCidr } from '../functions/kit/address.ts';
import type { Environment } from '../functions/kit/environment.ts';
import { hostsOf, parseResolve, type Resolved } from './resolve.ts';

type GoodResolve = Extract<Resolved, { readonly ok: true }>;

/** What `--resolve` and `--allow` come to. */
export type NetworkArguments = {
  readonly resolve: readonly GoodResolve[];
  readonly allow: readonly string[];
};

/** Takes one more `--resolve`; refuses with what would be right. */
export function addResolve(text: string, before: readonly GoodResolve[]): GoodResolve[] {
  const resolved = parseResolve(text);
  if (resolved.ok) return [...before, resolved];
  throw new InvalidArgumentError(resolved.message);
}

/** Takes one more `--allow`; refuses with what would be right. */
export function addAllowed(text: string, before: readonly string[]): string[] {
  if (isCidr(text)) return [...before, text];
  throw new InvalidArgumentError('this is not a network; write address/bits, such as 10.20.0.0/16');
}

export function networkOf(options: NetworkArguments): Environment['network'] {
  return { allow: options.allow, hosts: hostsOf(options.resolve) };
}
