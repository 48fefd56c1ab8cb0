// The packages of the bundle: manifest and lock of this repository, cut down to what the program imports.
import { z } from 'zod';

const versions = z.record(z.string(), z.string());

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  dependencies: versions,
});

// Loose: what npm writes there is npm's, and goes on as it is.
const entrySchema = z.looseObject({
  dependencies: versions.default({}),
  optionalDependencies: versions.default({}),
  peerDependencies: versions.default({}),
});

const lockSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), z.looseObject({})),
});

/** As the platform runs it; the Terraform module says the same. */
const engines = { node: '24.x' };

export type Packages = { readonly manifest: string; readonly lock: string };

type Lock = z.output<typeof lockSchema>['packages'];

/** Where Node finds a package that the package at `from` imports: in its own folder, or in any of those that it lies in. */
function placeOf(name: string, from: string, lock: Lock): string | undefined {
  const around = from.split(/(?:^|\/)node_modules\//).slice(1);
  const places = around.map((_, index) => around.slice(0, around.length - index)).concat([[]]);
  return places
    .map((path) => [...path, name].map((each) => `node_modules/${each}`).join('/'))
    .find((place) => lock[place] !== undefined);
}

function needed(names: readonly string[], lock: Lock): Set<string> {
  const places = new Set<string>();
  const queue = names.map((name) => ({ name, from: '', isOptional: false }));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const place = placeOf(next.name, next.from, lock);
    if (place === undefined) {
      if (next.isOptional) continue;
      throw new Error(`package-lock.json has no ${next.name}; run npm ci`);
    }
    if (places.has(place)) continue;
    places.add(place);
    const { dependencies, optionalDependencies, peerDependencies } = entrySchema.parse(lock[place]);
    const queued = (wanted: Readonly<Record<string, string>>, isOptional: boolean): void => {
      for (const name of Object.keys(wanted)) queue.push({ name, from: place, isOptional });
    };
    queued(dependencies, false);
    queued(optionalDependencies, true);
    queued(peerDependencies, true);
  }
  return places;
}

const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** `names` are the packages that the program imports. Throws for one that this repository does not have. */
export function cutPackages(
  { manifest, lock }: Packages,
  { names, main }: { readonly names: readonly string[]; readonly main: string },
): Packages {
  const own = manifestSchema.parse(JSON.parse(manifest));
  const { lockfileVersion, packages } = lockSchema.parse(JSON.parse(lock));
  const dependencies = Object.fromEntries(
    names.map((name) => {
      const version = own.dependencies[name];
      if (version === undefined)
        throw new Error(`functions import ${name}, which package.json does not have`);
      return [name, version];
    }),
  );
  const places = needed(names, packages);
  const { name, version, license } = own;
  const common = { name, version, license };
  const entries = Object.entries(packages)
    .filter(([place]) => places.has(place))
    // Why the whole repository has it is another matter.
    .map(([place, { dev: _dev, devOptional: _devOptional, ...entry }]) => [place, entry]);
  return {
    manifest: text({ ...common, private: true, type: 'module', main, engines, dependencies }),
    lock: text({
      name,
      version,
      lockfileVersion,
      requires: true,
      packages: { '': { ...common, dependencies, engines }, ...Object.fromEntries(entries) },
    }),
  };
}
