// Every state of the lab's story as a person sees it who has the view open on a phone meanwhile: it changes by itself, in words, for everybody, at every width.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLab, type Lab } from '../../lab/lab.ts';
import { acts } from '../../lab/story/acts.ts';
import { ActFailed, openStage, type Stage } from '../../lab/story/stage.ts';
import type { Teller } from '../../lab/story/teller.ts';
import { quietTeller } from '../support/quiet-teller.ts';
import {
  accessibility,
  keepPicture,
  launch,
  openPage,
  overflow,
  type Opened,
  shows,
  shownText,
} from '../support/browser.ts';
import { lacks } from '../support/tools.ts';

type State = {
  /** Of its picture. */
  readonly name: string;
  /** The words of the step of the story after which it is so. */
  readonly after: string;
  /** What the view then comes to show; it stays so until the story goes on, or leads on to what is accepted here as well. */
  readonly shows: readonly RegExp[];
  readonly hides?: readonly RegExp[];
};

/** The story is over for us: what it would do next is seen elsewhere. */
class Enough extends Error {}

/** By acts, each in the order of its steps. */
const troubles: Readonly<Record<string, readonly State[]>> = {
  'all is well': [
    {
      name: 'all is well',
      after: 'two looks in a row: everything answers',
      shows: [/All is well since/, /everything answers, and eth-1 and bera-1 sign/, /Nothing to do/],
    },
  ],
  'one forward broke': [
    {
      name: 'one forward broke',
      after: 'a warning that names beacond-p2p, and only that',
      shows: [/1 of \d+ ways in does not answer as it should: beacond-p2p \(refused\)/, /No hurry/],
    },
  ],
  'only our region failed': [
    {
      name: 'only our region failed',
      after: 'an information that it is disputed, and only that',
      shows: [/web is (?:disputed|seen in one way from here)/],
    },
  ],
  'a heartbeat was missed': [
    {
      name: 'a heartbeat was missed',
      after: 'one warning: no word from alertmanager',
      shows: [/alertmanager has not said that all is well/i, /everything answers/i],
    },
  ],
  'a signer stopped': [
    {
      name: 'a signer stopped',
      after: 'one critical page: signer bera-1 is not signing',
      shows: [/bera-1 does not sign since/, /although the house lives/],
    },
  ],
  'a chain stood still': [
    {
      name: 'a chain stood still',
      after: 'one message for information: chain berachain stands still',
      shows: [/berachain stands still/i],
    },
  ],
  'a drill was run': [
    {
      name: 'a drill runs',
      after:
        'a node is made that is marked as a drill, and that Compute deletes by itself should everything else fail',
      shows: [/all is well/i],
    },
  ],
  'only the VPN exit failed': [
    {
      name: 'the VPN exit failed',
      after: 'one critical page: dark or cut off, the VPN exit is unreachable',
      shows: [/Dark or cut off since/, /not even the VPN exit/],
    },
    {
      name: 'only the way in is broken',
      after: 'the same incident is lowered to a warning: the way in is broken, the house lives',
      shows: [/The way into the house is broken since/, /This is no outage/],
    },
  ],
  'the VPN leaked': [
    {
      name: 'the VPN leaks',
      after: 'one critical page: the home address may be showing',
      shows: [/SAFETY: .*address/, /watchdog clear/],
      hides: [/198\.51\.100\.23/],
    },
  ],
  'our own network failed': [
    {
      name: 'the watchdog is blind',
      after: "one page: the watchdog is blind, the watcher's own incident",
      shows: [/The watchdog is blind since/, /says nothing against the house/],
    },
  ],
  'nobody called it': [
    {
      name: 'nobody calls the watchdog',
      after: 'stop the scheduler that calls the watchdog, for eight minutes',
      shows: [/NOBODY IS WATCHING/],
    },
    {
      name: 'the watchdog was late',
      after: 'a warning that it was late itself, and nothing of the house',
      shows: [/late|nobody was watching/i],
    },
  ],
};

const night: Readonly<Record<string, readonly State[]>> = {
  'the power went': [
    {
      name: 'on battery',
      after: 'one warning: on battery, twelve minutes of it',
      shows: [/lost power/i, /battery/],
    },
    {
      name: 'dark',
      after: 'one critical page: dark',
      shows: [/Dark since .*the UPS told of power going/, /the keys are still the house's/],
    },
    {
      name: 'standbys are made',
      after: 'the pager hears that they are being made, without being called again',
      shows: [/standby of eth-1 is (?:being made|booting|syncing|ready)/i],
    },
    {
      name: 'standbys sync',
      after: 'they sync, and it says about how long that takes',
      shows: [/standby of eth-1 is (?:syncing|ready)/i, /standby of bera-1 is (?:syncing|ready)/i],
    },
    {
      name: 'standbys are synced',
      after: 'they are synced: now a person may decide, and software does not',
      shows: [/standby of eth-1 is ready/i, /standby of bera-1 is ready/i],
    },
    {
      name: 'somebody has it',
      after: 'take the incident on, and pull the plug of the machine with the keys',
      shows: [/Maria has it/],
    },
    {
      name: 'nobody holds the keys',
      after: 'type: watchdog handover begin eth-1 --why "the house is dark"',
      shows: [/Nobody holds the keys of eth-1 since/, /the guard allows it not before \d\d:\d\d/],
    },
    {
      name: 'the keys are in the cloud',
      after: 'start the client on the node in the cloud',
      shows: [/The keys of eth-1 are in the cloud/, /never start the client of the house/],
    },
    {
      name: 'the machine with the keys is back',
      after: 'one page: the machine that had the keys is back, and its fence holds its client back',
      shows: [/SAFETY: /, /watchdog clear/],
    },
    {
      name: 'the keys come back',
      after: 'type: watchdog handover begin eth-1 --why "the house is well again"',
      shows: [/Nobody holds the keys of eth-1 since/],
    },
  ],
};

/** The same stage, and after each of its steps somebody is told which it was. */
function watched(stage: Stage, done: (words: string) => Promise<void>): Stage {
  const then = async <Result>(words: string, step: Promise<Result>): Promise<Result> => {
    const result = await step;
    await done(words);
    return result;
  };
  return {
    ...stage,
    we: (words, act) => then(words, stage.we(words, act)),
    message: (words, isIt, ticks) => then(words, stage.message(words, isIt, ticks)),
    until: (words, isSo, ticks) => then(words, stage.until(words, isSo, ticks)),
  };
}

const fileName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

async function look({ page, still, problems }: Opened, state: State): Promise<void> {
  for (const words of state.shows) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await shows(page, words);
  }
  await still(async () => {
    expect(await accessibility(page), state.name).toEqual([]);
    expect(await overflow(page, 'phone'), state.name).toEqual([]);
    await keepPicture(page, `story-${fileName(state.name)}-phone`);
    expect(await overflow(page, 'desktop'), state.name).toEqual([]);
    await keepPicture(page, `story-${fileName(state.name)}-desktop`);
    const text = await shownText(page);
    for (const words of state.hides ?? []) expect(text, state.name).not.toMatch(words);
  });
  expect(problems(), state.name).toEqual([]);
}

describe.skipIf(lacks('chromium'))('the view', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** Plays these acts of the story before somebody who opened the view once, by a signed link, and never loads it again. Resolves with the names of the states that were seen. */
  async function play(lab: Lab, states: Readonly<Record<string, readonly State[]>>): Promise<string[]> {
    const { origin } = new URL(lab.statusUrl);
    const opened = await openPage(browser, origin);
    const { page } = opened;
    await page.goto(await lab.viewLink());
    await shows(page, /Basement, Berlin/);
    expect(page.url().replace(/#$/, '')).toBe(`${origin}/`);
    await page.evaluate('globalThis.isStillHere = true');

    const wanted = Object.values(states).flat();
    const failed: string[] = [];
    const teller: Teller = {
      ...quietTeller,
      check: (words, isSo, said) => {
        if (!isSo) failed.push(`${words}: ${said ?? 'no'}`);
      },
    };
    const seen: string[] = [];
    const done = async (words: string): Promise<void> => {
      const state = wanted.find(({ after }) => after === words);
      if (state === undefined || seen.includes(state.name)) return;
      await look(opened, state);
      seen.push(state.name);
      if (seen.length === wanted.length) throw new Enough();
    };
    for (const act of acts.filter(({ name }) => Object.hasOwn(states, name))) {
      const stage = watched(openStage(lab, teller, new AbortController().signal), done);
      try {
        // oxlint-disable-next-line no-await-in-loop -- one act after another
        await act.play(stage);
      } catch (error) {
        if (error instanceof ActFailed)
          throw new Error(`the story went otherwise: ${failed.join('; ')}`, { cause: error });
        if (!(error instanceof Enough)) throw error;
      }
    }
    expect(await page.evaluate('globalThis.isStillHere')).toBe(true);
    await opened.close();
    return seen;
  }

  async function playAlone(
    states: Readonly<Record<string, readonly State[]>>,
    speed: number,
  ): Promise<string[]> {
    const { look: onLook, page: onPage, trouble: onTrouble } = quietTeller;
    const lab = await startLab({ speed, events: { onLook, onPage, onTrouble } });
    try {
      return await play(lab, states);
    } finally {
      await lab.close();
    }
  }

  const namesOf = (states: Readonly<Record<string, readonly State[]>>): string[] =>
    Object.values(states)
      .flat()
      .map(({ name }) => name);

  // Side by side, for each waits most of the time. Work is not sped up: the handover, which wants fresh facts, gets more time for it, and both take about as long.
  test.concurrent('shows what goes wrong by day, and whose fault it is not', async () => {
    expect(await playAlone(troubles, 60)).toEqual(namesOf(troubles));
  });

  test.concurrent('shows a night without power: from the battery to the keys in the cloud, and back', async () => {
    expect(await playAlone(night, 30)).toEqual(namesOf(night));
  });
});
