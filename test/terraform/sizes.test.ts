// Terraform gives each function what was measured and reckoned: cli/deploy/sizes.ts has the reasons, and the cost goes by it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { functionNames } from '../../cli/deploy/reads.ts';
import { sizes } from '../../cli/deploy/sizes.ts';
import { terraformFolder } from './provider/types-in-use.ts';

const text = readFileSync(join(terraformFolder, 'modules/watchdog/functions.tf'), 'utf8');

describe.each(functionNames)('%s', (name) => {
  test('is as large in Terraform as it was reckoned', () => {
    const { timeoutSeconds, concurrency, maxInstances } = sizes[name];
    const pattern = new RegExp(
      String.raw`^ +${name} += \{ timeout = (\d+), concurrency = (\d+), instances = (.+) \}$`,
      'm',
    );
    const [, timeout, calls, instances = ''] = pattern.exec(text) ?? [];
    expect([Number(timeout), Number(calls)]).toEqual([timeoutSeconds, concurrency]);
    // One for each shard, and one more.
    const most = instances === '1 + var.shards' ? 2 : Number(instances);
    expect(most).toBe(maxInstances);
  });

  test('has a third more memory than was ever measured', () => {
    const { memoryMib, measuredMib } = sizes[name];
    expect(measuredMib * 1.33).toBeLessThan(memoryMib);
  });
});

test('all have one memory, and a whole processor', () => {
  const memory = [...new Set(Object.values(sizes).map(({ memoryMib }) => memoryMib))];
  expect(memory).toHaveLength(1);
  expect(text).toContain(`memory = "${memory[0]}Mi"`);
  expect(text).toContain('available_cpu                    = "1"');
  expect(Object.values(sizes).map(({ cpu }) => cpu)).toEqual(functionNames.map(() => 1));
});
