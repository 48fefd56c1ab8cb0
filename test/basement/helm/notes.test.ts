// What the notes of the validator tell a person to type is a shell's, in the order in which it is told, and the pod that they make may be where the validator is.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readProtection } from '../../../cli/protection.ts';
import { networkOf } from '../../../functions/wire/ethereum-network.ts';
import { lacks, tool } from '../../support/tools.ts';

const charts = fileURLToPath(new URL('../../../basement/helm', import.meta.url));
const configMap = z.object({ data: z.object({ notes: z.string() }) });
const pod = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    automountServiceAccountToken: z.literal(false),
    securityContext: z.object({
      runAsNonRoot: z.literal(true),
      runAsUser: z.number(),
      seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
    }),
    containers: z.tuple([
      z.object({
        image: z.string(),
        securityContext: z.object({
          allowPrivilegeEscalation: z.literal(false),
          readOnlyRootFilesystem: z.literal(true),
          capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
        }),
        volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
      }),
    ]),
    volumes: z.array(z.record(z.string(), z.unknown())),
  }),
});

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'watchdog-notes-'));
  onTestFinished(() => {
    rmSync(made, { recursive: true, force: true });
  });
  return made;
};

/** The notes, which `helm template` leaves out: they are one of the chart's own templates. */
function notesOf(
  chart: string,
  { name, least, set }: { readonly name: string; readonly least: string; readonly set: readonly string[] },
): string {
  const copy = join(folder(), 'chart');
  cpSync(join(charts, chart), copy, { recursive: true, dereference: true });
  writeFileSync(
    join(copy, 'templates/notes.yaml'),
    `kind: ConfigMap\ndata: { notes: {{ include "${name}" . | toJson }} }\n`,
  );
  const values = join(charts, chart, 'tests/values', least);
  const only = ['--show-only', 'templates/notes.yaml'];
  const given = [
    'template',
    'eth',
    copy,
    '-n',
    'val',
    '-f',
    values,
    ...only,
    ...set.flatMap((each) => ['--set', each]),
  ];
  const { stdout, stderr } = spawnSync(tool('helm').path, given, { encoding: 'utf8' });
  const made: unknown = parse(stdout);
  if (made === null) throw new Error(stderr);
  return configMap.parse(made).data.notes;
}

const notes = (...set: readonly string[]): string =>
  notesOf('lighthouse-validator', { name: 'validator.notes', least: 'least.yaml', set });

const ofBerachain = (...set: readonly string[]): string =>
  notesOf('berachain-node', { name: 'berachain.notes', least: 'validator.yaml', set });

/** What is typed: indented lines, and from the left edge what has an input of its own. */
const typed = (text: string): string =>
  [...text.matchAll(/^ {2,5}(?:kubectl|watchdog) .*$|^(?:kubectl|cat) [^\n]*<<'END'\n[\s\S]*?^END$/gm)]
    .map(([each]) => each.trim())
    .join('\n');

/** Types it all, with programs that write down how they were called and what came in. */
function run(text: string): {
  readonly calls: readonly string[];
  readonly input: string;
  /** The file beside, which the notes may make. */
  readonly protection: string;
} {
  const bin = folder();
  for (const name of ['kubectl', 'watchdog']) {
    const script = `#!/bin/sh\necho "${name} $*" >>'${bin}/calls'\ncase "$*" in *'-f -') cat >'${bin}/input' ;; esac\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
  const { status, stderr } = spawnSync('sh', ['-euc', typed(text)], {
    encoding: 'utf8',
    cwd: bin,
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  });
  if (status !== 0) throw new Error(stderr);
  const file = join(bin, 'protection.json');
  return {
    calls: readFileSync(join(bin, 'calls'), 'utf8').trim().split('\n'),
    input: readFileSync(join(bin, 'input'), 'utf8'),
    protection: existsSync(file) ? readFileSync(file, 'utf8') : '',
  };
}

describe.skipIf(lacks('helm'))('the notes of lighthouse-validator', () => {
  test('stop the client before the keys come, and name the machine after', () => {
    const { calls } = run(notes());
    expect(calls.map((each) => each.replace('kubectl -n val ', ''))).toEqual([
      'create secret generic fence-eth-1 --from-file=token=token.txt',
      'scale statefulset eth-lighthouse-validator --replicas=0',
      'wait --for=delete pod/eth-lighthouse-validator-0 --timeout=6m',
      'kubectl apply -f -',
      'wait --for=condition=Ready pod/eth-lighthouse-validator-keys --timeout=5m',
      'cp validator_keys eth-lighthouse-validator-keys:/import/validator_keys',
      'exec -it eth-lighthouse-validator-keys -- lighthouse account validator import --network hoodi --datadir /data --directory /import/validator_keys',
      'cp protection.json eth-lighthouse-validator-keys:/import/protection.json',
      'exec eth-lighthouse-validator-keys -- lighthouse account validator slashing-protection import /import/protection.json --network hoodi --datadir /data',
      'delete pod eth-lighthouse-validator-keys',
      'scale statefulset eth-lighthouse-validator --replicas=1',
      'exec eth-lighthouse-validator-0 -c validator -- /fence/fence instance',
      'watchdog handover init eth-1 --instance ID',
      'watchdog handover status eth-1',
      'logs -f eth-lighthouse-validator-0 -c validator',
    ]);
  });

  test('make a pod with nobody’s rights, upon the volume of the client', () => {
    const { input } = run(notes('nodeSelector.disk=nvme'));
    const made = pod.parse(parse(input));
    expect(made.metadata).toEqual({ name: 'eth-lighthouse-validator-keys', namespace: 'val' });
    expect(made.spec.containers[0].image).toBe('docker.io/sigp/lighthouse:v8.1.3');
    expect(made.spec.containers[0].volumeMounts).toContainEqual({ name: 'data', mountPath: '/data' });
    expect(made.spec.volumes).toContainEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: 'eth-lighthouse-validator-data' },
    });
    // What is imported never touches a disk but that one.
    expect(made.spec.volumes).toContainEqual({
      name: 'import',
      emptyDir: { medium: 'Memory', sizeLimit: '64Mi' },
    });
    expect(input).toContain('nodeSelector: {"disk":"nvme"}');
  });

  test('with keystores in a Secret import none, and write which of them are used', () => {
    const { calls } = run(notes('keys.existingSecret=keystores', 'keys.files={keystore-1.json}'));
    expect(calls.join('\n')).not.toContain('account validator import');
    expect(calls.join('\n')).toContain('/data/validators/validator_definitions.yml');
  });

  test.each([
    ['hoodi', 'keys.existingSecret=keystores,keys.files={keystore-1.json}'],
    ['mainnet', 'keys.existingClaim=keystores'],
    ['sepolia', 'keys.existingClaim=keystores'],
  ] as const)(
    'on %s bring to keys that nothing imports what they have signed, be it nothing',
    (network, keys) => {
      const { calls, protection } = run(notes(`network=${network}`, keys));
      const order = ['definitions.yml', 'cp protection.json', 'slashing-protection import', '--replicas=1'];
      const at = order.map((each) => calls.findIndex((call) => call.includes(each)));
      expect(at).not.toContain(-1);
      expect(at).toEqual(at.toSorted((a, b) => a - b));
      const key = `0x${'ab'.repeat(48)}`;
      expect(readProtection(protection.replace('0x…', key), 'marks')).toEqual({
        ok: true,
        protection: { of: 'marks', keys: new Map([[key, { source: -1n, target: -1n, slot: -1n }]]) },
        genesisRoot: networkOf(network).genesisValidatorsRoot,
      });
    },
  );

  test('without a fence ask no gate', () => {
    const { calls } = run(notes('fence.enabled=false', 'fence.disabledBecause=a devnet'));
    expect(calls.join('\n')).not.toContain('watchdog');
    expect(notes('fence.enabled=false', 'fence.disabledBecause=a devnet')).toContain('NO FENCE (a devnet)');
  });
});

describe.skipIf(lacks('helm'))('the notes of berachain-node', () => {
  test('without a key: the chain first, then the other side off, then the keys, with this node asked', () => {
    const off = ofBerachain('validator.enabled=false');
    const { calls } = run(`${off}\nkubectl apply -f - <<'END'\nEND\n`);
    expect(calls.filter((each) => each !== 'kubectl apply -f -')).toEqual([
      'kubectl -n val exec eth-bera-reth-0 -- /tools/synced execution http://127.0.0.1:8545',
      'kubectl -n val exec eth-beacond-0 -- /tools/synced comet http://127.0.0.1:26657',
      'watchdog handover begin bera-1',
      'kubectl -n val port-forward pod/eth-beacond-0 26657:26657',
      'watchdog handover status bera-1 --to basement --node http://127.0.0.1:26657 --watch',
      'watchdog handover floor bera-1 --out floor.json',
      'watchdog handover compare priv_validator_state.json floor.json',
      'watchdog handover take bera-1 --to basement --node http://127.0.0.1:26657 --fenced powered-off --protection priv_validator_state.json --wait',
    ]);
    expect(off.indexOf('you stop the other side for good')).toBeLessThan(off.indexOf('handover status'));
    expect(off.indexOf('handover take')).toBeLessThan(off.indexOf('validator.enabled=true'));
  });

  test('a key on a claim is brought by a pod with nobody’s rights, and what it signed after it', () => {
    const text = ofBerachain('validator.keys.existingSecret=', 'validator.keys.existingClaim=bera-key');
    const { calls, input } = run(text);
    expect(calls.slice(2)).toEqual([
      'kubectl apply -f -',
      'kubectl -n val wait --for=condition=Ready pod/eth-validator-key --timeout=5m',
      'kubectl -n val cp priv_validator_key.json eth-validator-key:/keys/priv_validator_key.json',
      'kubectl -n val delete pod eth-validator-key',
      'kubectl -n val cp -c signing priv_validator_state.json eth-validator-0:/signing/priv_validator_state.json',
      'kubectl -n val exec eth-validator-0 -- /fence/fence instance',
      'watchdog handover init bera-1 --instance ID',
    ]);
    const made = pod.parse(parse(input));
    expect(made.metadata).toEqual({ name: 'eth-validator-key', namespace: 'val' });
    expect(made.spec.volumes).toEqual([{ name: 'keys', persistentVolumeClaim: { claimName: 'bera-key' } }]);
  });
});
