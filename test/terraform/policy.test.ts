// What must hold of everything that the examples make, whatever it is called: held against Terraform's own plans of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as terraform from '../support/terraform.ts';

const resource = z.object({
  address: z.string(),
  type: z.string(),
  change: z.object({ after: z.record(z.string(), z.unknown()).nullable() }),
});
const plan = z.object({ resource_changes: z.array(resource) });
type Made = { readonly address: string; readonly type: string; readonly after: Record<string, unknown> };

const examples = ['minimal', 'ethereum-home', 'berachain-home', 'two-homes'];

/** All that a plan makes. */
const madeBy = (shown: unknown): Made[] =>
  plan
    .parse(shown)
    .resource_changes.flatMap(({ address, type, change: { after } }) =>
      after === null ? [] : [{ address, type, after }],
    );

const textOf = (made: Made, name: string): string => {
  const value = made.after[name];
  return typeof value === 'string' ? value : '';
};

/** A binding of a role to somebody, whatever it is of. */
const bindings = (all: readonly Made[]): Made[] =>
  all.filter(({ type }) => /_iam_(member|binding|policy)$/.test(type));

/** The permissions of a role of ours; those of Google's own roles are not known here. */
function permissionsOf(all: readonly Made[], role: string): readonly unknown[] {
  const found = all.find(
    (made) =>
      made.type === 'google_project_iam_custom_role' &&
      `projects/${textOf(made, 'project')}/roles/${textOf(made, 'role_id')}` === role,
  );
  const permissions = found?.after['permissions'];
  return Array.isArray(permissions) ? permissions : [];
}

const isOfFunction = (member: string): boolean =>
  /^serviceAccount:watchdog-(?!build|plan|node)[a-z]+@/.test(member);

/** Every text in a value, however deep. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(texts);
}

/** Some types that have labels, and in which they would be missed on a bill. */
const labelled = [
  'google_cloudfunctions2_function',
  'google_compute_region_instance_template',
  'google_secret_manager_secret',
  'google_storage_bucket',
  'google_artifact_registry_repository',
];

describe.skipIf(terraform.lacksTerraform())('the plan of', () => {
  let workspace: terraform.Workspace;
  beforeAll(() => {
    workspace = terraform.openWorkspace();
  });
  afterAll(() => {
    workspace.close();
  });

  describe.each(examples)('%s', (example) => {
    let all: Made[];
    beforeAll(async () => {
      const folder = join(workspace.root, 'examples', example);
      await terraform.init(folder);
      const runs = await terraform.testRuns(folder, { files: ['tests/plan.tftest.hcl'], isShown: true });
      all = madeBy(runs.find(({ shown }) => shown !== null)?.shown);
    });

    test('makes something', () => {
      expect(all.length).toBeGreaterThan(60);
      expect(bindings(all).length).toBeGreaterThan(15);
    });

    test('gives no account of a function a role that writes the keys database', () => {
      const given = bindings(all).filter((made) => isOfFunction(textOf(made, 'member')));
      const writing = given.filter((made) => {
        const permissions = permissionsOf(all, textOf(made, 'role'));
        const isOfOneOther = texts(made.after['condition']).some((text) =>
          /^resource\.name == "projects\/[^"]+\/databases\/(\(default\)|inbox)"$/.test(text),
        );
        const mayWrite = permissions.some((each) =>
          /^datastore\..*\.(create|update|delete|import|bulkDelete)$/.test(String(each)),
        );
        // A role on all databases of a project reaches the keys as well.
        return mayWrite && !isOfOneOther;
      });
      expect(given.length).toBeGreaterThan(4);
      expect(writing.map(({ address }) => address)).toEqual([]);
    });

    test('gives accounts of functions no role of Google on a project, but on single things', () => {
      const broad = bindings(all).filter(
        (made) =>
          isOfFunction(textOf(made, 'member')) &&
          made.type.startsWith('google_project_') &&
          textOf(made, 'role').startsWith('roles/'),
      );
      expect(broad.map(({ address }) => address)).toEqual([]);
    });

    test('gives nobody a role that changes roles, or that acts as everybody', () => {
      const roles = bindings(all).map((made) => textOf(made, 'role'));
      expect(
        roles.filter((role) => /owner|editor|admin|serviceAccountUser|TokenCreator|KeyAdmin/i.test(role)),
      ).toEqual([]);
      const permissions = all
        .filter(({ type }) => type === 'google_project_iam_custom_role')
        .flatMap((made) => texts(made.after['permissions']));
      expect(permissions.length).toBeGreaterThan(8);
      expect(
        permissions.filter((each) =>
          /setIamPolicy|signBlob|signJwt|getAccessToken|serviceAccountKeys/.test(each),
        ),
      ).toEqual([]);
    });

    test('makes no key of an account, no policy that replaces others, and nothing that copies disks', () => {
      const never =
        /service_account_key|_iam_policy$|_iam_binding$|resource_policy|compute_(image|snapshot|machine_image)|vpc_access|compute_instance$/;
      expect(all.filter(({ type }) => never.test(type)).map(({ address }) => address)).toEqual([]);
    });

    test('lets the whole world call what checks its callers, and nothing else', () => {
      const open = bindings(all).filter((made) => /^all(Authenticated)?Users$/.test(textOf(made, 'member')));
      const names = open.map((made) => textOf(made, 'name').replace('watchdog-', ''));
      expect(names.filter((name) => !['heartbeat', 'gate', 'ack', 'status'].includes(name))).toEqual([]);
      expect(open.every(({ type }) => type === 'google_cloud_run_v2_service_iam_member')).toBe(true);
    });

    test('begins each function at a name that functions/index.ts registers', () => {
      const index = readFileSync(new URL('../../functions/index.ts', import.meta.url), 'utf8');
      const registered = [...index.matchAll(/^ {4}(\w+): async \(\) =>/gm)].map(([, name]) => name);
      expect(registered).toHaveLength(9);
      const entries = all
        .filter(({ type }) => type === 'google_cloudfunctions2_function')
        .flatMap((made) => z.array(z.object({ entry_point: z.string() })).parse(made.after['build_config']))
        .map(({ entry_point: name }) => name);
      expect(entries.length).toBeGreaterThan(4);
      expect(entries.filter((name) => !registered.includes(name))).toEqual([]);
    });

    test('labels all that is billed', () => {
      const unlabelled = all.filter(
        (made) =>
          labelled.includes(made.type) &&
          !JSON.stringify(made.after['labels'] ?? {}).includes('"app":"basement-watchdog"'),
      );
      expect(unlabelled.map(({ address }) => address)).toEqual([]);
    });

    test('has no value of a secret in it, and of the configuration only its hash', () => {
      const versions = all.filter(({ type }) => type === 'google_secret_manager_secret_version');
      expect(versions.length).toBeGreaterThan(0);
      expect(
        versions.flatMap((made) =>
          texts({ data: made.after['secret_data'], written: made.after['secret_data_wo'] }),
        ),
      ).toEqual([]);
      expect(JSON.stringify(all)).not.toMatch(/PRIVATE KEY|vpn\.example\.net/);
    });
  });
});
