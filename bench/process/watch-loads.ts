// Preloaded into a process under test: remembers which files it loads, and tells the benchmark.
import { registerHooks } from 'node:module';
import { serveParent } from './parent.ts';

const loaded = new Set<string>();
registerHooks({
  load: (url, context, nextLoad) => {
    loaded.add(url);
    return nextLoad(url, context);
  },
});

serveParent(
  {},
  {
    loads: () => ({
      files: loaded.size,
      // Shows that the hook sees what is loaded late, so that "none" means none.
      sawWatch: [...loaded].some((url) => /\/functions\/(entry\/watch\.ts|watch\.mjs)$/.test(url)),
      computeLoaded: [...loaded].some((url) => url.includes('/@google-cloud/compute/')),
    }),
  },
);
