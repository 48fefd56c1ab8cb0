// The README of each chart says what its values are today, and the picture what is rendered.
import { describe, expect, test } from 'vitest';
import { lacks } from '../support/tools.ts';
import { applications } from './charts.ts';
import { readmes, stalePages } from './pages.ts';

describe.skipIf(lacks('helm-docs', 'helm'))('pages about charts', () => {
  test('are fresh: else npm run docs:charts', async () => {
    expect((await stalePages()).map(({ path }) => path)).toEqual([]);
  });

  test('each chart has a README that lists its values', async () => {
    const found = await readmes();
    expect(found.length).toBe(applications.length);
    const bare = found.filter(({ text }) => !text.includes('| Key | Type | Default | Description |'));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });
});
