// Every module and example of Terraform by its own rules: form, validity, its runs, and what each variable refuses.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as terraform from '../support/terraform.ts';
import { schemaFile, terraformFolder, typesInUse } from './provider/types-in-use.ts';

const folders = terraform.terraformFolders(terraformFolder);
const leastRuns = 40;

let workspace: terraform.Workspace;
beforeAll(() => {
  workspace = terraform.openWorkspace();
});
afterAll(() => {
  workspace.close();
});

test('no lock file is committed, for here it would hold the hash of a stand-in', () => {
  const committed = execFileSync('git', ['ls-files', '--', terraformFolder], {
    cwd: terraformFolder,
    encoding: 'utf8',
  });
  expect(committed.split('\n').filter((path) => /\.terraform|\.tfstate|\.tfvars$/.test(path))).toEqual([]);
});

test('the schema that the stand-in serves has every type in use; if not: npx node test/terraform/provider/trim.ts FULL.json, of terraform providers schema -json', () => {
  const schema: unknown = JSON.parse(readFileSync(schemaFile, 'utf8'));
  const used = typesInUse(terraformFolder);
  expect(schema).toHaveProperty(['provider_schemas', 'hashicorp/google']);
  for (const type of used.resources) {
    expect(schema, `trim.ts has to be run again, for ${type}`).toHaveProperty([
      'provider_schemas',
      'hashicorp/google',
      'resource_schemas',
      type,
    ]);
  }
  for (const type of used.data) {
    expect(schema, `trim.ts has to be run again, for ${type}`).toHaveProperty([
      'provider_schemas',
      'hashicorp/google',
      'data_source_schemas',
      type,
    ]);
  }
});

test(`there are ${leastRuns} runs and more`, () => {
  const runs = folders.flatMap((folder) =>
    terraform
      .testFiles(join(terraformFolder, folder))
      .flatMap((file) => readFileSync(join(terraformFolder, folder, file), 'utf8').match(/^run "/gm) ?? []),
  );
  expect(runs.length).toBeGreaterThanOrEqual(leastRuns);
});

const textOf = (folder: string): string =>
  readdirSync(join(terraformFolder, folder))
    .filter((file) => file.endsWith('.tf'))
    .map((file) => readFileSync(join(terraformFolder, folder, file), 'utf8'))
    .join('\n');

test.each(folders.filter((folder) => /"google_|hashicorp\/google/.test(textOf(folder))))(
  '%s says which Terraform and which provider it takes; only an example says whose',
  (folder) => {
    const text = textOf(folder);
    expect(text).toContain('required_version = ">= 1.11"');
    expect(text).toMatch(/google = \{\s+source\s+= "hashicorp\/google"\s+version\s+= ">= 7\.21, < 8"/);
    expect(/^provider "google"/m.test(text)).toBe(folder.startsWith('examples/'));
  },
);

describe.each(folders)('%s', (folder) => {
  test('has a run for each variable that refuses something', () => {
    const path = join(terraformFolder, folder);
    const refused = new Set(terraform.refusals(path).flatMap(({ variables }) => variables));
    const refusing = terraform.validations(path).map(({ variable }) => variable);
    expect([...new Set(refusing)].filter((variable) => !refused.has(variable))).toEqual([]);
  });

  test('each message of a validation is found, so that none is left out below', () => {
    const path = join(terraformFolder, folder);
    const written = textOf(folder).match(/^ {2}validation \{$/gm) ?? [];
    expect(terraform.validations(path)).toHaveLength(written.length);
  });
});

describe.skipIf(terraform.lacksTerraform())('terraform', () => {
  test('has nothing to say about the form', async () => {
    expect(await terraform.terraform(workspace.root, 'fmt', '-check', '-recursive', '-no-color')).toBe('');
  });

  test('what lies on a node needs no provider', async () => {
    const node = join(workspace.root, 'modules/standby/node');
    expect(await terraform.terraform(node, 'providers', '-no-color')).not.toContain('provider[');
  });

  describe.each(folders)('%s', (folder) => {
    let path: string;
    beforeAll(async () => {
      path = join(workspace.root, folder);
      await terraform.init(path);
    });

    test('is valid, without a warning', async () => {
      expect(await terraform.validate(path)).toEqual([]);
    });

    test('its runs are green', async () => {
      const runs = await terraform.testRuns(path);
      expect(terraform.complaints(runs)).toEqual([]);
    });

    test('says each of its sentences to whoever gives a bad value', async () => {
      const said = await terraform.sentencesOfRefusals(path);
      const unsaid = terraform.validations(path).filter(({ sentence }) => !terraform.isSaid(sentence, said));
      expect(unsaid).toEqual([]);
    });
  });
});
