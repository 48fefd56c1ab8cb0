// A null in somebody's values takes away all that a chart has set below it: it is refused with a sentence, or does no harm, and never ends in Go's words.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { lacks } from '../support/tools.ts';
import { chart, valuesOf } from './charts.ts';
import { helm, refusal } from './helm.ts';

const map = z.record(z.string(), z.unknown());

/** The path of each map with something in it. */
function mapsIn(value: unknown, above: readonly string[] = []): string[] {
  const parsed = map.safeParse(value);
  if (!parsed.success) return [];
  return Object.entries(parsed.data).flatMap(([key, one]) => {
    const path = [...above, key];
    const isFilled = map.safeParse(one).success && JSON.stringify(one) !== '{}';
    return isFilled ? [path.join('.'), ...mapsIn(one, path)] : [];
  });
}

const isSentence = (said: string, path: string): boolean =>
  said.includes(`): ${path}: is null, which takes away`) || said.includes(`): ${path}.`);

describe.skipIf(lacks('helm'))('a map that is null', () => {
  const cases = [
    ['ethereum-validator', 'geth', 'geth', 'default'],
    ['ethereum-validator', 'lighthouse-beacon', 'beacon', 'default'],
    ['ethereum-validator', 'lighthouse-validator', 'validator', 'default'],
    ['berachain-validator', 'berachain-node', 'node', 'default'],
  ] as const;

  test.each(cases)('%s: of %s', async (umbrella, name, at, values) => {
    const own = parse(readFileSync(join(chart(name).folder, 'values.yaml'), 'utf8'));
    const paths = mapsIn(own).filter((path) => !path.startsWith('global'));
    expect(paths.length).toBeGreaterThan(10);
    const bad: string[] = [];
    for (const path of paths) {
      const typed = `${at}.${path}`;
      const { path: file } = valuesOf(umbrella, values);
      const set = `--set=${typed}=null`;
      const { code, stderr } = await helm([
        'template',
        'home',
        chart(umbrella).folder,
        `--values=${file}`,
        set,
      ]);
      if (code !== 0 && !isSentence(stderr, typed)) bad.push(`${typed}: ${stderr}`);
    }
    expect(bad).toEqual([]);
  });

  test.each([
    ['ethereum-validator', 'validator.fence', null],
    ['ethereum-validator', 'validator.fence.gate', null],
    ['ethereum-validator', 'geth.p2p.tcp', null],
    ['berachain-validator', 'node.validator.fence.gate', null],
  ])('%s: %s is named as it is typed', async (umbrella, path, value) => {
    const files = [valuesOf(umbrella).path];
    expect(await refusal(chart(umbrella), { files, set: { [path]: value } })).toContain(
      `): ${path}: is null`,
    );
  });
});
