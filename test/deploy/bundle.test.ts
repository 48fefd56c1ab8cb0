// The bundle as the platform has it: unpacked into an empty folder, its packages installed, each function started by the framework and asked once.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { makeBundle, type Bundle } from '../../cli/deploy/bundle/bundle.ts';
import { functionNames, readsOf } from '../../cli/deploy/reads.ts';
import { loadConfig } from '../../functions/config/config.ts';
import { freePort } from '../../local/functions/serve.ts';
import { deployedHouse, type DeployedHouse } from './house.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const temporary = mkdtempSync(join(tmpdir(), 'watchdog-bundle-'));
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

// The Node of this test before any other: npm and the framework are started by the one that comes first.
const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);

let bundle: Bundle;
beforeAll(async () => {
  bundle = await makeBundle();
});

const manifest = (text = ''): { dependencies: Record<string, string>; main: string; scripts?: unknown } =>
  z
    .object({
      dependencies: z.record(z.string(), z.string()),
      main: z.string(),
      scripts: z.unknown().optional(),
    })
    .parse(JSON.parse(text));

const importing =
  /(?:import|export)\s+(?!type\b)[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|import\s+'([^']+)'/g;

/** Our files that are loaded with these; of `functions/index.ts` only what it loads at once. */
function reach(starts: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const queue = [...starts];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const [, fixed, late, bare] of readFileSync(join(root, file), 'utf8').matchAll(importing)) {
      const specifier = fixed ?? bare ?? (file === 'functions/index.ts' ? '' : late) ?? '';
      if (specifier.startsWith('.')) queue.push(join(dirname(file), specifier));
    }
  }
  return seen;
}

describe('the bundle', () => {
  test('is the same bytes each time', async () => {
    const again = await Promise.all([makeBundle(), makeBundle(), makeBundle()]);
    expect(again.map(({ sha256 }) => sha256)).toEqual(again.map(() => bundle.sha256));
  });

  test('is the same bytes in every time zone and language', async () => {
    const code = `import { makeBundle } from ${JSON.stringify(join(root, 'cli/deploy/bundle/bundle.ts'))}; process.stdout.write((await makeBundle()).sha256);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
      env: { TZ: 'Pacific/Apia', LC_ALL: 'tr_TR.UTF-8', NODE_ENV: 'production' },
      cwd: temporary,
    });
    expect(stdout).toBe(bundle.sha256);
  });

  test('is the same bytes wherever the repository and its packages lie', async () => {
    const elsewhere = join(temporary, 'elsewhere');
    mkdirSync(elsewhere);
    for (const name of ['functions', 'package.json', 'package-lock.json', 'LICENSE', 'tsconfig.json']) {
      cpSync(join(root, name), join(elsewhere, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
    expect((await makeBundle(`${elsewhere}/`)).sha256).toBe(bundle.sha256);
  });

  test('holds what runs, what it needs and licences, and nothing else', () => {
    const names = [...bundle.files.keys()];
    const known =
      /^(functions\/(shared\/)?[a-z-]+\.mjs|licences\/[a-z.]+\.txt|package(-lock)?\.json|\.npmrc|LICENSE)$/;
    expect(names.filter((name) => !known.test(name))).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining([
        'functions/index.mjs',
        ...functionNames.map((name) => `functions/${name}.mjs`),
      ]),
    );
    expect(Object.keys(unzipSync(bundle.zip)).toSorted()).toEqual(names.toSorted());
  });

  test('has no word of the machine that it was made on, and no secret', () => {
    for (const [name, text] of bundle.files) {
      expect(text.includes(root) || text.includes(tmpdir() + '/'), name).toBe(false);
      expect(/-----BEGIN [A-Z ]*PRIVATE KEY|\bnode_modules\/\.cache\b/.test(text), name).toBe(false);
    }
  });

  test('is readable: names are whole, and each part says which file it was', () => {
    const watch = bundle.files.get('functions/watch.mjs') ?? '';
    const lines = watch
      .split('\n')
      .filter((line) => /^\/\/ functions\/entry\/watch|^function createWatch/.test(line));
    expect(lines).toEqual([
      '// functions/entry/watch.ts',
      'function createWatch({ variables, clock, network, log: logFor }) {',
    ]);
  });

  test.each(functionNames)('%s loads our modules that it imports, and no other', (name) => {
    const loaded = bundle.modulesOf.get(name) ?? [];
    const ours = loaded.filter((id) => id.startsWith('functions/'));
    const foreign = loaded.filter((id) => !id.startsWith('functions/') && !id.startsWith('node_modules/'));
    const reached = reach([`functions/entry/${name}.ts`, 'functions/index.ts']);
    expect(ours.filter((id) => !reached.has(id))).toEqual([]);
    expect(foreign.filter((id) => !id.includes('rolldown/runtime'))).toEqual([]);
    expect(ours).toContain(`functions/entry/${name}.ts`);
  });

  test('names the packages that its program imports, in the versions of this repository', () => {
    const imported = [...bundle.files]
      .filter(([name]) => name.endsWith('.mjs'))
      .flatMap(([, text]) => [
        ...text.matchAll(/(?:^import|^export|\bimport\(|\(import\.meta\.url\)\()[^'"\n]*["']([^"']+)["']/gm),
      ])
      .flatMap(([, specifier = '']) => (/^(node:|\.)/.test(specifier) ? [] : specifier))
      .map((specifier) =>
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    const own = manifest(readFileSync(join(root, 'package.json'), 'utf8')).dependencies;
    const expected = [...new Set(imported)].toSorted().map((name) => [name, own[name]]);
    const { dependencies, main, scripts } = manifest(bundle.files.get('package.json'));
    expect(Object.entries(dependencies)).toEqual(expected);
    expect(main).toBe('functions/index.mjs');
    // The platform would run them.
    expect(scripts).toBeUndefined();
  });

  test('locks nothing that only the command line or the tests need', () => {
    const places = Object.keys(
      z
        .object({ packages: z.record(z.string(), z.unknown()) })
        .parse(JSON.parse(bundle.files.get('package-lock.json') ?? '')).packages,
    );
    const unwanted = ['commander', 'fflate', 'rolldown', 'vitest', 'typescript', 'node', 'zod', 'yaml'];
    expect(unwanted.filter((name) => places.includes(`node_modules/${name}`))).toEqual([]);
    expect(places).toContain('node_modules/@google-cloud/functions-framework');
  });
});

/** Without a registry nothing can be installed; everything else that npm says is a failure. */
const isUnreachable = (said: string): boolean =>
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(said);

type Installed =
  | { readonly ok: true; readonly folder: string }
  | { readonly ok: false; readonly why: string };

/** As the platform's build does it: https://github.com/GoogleCloudPlatform/buildpacks, cmd/nodejs/npm. */
async function install(): Promise<Installed> {
  const folder = join(temporary, 'workspace');
  for (const [name, content] of Object.entries(unzipSync(bundle.zip))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const options = { cwd: folder, env: { ...process.env, PATH: path, NODE_ENV: 'production' } };
  try {
    await run('npm', ['ci', '--quiet', '--no-fund', '--no-audit', '--prefer-offline'], options);
    return { ok: true, folder };
  } catch (error) {
    const said = z.object({ stderr: z.string() }).parse(error).stderr;
    if (process.env['REQUIRE_TOOLS'] === '1' || !isUnreachable(said)) throw error;
    return {
      ok: false,
      why: 'npm reaches no registry, from which the packages of the bundle come: connect it',
    };
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('on the platform', () => {
  let house: DeployedHouse;
  let installed: Installed;
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    [house, installed] = await Promise.all([deployedHouse(), install()]);
  }, 300_000);
  afterAll(() => house.close());
  afterEach(async () => {
    const started = child;
    child = undefined;
    if (started === undefined || started.exitCode !== null) return;
    started.kill('SIGKILL');
    await once(started, 'exit');
  });

  function workspace(skip: (note: string) => never): string {
    return installed.ok ? installed.folder : skip(installed.why);
  }

  test('the build checks the main file before it installs the framework that package.json names', async ({
    skip,
  }) => {
    const folder = workspace(skip);
    const { dependencies, main } = manifest(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(Object.keys(dependencies)).toContain('@google-cloud/functions-framework');
    expect(await run(process.execPath, ['--check', main], { cwd: folder })).toEqual({
      stdout: '',
      stderr: '',
    });
  });

  test('no package may run a script while it is installed, although some have one', async ({ skip }) => {
    const folder = workspace(skip);
    const { stdout } = await run('npm', ['config', 'get', 'ignore-scripts'], {
      cwd: folder,
      env: { ...process.env, PATH: path },
    });
    expect(stdout.trim()).toBe('true');
    expect(readFileSync(join(folder, 'package-lock.json'), 'utf8')).toContain('"hasInstallScript": true');
  });

  test.for(functionNames)('%s starts with its secrets and no others, and answers', async (name, { skip }) => {
    const folder = workspace(skip);
    const { secrets = [] } = readsOf(loadConfig(house.path, house.network))[name] ?? {};
    const port = await freePort();
    const started = spawn(join(folder, 'node_modules/.bin/functions-framework'), [], {
      cwd: folder,
      env: {
        PATH: path,
        NODE_ENV: 'production',
        NODE_OPTIONS: `--import ${new URL('to-loopback.ts', import.meta.url).href}`,
        TEST_REFERENCE_PORT: String(house.referencePort),
        FUNCTION_TARGET: name,
        FUNCTION_SIGNATURE_TYPE: 'http',
        K_SERVICE: `watchdog-${name}`,
        PORT: String(port),
        ...house.variables,
        WATCHDOG_SECRETS: JSON.stringify(
          Object.fromEntries(secrets.map((each) => [each, house.secrets[each]])),
        ),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let said = '';
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    await expect.poll(() => accepts(port), { interval: 20, timeout: 30_000 }).toBe(true);
    const { ask, right } = house.calls[name];
    expect(await ask(`http://127.0.0.1:${port}`), said).toEqual(right);
    expect(said).not.toContain('ERR_SECRET');
    const told = Object.values(house.secrets).filter((secret) => said.includes(secret));
    expect(told).toEqual([]);
  });
});
