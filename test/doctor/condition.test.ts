// Conditions of IAM: what they say of a database, and that what is not understood is not known.
import { describe, expect, test } from 'vitest';
import { holds } from '../../cli/doctor/condition.ts';

const at = Date.parse('2026-11-28T00:00:00Z');
const keys = { name: 'projects/p/databases/keys', services: ['firestore', 'datastore'], at };

describe('a condition on the database of the keys', () => {
  test.each<readonly [expression: string, holds: boolean | null]>([
    ['resource.name == "projects/p/databases/keys"', true],
    ["resource.name == 'projects/p/databases/keys'", true],
    ['"projects/p/databases/keys" == resource.name', true],
    ['resource.name == "projects/p/databases/inbox"', false],
    ['resource.name != "projects/p/databases/inbox"', true],
    ['!(resource.name == "projects/p/databases/inbox")', true],
    ['resource.name.startsWith("projects/p/databases/")', true],
    ['resource.name.endsWith("/inbox")', false],
    ['resource.name.contains("keys")', true],
    ['resource.name in ["projects/p/databases/inbox", "projects/p/databases/keys"]', true],
    ['resource.name in ["projects/p/databases/inbox"]', false],
    ['resource.name.extract("/databases/{name}").startsWith("ke")', true],
    ['resource.name.extract("/instances/{name}").startsWith("bw-")', false],
    ['resource.name.extract("projects/{p}/") == "p"', true],
    ['resource.type == "compute.googleapis.com/Instance"', false],
    ['resource.type != "compute.googleapis.com/Instance"', true],
    ['resource.type == "firestore.googleapis.com/Database"', null],
    ['resource.service == "datastore.googleapis.com"', null],
    ['resource.name == "projects/p/databases/inbox" || resource.name == "projects/p/databases/keys"', true],
    [
      'resource.name == "projects/p/databases/inbox" && resource.type == "firestore.googleapis.com/Database"',
      false,
    ],
    [
      'resource.name == "projects/p/databases/keys" && resource.type == "firestore.googleapis.com/Database"',
      null,
    ],
    [
      'resource.name == "projects/p/databases/keys" || resource.type == "firestore.googleapis.com/Database"',
      true,
    ],
    ['request.time < timestamp("2026-12-01T00:00:00Z")', true],
    ['request.time < timestamp("2020-01-01T00:00:00Z")', false],
    ['timestamp("2026-12-01T00:00:00Z") > request.time', true],
    ['true', true],
    ['false', false],
    ['!false', true],
    // Not understood is not known.
    ['resource.matchTag("a/b", "c")', null],
    ['request.time.getHours("Europe/Berlin") > 8', null],
    ['resource.name.matches("^projects/.*")', null],
    ['api.getAttribute("x", []).hasOnly(["y"])', null],
    ['resource.name == "a" ? true : false', null],
    ['resource.name ==', null],
    ['(resource.name == "a"', null],
    ['resource.name == "unfinished', null],
    ['', null],
    ['§', null],
  ])('%s is %s', (expression, expected) => {
    expect(holds(expression, keys)).toBe(expected);
  });
});

test('of what has no known name nothing about names is known', () => {
  const project = { name: null, services: ['cloudresourcemanager'], at };
  expect(holds('resource.name == "projects/p"', project)).toBeNull();
  expect(holds('resource.name.extract("/a/{b}") == "x"', project)).toBeNull();
  expect(holds('resource.type == "compute.googleapis.com/Instance"', project)).toBe(false);
});
