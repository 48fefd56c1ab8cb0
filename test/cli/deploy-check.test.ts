// `watchdog deploy check` as somebody types it, before Terraform is run.
import { appendFileSync, chmodSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { deployedFolder, type DeployedFolder, deployment, functions } from '../support/deployed.ts';
import { type Ended, watchdog } from './command.ts';

const tfvars = `project        = "my-standbys"
region         = "europe-west3"
witness_region = "us-east1"
keepers        = ["user:maria@yours.net"]
emails         = ["maria@yours.net"]
`;

let folder: DeployedFolder;
beforeEach(() => {
  folder = deployedFolder();
  folder.write('terraform.tfvars', tfvars);
  return () => {
    folder.remove();
  };
});

const check = (...args: readonly string[]): Promise<Ended> =>
  watchdog(['deploy', 'check', folder.path, ...args]);
const allSet = Object.fromEntries(
  Object.entries(functions).flatMap(([name, names]) =>
    names.length === 0 ? [] : [[name, { version: 1, names }]],
  ),
);

test('before the first apply: it is good, says that secrets come later, and what it will cost', async () => {
  const { code, out, err } = await check();
  expect(out).toMatch(/^hint secrets: none is set yet, of 7/m);
  expect(out).toMatch(/^good .* can be applied$/m);
  expect(out).toMatch(/^a month at rest: \d+\.\d\d USD/m);
  expect(out).toMatch(/^a day on which every house is dark, beside it: \d+\.\d\d USD/m);
  expect(out).toMatch(/node of ethereum: e2-standard-4/);
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

test('with all secrets set there is nothing to say but the costs; for a script as JSON', async () => {
  folder.write('secrets.auto.tfvars.json', { secret_versions: allSet });
  const { code, out } = await check('--json');
  const form = z.object({
    ok: z.boolean(),
    findings: z.array(z.unknown()),
    costs: z.object({ rest: z.object({ total: z.record(z.string(), z.number()) }) }),
  });
  const { ok, findings, costs } = form.parse(JSON.parse(out));
  expect({ code, ok, findings }).toEqual({ code: 0, ok: true, findings: [] });
  expect(costs.rest.total['USD']).toBeGreaterThan(0);
});

describe('it ends with 1 and says what would be right', () => {
  test.each<readonly [name: string, change: () => void, says: RegExp]>([
    [
      'nothing prepared',
      () => unlinkSync(join(folder.path, 'deployment.auto.tfvars.json')),
      /problem deployment\.auto\.tfvars\.json: there is no .*\n {2}right would be: run watchdog deploy prepare/,
    ],
    [
      'a configuration that was changed since',
      () => appendFileSync(join(folder.path, 'watchdog.yaml'), '# more\n'),
      /problem watchdog\.yaml: was changed since it was prepared\n {2}right would be: run watchdog deploy prepare/,
    ],
    [
      'a configuration that is broken',
      () => folder.write('watchdog.yaml', 'sites: 7\n'),
      /problem watchdog\.yaml: watchdog\.yaml has \d+ problems/,
    ],
    [
      'no configuration',
      () => unlinkSync(join(folder.path, 'watchdog.yaml')),
      /problem watchdog\.yaml: is not there/,
    ],
    [
      'no bundle',
      () => unlinkSync(join(folder.path, '.watchdog/functions.zip')),
      /problem \.watchdog\/functions\.zip: is not there/,
    ],
    [
      'another bundle',
      () => folder.write('.watchdog/functions.zip', 'other'),
      /problem \.watchdog\/functions\.zip: is not the bundle that was prepared/,
    ],
    [
      'a deployment of another version',
      () => folder.write('deployment.auto.tfvars.json', { deployment: { ...deployment, version: '0.0.1' } }),
      /was prepared by version 0\.0\.1/,
    ],
    [
      'a deployment that somebody has edited',
      () => folder.write('deployment.auto.tfvars.json', { deployment: { ...deployment, signers: [] } }),
      /problem deployment\.auto\.tfvars\.json: is not what the configuration comes to/,
    ],
    [
      'some secrets missing',
      () =>
        folder.write('secrets.auto.tfvars.json', {
          secret_versions: { ...allSet, gate: { version: 1, names: ['GATE_KEY'] } },
        }),
      /problem secrets: missing: FENCE_TOKEN \(gate\); .*\n {2}right would be: watchdog secrets set/,
    ],
    [
      'no file of secrets',
      () => unlinkSync(join(folder.path, 'secrets.auto.tfvars.json')),
      /problem secrets: there is no .*secrets pull/,
    ],
    [
      'a region that is none',
      () => folder.write('terraform.tfvars', tfvars.replace('europe-west3', 'europe-west3-a')),
      /problem region: europe-west3-a is a zone/,
    ],
  ])('%s', async (_name, change, says) => {
    change();
    const { code, out } = await check();
    expect(out).toMatch(says);
    expect(out).not.toMatch(/can be applied/);
    expect(code).toBe(1);
  });
});

test('a plan is looked at as well', async () => {
  folder.write('plan.json', {
    format_version: '1.2',
    resource_changes: [
      {
        address: 'module.watchdog.google_firestore_database.of["keys"]',
        type: 'google_firestore_database',
        change: { actions: ['delete', 'create'] },
      },
    ],
  });
  const { code, out } = await check('--plan', join(folder.path, 'plan.json'));
  expect(code).toBe(1);
  expect(out).toMatch(
    /problem module\.watchdog\.google_firestore_database.*: would be deleted and made anew, empty/,
  );
  folder.write('plan.json', '{"hello": 1}');
  expect((await check('--plan', join(folder.path, 'plan.json'))).out).toMatch(/is no plan of Terraform/);
});

test('where there is OpenTofu only, it reads the plan', async () => {
  folder.write('plan.json', { format_version: '1.2', resource_changes: [] });
  const tofu = join(folder.path, 'tofu');
  writeFileSync(tofu, `#!/bin/sh\n[ "$2" = show ] && exec /bin/cat "${join(folder.path, 'plan.json')}"\n`);
  chmodSync(tofu, 0o755);
  folder.write('next.tfplan', 'PK');
  const { out } = await watchdog(['deploy', 'check', folder.path, '--plan', 'next.tfplan'], {
    env: { PATH: folder.path },
  });
  expect(out).toMatch(/^hint functions: this plan makes none/m);
});

test('a folder that is none is a wrong call', async () => {
  const { code, out, err } = await watchdog(['deploy', 'check', '/nowhere/at/all']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(
    /there is no folder \/nowhere\/at\/all; make it, or begin with a copy of terraform\/examples\/minimal/,
  );
});
