// Whatever the clients of a standby answer, `provision` takes the report, and it is synced for none of the answers that nobody would give at the head.
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { accepted, startMachine, type Machine } from './machine.ts';
import { startStub, type Answer } from './stub.ts';

const skip = lacksPrograms('python3');
let machine: Machine;
afterEach(async () => {
  await machine.close();
});

const names = [
  'number',
  'timestamp',
  'currentBlock',
  'highestBlock',
  'syncedAccounts',
  'stages',
  'name',
  'block',
];
const more = [
  'data',
  'result',
  'head_slot',
  'is_syncing',
  'connected',
  'version',
  'genesis_time',
  'SECONDS_PER_SLOT',
];
const comet = [
  'SLOTS_PER_EPOCH',
  'sync_info',
  'node_info',
  'latest_block_height',
  'latest_block_time',
  'catching_up',
];
const leaf = fc.oneof(
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.constant(null),
  fc.bigInt({ min: 0n, max: 2n ** 70n }).map((value) => `0x${value.toString(16)}`),
  fc.nat().map(String),
  fc.constantFrom(
    '0x0',
    '0',
    '2026-12-01T02:13:59.5Z',
    '2026-13-41T02:13:59Z',
    '\u0000\u001b[31m',
    'Geth/v1.16.9',
  ),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.dictionary(fc.constantFrom(...names, ...more, ...comet), tie('tree'), { maxKeys: 8 }),
    fc.array(tie('tree'), { maxLength: 4 }),
  ),
}));
const likely = fc.record({
  data: fc.dictionary(fc.constantFrom(...more, ...comet), leaf, { minKeys: 4 }),
  result: fc.dictionary(fc.constantFrom(...names, ...comet), fc.oneof(leaf, tree), { minKeys: 3 }),
});
const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 6, arbitrary: leaf.map((json) => ({ json })) },
  { weight: 4, arbitrary: tree.map((json) => ({ json })) },
  { weight: 8, arbitrary: likely.map((json) => ({ json })) },
  { weight: 1, arbitrary: fc.record({ status: fc.constantFrom(200, 204, 302, 500), text: fc.string() }) },
  { weight: 1, arbitrary: fc.constant('reset' as const) },
);
const most = 50;

test.skipIf(skip)('every report is one that is taken', async () => {
  machine = await startMachine('ethereum');
  const metadata = await startStub();
  metadata.answers.set('*', { status: 200, text: '' });
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('ethereum', 'berachain'),
        fc.array(answer, { minLength: 100, maxLength: 300 }),
        async (chain, answers) => {
          let place = 0;
          for (const stub of [machine.execution, machine.consensus]) {
            stub.otherwise = () => answers[place++ % answers.length] ?? 'reset';
          }
          const from = metadata.asked.length;
          const settings = { WATCHDOG_CHAIN: chain, GCE_METADATA_HOST: metadata.url.slice(7) };
          const { errors } = await machine.run({ settings, times: most });
          const reports = metadata.asked.slice(from).filter(({ path }) => path.endsWith('/report'));
          expect(reports).toHaveLength(most);
          // A mistake of its own is told there; what strangers answer never makes it make one.
          expect(errors).toBe('');
          for (const { body } of reports) {
            expect(body.length).toBeLessThan(2_000);
            expect(accepted(body)).toMatchObject({ keys: 'absent' });
          }
        },
      ),
      { numRuns: 8 },
    );
  } finally {
    await metadata.close();
  }
});
