// Setting secrets against a Secret Manager that loses answers, breaks off and refuses: nothing is lost, and running it again finishes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Google, openGoogle } from '../../cli/google/google.ts';
import { readPinned, writePinned, type Pinned } from '../../cli/secrets/pinned.ts';
import { type Brought, destroyOlder, setSecrets, type Target } from '../../cli/secrets/set-secrets.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { deployedFolder, type DeployedFolder, project } from '../support/deployed.ts';
import { forbidden, pretendGoogle, type PretendGoogle } from '../support/pretend-google.ts';

let google: PretendGoogle;
let folder: DeployedFolder;
beforeAll(async () => {
  google = await pretendGoogle();
});
afterAll(async () => {
  await google.close();
});
beforeEach(() => {
  folder = deployedFolder();
});
afterEach(() => {
  folder.remove();
  google.reset();
});

const secretOf = (name: string): string => `projects/${project}/secrets/watchdog-${name}`;
const target = (name: string, needs: readonly string[], deployed: number | null = null): Target => ({
  function: name,
  place: { project, id: `watchdog-${name}` },
  needs,
  deployed,
});
const deliver = target('deliver', ['ACK_KEY', 'PAGER_URL']);
const ack = target('ack', ['ACK_KEY']);

function pinnedNow(): Pinned {
  const read = readPinned(folder.path);
  if (!read.ok) throw new Error(read.message);
  return read.pinned;
}

const own = (): Google =>
  openGoogle({
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    endpoint: google.endpoint,
    deadlineMs: 2_000,
  });

function set(
  targets: readonly Target[],
  values: Record<string, string>,
  by: Google = own(),
): Promise<readonly Brought[]> {
  return setSecrets(targets, new Map(Object.entries(values)), {
    google: by,
    pinned: pinnedNow,
    pin: (name, version, names) => {
      writePinned(folder.path, { ...pinnedNow(), [name]: { version, names } });
    },
    say: () => undefined,
  });
}

const held = (name: string, version: number): unknown => {
  const text = google.textOf(secretOf(name), version);
  return text === null ? null : JSON.parse(text);
};

test('a value comes to each function that reads it, and the file says which version has it', async () => {
  google.secret(secretOf('deliver'));
  google.secret(secretOf('ack'));
  const ends = await set([deliver, ack], { ACK_KEY: 'k', PAGER_URL: 'u' });
  expect(ends.map(({ problem }) => problem)).toEqual([null, null]);
  expect(held('deliver', 1)).toEqual({ ACK_KEY: 'k', PAGER_URL: 'u' });
  expect(held('ack', 1)).toEqual({ ACK_KEY: 'k' });
  expect(JSON.parse(readFileSync(join(folder.path, 'secrets.auto.tfvars.json'), 'utf8'))).toEqual({
    secret_versions: {
      ack: { version: 1, names: ['ACK_KEY'] },
      deliver: { version: 1, names: ['ACK_KEY', 'PAGER_URL'] },
    },
  });
  expect(google.strangers).toEqual([]);
});

test('what was set before stays, and the same again makes no version', async () => {
  google.secret(secretOf('deliver'));
  await set([deliver], { PAGER_URL: 'u' });
  await set([deliver], { ACK_KEY: 'k' });
  expect(held('deliver', 2)).toEqual({ ACK_KEY: 'k', PAGER_URL: 'u' });
  const [again] = await set([deliver], { ACK_KEY: 'k' });
  expect(again).toMatchObject({ version: 2, isNew: false, destroyed: [] });
  expect(google.secret(secretOf('deliver'))).toHaveLength(2);
});

test('older versions are destroyed, but neither the one that was pinned nor the one that runs', async () => {
  google.secret(secretOf('deliver'));
  await set([deliver], { PAGER_URL: '1' });
  await set([target('deliver', ['PAGER_URL'], 1)], { PAGER_URL: '2' });
  const [third] = await set([target('deliver', ['PAGER_URL'], 1)], { PAGER_URL: '3' });
  expect(third?.destroyed).toEqual([]);
  const [fourth] = await set([target('deliver', ['PAGER_URL'], 3)], { PAGER_URL: '4' });
  expect(fourth?.destroyed.toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect(google.secret(secretOf('deliver')).map(({ state }) => state)).toEqual([
    'DESTROYED',
    'DESTROYED',
    'ENABLED',
    'ENABLED',
  ]);
});

test('nothing is destroyed while the pinned version cannot be read', async () => {
  const versions = google.secret(secretOf('deliver'));
  versions.push({ state: 'ENABLED', data: 'e30=' }, { state: 'DISABLED', data: 'e30=' });
  for (const version of [2, 7]) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    expect(await destroyOlder(own(), deliver.place, { version, keep: [] })).toEqual({
      destroyed: [],
      warnings: [
        `version ${version}, which is pinned, cannot be read, so nothing older was destroyed; run watchdog secrets pull`,
      ],
    });
  }
  expect(versions.map(({ state }) => state)).toEqual(['ENABLED', 'DISABLED']);
});

test('two people at the same moment: the later one is told, and run again it has the values of both', async () => {
  google.secret(secretOf('deliver'));
  await set([deliver], { PAGER_URL: 'old' });
  const read = own();
  let isFirst = true;
  const between: typeof read = {
    ...read,
    ask: async (question) => {
      if (question.path.endsWith(':addVersion') && isFirst) {
        isFirst = false;
        google.secret(secretOf('deliver')).push({
          state: 'ENABLED',
          data: Buffer.from('{"PAGER_URL":"theirs"}').toString('base64'),
        });
      }
      return read.ask(question);
    },
  };
  const [end] = await set([deliver], { ACK_KEY: 'mine' }, between);
  expect(end?.problem).toMatch(
    /version 2 of watchdog-deliver was set by somebody else at the same moment; nothing is pinned/,
  );
  expect(pinnedNow()['deliver']?.version).toBe(1);
  expect(google.secret(secretOf('deliver')).map(({ state }) => state)).toEqual([
    'ENABLED',
    'ENABLED',
    'DESTROYED',
  ]);
  const [again] = await set([deliver], { ACK_KEY: 'mine' });
  expect(again).toMatchObject({ problem: null, version: 4 });
  expect(held('deliver', 4)).toEqual({ ACK_KEY: 'mine', PAGER_URL: 'theirs' });
});

describe('when it goes wrong on the way', () => {
  beforeEach(async () => {
    google.secret(secretOf('deliver'));
    google.secret(secretOf('ack'));
    await set([deliver], { PAGER_URL: 'u' });
  });

  test('an answer that was lost is found, and makes no second version', async () => {
    google.fault(/addVersion/, { kind: 'lost' }, 1);
    const [end] = await set([deliver], { ACK_KEY: 'k' });
    expect(end).toMatchObject({ problem: null, version: 2, isNew: true });
    expect(google.secret(secretOf('deliver'))).toHaveLength(2);
  });

  test('what never arrived is said so, nothing is pinned, and again it is done', async () => {
    google.fault(/addVersion/, { kind: 'reset' }, 1);
    const [end] = await set([deliver], { ACK_KEY: 'k' });
    expect(end?.problem).toMatch(/nothing is pinned, run this again/);
    expect(pinnedNow()['deliver']).toEqual({ version: 1, names: ['PAGER_URL'] });
    await set([deliver], { ACK_KEY: 'k' });
    expect(held('deliver', 2)).toEqual({ ACK_KEY: 'k', PAGER_URL: 'u' });
    expect(pinnedNow()['deliver']?.version).toBe(2);
  });

  test('one function that fails keeps no other back', async () => {
    google.fault(/watchdog-deliver:addVersion/, forbidden('secretmanager.versions.add'), 1);
    const ends = await set([deliver, ack], { ACK_KEY: 'k' });
    expect(ends[0]?.problem).toMatch(/you may not; you need roles\/secretmanager.admin in my-watchdog/);
    expect(ends[0]?.problem).toMatch(/secretmanager\.versions\.add/);
    expect(ends[1]).toMatchObject({ problem: null, version: 1 });
    expect(Object.keys(pinnedNow())).toEqual(['ack', 'deliver']);
  });

  test('a version that was made and not pinned is built upon, and said', async () => {
    google.secret(secretOf('deliver')).push({
      state: 'ENABLED',
      data: Buffer.from('{"PAGER_URL":"u","OTHER":"o"}').toString('base64'),
    });
    const [end] = await set([deliver], { ACK_KEY: 'k' });
    expect(end?.warnings.join()).toMatch(/version 2 is newer than 1, which was pinned/);
    expect(held('deliver', 3)).toEqual({ ACK_KEY: 'k', OTHER: 'o', PAGER_URL: 'u' });
  });

  test('what cannot be destroyed is a warning', async () => {
    await set([deliver], { PAGER_URL: '2' });
    google.fault(/:destroy/, forbidden('secretmanager.versions.destroy'));
    const [end] = await set([deliver], { PAGER_URL: '3' });
    expect(end).toMatchObject({ problem: null, version: 3 });
    expect(end?.warnings.join()).toMatch(/version 1 is still there/);
  });

  test('a version that reads otherwise than it was written is not pinned', async () => {
    google.fault(/versions\/2:access/, {
      kind: 'status',
      status: 200,
      body: { name: 'x', payload: { data: Buffer.from('{}').toString('base64') } },
    });
    const [end] = await set([deliver], { ACK_KEY: 'k' });
    expect(end?.problem).toMatch(/reads otherwise than it was written/);
    expect(pinnedNow()['deliver']?.version).toBe(1);
  });

  test('a crash at any call loses nothing, and running it again finishes', async () => {
    const values = { ACK_KEY: 'k', PAGER_URL: 'new' };
    for (let crash = 0; crash < 12; crash += 1) {
      google.reset();
      google.secret(secretOf('deliver'));
      google.secret(secretOf('ack'));
      writePinned(folder.path, {});
      // oxlint-disable-next-line no-await-in-loop -- one crash after another
      await set([deliver], { PAGER_URL: 'u' });
      google.fault(/./, { kind: 'lost' }, Number.POSITIVE_INFINITY, crash);
      // oxlint-disable-next-line no-await-in-loop -- one crash after another
      const broken = await set([deliver, ack], values);
      expect(broken.some(({ problem }) => problem !== null)).toBe(crash < 8);
      google.heal();
      // oxlint-disable-next-line no-await-in-loop -- one crash after another
      const ends = await set([deliver, ack], values);
      expect(ends.map(({ problem }) => problem)).toEqual([null, null]);
      const [first, second] = [pinnedNow()['deliver']?.version ?? 0, pinnedNow()['ack']?.version ?? 0];
      expect(held('deliver', first)).toEqual(values);
      expect(held('ack', second)).toEqual({ ACK_KEY: 'k' });
    }
  });
});

test('what was not written by this command is left alone', async () => {
  google.secret(secretOf('ack')).push({ state: 'ENABLED', data: Buffer.from('hello').toString('base64') });
  const [end] = await set([ack], { ACK_KEY: 'k' });
  expect(end?.problem).toMatch(/was not written by this command/);
});

test('without a place the first apply is asked for', async () => {
  const [end] = await set([ack], { ACK_KEY: 'k' });
  expect(end?.problem).toMatch(
    /there is no secret watchdog-ack in my-watchdog yet; run terraform apply first/,
  );
});

test('too much for one secret is refused before it is sent', async () => {
  google.secret(secretOf('ack'));
  const [end] = await set([ack], { ACK_KEY: 'k'.repeat(33_000) });
  expect(end?.problem).toMatch(/a function takes 32768 \(32 KiB\) in one variable/);
  expect(google.calls.some(({ path }) => path.endsWith(':addVersion'))).toBe(false);
});
