// A bounded number of pieces of work at a time, first come first served.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeTurns } from '../../functions/kit/take-turns.ts';

test('never lets more in than there is room, and lets everybody in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.integer({ min: 0, max: 4 })),
      async (room, turns) => {
        const inTurn = takeTurns(room);
        let inside = 0;
        let most = 0;
        const done = await Promise.all(
          turns.map((count, index) =>
            inTurn(async () => {
              inside += 1;
              most = Math.max(most, inside);
              for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
              inside -= 1;
              return index;
            }),
          ),
        );
        expect(most).toBeLessThanOrEqual(room);
        expect(done).toEqual(turns.map((_, index) => index));
      },
    ),
  );
});

test('a piece of work that fails gives its place free', async () => {
  const inTurn = takeTurns(1);
  await expect(inTurn(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await inTurn(() => Promise.resolve('next'))).toBe('next');
});
