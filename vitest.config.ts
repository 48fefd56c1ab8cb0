// What the test runner runs: `fast`, `thorough` and `processes` in parallel, `terraform`, `lab`, `browser`, `simulation`, `ansible`, `charts` and `live` one file after another.
import { defineConfig } from 'vitest/config';

const shared = { setupFiles: ['test/support/offline.ts'] };

/** Tests that start a process for nearly each of their cases: the command as somebody types it, what basements and standbys run. */
const processes = [
  'test/cli/**/*.test.ts',
  'test/basement/**/*.test.ts',
  'test/standby-node/**/*.test.ts',
  'test/entry/index.test.ts',
  'test/deploy/bundle.test.ts',
];

/** Tests that take long: whole functions over real sockets, and whatever tries very many cases: random walks, a crash at every call, hostile input. */
const thorough = [
  'test/**/*hostile.test.ts',
  'test/**/*crash.test.ts',
  'test/**/*chaos.test.ts',
  'test/**/*walk.test.ts',
  'test/**/*races.test.ts',
  'test/local/firestore/durable.test.ts',
  'test/stores/firestore.test.ts',
  'test/channels/contract.test.ts',
  'test/chains/ethereum.test.ts',
  'test/chains/record-comet.test.ts',
  'test/cloud/compute-snapshots.test.ts',
  'test/doctor/broken.test.ts',
  'test/channels/email.test.ts',
  'test/local/firestore/contract.test.ts',
  'test/entry/!(index).test.ts',
];

export default defineConfig({
  test: {
    maxWorkers: 4,
    projects: [
      {
        test: {
          ...shared,
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/lab/**',
            'test/browser/**',
            'test/simulation/**',
            'test/live/**',
            'test/e2e/**',
            'test/terraform/**',
            'test/ansible/**',
            'test/helm/**',
            ...processes,
            ...thorough,
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'thorough',
          include: thorough,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'processes',
          include: processes,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'terraform',
          include: ['test/terraform/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'lab',
          include: ['test/lab/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // Longer than any wait in them, which can say what it waited for.
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'ansible',
          include: ['test/ansible/**/*.test.ts'],
          // Longer than any wait in them, which can say what it waited for.
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'charts',
          include: ['test/helm/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          // Longer than any wait in them, which can say what it waited for.
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
