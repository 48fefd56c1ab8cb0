// What Terraform says that it has deployed, from a file as from itself, and what is said when it is not what this version knows.
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readOutputs } from '../../cli/deploy/outputs.ts';
import { deployedFolder, outputsOf } from '../support/deployed.ts';

const folder = deployedFolder();
afterAll(() => {
  folder.remove();
});

const read = (value: unknown): ReturnType<typeof readOutputs> => {
  folder.write('given.json', value);
  return readOutputs(folder.path, { from: join(folder.path, 'given.json'), variables: {} });
};
const given = (change: object): unknown => ({
  watchdog: { sensitive: false, value: { ...outputsOf(), ...change } },
});

test('a whole deployment', async () => {
  expect(await read(given({}))).toEqual({ ok: true, outputs: outputsOf() });
});

test('after the first apply: places of secrets, and neither functions nor jobs nor versions', async () => {
  const early = {
    functions: {},
    jobs: {},
    secrets: { gate: { project: 'my-watchdog', id: 'watchdog-gate', version: null } },
    standbys: null,
    monitoring: null,
    accounts: { watch: 'watchdog-watch@my-watchdog.iam.gserviceaccount.com' },
  };
  const found = await read(given(early));
  expect(found).toMatchObject({ ok: true, outputs: { functions: {}, secrets: { gate: { version: null } } } });
});

describe('what it is not', () => {
  test.each<readonly [name: string, value: unknown, says: RegExp]>([
    ['nothing applied', {}, /nothing was applied here yet: run terraform apply first/],
    [
      'no JSON',
      'Warning: No outputs found',
      /the outputs are not JSON; make them with terraform output -json/,
    ],
    [
      'another shape',
      given({ keepers: 'maria' }),
      /is none of this version \(watchdog\.value\.keepers: .*\); run terraform apply/,
    ],
    ['a project that leads elsewhere', given({ project: '../evil' }), /watchdog\.value\.project/],
    [
      'a secret that leads elsewhere',
      given({ secrets: { gate: { project: 'my-watchdog', id: 'a/b' } } }),
      /watchdog\.value\.secrets\.gate\.id/,
    ],
  ])('%s', async (_name, value, says) => {
    const found = await read(value);
    expect(found.ok ? '' : found.message).toMatch(says);
  });

  test('no file, and no Terraform', async () => {
    const gone = await readOutputs(folder.path, { from: '/nowhere/x.json', variables: {} });
    expect(gone.ok ? '' : gone.message).toMatch(/\/nowhere\/x\.json cannot be read \(ENOENT\)/);
    const none = await readOutputs(folder.path, { variables: { PATH: folder.path } });
    expect(none.ok ? '' : none.message).toMatch(/neither terraform nor tofu is on the PATH/);
  });
});
