// The store in memory keeps the contract.
import { describe, expect, test } from 'vitest';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import { fleet } from '../support/standbys.ts';
import { describeStore } from './contract.ts';
import { memoryBench } from './bench.ts';

describeStore('memory', memoryBench);

describe('memory', () => {
  test('does not write what concerns all standbys when nothing of it changes', async () => {
    const shelf: Shelf = new Map();
    const store = openMemoryStore(shelf);
    const listed = () => store.changeFleet(() => fleet({ listedAt: 1 }));
    await listed();
    await listed();
    expect(shelf.get('standbys/_fleet')?.version).toBe(1);
  });
});
