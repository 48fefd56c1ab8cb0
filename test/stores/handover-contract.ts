// What every store promises of the records of handovers: one document for each signer, that nobody's write takes from another.
import { describe, expect } from 'vitest';
import type { HandoverRecord } from '../../functions/domain/handover/record.ts';
import { epochRecord, first, keys } from '../support/handover.ts';
import { someTime } from '../support/documents.ts';
import type { Bench } from './bench.ts';

type Check = (title: string, work: (bench: Bench) => Promise<void>) => void;

const record = (over: Partial<HandoverRecord> = {}): HandoverRecord => ({
  signer: 'eth-1',
  chain: 'ethereum',
  keys,
  generation: 2,
  begunAt: someTime,
  sources: [
    {
      source: 'orchard',
      operator: 'orchard',
      isOwn: false,
      shown: { of: 'epochs', epochs: [epochRecord(first)] },
      trouble: null,
    },
    { source: 'harbour', operator: 'harbour', isOwn: false, shown: null, trouble: 'refused' },
  ],
  ...over,
});

export function describeHandovers(name: string, check: Check): void {
  describe(`${name}: the record of a handover`, () => {
    check('is null before there is one, and comes back as it was written', async ({ store, other }) => {
      expect(await store.readHandover('eth-1')).toBeNull();
      await store.changeHandover('eth-1', (before) => (before === null ? record() : null));
      expect(await other.readHandover('eth-1')).toEqual(record());
      expect(await other.readHandover('bera-1')).toBeNull();
    });

    check('of heights comes back as well', async ({ store, other }) => {
      const heights = record({
        chain: 'berachain',
        sources: [
          {
            source: 'one',
            operator: 'one',
            isOwn: true,
            shown: {
              of: 'heights',
              next: 12,
              run: { from: 3, fromAt: someTime, through: 11, throughAt: someTime + 16_000 },
              lastBreak: { height: 2, at: someTime - 2_000, key: 1, word: 'alive' },
              samples: [{ height: 10, hash: 'ab' }],
              askedAt: someTime + 20_000,
              excerpt: '{}',
            },
            trouble: null,
          },
        ],
      });
      await store.changeHandover('bera-1', () => heights);
      expect(await other.readHandover('bera-1')).toEqual(heights);
    });

    check('stays as it is when nothing is made of it', async ({ store, peek }) => {
      await store.changeHandover('eth-1', () => null);
      expect(await peek('handovers/eth-1')).toBeNull();
      await store.changeHandover('eth-1', () => record());
      await store.changeHandover('eth-1', () => null);
      expect(await store.readHandover('eth-1')).toEqual(record());
    });

    check('that two write at once has what both wrote', async ({ store, other }) => {
      await store.changeHandover('eth-1', () => record({ sources: [] }));
      const add = (source: string) => (before: HandoverRecord | null) =>
        before === null
          ? null
          : {
              ...before,
              sources: [
                ...before.sources,
                { source, operator: source, isOwn: false, shown: null, trouble: null },
              ],
            };
      await Promise.all([
        store.changeHandover('eth-1', add('orchard')),
        other.changeHandover('eth-1', add('harbour')),
      ]);
      const { sources = [] } = (await store.readHandover('eth-1')) ?? {};
      expect(sources.map(({ source }) => source).toSorted()).toEqual(['harbour', 'orchard']);
    });

    check('that is broken names itself, and is not written over', async ({ store, plant, peek }) => {
      const broken = { schema: 1, signer: 'eth-1', begunAt: 'yesterday' };
      await plant('handovers/eth-1', broken);
      await expect(store.readHandover('eth-1')).rejects.toThrow('handovers/eth-1 does not parse');
      await expect(store.changeHandover('eth-1', () => record())).rejects.toThrow(
        'handovers/eth-1 does not parse',
      );
      expect(await peek('handovers/eth-1')).toEqual(broken);
    });
  });
}
