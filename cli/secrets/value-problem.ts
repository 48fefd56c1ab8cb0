// Says of a secret before it is set whether the function that reads it would take it.
import type { Config } from '../../functions/config/config.ts';
import { describeError } from '../../functions/kit/error.ts';
import { openSignature } from '../../functions/kit/signature.ts';
import { referencesIn } from '../../local/secrets.ts';

const isNamed = (part: unknown, name: string): boolean =>
  referencesIn(part).some((reference) => 'env' in reference && reference.env === name);

const leastToken = 24;
const leastKey = 32;

function gateProblem({ publicKeys }: NonNullable<Config['gate']>, value: string): string | null {
  try {
    const { publicKey } = openSignature(value, 'it');
    return publicKeys.includes(publicKey)
      ? null
      : `its public half is ${publicKey}, which is not among gate.publicKeys of the configuration; put it there first, and run watchdog deploy prepare`;
  } catch (error) {
    return describeError(error).replace(/^\w+: /, '');
  }
}

/** `config` is null when there is none to hold it against. No sentence holds the value. */
export function valueProblem(config: Config | null, name: string, value: string): string | null {
  if (value === '') return 'is empty';
  if (value.includes('\0')) return 'holds a zero byte, which no environment variable can';
  if (config === null) return null;
  const { acknowledge, gate, sites, status } = config;
  if (gate !== null && isNamed(gate.keys, name)) return gateProblem(gate, value);
  const signing = [acknowledge?.key, acknowledge?.previousKey, status.linkKey, status.previousLinkKey];
  if (isNamed(signing, name) && value.length < leastKey) {
    return `has ${value.length} characters, and a key that signs links needs ${leastKey}; let it be made with --random`;
  }
  const isToken = sites.some(({ senders, fences }) => isNamed([senders, fences], name));
  return isToken && value.length < leastToken
    ? `has ${value.length} characters, and a token of the house needs ${leastToken}; let it be made with --random`
    : null;
}

/** True for a key of the gate, which fences must know the public half of. */
export const isGateKey = (config: Config | null, name: string): boolean =>
  config?.gate !== null && config?.gate !== undefined && isNamed(config.gate.keys, name);

/** Names whose values nobody else gives out: tokens that the house and the operator show, the keys of links. */
export function ownNames({ sites, acknowledge, status }: Config): string[] {
  const parts = [
    sites.map(({ senders, fences }) => [senders, fences]),
    [status.token, status.linkKey],
    acknowledge === null ? [] : [acknowledge.key, acknowledge.token, acknowledge.telegram?.secret],
  ];
  return [...new Set(referencesIn(parts).flatMap((each) => ('env' in each ? each.env : [])))];
}
