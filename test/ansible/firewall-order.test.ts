// What verify.yml reads out of a rule set: whether the kill switch holds, and who sees a packet first.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const filter = fileURLToPath(new URL('../../basement/ansible/plugins/filter/firewall.py', import.meta.url));

const program = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("firewall", sys.argv[1])
firewall = importlib.util.module_from_spec(spec); spec.loader.exec_module(firewall)
text = sys.stdin.read()
print(json.dumps({"order": firewall.firewall_order(text), "problems": firewall.firewall_problems(text), "dropped": firewall.firewall_dropped(text)}))
`;

const answer = z.object({
  order: z.array(z.string()),
  problems: z.array(z.string()),
  dropped: z.record(z.string(), z.number()),
});

const read = (...objects: readonly object[]): z.infer<typeof answer> => {
  const input = JSON.stringify({ nftables: [{ metainfo: {} }, ...objects] });
  return answer.parse(
    JSON.parse(execFileSync('python3', ['-c', program, filter], { input, encoding: 'utf8' })),
  );
};

const chain = (hook: string, more: object = {}): object => ({
  chain: {
    family: 'inet',
    table: 'basement_killswitch',
    name: hook,
    type: 'filter',
    hook,
    prio: 50,
    policy: 'drop',
    ...more,
  },
});
const counter = {
  counter: { family: 'inet', table: 'basement_killswitch', name: 'dropped_out', packets: 3, bytes: 180 },
};

describe('the rule set', () => {
  test('of a kill switch that holds', () => {
    const nat = { family: 'ip', table: 'nat', name: 'PREROUTING', prio: -100, policy: 'accept' };
    expect(read(chain('output'), chain('forward'), chain('prerouting', nat), counter)).toEqual({
      order: [
        'prerouting  -100 ip nat PREROUTING, policy accept',
        'forward    50 inet basement_killswitch forward, policy drop',
        'output    50 inet basement_killswitch output, policy drop',
      ],
      problems: [],
      dropped: { dropped_out: 3 },
    });
  });

  test.each([
    ['that is not there', [], 'the kill switch is not loaded'],
    ['without a chain for what is forwarded', [chain('output')], 'has no chain at forward'],
    [
      'of IPv4 only',
      [chain('output'), chain('forward', { family: 'ip' })],
      'has no chain at forward for IPv4 and IPv6',
    ],
    [
      'that accepts what nobody named',
      [chain('output', { policy: 'accept' }), chain('forward')],
      'has policy accept, not drop',
    ],
  ])('of one %s', (_, objects, said) => {
    expect(read(...objects).problems.join('\n')).toContain(said);
  });
});
