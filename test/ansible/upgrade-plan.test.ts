// In which order nodes are upgraded, and when nobody is: the rule that upgrade.yml asks, by itself.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const filter = fileURLToPath(new URL('../../basement/ansible/plugins/filter/cluster.py', import.meta.url));

const program = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("cluster", sys.argv[1])
cluster = importlib.util.module_from_spec(spec); sys.modules["cluster"] = cluster; spec.loader.exec_module(cluster)
given = json.load(sys.stdin)
print(json.dumps(cluster.upgrade_plan(cluster.cluster_nodes(json.dumps(given["nodes"])), given["target"], given["inventory"])))
`;

const plan = z.object({
  problems: z.array(z.string()),
  servers: z.array(z.string()),
  agents: z.array(z.string()),
  validator_servers: z.array(z.string()),
  held_agents: z.array(z.string()),
  validator_agents: z.array(z.string()),
});

type Node = {
  readonly name: string;
  readonly version?: string;
  readonly ready?: boolean;
  readonly cordoned?: boolean;
  readonly halfway?: string;
};

const [old, next] = ['v1.35.4+rke2r1', 'v1.36.3+rke2r1'];

const listed = ({ name, version = old, ready = true, cordoned = false, halfway }: Node): object => ({
  metadata: {
    name,
    labels: { a: 'b', ...(halfway === undefined ? {} : { 'basement-watchdog/upgrading': halfway }) },
  },
  spec: cordoned ? { unschedulable: true } : {},
  status: {
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }],
    nodeInfo: { kubeletVersion: version },
    addresses: [{ type: 'InternalIP', address: '10.77.0.11' }],
  },
});

function planOf(
  nodes: readonly Node[],
  options: {
    readonly target?: string;
    readonly agents?: readonly string[];
    readonly validators?: readonly string[];
    readonly unready?: readonly string[];
    readonly servers?: readonly string[];
  } = {},
): z.infer<typeof plan> {
  const { target = next, agents = [], validators = [], unready = [] } = options;
  const names = nodes.map(({ name }) => name);
  const servers = options.servers ?? names.filter((name) => !agents.includes(name));
  const printed = execFileSync('python3', ['-c', program, filter], {
    input: JSON.stringify({
      nodes: { items: nodes.map(listed) },
      target,
      inventory: { servers, agents, validators, ready: servers.filter((name) => !unready.includes(name)) },
    }),
    encoding: 'utf8',
  });
  return plan.parse(JSON.parse(printed));
}

const three = (...own: readonly Partial<Node>[]): Node[] =>
  ['a', 'b', 'c'].map((name, place) => ({ name, ...own[place] }));

describe('the order of an upgrade', () => {
  test('servers as the inventory has them, then agents', () => {
    expect(planOf([...three(), { name: 'd' }], { agents: ['d'] })).toEqual({
      problems: [],
      servers: ['a', 'b', 'c'],
      agents: ['d'],
      validator_servers: [],
      held_agents: [],
      validator_agents: [],
    });
  });

  test('a node that was left halfway comes first, and what is done is left alone', () => {
    const { problems, servers } = planOf(
      three({ version: next }, {}, { halfway: 'v1.36.3_rke2r1', cordoned: true, ready: false }),
    );
    expect({ problems, servers }).toEqual({ problems: [], servers: ['c', 'b'] });
  });

  test('one that has the version, and was never said to be well, is not done', () => {
    const { servers } = planOf(
      three({ version: next, halfway: 'v1.36.3_rke2r1' }, { version: next }, { version: next }),
    );
    expect(servers).toEqual(['a']);
  });

  test('nothing is to be done when all have it', () => {
    const { problems, servers } = planOf(three({ version: next }, { version: next }, { version: next }));
    expect({ problems, servers }).toEqual({ problems: [], servers: [] });
  });

  test('validators are last', () => {
    const { servers, agents, validator_servers, validator_agents } = planOf(
      [...three(), { name: 'd' }, { name: 'e' }],
      { agents: ['d', 'e'], validators: ['b', 'e'], target: 'v1.35.5+rke2r1' },
    );
    expect({ servers, agents, validator_servers, validator_agents }).toEqual({
      servers: ['a', 'c'],
      agents: ['d'],
      validator_servers: ['b'],
      validator_agents: ['e'],
    });
  });

  test('no kubelet is a minor version ahead of a server that waits for a yes', () => {
    const { agents, held_agents } = planOf([...three(), { name: 'd' }], {
      agents: ['d'],
      validators: ['b'],
    });
    expect({ agents, held_agents }).toEqual({ agents: [], held_agents: ['d'] });
  });
});

describe('an upgrade is refused', () => {
  const cases: readonly (readonly [
    why: string,
    nodes: readonly Node[],
    options: Parameters<typeof planOf>[1],
    said: RegExp,
  ])[] = [
    ['to what is no version', three(), { target: '1.36' }, /'1\.36' is no version/],
    [
      'to an older one',
      three({ version: 'v1.36.4+rke2r1' }),
      {},
      /a has v1\.36\.4\+rke2r1, which is newer than v1\.36\.3\+rke2r1/,
    ],
    [
      'to an older build',
      three({}, { version: 'v1.36.3+rke2r2' }),
      {},
      /b has v1\.36\.3\+rke2r2, which is newer/,
    ],
    ['over a minor version', three(), { target: 'v1.37.0+rke2r1' }, /only to a v1\.36/],
    ['when a server is not ready', three({ ready: false }), {}, /a is not ready/],
    [
      'when an agent is not ready',
      [...three(), { name: 'd', ready: false }],
      { agents: ['d'] },
      /d is not ready/,
    ],
    ['when an API server is not ready', three(), { unready: ['b'] }, /the API server of b/],
    ['when somebody cordoned a node', three({ cordoned: true }), {}, /a is cordoned, and not by an upgrade/],
    [
      'when two are halfway',
      three({ halfway: 'v1.36.3_rke2r1' }, { halfway: 'v1.36.3_rke2r1' }),
      {},
      /a and b are both halfway/,
    ],
    [
      'when one is on its way elsewhere',
      three({ halfway: 'v1.35.9_rke2r1' }),
      {},
      /a is on its way to v1\.35\.9\+rke2r1/,
    ],
    [
      'when servers have several older versions',
      three({}, { version: 'v1.35.5+rke2r1' }),
      {},
      /several older versions/,
    ],
    [
      'when a node is missing',
      three(),
      { servers: ['a', 'b', 'c', 'z'] },
      /z is in the inventory and not in the cluster/,
    ],
    ['when one is unknown', three(), { servers: ['a', 'b'] }, /c is in the cluster and not in the inventory/],
    ['when a version cannot be read', three({ version: '' }), {}, /a says that its version is ''/],
  ];
  test.each(cases)('%s', (_, nodes, options, said) => {
    const { problems, servers } = planOf(nodes, options);
    expect(problems.join('\n')).toMatch(said);
    expect(servers).toEqual([]);
  });
});
