// Format, vet and tests of the fence, which is written in Go. Where there is no Go it says so, and fails only where tools are required.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('../basement/fence', import.meta.url));
const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '' };

/** What the command wrote to stdout; null when it failed, after its own words. */
function run(command: string, ...args: readonly string[]): string | null {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined) console.log(`${command}: ${error.message}`);
  if (stdout !== null && stdout !== '') console.log(stdout.trimEnd());
  return status === 0 ? stdout : null;
}

function check(): boolean {
  if (spawnSync('go', ['version'], { env }).status !== 0) {
    const why = 'go not found on PATH: install Go 1.26 or newer (https://go.dev/dl)';
    const isRequired = process.env['REQUIRE_TOOLS'] === '1';
    console.log(isRequired ? why : `skipped: ${why}`);
    return !isRequired;
  }
  const root = run('go', 'env', 'GOROOT');
  if (root === null) return false;
  const unformatted = run(join(root.trim(), 'bin/gofmt'), '-l', '.');
  if (unformatted !== '') {
    console.log('gofmt would change what is listed above: run gofmt -w in basement/fence');
    return false;
  }
  const steps = [
    ['vet', './...'],
    ['vet', '-tags', 'pretendclock', './...'],
    ['test', './...'],
  ];
  return steps.every((step) => run('go', ...step) !== null);
}

process.exitCode = check() ? 0 : 1;
