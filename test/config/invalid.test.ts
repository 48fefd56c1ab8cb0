// Each file in invalid/ holds one forbidden thing, and names in its first line the one problem that must be told.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConfig, type Problem } from '../../functions/config/config.ts';

const folder = join(import.meta.dirname, 'invalid');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

function sentence({ path, message, line }: Problem): string {
  return [...(line === undefined ? [] : [`line ${line}`]), ...(path === '' ? [] : [path]), message].join(
    ': ',
  );
}

describe('forbidden things', () => {
  test.each(files)('%s gives exactly the problem that it names', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const expected = /^# expect: (.+)\n/.exec(text)?.[1];
    const parsed = parseConfig(text);
    expect(parsed.ok ? [] : parsed.problems.map(sentence)).toEqual([expected]);
  });

  test('there are more of them than the thirty that were asked for', () => {
    expect(files.length).toBeGreaterThan(100);
  });

  test('no message repeats what could be a secret', () => {
    for (const name of files) {
      const [expected = ''] = readFileSync(join(folder, name), 'utf8').split('\n');
      expect(expected, name).not.toMatch(/hunter2|[0-9a-f]{20}|e\+\d\d|junk|kdf/i);
    }
  });
});
