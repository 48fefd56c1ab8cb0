// The module of a standby by Terraform's own rules, and what it refuses.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { node, terraform } from './rendered.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchdog-terraform-'));
  cpSync(node, folder, { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(lacksPrograms('terraform'))('terraform', () => {
  test('has nothing to say about the form', async () => {
    expect(await terraform(folder, 'fmt', '-check', '-recursive', '-no-color')).toBe('');
  });

  test('finds it valid, and needs no provider for that', async () => {
    await terraform(folder, 'init', '-backend=false', '-input=false', '-no-color');
    expect(await terraform(folder, 'validate', '-no-color')).toContain('The configuration is valid');
    expect(await terraform(folder, 'providers', '-no-color')).not.toContain('provider[');
  });

  test('refuses what is wrong, for each variable at least once', async () => {
    const tests = readFileSync(join(node, 'tests/variables.tftest.hcl'), 'utf8');
    const refusals = tests.match(/expect_failures/g)?.length ?? 0;
    const said = await terraform(folder, 'test', '-no-color');
    expect(said).toContain(`Success! ${refusals + 1} passed, 0 failed.`);
    const names = [
      ...readFileSync(join(node, 'variables.tf'), 'utf8').matchAll(/^variable "(\w+)"/gm),
    ].flatMap(([, name = '']) => (name === 'drill' ? [] : [name]));
    expect(names.filter((name) => !tests.includes(`expect_failures = [var.${name}]`))).toEqual([]);
  });
});
