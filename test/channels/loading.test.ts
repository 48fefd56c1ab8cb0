// What is large is loaded by whoever sends, not by everybody who reads the configuration: a cold start of the watch path waits for it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const registry = join(import.meta.dirname, '../../functions/channels/registry.ts');
const script = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      const name = /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(found.url)?.[1];
      if (name !== undefined) packages.add(name);
      return found;
    },
  });
  await import(process.argv[1]);
  console.log([...packages].sort().join());
`;

test('the registry of channels loads no package but zod', () => {
  const args = ['--input-type=module', '--eval', script, registry];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' }).trim()).toBe('zod');
});
