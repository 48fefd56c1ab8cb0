// Records of handovers are read while nobody holds the keys, and never otherwise.
import { expect, test } from 'vitest';
import type { HandoverRecord } from '../../functions/domain/handover/record.ts';
import type { FlagRead } from '../../functions/domain/standby/key-flag.ts';
import { readRecords } from '../../functions/flows/read-records.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { start } from '../support/site.ts';
import { flagOf, noFlag, unreadable } from '../support/standby-house.ts';

const nobody: FlagRead = { isReadable: true, flag: flagOf({ holder: { kind: 'none' } }) };
const record: HandoverRecord = {
  signer: 'a',
  chain: 'ethereum',
  keys: ['7'],
  generation: 1,
  begunAt: start,
  sources: [],
};

test.each<[string, FlagRead]>([
  ['somebody holds', { isReadable: true, flag: flagOf() }],
  ['nothing was ever handed over', noFlag],
  ['the flag cannot be read', unreadable],
])('nothing is read while %s', async (_, flag) => {
  const asked: string[] = [];
  const readHandover = async (signer: string): Promise<null> => {
    asked.push(signer);
    return null;
  };
  expect(await readRecords({ readHandover }, new Map([['a', flag]]))).toEqual({ records: {}, problems: [] });
  expect(asked).toEqual([]);
});

test('what cannot be read is a sentence, and keeps nothing else back', async () => {
  const readHandover = async (signer: string): Promise<HandoverRecord | null> => {
    if (signer === 'b') throw new WatchdogError('ERR_STORE', 'no answer');
    return signer === 'a' ? record : null;
  };
  const flags = new Map(['a', 'b', 'c'].map((signer) => [signer, nobody]));
  expect(await readRecords({ readHandover }, flags)).toEqual({
    records: { a: record },
    problems: ['the record of b: ERR_STORE: no answer'],
  });
});
