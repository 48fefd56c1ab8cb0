// One process of a mutation run: a test runner that stays up, and takes one mutant after the other from its parent.
import path from 'node:path';
import { createVitest, type TestSpecification } from 'vitest/node';
import { applyMutant, type Mutant } from './mutants.ts';

export type Answer = { readonly ready: true } | { readonly killedBy: string | null };

const root = path.resolve(import.meta.dirname, '../..');
const random = /(walk|\/evidence)\.test\.ts$/;

/** What is there of the mutant for the transform; none for the first run, which must be green. */
let current: Mutant | null = null;

const vitest = await createVitest(
  'test',
  {
    root,
    config: false,
    watch: false,
    include: ['test/domain/**/*.test.ts'],
    setupFiles: ['test/mutation/setup.ts'],
    pool: 'threads',
    isolate: false,
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 30_000,
    reporters: [{}],
    // On disk, mutants would be taken for the source by the next ordinary run.
    fsModuleCache: false,
  },
  {
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        transform: (code, id) =>
          current !== null && id === path.join(root, current.file) ? applyMutant(code, current) : undefined,
      },
    ],
  },
);

const all = await vitest.globTestSpecifications();

/** The tests of the same file first, then the tables, and the slow random ones last. */
function stages(file: string): TestSpecification[][] {
  const own = new RegExp(`/test/domain/(.*/)?${path.basename(file, '.ts')}(-[a-z]+)?\\.test\\.ts$`);
  const isOwn = ({ moduleId }: TestSpecification): boolean => own.test(moduleId);
  const isRandom = ({ moduleId }: TestSpecification): boolean => random.test(moduleId);
  return [
    all.filter(isOwn),
    all.filter((each) => !isOwn(each) && !isRandom(each)),
    all.filter((each) => !isOwn(each) && isRandom(each)),
  ].filter((stage) => stage.length > 0);
}

/** A test file that fails, or null when all pass. */
async function failing(specifications: TestSpecification[]): Promise<string | null> {
  const asked = new Set(specifications.map(({ moduleId }) => moduleId));
  const result = await vitest.runTestSpecifications(specifications);
  // The result also holds what other runs left behind.
  const modules = result.testModules.filter(({ moduleId }) => asked.has(moduleId));
  const failed = modules.find((module) => module.state() === 'failed');
  if (failed !== undefined) return path.relative(root, failed.moduleId);
  if (modules.filter((module) => module.state() === 'passed').length !== asked.size) {
    throw new Error('some tests did not run');
  }
  return null;
}

async function killerOf(mutant: Mutant): Promise<string | null> {
  const source = path.join(root, mutant.file);
  current = mutant;
  vitest.invalidateFile(source);
  try {
    for (const stage of stages(mutant.file)) {
      const killer = await failing(stage);
      if (killer !== null) return killer;
    }
    return null;
  } finally {
    current = null;
    vitest.invalidateFile(source);
  }
}

const answer = (message: Answer): void => {
  process.send?.(message);
};

function isMutant(message: unknown): message is Mutant {
  return typeof message === 'object' && message !== null && 'file' in message && 'after' in message;
}

process.on('message', (message: unknown) => {
  if (!isMutant(message)) return;
  void killerOf(message).then((killedBy) => answer({ killedBy }));
});

const broken = await failing(all);
if (broken !== null) {
  console.error(`the tests fail without any change, see ${broken}`);
  process.exit(1);
}
answer({ ready: true });
