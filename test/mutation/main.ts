// Changes functions/domain one operator, boolean or number at a time, and lists the changes that no test of the domain notices.
import { fork, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Answer } from './bench.ts';
import { describeMutant, type Mutant, mutantsOf } from './mutants.ts';

const root = path.resolve(import.meta.dirname, '../..');
const room = 'functions/domain';
/** A mutant that takes longer has been noticed: it hangs. */
const patienceMs = 60_000;

type Verdict = { readonly mutant: Mutant; readonly killedBy: string | null };

const { values: options } = parseArgs({
  options: {
    files: { type: 'string' },
    json: { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  console.log('npm run mutate -- [--files judge,step] [--workers 2] [--json]');
  process.exit(0);
}

function allMutants(): Mutant[] {
  const only = options.files?.split(',').map((name) => `${path.basename(name.trim(), '.ts')}.ts`);
  return readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && (only?.includes(path.basename(name)) ?? true))
    .flatMap((name) => {
      const file = `${room}/${name}`;
      return mutantsOf(file, readFileSync(path.join(root, file), 'utf8'));
    });
}

const isAnswer = (message: unknown): message is Answer =>
  typeof message === 'object' && message !== null && ('ready' in message || 'killedBy' in message);

/** The next message of a bench; 'late' when it takes too long. A bench that ends by itself ends the run. */
function reply(bench: ChildProcess): Promise<Answer | 'late'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(() => resolve('late')), patienceMs);
    const heard = (message: unknown): void => {
      if (isAnswer(message)) finish(() => resolve(message));
    };
    const ended = (): void => finish(() => reject(new Error('a test process ended by itself')));
    function finish(end: () => void): void {
      clearTimeout(timer);
      bench.off('message', heard);
      bench.off('exit', ended);
      end();
    }
    bench.on('message', heard);
    bench.on('exit', ended);
  });
}

async function openBench(): Promise<ChildProcess> {
  const bench = fork(path.join(import.meta.dirname, 'bench.ts'), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const first = await reply(bench);
  if (first === 'late') throw new Error('the tests did not end in time without any change');
  return bench;
}

/** Takes mutants from the queue until it is empty. */
async function work(queue: Mutant[], verdicts: Verdict[]): Promise<void> {
  let bench = await openBench();
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    bench.send(mutant);
    const heard = await reply(bench);
    if (heard === 'late') {
      bench.kill('SIGKILL');
      bench = await openBench();
      verdicts.push({ mutant, killedBy: 'it hangs' });
    } else if ('killedBy' in heard) {
      verdicts.push({ mutant, killedBy: heard.killedBy });
    }
  }
  bench.kill();
}

/** How many mutants each test file noticed. */
function byKiller(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { killedBy } of verdicts) {
    if (killedBy !== null) counts[killedBy] = (counts[killedBy] ?? 0) + 1;
  }
  return counts;
}

const started = performance.now();
const mutants = allMutants();
const queue = [...mutants];
const verdicts: Verdict[] = [];
await Promise.all(Array.from({ length: Number(options.workers) }, () => work(queue, verdicts)));

const explained = readFileSync(path.join(import.meta.dirname, 'survivors.md'), 'utf8');
const survivors = mutants.filter((mutant) =>
  verdicts.some((verdict) => verdict.mutant === mutant && verdict.killedBy === null),
);
const isExplained = (mutant: Mutant): boolean => explained.includes(describeMutant(mutant));
const summary = {
  mutants: mutants.length,
  killed: mutants.length - survivors.length,
  survived: survivors.length,
  survivedPercent: Math.round((survivors.length / Math.max(1, mutants.length)) * 1000) / 10,
  unexplained: survivors.filter((mutant) => !isExplained(mutant)).length,
  seconds: Math.round((performance.now() - started) / 1000),
};

if (options.json) {
  console.log(JSON.stringify({ ...summary, survivors, killedBy: byKiller() }));
} else {
  for (const mutant of survivors) {
    const note = isExplained(mutant) ? '' : '   (not in test/mutation/survivors.md)';
    console.log(`${mutant.file}:${mutant.line}  ${mutant.before} → ${mutant.after}   ${mutant.text}${note}`);
  }
  console.log(
    `${summary.mutants} mutants, ${summary.killed} killed, ${summary.survived} survived (${summary.survivedPercent} %), ` +
      `${summary.unexplained} of them without a reason in test/mutation/survivors.md, in ${summary.seconds} s`,
  );
}
