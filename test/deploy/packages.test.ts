// The packages of the bundle: manifest and lock of the repository, cut to what the program imports.
import { describe, expect, test } from 'vitest';
import { cutPackages } from '../../cli/deploy/bundle/packages.ts';

const manifest = JSON.stringify({
  name: 'w',
  version: '1.0.0',
  license: 'Apache-2.0',
  scripts: { postinstall: 'node evil.js' },
  dependencies: { a: '1.0.0', '@s/b': '2.0.0', cli: '3.0.0' },
  devDependencies: { dev: '4.0.0' },
});

const lockOf = (packages: object): string => JSON.stringify({ name: 'w', lockfileVersion: 3, packages });

const lock = lockOf({
  '': {},
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a', dependencies: { shared: '^1.0.0' } },
  'node_modules/a/node_modules/shared': { version: '1.5.0', dependencies: { deep: '1' } },
  'node_modules/@s/b': {
    version: '2.0.0',
    dependencies: { shared: '^2.0.0' },
    optionalDependencies: { 'only-on-mars': '1', 'for-linux': '1' },
    peerDependencies: { deep: '1', 'not-there': '1' },
  },
  'node_modules/shared': { version: '2.5.0', devOptional: true },
  'node_modules/deep': { version: '1.0.0', dev: true, hasInstallScript: true },
  'node_modules/for-linux': { version: '1.0.0', optional: true, os: ['linux'] },
  'node_modules/cli': { version: '3.0.0' },
  'node_modules/dev': { version: '4.0.0', dev: true },
});

const cut = (names: readonly string[], given = { manifest, lock }) => {
  const result = cutPackages(given, { names, main: 'functions/index.mjs' });
  const packages: unknown = JSON.parse(result.lock).packages;
  return { manifest: JSON.parse(result.manifest), packages };
};

describe('what is cut', () => {
  test('has the packages that are imported and all that these need, each where it lay', () => {
    const { packages } = cut(['@s/b', 'a']);
    expect(packages).toEqual({
      '': {
        name: 'w',
        version: '1.0.0',
        license: 'Apache-2.0',
        dependencies: { '@s/b': '2.0.0', a: '1.0.0' },
        engines: { node: '24.x' },
      },
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a', dependencies: { shared: '^1.0.0' } },
      'node_modules/a/node_modules/shared': { version: '1.5.0', dependencies: { deep: '1' } },
      'node_modules/@s/b': {
        version: '2.0.0',
        dependencies: { shared: '^2.0.0' },
        optionalDependencies: { 'only-on-mars': '1', 'for-linux': '1' },
        peerDependencies: { deep: '1', 'not-there': '1' },
      },
      'node_modules/shared': { version: '2.5.0' },
      'node_modules/deep': { version: '1.0.0', hasInstallScript: true },
      'node_modules/for-linux': { version: '1.0.0', optional: true, os: ['linux'] },
    });
  });

  test('leaves out what only a package needs that is not imported', () => {
    expect(Object.keys(Object(cut(['a']).packages)).toSorted()).toEqual([
      '',
      'node_modules/a',
      'node_modules/a/node_modules/shared',
      'node_modules/deep',
    ]);
  });

  test('has a manifest without scripts, and without what is there for development', () => {
    expect(cut(['a']).manifest).toEqual({
      name: 'w',
      version: '1.0.0',
      license: 'Apache-2.0',
      private: true,
      type: 'module',
      main: 'functions/index.mjs',
      engines: { node: '24.x' },
      dependencies: { a: '1.0.0' },
    });
  });
});

describe('what cannot be cut', () => {
  test('is a package that the repository does not depend on, or only for development', () => {
    expect(() => cut(['unknown'])).toThrow('functions import unknown, which package.json does not have');
    expect(() => cut(['dev'])).toThrow('functions import dev, which package.json does not have');
  });

  test('is a lock that lacks one', () => {
    const given = { manifest, lock: lockOf({ '': {}, 'node_modules/a': { dependencies: { gone: '1' } } }) };
    expect(() => cut(['a'], given)).toThrow('package-lock.json has no gone; run npm ci');
  });

  test('is a lock of another version', () => {
    expect(() => cut(['a'], { manifest, lock: '{"lockfileVersion":2,"packages":{}}' })).toThrow(
      'lockfileVersion',
    );
  });
});
