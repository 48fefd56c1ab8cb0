// What a runbook stops at home is there by the name and in the namespace that it says, and is found without them.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lacks } from '../support/tools.ts';
import { chart } from './charts.ts';
import { manifests } from './helm.ts';

const folder = join(import.meta.dirname, '../../docs/runbooks');
const scaled = readdirSync(folder).flatMap((page) => {
  const text = readFileSync(join(folder, page), 'utf8');
  const commands = [...text.matchAll(/kubectl(?<options>[^`\n]*?) scale statefulset (?<name>\S+)/g)];
  return commands.map(({ groups }) => ({
    page,
    text,
    options: groups?.['options'] ?? '',
    name: groups?.['name'] ?? '',
  }));
});
/** Those that say a name, and not NAME. */
const named = scaled.filter(({ name }) => name !== name.toUpperCase());
const component = 'app.kubernetes.io/component';

describe.skipIf(lacks('helm'))('runbooks', () => {
  test.each([
    ['ethereum', 'eth', 'ethereum-validator', 'validator.feeRecipient', 'eth-lighthouse-validator'],
    ['berachain', 'bera', 'berachain-validator', 'node.validator.feeRecipient', 'bera-validator'],
  ])('stop the signer of the example of %s', async (namespace, release, name, fees, signer) => {
    const objects = await manifests(chart(name), {
      release,
      namespace,
      files: [join(import.meta.dirname, '../../examples/helm', `${namespace}.yaml`)],
      set: { [fees]: '0x8f3a1c5e7b9d2f4a6c8e0b1d3f5a7c9e1b3d5f70' },
    });
    const signers = objects.filter(
      ({ kind, metadata }) => kind === 'StatefulSet' && metadata.labels[component] === 'validator',
    );
    expect(signers.map(({ metadata }) => metadata.name)).toEqual([signer]);
    const here = named.filter((each) => each.name === signer);
    expect(here.length).toBeGreaterThan(0);
    expect(here.filter(({ options }) => options.trim() !== `-n ${namespace}`)).toEqual([]);
  });

  test('name nothing else, nothing without a namespace, and how it is found', () => {
    const strangers = scaled.filter(({ options }) => !options.includes('-n '));
    expect(strangers.map(({ page }) => page)).toEqual([]);
    const names = new Set(named.map(({ name }) => name));
    expect([...names].toSorted()).toEqual(['bera-validator', 'eth-lighthouse-validator']);
    const unfound = named.filter(({ text }) => !text.includes(`-A -l ${component}=validator`));
    expect(unfound.map(({ page }) => page)).toEqual([]);
  });
});
