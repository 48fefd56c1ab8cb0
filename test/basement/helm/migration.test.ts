// What docs/migrate-charts.md tells somebody to type does what it says, the migrated values render, and no setting of the earlier charts is forgotten.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { lacks } from '../../support/tools.ts';
import { containerIn, render } from './container.ts';

const repository = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, repository), 'utf8');
const document = read('docs/migrate-charts.md');
const values = (name: string): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(parse(read(`examples/helm/${name}.yaml`)));

describe('keys and slashing database move to a volume of their own', () => {
  const script =
    /<!-- test: move -->\s*```sh\n(?<text>[\s\S]*?)```/.exec(document)?.groups?.['text'] ?? 'exit 99';
  const definitions =
    '- voting_keystore_path: /chaindata/validators/0xab/voting-keystore.json\n  voting_keystore_password_path: /chaindata/secrets/0xab\n';

  const volumes = (): { readonly at: (path: string) => string; readonly run: () => number | null } => {
    const folder = mkdtempSync(join(tmpdir(), 'watchdog-migrate-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const at = (path: string): string => join(folder, path);
    mkdirSync(at('old/validators/0xab'), { recursive: true });
    mkdirSync(at('old/secrets'));
    mkdirSync(at('data'));
    writeFileSync(at('old/validators/slashing_protection.sqlite'), 'what was signed');
    writeFileSync(at('old/validators/validator_definitions.yml'), definitions);
    writeFileSync(at('old/validators/0xab/voting-keystore.json'), '{}');
    writeFileSync(at('old/validators/0xab/voting-keystore.json.lock'), '');
    writeFileSync(at('old/secrets/0xab'), 'password');
    const here = script.replaceAll(/(?<![\w/])\/(old|data)(?=\/)/g, (path) => at(path));
    return { at, run: () => spawnSync('sh', ['-c', here]).status };
  };

  test('all of it, with its paths, and nothing stays where a client would find it', () => {
    const { at, run } = volumes();
    expect(run()).toBe(0);
    expect(readFileSync(at('data/validators/slashing_protection.sqlite'), 'utf8')).toBe('what was signed');
    expect(readFileSync(at('data/validators/validator_definitions.yml'), 'utf8')).toBe(
      definitions.replaceAll('/chaindata/', `${at('data')}/`),
    );
    expect(readFileSync(at('data/secrets/0xab'), 'utf8')).toBe('password');
    expect(existsSync(at('data/validators/0xab/voting-keystore.json.lock'))).toBe(false);
    expect(existsSync(at('old/validators'))).toBe(false);
    expect(existsSync(at('old/secrets'))).toBe(false);
    expect(existsSync(at('old/validators.moved/0xab/voting-keystore.json'))).toBe(true);
  });

  test('nothing without the slashing database', () => {
    const { at, run } = volumes();
    rmSync(at('old/validators/slashing_protection.sqlite'));
    expect(run()).toBe(1);
    expect(existsSync(at('data/validators'))).toBe(false);
    expect(existsSync(at('old/validators'))).toBe(true);
  });

  test('nothing over what the new volume has', () => {
    const { at, run } = volumes();
    mkdirSync(at('data/validators'));
    writeFileSync(at('data/validators/slashing_protection.sqlite'), 'newer');
    expect(run()).toBe(1);
    expect(readFileSync(at('data/validators/slashing_protection.sqlite'), 'utf8')).toBe('newer');
  });
});

/** The names of all settings in it, without what lies within lists. */
function settings(given: unknown): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    const below = settings(value);
    return below.length === 0 ? [name] : below;
  });
}

/** Those of an example, with what it leaves to whoever takes it. */
const completed = (name: string): Record<string, unknown> => {
  const given = values(name);
  const validator = z.record(z.string(), z.unknown()).parse(given['validator']);
  return {
    ...given,
    validator: { ...validator, feeRecipient: '0x8f3a1c5e7b9d2f4a6c8e0b1d3f5a7c9e1b3d5f70' },
  };
};

describe('values', () => {
  const kubernetes = new Set(['cpu', 'memory', 'kubernetes.io/hostname']);

  test.each(['earlier-geth', 'earlier-lighthouse', 'earlier-berachain'])(
    'every setting of %s is in the tables',
    (name) => {
      const forgotten = settings(values(name)).filter(
        (each) => !kubernetes.has(each) && !new RegExp(`\\b${each}\\b|max…Peers`).test(document),
      );
      expect(forgotten).toEqual([]);
    },
  );

  describe.skipIf(lacks('helm'))('migrated', () => {
    test('the nodes go on upon their volumes, and the validator has its own', async () => {
      const text = JSON.stringify(await render('ethereum-validator', completed('migrated-ethereum')));
      expect(text).toContain('"claimName":"chaindata-geth-0"');
      expect(text).toContain('"claimName":"chaindata-lighthouse-0"');
      expect(text).toContain('"claimName":"eth-lighthouse-validator-data"');
      expect(text).not.toContain('0000000000000000000000000000000000000000000000000000000000000000');
      expect(text).not.toContain('apikey');
    });

    test('the validator is what it was, and behind the fence', async () => {
      const documents = await render('ethereum-validator', completed('migrated-ethereum'));
      const { command, args } = containerIn(documents, '-validator', 'validator');
      expect(command).toEqual(['/fence/fence', '--', 'lighthouse', 'vc']);
      expect(args).toContain('--network=mainnet');
      expect(args).toContain('--suggested-fee-recipient=0x8f3a1c5e7b9d2f4a6c8e0b1d3f5a7c9e1b3d5f70');
      expect(args).toContain('--graffiti=from my basement');
      expect(args).toContain('--gas-limit=60000000');
    });

    test('the beacon node tells the world the same address and port', async () => {
      const documents = await render('ethereum-validator', completed('migrated-ethereum'));
      const text = JSON.stringify(documents);
      expect(text).toContain('{"name":"P2P_ADDRESS","value":"198.51.100.7"}');
      expect(text).toContain('{"name":"P2P_TCP_PORT","value":"19000"}');
      expect(text).toContain('--validator-monitor-auto');
      expect(text).toContain('--target-peers=80');
    });

    test('berachain is a node of today’s chain', async () => {
      const text = JSON.stringify(await render('berachain-node', values('migrated-berachain')));
      expect(text).toContain('0123456789abcdef0123456789abcdef01234567@peer.example.net:26656');
      expect(text).not.toContain('priv_validator_key_json');
    });

    test.each([
      ['ethereum', 'ethereum-validator'],
      ['migrated-ethereum', 'ethereum-validator'],
      ['berachain', 'berachain-validator'],
    ])('nobody installs %s without saying who gets the fees', async (name, chart) => {
      await expect(render(chart, values(name))).rejects.toThrow(
        'feeRecipient: a validator must say who gets what its blocks bring',
      );
    });

    test.each(['ethereum', 'migrated-ethereum', 'berachain'])(
      'what the fence remembers is not in the tree of the chain: %s',
      (name) => {
        const text = read(`examples/helm/${name}.yaml`);
        const states = [...text.matchAll(/^\s+state: \{ (?<place>[^}]+) \}/gm)];
        expect(states.map(({ groups }) => groups?.['place'])).toEqual([
          name === 'berachain' ? 'storageClass: scratch' : 'hostPath: /var/lib/watchdog-fence',
        ]);
      },
    );

    test('what a real API server is asked about is the example of Berachain', () => {
      const asked = read('test/helm/values/berachain-validator/example.yaml');
      const recipient = /feeRecipient: "0x[0-9a-f]{40}"/;
      expect(asked).toMatch(recipient);
      expect(parse(asked.replace(recipient, 'feeRecipient: ""'))).toEqual(values('berachain'));
    });

    test('a home anew', async () => {
      const documents = await render('ethereum-validator', completed('ethereum'));
      expect(containerIn(documents, '-validator', 'validator').args).toContain('--network=hoodi');
    });
  });
});
