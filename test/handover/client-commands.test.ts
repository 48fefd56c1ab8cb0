// What a person is told to type: complete, through the fence, and for Berachain tried on the unit that lies on the node.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type StartOptions, startCommands } from '../../cli/handover/client-commands.ts';
import { containerOf } from '../standby-node/unit-file.ts';

const gate = { url: 'https://gate.example.net', publicKeys: ['A'.repeat(43) + '='] };
const options: StartOptions = {
  chain: 'ethereum',
  to: 'cloud',
  signer: 'eth-1',
  place: { project: 'p', zone: 'eu-1-a', name: 'bw-eth-1' },
  network: '0x4b363db9',
  proposing: { feeRecipient: `0x${'1'.repeat(40)}`, hasBuilder: true },
  gate,
};
const unit = '../../terraform/modules/standby/node/root/berachain/etc/systemd/system/beacond.service';

/** What stands between the lines of a here-document. */
const environment = (lines: readonly string[]): string[] =>
  lines.slice(lines.findIndex((line) => line.includes("<<'END'")) + 1, lines.indexOf('END'));

describe('on a cloud node', () => {
  test('a client of Ethereum runs under the fence, which knows the gate by its keys and itself by Compute', () => {
    const lines = startCommands(options);
    const text = lines.join('\n');
    expect(text).toContain(
      'gcloud compute scp fence bw-eth-1:/tmp/fence --project p --zone eu-1-a --tunnel-through-iap',
    );
    expect(text).toContain('--entrypoint /fence "$CONSENSUS_IMAGE" -- lighthouse vc --network "$NETWORK"');
    expect(text).toContain(`--suggested-fee-recipient 0x${'1'.repeat(40)} --builder-proposals`);
    expect(text).not.toContain('init-slashing-protection');
    expect(environment(lines)).toEqual([
      'FENCE_SIGNER=eth-1',
      'FENCE_CHAIN=ethereum',
      'FENCE_GATE_URL=https://gate.example.net',
      `FENCE_GATE_KEYS=${'A'.repeat(43)}=`,
      'FENCE_IDENTITY=compute',
      'FENCE_CA_FILE=/etc/ssl/certs/ca-certificates.crt',
    ]);
  });

  test('beacond runs as its unit says, under the fence, with key and state from the disk of the person', () => {
    const lines = startCommands({ ...options, chain: 'berachain', signer: 'bera-1', proposing: null });
    expect(environment(lines)).toEqual(
      expect.arrayContaining([
        'FENCE_CHAIN=cometbft',
        'FENCE_STATE_FILE=/mnt/keys/priv_validator_state.json',
        'BEACOND_PRIV_VALIDATOR_KEY_FILE=/mnt/keys/priv_validator_key.json',
        'BEACOND_PRIV_VALIDATOR_STATE_FILE=/mnt/keys/priv_validator_state.json',
      ]),
    );
    const making = lines.find((line) => line.includes('sed -n')) ?? '';
    const path = new URL(unit, import.meta.url).pathname;
    const shell = making
      .replace('/etc/systemd/system/beacond.service ', `${path} `)
      .replace(/ \| sudo tee .*$/, '');
    const dropIn = execFileSync('sh', ['-c', shell], { encoding: 'utf8' });
    expect(dropIn).toMatch(/^\[Service\]\nExecStart=\nExecStart=\/usr\/bin\/podman run /);
    const before = containerOf(readFileSync(path, 'utf8'));
    const after = containerOf(dropIn);
    expect(after.image).toBe(before.image);
    expect(after.client).toEqual(['--', 'beacond', ...before.client]);
    expect(after.podman).toEqual(expect.arrayContaining(before.podman.filter((word) => word !== 'beacond')));
    expect(after.podman.join(' ')).toContain('--volume /mnt/keys:/mnt/keys --entrypoint /fence');
  });

  test.each(['ethereum', 'berachain'] as const)('without a gate a person is warned first: %s', (chain) => {
    const [first] = startCommands({ ...options, chain, gate: null });
    expect(first).toContain('NO GATE is configured');
  });
});

test.each(['ethereum', 'berachain'] as const)('at home the fence does the rest: %s', (chain) => {
  const lines = startCommands({ ...options, chain, to: 'basement' });
  expect(lines.at(-1)).toContain('asks the gate within 15 seconds');
});
