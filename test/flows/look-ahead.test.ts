// Asking the sources of a signer: only those of its chain, with its keys; and one that throws is one that does not count.
import { expect, test } from 'vitest';
import type { BoundSource } from '../../functions/chains/chain.ts';
import type { Lookahead } from '../../functions/domain/lookahead.ts';
import { lookAhead } from '../../functions/flows/look-ahead.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { takeTurns } from '../../functions/kit/take-turns.ts';
import { minute, second, start } from '../support/site.ts';

const ahead: Lookahead = {
  standings: ['active'],
  stakes: [32e9],
  duties: [],
  known: { from: 0, until: 64 },
  condition: 'well',
  pace: { unit: 0, at: start, unitMs: 12 * second },
};

test('a signer is looked at by the sources of its chain, and by those that do not throw', async () => {
  const asked: string[] = [];
  const source = (operator: string, chain: BoundSource['chain'], isBroken = false): BoundSource => {
    const common = { source: operator, operator, isOwn: false };
    return {
      id: operator,
      chain,
      operator,
      isOwn: false,
      collect: () => Promise.reject(new Error('not asked for')),
      record: () => Promise.reject(new Error('not asked for')),
      stand: () => Promise.reject(new Error('not asked for')),
      votes: null,
      publicKeys: null,
      lookAhead: (keys, { timeoutMs }) => {
        asked.push(`${operator} ${keys.join(',')} ${timeoutMs}`);
        return isBroken
          ? Promise.reject(new WatchdogError('ERR_SECRET', 'RPC_KEY is not set'))
          : Promise.resolve({ ...common, ahead, trouble: null });
      },
    };
  };
  const given = {
    signer: { id: 'alpha', chain: 'ethereum' as const, keys: ['17'] },
    needs: {
      clock: { ...systemClock, now: () => start },
      inTurn: takeTurns(10),
      signal: new AbortController().signal,
    },
    timeoutMs: 1_000,
    needMs: 5 * minute,
  };
  const two = [source('one', 'ethereum'), source('two', 'ethereum'), source('other', 'berachain')];
  const good = await lookAhead(two, given);
  expect(asked).toEqual(['one 17 1000', 'two 17 1000']);
  expect(good).toMatchObject({ at: start, quiet: { verdict: 'quiet' }, failures: [] });

  const broken = await lookAhead([source('one', 'ethereum'), source('two', 'ethereum', true)], given);
  expect(broken.quiet).toMatchObject({ verdict: 'unknown', because: 'too-few-sources', operators: ['one'] });
  expect(broken.readings[1]).toMatchObject({ source: 'two', ahead: null, trouble: { reason: 'aborted' } });
  expect(broken.failures).toEqual([expect.stringContaining('target two: ')]);
  expect(broken.failures[0]).toContain('RPC_KEY is not set');
});
