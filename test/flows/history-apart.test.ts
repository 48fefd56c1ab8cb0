// Nothing that is kept for those who look may keep anybody from being paged: neither a bug in it, nor a store that refuses it.
import { expect, test } from 'vitest';
import type { DayRollup } from '../../functions/domain/history/history.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { Loaded, Store } from '../../functions/stores/store.ts';
import { house, type House } from '../support/house.ts';
import { minute, siteRules } from '../support/site.ts';

const midnight = Date.UTC(2026, 10, 24);
const rules = siteRules();

/** A house that was well until a minute before midnight, and of which nothing answers any more. */
async function goneBeforeMidnight(): Promise<House> {
  const home = house([rules]);
  home.moveTo(midnight - 2 * minute);
  await home.tick();
  for (const { id, role } of rules.targets) if (role === 'inbound') home.broken.add(id);
  home.moveTo(midnight - minute);
  return home;
}

const pagesOf = async ({ shelf }: House): Promise<string[]> =>
  (await openMemoryStore(shelf).recentIncidents(rules.id, 20))
    .filter(({ subject }) => subject.kind === 'site')
    .flatMap(({ messages }) => messages);

const refusal = () =>
  new WatchdogError('ERR_STORE', 'the store failed about sites/home: INVALID_ARGUMENT', {
    meta: { document: 'sites/home', status: 'INVALID_ARGUMENT' },
  });

test('a day that the store refuses is lost and told of, and the page goes out', async () => {
  const home = await goneBeforeMidnight();
  home.moveTo(midnight);
  const inner = openMemoryStore(home.shelf);
  const store: Store = {
    ...inner,
    commitSite: (change) => (change.filed.length > 0 ? Promise.reject(refusal()) : inner.commitSite(change)),
  };
  const { sites } = await home.tick({ store });
  expect(sites[0]).toMatchObject({
    outcome: 'error',
    error: expect.stringMatching(/^2026-11-23 could not be filed, and is lost from the history: ERR_STORE/),
  });
  expect(await pagesOf(home)).not.toEqual([]);
  home.moveTo(midnight + minute);
  expect((await home.tick({ store })).sites[0]).toMatchObject({ outcome: 'done', error: null });
});

test('a store that fails otherwise files the day with a later try', async () => {
  const home = await goneBeforeMidnight();
  home.moveTo(midnight);
  const inner = openMemoryStore(home.shelf);
  let calls = 0;
  const store: Store = {
    ...inner,
    commitSite: () => {
      calls += 1;
      return Promise.reject(
        new WatchdogError('ERR_STORE', 'UNAVAILABLE', { meta: { status: 'UNAVAILABLE' } }),
      );
    },
  };
  await home.tick({ store });
  expect(calls).toBe(1);
  home.moveTo(midnight + minute);
  await home.tick();
  expect((await inner.readDays(rules.id, '2026-11-23', '2026-11-23')).days).toHaveLength(1);
});

/** What was kept has become such that the first look at it fails. */
function poisoned({ memory, base }: Loaded): Loaded {
  if (memory === null) return { memory, base };
  const { today } = memory.state.history;
  let looks = 0;
  const history = {
    ...memory.state.history,
    get today(): DayRollup {
      looks += 1;
      if (looks === 1) throw new TypeError('no such day');
      return today;
    },
  };
  return { base, memory: { ...memory, state: { ...memory.state, history } } };
}

test('a bug in what is counted is told of, what was counted stays, and the page goes out', async () => {
  const home = await goneBeforeMidnight();
  const inner = openMemoryStore(home.shelf);
  const before = (await inner.loadSite(rules.id)).memory?.state.history;
  const store: Store = { ...inner, loadSite: async (site) => poisoned(await inner.loadSite(site)) };
  const { sites } = await home.tick({ store });
  expect(sites[0]).toMatchObject({
    outcome: 'error',
    verdict: 'dark',
    error: expect.stringContaining('a bug: the history of the site stays as it was: no such day'),
  });
  expect(await pagesOf(home)).not.toEqual([]);
  expect((await inner.loadSite(rules.id)).memory?.state.history).toEqual(before);
});
