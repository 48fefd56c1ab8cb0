// `begin` in a world in memory: silence counts from the moment of the writing, by the clock of the database.
import { describe, expect, test } from 'vitest';
import { begin } from '../../cli/handover/flag-commands.ts';
import type { KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import { ethereumFacts } from '../support/handover.ts';
import { handoverHome, type HandoverHome } from '../support/handover-world.ts';

const options = { config: 'watchdog.yaml', resolve: [], allow: [], why: 'the cellar is wet' };

/** The house holds the keys; our clock is so many milliseconds ahead of the database's. */
function held(offsetMs = 0): HandoverHome {
  const facts = ethereumFacts('cloud');
  if (!facts.flag.isReadable || facts.flag.flag === null) throw new Error('no flag');
  const flag: KeyFlag = { ...facts.flag.flag, holder: { kind: 'basement', site: 'home' } };
  return handoverHome(() => ({
    ...facts,
    flag: { isReadable: true, flag },
    clock: { offsetMs, uncertaintyMs: 5, askedAt: facts.at },
  }));
}

describe('a handover that is begun', () => {
  test('is dated by when the name was typed, and not by when it was asked for', async () => {
    const home = held();
    const asked = home.now;
    const ask = async (): Promise<string> => {
      home.now += 3_600_000;
      return 'alpha';
    };
    expect(await begin({ ...home.handover, ask }, options)).toBe(0);
    expect(home.flag()).toMatchObject({ holder: { kind: 'none' }, since: asked + 3_600_000 });
  });

  test.each([-3_600_000, 0, 3_600_000])(
    'is dated by the clock of the database when ours is %i ms off',
    async (offsetMs) => {
      const home = held(offsetMs);
      expect(await begin(home.handover, { ...options, yes: 'alpha' })).toBe(0);
      expect(home.flag()?.since).toBe(home.now - offsetMs);
    },
  );

  test('is not begun when the name is not typed', async () => {
    const home = held();
    home.typed.push('beta');
    expect(await begin(home.handover, options)).toBe(2);
    expect(home.history).toEqual([]);
  });
});
