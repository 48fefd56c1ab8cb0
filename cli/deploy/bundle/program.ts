// The program that is deployed: our functions in a few files of plain JavaScript, made of the same sources each time in the same way.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import type { OutputChunk } from 'rolldown';

/** Small packages of plain code become part of the program; all others stay packages, which read files of their own or are told apart by identity. */
const within = ['zod', 'yaml', 'ipaddr.js'];

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const isExternal = (specifier: string): boolean =>
  !/^[./]/.test(specifier) && !within.includes(packageOf(specifier));

export type Program = {
  /** By their paths in the bundle. */
  readonly files: ReadonlyMap<string, string>;
  /** The one that the platform loads. */
  readonly main: string;
  /** The packages that it imports, sorted. */
  readonly packages: readonly string[];
  /** By the names of functions: the modules that are loaded with it, paths from the root; what is loaded only when it is needed is not among them. */
  readonly modulesOf: ReadonlyMap<string, readonly string[]>;
};

const folder = 'functions';
const main = `${folder}/index.mjs`;

/** The file itself, and all that is loaded with it. */
function loadedWith(file: string, chunks: ReadonlyMap<string, OutputChunk>): Set<string> {
  const loaded = new Set<string>();
  const queue = [file];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const chunk = chunks.get(next);
    if (chunk === undefined || loaded.has(next)) continue;
    loaded.add(next);
    queue.push(...chunk.imports);
  }
  return loaded;
}

const entryOf = (chunk: OutputChunk): string | undefined =>
  /functions\/entry\/([a-z]+)\.ts$/.exec(chunk.facadeModuleId ?? '')?.[1];

/** Of a package that has become part of the program, its licence goes with it. */
function licences(root: string, modules: readonly string[]): [string, string][] {
  const names = within.filter((name) => modules.some((id) => id.includes(`node_modules/${name}/`)));
  return names.map((name) => {
    const path = join(root, 'node_modules', name);
    const file = readdirSync(path).find((each) => /^licen[cs]e(\.|$)/i.test(each));
    if (file === undefined)
      throw new Error(`${name} has no licence file, so it must not become part of the bundle`);
    return [`licences/${name}.txt`, readFileSync(join(path, file), 'utf8')];
  });
}

/** `root` is the folder of this repository, with its packages; `entry` is what registers the functions, a path from there. */
export async function makeProgram(root: string, entry = 'functions/index.ts'): Promise<Program> {
  // Loaded only here: no other command needs it.
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    input: { index: join(root, entry) },
    cwd: root,
    platform: 'node',
    // Packages may lie behind a link; where it leads to must not show in the result.
    resolve: { symlinks: false },
    external: (specifier) => isBuiltin(specifier) || isExternal(specifier),
    onLog: (level, { message }) => {
      if (level === 'warn') throw new Error(`the bundle cannot be made: ${message}`);
    },
  });
  const { output } = await build.generate({
    format: 'esm',
    // Traces of the stack must stay readable.
    minify: false,
    entryFileNames: main,
    // One file for each function, and what several of them need.
    chunkFileNames: (chunk) => `${folder}/${chunk.isDynamicEntry ? '' : 'shared/'}[name].mjs`,
  });
  await build.close();
  const chunks = new Map(output.flatMap((each) => (each.type === 'chunk' ? [[each.fileName, each]] : [])));
  const imported = [...chunks.values()].flatMap(({ imports, dynamicImports }) => [
    ...imports,
    ...dynamicImports,
  ]);
  const packages = imported.filter((each) => !chunks.has(each) && !isBuiltin(each)).map(packageOf);
  const local = (id: string): string => id.replace(root, '');
  const modules = [...chunks.values()].flatMap(({ moduleIds }) => moduleIds);
  return {
    files: new Map([
      ...[...chunks].map(([name, { code }]) => [name, code] as const),
      ...licences(root, modules),
    ]),
    main,
    packages: [...new Set(packages)].toSorted(),
    modulesOf: new Map(
      [...chunks.values()].flatMap((chunk) => {
        const name = entryOf(chunk);
        if (name === undefined) return [];
        const loaded = [...loadedWith(chunk.fileName, chunks)];
        return [[name, loaded.flatMap((file) => chunks.get(file)?.moduleIds.map(local) ?? []).toSorted()]];
      }),
    ),
  };
}
