// A tick that comes late says so itself; a tick that was taken in already says nothing and counts for nothing.
import { expect, test } from 'vitest';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import { house, type House } from '../support/house.ts';
import { minute, siteRules, start } from '../support/site.ts';

const weekOf = async (home: House) =>
  (await openMemoryStore(home.shelf).readSites(['home'])).get('home')?.state.week;
const lateOnes = (home: House): string[] =>
  [...home.shelf.keys()].filter((path) => path.startsWith('incidents/home.ticks.'));

test('a tick that comes four minutes after its time is a warning of its own', async () => {
  const home = house([siteRules()]);
  home.moveTo(start + 4 * minute);
  const { sites, latenessMs } = await home.tick({ stamp: new Date(start).toISOString() });
  expect(latenessMs).toBe(4 * minute);
  expect(sites[0]).toMatchObject({ outcome: 'done', verdict: 'ok', messages: 2 });
  expect(lateOnes(home)).toHaveLength(1);
  expect(await weekOf(home)).toMatchObject({ ticks: 1, worstLatenessMs: 4 * minute });
});

test('the replay of a tick is none, however late it comes', async () => {
  const home = house([siteRules()]);
  await home.tick();
  home.moveTo(start + 10 * minute);
  const { sites } = await home.tick({ stamp: new Date(start).toISOString() });
  expect(sites[0]).toMatchObject({ outcome: 'replay', messages: 0 });
  expect(lateOnes(home)).toEqual([]);
  expect(await weekOf(home)).toMatchObject({ ticks: 1, worstLatenessMs: 0, worstGapMs: 0 });
});

test('of two sites one tells of a gap', async () => {
  const home = house([siteRules(), siteRules({ id: 'cabin', reportsSelf: false })]);
  await home.tick();
  home.moveTo(start + 10 * minute);
  const { sites } = await home.tick();
  expect(sites.map(({ opened }) => opened.length)).toEqual([1, 0]);
});
