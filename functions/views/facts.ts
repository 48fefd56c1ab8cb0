// What a probe learned, in words.
import type { ProbeFacts } from '../domain/sample.ts';
import { duration } from './time.ts';

type Value = ProbeFacts[string];

const count = (value: Value, what: string): string => `${value} ${what}${value === 1 ? '' : 's'}`;

/** The facts that the probes give, by name; an empty text is left out. */
const words: ReadonlyMap<string, (value: Value) => string> = new Map(
  Object.entries({
    status: (value) => `status ${value}`,
    bytes: (value) => count(value, 'byte'),
    certificateDaysLeft: (value) => `certificate good for ${count(value, 'day')}`,
    protocol: String,
    chainId: (value) => `chain ${value}`,
    height: (value) => `height ${value}`,
    slot: (value) => `slot ${value}`,
    head: (value) => `at ${value}`,
    headAgeS: (value) => `head ${duration(Number(value) * 1000)} old`,
    syncDistance: (value) => (value === 0 ? '' : `${count(value, 'slot')} behind`),
    peers: (value) => count(value, 'peer'),
    fork: (value) => `fork ${value}`,
    votingPower: (value) => (value === 0 ? 'no voting power' : `voting power ${value}`),
    validator: (value) => `as validator ${String(value).slice(0, 10)}…`,
    // The same, said once more.
    validatorKey: () => '',
    othersHeight: (value) => `others at ${value}`,
    othersIgnored: (value) => `${count(value, 'other')} could not be compared`,
  }),
);

/** E.g. `height 1234, head 4 s old, 12 peers`; a fact that has no words here stands with its name. */
export function learnedWords(facts: ProbeFacts): string {
  return Object.entries(facts)
    .map(([name, value]) => words.get(name)?.(value) ?? `${name} ${value}`)
    .filter((text) => text !== '')
    .join(', ');
}
