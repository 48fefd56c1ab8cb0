// What a probe learned, in words.
import { expect, test } from 'vitest';
import type { ProbeFacts } from '../../functions/domain/sample.ts';
import { learnedWords } from '../../functions/views/facts.ts';

test.for([
  [{}, ''],
  [{ status: 200, bytes: 1 }, 'status 200, 1 byte'],
  [{ protocol: 'TLSv1.3', certificateDaysLeft: 29 }, 'TLSv1.3, certificate good for 29 days'],
  [{ chainId: 1, height: 1234, headAgeS: 4, peers: 12 }, 'chain 1, height 1234, head 4 s old, 12 peers'],
  [
    { slot: 99, headAgeS: 7_200, syncDistance: 0, peers: 1, fork: '0x06000000' },
    'slot 99, head 2 h 00 min old, 1 peer, fork 0x06000000',
  ],
  [{ slot: 99, syncDistance: 1 }, 'slot 99, 1 slot behind'],
  [
    { height: 5, votingPower: 0, othersHeight: 6, othersIgnored: 2 },
    'height 5, no voting power, others at 6, 2 others could not be compared',
  ],
  [
    { votingPower: 250_000, validator: 'ab'.repeat(20), validatorKey: 'cd'.repeat(48) },
    'voting power 250000, as validator ababababab…',
  ],
  [{ head: 5, headAgeS: 1 }, 'at 5, head 1 s old'],
  [{ toString: 'x', somethingNew: true }, 'toString x, somethingNew true'],
] satisfies [ProbeFacts, string][])('%j is told as %j', ([facts, expected]) => {
  expect(learnedWords(facts)).toBe(expected);
});
