// A person's hand on the keys database: over the real client to our emulator, with somebody else in between and a database that goes away.
import type { Firestore } from '@google-cloud/firestore';
import { indexes } from '../../functions/stores/indexes.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { flagKeeperOf } from '../../cli/keys.ts';
import type { KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import { keysReaderOf } from '../../functions/stores/keys.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import { type FirestoreEmulator, startFirestore } from '../../local/firestore/server.ts';
import { flagOf } from '../support/standby-house.ts';

let emulator: FirestoreEmulator;
const clients: Firestore[] = [];
const database = (): Firestore => {
  const client = openDatabase({ projectId: 'local', databaseId: 'keys', emulator: emulator.host });
  clients.push(client);
  return client;
};
const keeper = (deadlineMs = 5_000) => flagKeeperOf(database(), { clock: systemClock, deadlineMs });
beforeAll(async () => {
  emulator = await startFirestore({ indexes });
});
afterEach(async () => {
  emulator.faults.clear();
  await Promise.all(clients.splice(0).map((client) => client.terminate()));
});
afterAll(() => emulator.close());

let made = 0;
const someone = (): string => `signer-${(made += 1)}`;
const first = flagOf({ evidence: ['a'], backup: { isTested: true, at: 1, by: 'Maria' } });
const second: KeyFlag = {
  ...first,
  holder: { kind: 'none' },
  instance: null,
  generation: 2,
  former: { holder: first.holder, instance: first.instance },
};

describe('a flag', () => {
  test('is written as the functions read it, with every generation in its history', async () => {
    const signer = someone();
    const keys = keeper();
    const nothing = await keys.read(signer);
    expect(nothing).toMatchObject({ read: { isReadable: true, flag: null }, version: null });
    expect(await keys.write(signer, nothing, first)).toEqual({ end: 'written' });
    expect(await keys.write(signer, await keys.read(signer), second)).toEqual({ end: 'written' });
    expect((await keys.read(signer)).read).toEqual({ isReadable: true, flag: second });
    expect(await keys.history(signer, 10)).toEqual([second, first]);
    expect(await keys.history(signer, 1)).toEqual([second]);
    const reads = await keysReaderOf(database()).readFlags([signer]);
    expect(reads.get(signer)).toEqual({ isReadable: true, flag: second });
  });

  test('comes with the clock of the database beside ours', async () => {
    const { clock } = await keeper().read(someone());
    expect(Math.abs(clock?.offsetMs ?? Number.NaN)).toBeLessThan(2_000);
    expect(clock?.uncertaintyMs).toBeGreaterThanOrEqual(0);
  });

  test('of two people at once one wins, and the other is told by whom', async () => {
    const signer = someone();
    const [ours, theirs] = [keeper(), keeper()];
    await ours.write(signer, await ours.read(signer), first);
    const [seen, alsoSeen] = [await ours.read(signer), await theirs.read(signer)];
    expect(await theirs.write(signer, alsoSeen, { ...second, by: 'Tom' })).toEqual({ end: 'written' });
    expect(await ours.write(signer, seen, second)).toEqual({
      end: 'conflict',
      now: { isReadable: true, flag: { ...second, by: 'Tom' } },
    });
    expect((await ours.history(signer, 10)).map(({ by }) => by)).toEqual(['Tom', first.by]);
  });

  test('that somebody made meanwhile is not made a second time', async () => {
    const signer = someone();
    const keys = keeper();
    const nothing = await keys.read(signer);
    await keys.write(signer, nothing, first);
    expect(await keys.write(signer, nothing, { ...first, by: 'Tom' })).toMatchObject({
      end: 'conflict',
      now: { flag: { by: first.by } },
    });
  });

  test('of a generation that was given once is not written again over another one', async () => {
    const signer = someone();
    const keys = keeper();
    await keys.write(signer, await keys.read(signer), first);
    await keys.write(signer, await keys.read(signer), second);
    // A database that was restored: the history knows the generation, the flag does not.
    await database().doc(`keys/${signer}`).delete();
    expect(await keys.write(signer, await keys.read(signer), { ...first, by: 'Tom' })).toEqual({
      end: 'refused',
      why: expect.stringContaining('handover restored'),
    });
  });

  test('that no function could read is not written at all', async () => {
    const keys = keeper();
    const signer = someone();
    const seen = await keys.read(signer);
    await expect(keys.write(signer, seen, { ...first, generation: -1 })).rejects.toMatchObject({
      code: 'ERR_DOCUMENT',
    });
    expect(await keys.read(signer)).toMatchObject({ version: null });
  });

  test('that cannot be read is said to be so, and nothing is written on top of it', async () => {
    const signer = someone();
    await database().doc(`keys/${signer}`).set({ schema: 99 });
    const keys = keeper();
    const seen = await keys.read(signer);
    expect(seen.read).toMatchObject({ isReadable: false });
    expect(await keys.write(signer, seen, second)).toMatchObject({ end: 'unknown' });
    expect((await database().doc(`keys/${signer}`).get()).data()).toEqual({ schema: 99 });
  });

  test('whose commit was made although its answer was lost is written', async () => {
    const signer = someone();
    const keys = keeper();
    const seen = await keys.read(signer);
    emulator.faults.set(({ method }) =>
      method === 'Commit' ? { code: 'INTERNAL', after: true } : undefined,
    );
    expect(await keys.write(signer, seen, first)).toEqual({ end: 'written' });
  });

  test('whose commit was lost on its way is unknown, and whole or not there', async () => {
    const signer = someone();
    const keys = keeper();
    const seen = await keys.read(signer);
    emulator.faults.set(({ method }) => (method === 'Commit' ? { code: 'INTERNAL' } : undefined));
    expect(await keys.write(signer, seen, first)).toEqual({
      end: 'unknown',
      why: expect.stringContaining('so far nothing was written'),
      isUntouched: true,
    });
    emulator.faults.clear();
    expect(await keys.read(signer)).toMatchObject({ read: { flag: null } });
    expect(await keys.history(signer, 9)).toEqual([]);
  });

  test('of a database that goes away in the middle is unknown', async () => {
    const signer = someone();
    const keys = keeper(1_000);
    const seen = await keys.read(signer);
    emulator.faults.set(({ method }) => (method === 'Commit' ? { delayMs: 3_000 } : { code: 'UNAVAILABLE' }));
    expect(await keys.write(signer, seen, first)).toMatchObject({ end: 'unknown' });
  });

  test('that may not be written is refused with the role that is missing', async () => {
    const signer = someone();
    const keys = keeper();
    const seen = await keys.read(signer);
    emulator.faults.set(() => ({ code: 'PERMISSION_DENIED' }));
    expect(await keys.write(signer, seen, first)).toEqual({
      end: 'refused',
      why: expect.stringContaining('roles/datastore.user'),
    });
    expect(await keys.read(signer)).toMatchObject({
      read: { isReadable: false, why: expect.stringContaining('roles/datastore.user') },
    });
  });
});
