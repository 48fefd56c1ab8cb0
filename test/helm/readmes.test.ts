// The README of each chart says what its values are today.
import { describe, expect, test } from 'vitest';
import { lacks } from '../support/tools.ts';
import { applications } from './charts.ts';
import { readmes } from './readmes.ts';

describe.skipIf(lacks('helm-docs'))('READMEs', () => {
  test('are fresh: else npm run docs:charts', async () => {
    const found = await readmes();
    expect(found.length).toBe(applications.length);
    expect(found.filter(({ isFresh }) => !isFresh).map(({ path }) => path)).toEqual([]);
  });

  test('list the values', async () => {
    const bare = (await readmes()).filter(
      ({ text }) => !text.includes('| Key | Type | Default | Description |'),
    );
    expect(bare.map(({ path }) => path)).toEqual([]);
  });
});
