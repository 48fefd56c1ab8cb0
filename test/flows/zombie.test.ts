// A fence that runs beside the holder, from its report to the person: whatever is muted, it pages, and stays until somebody states the cause.
import { expect, test } from 'vitest';
import type { SiteEvent } from '../../functions/domain/event.ts';
import { hear, type Word } from '../../functions/domain/hear.ts';
import type { FlagRead } from '../../functions/domain/standby/key-flag.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { KeysReader } from '../../functions/stores/store.ts';
import { fenceWord } from '../support/fence.ts';
import { house } from '../support/house.ts';
import { atOnce, hour, minute, second, siteRules, start } from '../support/site.ts';
import { flagOf } from '../support/standby-house.ts';
import { word } from '../support/word.ts';

const node = { kind: 'node' as const, project: 'p', zone: 'z', name: 'bw-alpha-1' };
const held: FlagRead = {
  isReadable: true,
  flag: flagOf({ holder: node, instance: '42', generation: 6, since: start - hour }),
};
const keys: KeysReader = { readFlags: async (ids) => new Map(ids.map((id) => [id, held])) };

/** A house in maintenance, which a person has muted as well, and whose keys a node in the cloud holds. */
async function zombieHouse() {
  const window = { subject: null, from: start - hour, until: start + 48 * hour, why: 'works' };
  const home = house([siteRules({ notify: atOnce('pager'), maintenance: [window] })]);
  const store = openMemoryStore(home.shelf);
  let at = start;
  const tick = async () => {
    home.moveTo(at);
    const [site] = (await home.tick({ keys })).sites;
    at += minute;
    return site;
  };
  return {
    tick,
    says: (said: Partial<Word>) =>
      store.changePulse('home', (pulse) => hear(pulse, word({ at: at - second, ...said }))),
    event: (event: { kind: 'mute' } | { kind: 'clear'; incident: string }) => {
      const common = { id: `e-${at}`, site: 'home', at: at - second, by: 'Ada', why: 'it is off' };
      const said: SiteEvent =
        event.kind === 'mute'
          ? { ...common, ...event, subject: 'alpha', from: at - hour, until: at + 48 * hour }
          : { ...common, ...event };
      return store.appendEvent(said);
    },
    rows: async () =>
      (await store.dueRows(Number.MAX_SAFE_INTEGER, 1000)).rows
        .map(({ notice }) => `${notice.kind} ${notice.severity} ${notice.items[0]?.problem}`)
        // Nothing is delivered here, and that is told as well.
        .filter((row) => !row.endsWith('undelivered')),
  };
}

test('a zombie pages through maintenance and mute, and stays until somebody states the cause', async () => {
  const home = await zombieHouse();
  await home.event({ kind: 'mute' });
  expect((await home.tick())?.opened, 'nobody has reported anything').toEqual([]);

  await home.says({ fences: [fenceWord()] });
  const opened = (await home.tick())?.opened ?? [];
  expect(opened).toEqual(['home.zombie.alpha.20261123T020100Z']);
  expect(await home.rows()).toEqual(['opened critical zombie']);

  // It is stopped, and nobody has said why it ran.
  await home.says({ fences: [fenceWord({ isRunning: false })] });
  for (let count = 0; count < 20; count += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one tick after another
    expect((await home.tick())?.resolved).toEqual([]);
  }
  expect(await home.rows(), 'it is repeated').toEqual(['opened critical zombie', 'reminder critical zombie']);

  await home.says({ fences: [fenceWord({ isRunning: false })] });
  await home.event({ kind: 'clear', incident: opened[0] ?? '' });
  expect((await home.tick())?.resolved).toEqual(opened);
  expect((await home.rows()).at(-1)).toBe('resolved critical zombie');
});

test('a zombie that runs on after its cause was stated is told again', async () => {
  const home = await zombieHouse();
  await home.tick();
  await home.says({ fences: [fenceWord()] });
  const [incident = ''] = (await home.tick())?.opened ?? [];
  await home.event({ kind: 'clear', incident });
  await home.says({ at: start + 3 * minute, fences: [fenceWord()] });
  expect((await home.tick())?.resolved).toEqual([]);
  expect(await home.rows()).toEqual(['opened critical zombie', 'reminder critical zombie']);
});
