// The status reads standbys only when there are any, and shows them to the operator alone.
import { describe, expect, test } from 'vitest';
import type { SiteState } from '../../functions/domain/memory.ts';
import { answerStatus } from '../../functions/flows/answer-status.ts';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import type { ReadStore, Store } from '../../functions/stores/store.ts';
import { commit, siteState, someTime } from '../support/documents.ts';
import { siteRules } from '../support/site.ts';
import { fleet, orphan, seen, wanted } from '../support/standbys.ts';

const home = siteRules({
  signers: [{ id: 'eth', chain: 'ethereum', keys: ['7'] }],
  standby: { chains: ['ethereum'], expireAfterMs: 604_800_000 },
});
const cabin = siteRules({ id: 'cabin', signers: [] });

type Room = {
  readonly shelf: Shelf;
  readonly store: Store;
  readonly reads: string[];
  readonly ask: (url: string, isOperator?: boolean) => ReturnType<typeof answerStatus>;
};

async function room(state: Partial<SiteState>): Promise<Room> {
  const shelf: Shelf = new Map();
  const store = openMemoryStore(shelf);
  const mine = Object.values(state.wanted ?? {});
  await commit(store, { state: siteState(state), wanted: mine });
  const reads: string[] = [];
  const counting: ReadStore = {
    ...store,
    readSites: (ids) => {
      reads.push('readSites');
      return store.readSites(ids);
    },
    readStandbys: () => {
      reads.push('readStandbys');
      return store.readStandbys();
    },
  };
  const clock = { now: () => someTime + 1_200_000, sleep: () => Promise.resolve() };
  const world = { rules: [home, cabin], standbys: null, store: counting, clock };
  return { shelf, store, reads, ask: (url, isOperator = true) => answerStatus(world, url, isOperator) };
}

describe('the status', () => {
  test('costs no read more while no standby is wanted', async () => {
    const { ask, reads } = await room({});
    expect((await ask('/')).body).toMatchObject({ sites: [{ standbys: [] }, { standbys: [] }] });
    expect(reads).toEqual(['readSites']);
  });

  test('shows those of a site under it, in one query more', async () => {
    const { ask, reads, store } = await room({ wanted: { eth: wanted() } });
    await store.writeSeen('eth', { revision: null }, seen());
    expect((await ask('/')).body).toMatchObject({
      sites: [
        {
          site: 'home',
          standbys: [{ signer: 'eth', phase: 'syncing', percent: 41.2, zone: 'europe-west3-b' }],
        },
        { site: 'cabin', standbys: [] },
      ],
    });
    expect(reads).toEqual(['readSites', 'readStandbys']);
  });

  test('shows the public none, and reads none for it', async () => {
    const { ask, reads, store } = await room({ wanted: { eth: wanted() } });
    await store.writeSeen('eth', { revision: null }, seen());
    const hidden = await ask('/', false);
    expect(hidden.code).toBe(404);
    expect(JSON.stringify(hidden.body)).not.toMatch(/europe-west3|bw-eth/);
    expect(reads).toEqual([]);
  });

  test('still shows the sites when the document of a standby is broken, and says so', async () => {
    const { ask, shelf } = await room({ wanted: { eth: wanted() } });
    for (const [path, document] of shelf) {
      if (path.includes('standbys/'))
        shelf.set(path, { ...document, fields: { schema: 1, signer: 'eth', wanted: 7 } });
    }
    expect((await ask('/')).body).toMatchObject({
      sites: [{ standbys: [{ signer: 'eth', phase: 'wanted', trouble: { kind: 'unreadable' } }] }, {}],
    });
  });
});

describe('/standbys', () => {
  test('shows all of them, orphans included, although no site wants any', async () => {
    const { ask, store } = await room({});
    await store.writeSeen('old', { revision: null }, seen());
    await store.changeFleet(() => fleet({ orphans: [orphan()], spent: { '2026-12': 12 } }));
    expect(await ask('/standbys')).toMatchObject({
      code: 200,
      body: {
        standbys: [{ signer: 'old', site: null, phase: 'syncing' }],
        orphans: [{ name: 'bw-old-1-0a1b2c3d' }],
        signers: [{ signer: 'eth', site: 'home', chain: 'ethereum' }],
        rules: null,
        broken: [],
      },
    });
  });

  test('is nothing for the public, and reads nothing for it', async () => {
    const { ask, reads } = await room({ wanted: { eth: wanted() } });
    expect(await ask('/standbys', false)).toMatchObject({
      code: 404,
      body: { error: expect.stringContaining('never public') },
    });
    expect(reads).toEqual([]);
  });

  test.each(['/standbys?site=home', '/standbys?x'])('%s is refused', async (url) => {
    const { ask } = await room({});
    await expect(ask(url)).rejects.toMatchObject({ code: 'ERR_REQUEST' });
  });

  test.each(['/standbys/eth', '/standby'])('%s leads nowhere, and is told where to go', async (url) => {
    const { ask } = await room({});
    expect(await ask(url)).toMatchObject({
      code: 404,
      body: { error: expect.stringContaining('/standbys') },
    });
  });
});
