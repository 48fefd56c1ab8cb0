// The stand-in for the google provider: what it notices, and that nobody takes it for the real one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { init, lacksTerraform, terraform, testRuns, validate } from '../../support/terraform.ts';

const skip = lacksTerraform() || process.env['WATCHDOG_REAL_PROVIDER'] === '1';

describe.skipIf(skip)('the stand-in', () => {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'watchdog-stand-in-'));
    writeFileSync(
      join(folder, 'versions.tf'),
      'terraform {\n  required_providers {\n    google = {\n      source  = "hashicorp/google"\n      version = ">= 7.21, < 8"\n    }\n  }\n}\n',
    );
    await init(folder);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const network = (lines: string): void => {
    writeFileSync(join(folder, 'main.tf'), `resource "google_compute_network" "a" {\n${lines}\n}\n`);
  };

  test('takes what is right', async () => {
    network('name = "a"');
    expect(await validate(folder)).toEqual([]);
  });

  test.each([
    ['a name that is misspelt', 'nmae = "a"', 'An argument named "nmae" is not expected here'],
    ['a block that is none', 'name = "a"\nsubnet {}', 'Blocks of type "subnet" are not expected here'],
    ['another type', 'name = "a"\nmtu = "many"', 'a number is required'],
    ['what is missing', '', 'The argument "name" is required'],
    ['what is required and null', 'name = null', '"name" is required, and null'],
    ['what Google alone sets', 'name = "a"\nself_link = "b"', 'Only Google sets "self_link"'],
  ])('notices %s', async (_what, lines, said) => {
    network(lines);
    expect((await validate(folder)).join('\n')).toContain(said);
  });

  test('looks into blocks', async () => {
    writeFileSync(
      join(folder, 'main.tf'),
      'resource "google_compute_firewall" "a" {\n  name    = "a"\n  network = "b"\n  allow {\n    protocol = null\n  }\n}\n',
    );
    expect((await validate(folder)).join('\n')).toContain('"protocol" is required, and null');
  });

  test('plans in tests with a mock, and refuses to elsewhere', async () => {
    network('name = "a"');
    writeFileSync(
      join(folder, 'a.tftest.hcl'),
      'mock_provider "google" {}\nrun "a" {\n  assert {\n    condition     = google_compute_network.a.name == "a"\n    error_message = "no"\n  }\n}\n',
    );
    expect((await testRuns(folder)).map(({ status }) => status)).toEqual(['pass']);
    writeFileSync(join(folder, 'provider.tf'), 'provider "google" {\n  project = "a"\n}\n');
    await expect(terraform(folder, 'apply', '-auto-approve', '-input=false', '-no-color')).rejects.toThrow(
      'This is no google provider',
    );
  });
});
