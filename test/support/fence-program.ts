// The fence and the programs beside it: built once for each content of its sources, and kept under the system's temporary folder.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lacksPrograms } from './tools.ts';

const run = promisify(execFile);
const sources = fileURLToPath(new URL('../../basement/fence', import.meta.url));

/** True, with the reason printed, when it cannot be built here. */
export const lacksFence = (): boolean => lacksPrograms('go');

/** `fence`, `synced` and `start` are as they ship; `fence-with-clock` takes its kernel's word from `PRETEND_CLOCK`; `model` is the rules alone. */
export type FenceProgram = 'fence' | 'fence-with-clock' | 'model' | 'start' | 'synced';

const arguments_: Readonly<Record<FenceProgram, readonly string[]>> = {
  fence: ['.'],
  'fence-with-clock': ['-tags', 'pretendclock', '.'],
  model: ['./model'],
  start: ['./start'],
  synced: ['./synced'],
};

/** Its version in every build of the tests. */
export const fenceVersion = '1.2.3-test';

function contentOfSources(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (/(\.go|go\.mod)$/.test(file)) hash.update(`${file}\0`).update(readFileSync(join(sources, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** The path of the program. Several that build at once do not disturb each other. */
export async function buildFence(program: FenceProgram): Promise<string> {
  const user = process.getuid?.() ?? 0;
  const cache = join(tmpdir(), `basement-watchdog-fence-${user}`);
  const path = join(cache, `${program}-${contentOfSources()}`);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const work = mkdtempSync(join(cache, '.building-'));
  try {
    const built = join(work, basename(path));
    const flags = ['-trimpath', '-ldflags', `-s -w -X main.version=${fenceVersion}`, '-o', built];
    await run('go', ['build', ...flags, ...arguments_[program]], {
      cwd: sources,
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'local' },
    });
    renameSync(built, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return path;
}
