// Who begins a cluster, who joins it, and when nobody does either: the rule of role rke2, by itself.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const filter = fileURLToPath(
  new URL('../../basement/ansible/roles/rke2/filter_plugins/rke2_plan.py', import.meta.url),
);

const program = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("rke2_plan", sys.argv[1])
module = importlib.util.module_from_spec(spec); sys.modules["rke2_plan"] = module; spec.loader.exec_module(module)
given = json.load(sys.stdin)
print(json.dumps(module.rke2_plan(given["looks"], given["servers"], given["first"], given["version"])))
`;

const plan = z.object({
  problems: z.array(z.string()),
  active: z.string(),
  authority: z.string(),
  first: z.string(),
  start: z.array(z.string()),
  join: z.array(z.string()),
});

const [old, wanted, newer] = ['v1.35.4+rke2r1', 'v1.36.3+rke2r1', 'v1.36.4+rke2r1'];

type Look = {
  /** Cluster in whose database it is. */
  readonly database?: string;
  readonly installed?: string;
  /** Whom it hears, with their clusters. */
  readonly hears?: Readonly<Record<string, string>>;
  readonly otherToken?: boolean;
  readonly joined?: boolean;
};

function planOf(
  looks: Readonly<Record<string, Look>>,
  options: { readonly servers?: readonly string[]; readonly first?: string } = {},
): z.infer<typeof plan> {
  const { servers = ['a', 'b', 'c'], first = '' } = options;
  const seen = Object.entries(looks).map(([name, look]) => {
    const { database = '', installed = '', hears = {}, otherToken = false } = look;
    const answers = Object.fromEntries(servers.map((server) => [server, hears[server] ?? '']));
    return [
      name,
      {
        answers,
        authority: database,
        has_database: database !== '',
        has_joined: look.joined ?? database !== '',
        installed,
        running: hears[name] === undefined ? '' : installed,
        is_token_other: otherToken,
      },
    ] as const;
  });
  const printed = execFileSync('python3', ['-c', program, filter], {
    input: JSON.stringify({ looks: Object.fromEntries(seen), servers, first, version: wanted }),
    encoding: 'utf8',
  });
  return plan.parse(JSON.parse(printed));
}

describe('who begins a cluster', () => {
  test('the first of the inventory, when all are bare', () => {
    expect(planOf({ a: {}, b: {}, c: {} })).toEqual({
      problems: [],
      active: '',
      authority: '',
      first: 'a',
      start: [],
      join: ['b', 'c'],
    });
  });

  test('the one that is named', () => {
    expect(planOf({ a: {}, b: {}, c: {} }, { first: 'b' })).toMatchObject({ first: 'b', join: ['a', 'c'] });
  });

  test('nobody, while one was not looked at', () => {
    const { problems, first } = planOf({ a: {} });
    expect(first).toBe('');
    expect(problems).toEqual([expect.stringMatching('^groups.servers: .*b and c was not looked at')]);
  });

  test('nobody, when one answers: a first server that was set up anew joins', () => {
    const hears = { b: 'one', c: 'one' };
    const kept = { database: 'one', installed: wanted, hears };
    expect(planOf({ a: { hears }, b: kept, c: kept })).toEqual({
      problems: [],
      active: 'b',
      authority: 'one',
      first: '',
      start: [],
      join: ['a'],
    });
  });

  test('nobody, when one has a database: it goes on with it', () => {
    expect(planOf({ a: {}, b: { database: 'one', installed: wanted }, c: {} })).toMatchObject({
      problems: [],
      first: '',
      authority: 'one',
      start: ['b'],
      join: ['a', 'c'],
    });
  });

  test('nobody after a power cut: all that have a database are started', () => {
    const kept = { database: 'one', installed: wanted };
    expect(planOf({ a: kept, b: kept, c: kept })).toMatchObject({
      problems: [],
      first: '',
      start: ['a', 'b', 'c'],
      join: [],
    });
  });
});

describe('what is refused', () => {
  test('two clusters, one of which may be silent', () => {
    const { problems } = planOf({
      a: { database: 'one', installed: wanted, hears: { b: 'other' } },
      b: { database: 'other', installed: wanted },
      c: {},
    });
    expect(problems).toEqual([
      expect.stringMatching('^groups.servers: 2 different clusters are there already'),
    ]);
  });

  test('a stranger at the address of a server', () => {
    const { problems } = planOf({
      a: { hears: { b: 'of a stranger' } },
      b: { database: 'one', installed: wanted, hears: { b: 'of a stranger' } },
      c: {},
    });
    expect(problems).toEqual([expect.stringMatching('^groups.servers: 2 different clusters')]);
  });

  test('a token that is not the one of the cluster', () => {
    const { problems } = planOf({
      a: { database: 'one', installed: wanted, otherToken: true, hears: { a: 'one' } },
      b: {},
      c: {},
    });
    expect(problems).toEqual([
      expect.stringMatching('^rke2_token: it is not the token of the cluster on a:'),
    ]);
  });

  test.each([
    ['a newer version is meant', old, 'upgrade.yml does that'],
    ['an older version is meant', newer, 'rke2 cannot go back'],
  ])('%s than the one that runs', (_, installed, said) => {
    const { problems } = planOf({ a: { database: 'one', installed, hears: { a: 'one' } }, b: {}, c: {} });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`rke2_version: a has ${installed}`);
    expect(problems[0]).toContain(said);
  });

  test('whoever would join an older cluster with a newer version', () => {
    const hears = { a: 'one' };
    const { problems } = planOf(
      { a: { database: 'one', installed: old, hears, joined: false }, d: { hears } },
      { servers: ['a'] },
    );
    expect(problems).toEqual([expect.stringContaining(`the cluster runs ${old}`)]);
  });

  test('an agent, while no server answers and not all were looked at', () => {
    expect(planOf({ d: {} }, { servers: ['a'] }).problems).toEqual([
      expect.stringMatching('^groups.servers: no server answers'),
    ]);
  });
});
