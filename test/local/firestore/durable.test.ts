// Data on disk: nothing acknowledged is lost by a kill, nothing is half there, and the emulator runs as its own process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { fasterClock, systemClock } from '../../../functions/kit/clock.ts';
import { startFirestore } from '../../../local/firestore/server.ts';
import { connect, open, temporaryFolder } from './emulator.ts';

function run(file: string, ...parameters: readonly string[]) {
  const child = spawn(process.execPath, [file, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, lines: createInterface({ input: child.stdout }) };
}

test.each([60, 251])(
  'a kill after %i acknowledgements loses none of them and leaves no half commit',
  async (enough) => {
    const folder = await temporaryFolder();
    const { child, lines } = run(path.join(import.meta.dirname, 'writer.ts'), folder);
    const acknowledged: string[] = [];
    for await (const line of lines) {
      acknowledged.push(line);
      if (acknowledged.length === enough) child.kill('SIGKILL');
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(enough);

    const { emulator, client } = await open({ dataDir: folder });
    const documents = emulator.dump('main');
    const idsIn = (collection: string): readonly string[] =>
      Object.keys(documents).flatMap((name) =>
        name.startsWith(`${collection}/`) ? [name.slice(collection.length + 1)] : [],
      );
    const left = new Set(idsIn('left'));
    expect(acknowledged.filter((id) => !left.has(id))).toEqual([]);
    expect(idsIn('right')).toEqual(idsIn('left'));
    for (const lane of idsIn('lanes')) {
      const mine = idsIn('left').filter((id) => id.startsWith(`${lane}-`));
      expect(documents[`lanes/${lane}`]).toEqual({ index: mine.length - 1 });
    }
    const { writeTime } = await client.doc('lanes/0').set({ index: -1 });
    expect(writeTime.toMillis()).toBeGreaterThan(0);
  },
);

test('a kill in the middle of a commit leaves nothing of it, and all of the one before', async () => {
  const folder = await temporaryFolder();
  const { lines } = run(path.join(import.meta.dirname, 'dying-writer.ts'), folder);
  const acknowledged: string[] = [];
  for await (const line of lines) acknowledged.push(line);
  expect(acknowledged).toEqual(['whole']);
  const { emulator } = await open({ dataDir: folder });
  expect(Object.keys(emulator.dump('main'))).toEqual(['left/whole', 'right/whole']);
});

test('values, times and databases are the same after a restart, and times still grow with an earlier clock', async () => {
  const dataDir = await temporaryFolder();
  const data = {
    whole: 1,
    half: 1.5,
    zero: -0,
    nan: Number.NaN,
    bytes: Buffer.from([1]),
    deep: { list: [null, {}] },
  };
  const ahead = fasterClock(60, systemClock.now() + 86_400_000);
  const first = await startFirestore({ dataDir, clock: ahead });
  const before = await connect(first.host).doc('c/a').set(data);
  await connect(first.host, 'keys').doc('c/a').set({ other: true });
  await connect(first.host).doc('c/gone').set({});
  await connect(first.host).doc('c/gone').delete();
  await first.close();

  const { emulator, client } = await open({ dataDir });
  const snapshot = await client.doc('c/a').get();
  expect(snapshot.data()).toEqual(data);
  expect(snapshot.updateTime?.isEqual(before.writeTime)).toBe(true);
  expect(emulator.dump('keys')).toEqual({ 'c/a': { other: true } });
  const after = await client.doc('c/a').update({ whole: 2 }, { lastUpdateTime: before.writeTime });
  expect(after.writeTime.valueOf() > before.writeTime.valueOf()).toBe(true);
  expect(Object.keys(emulator.dump('main'))).toEqual(['c/a']);
});

test('data of a newer version is refused and left alone, and so is a folder in use', async () => {
  const dataDir = await temporaryFolder();
  const { emulator } = await open({ dataDir });
  await expect(startFirestore({ dataDir })).rejects.toThrow(/locked/);
  await emulator.close();
  const file = new DatabaseSync(path.join(dataDir, 'firestore.sqlite'));
  file.exec('PRAGMA user_version = 99');
  file.close();
  await expect(startFirestore({ dataDir })).rejects.toThrow('version 99');
});

test('as a process it prints its address when it is ready, and ends by itself when told to', async () => {
  const folder = await temporaryFolder();
  const main = path.join(import.meta.dirname, '../../../local/firestore/main.ts');
  const { child, lines } = run(main, '--port', '0', '--data', folder);
  const [host] = await once(lines, 'line');
  expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
  const client = connect(String(host));
  await client.doc('c/a').set({ n: 1 });
  child.kill('SIGTERM');
  const [exitCode] = await once(child, 'exit');
  expect(exitCode).toBe(0);
  const { emulator } = await open({ dataDir: folder });
  expect(emulator.dump('main')).toEqual({ 'c/a': { n: 1 } });
});
