// `watch` and `deliver` in one process, served as in the cloud by the functions framework; loopback may be probed.
import { createDeliver } from '../../functions/entry/deliver.ts';
import { createWatch } from '../../functions/entry/watch.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import type { Environment } from '../../functions/kit/environment.ts';
import { createLog } from '../../functions/kit/log.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { mebibytes } from '../numbers.ts';
import { serveParent } from './parent.ts';

const environment = (more: Environment['variables']): Environment => ({
  variables: { ...process.env, ...more },
  clock: systemClock,
  log: (name) => createLog(name),
  print: () => undefined,
  network: { allow: ['127.0.0.0/8'], hosts: new Map() },
});

const deliver = await serveFunction(createDeliver(environment({})));
const watch = await serveFunction(createWatch(environment({ DELIVER_URL: deliver.url })));
serveParent(
  { watch: watch.url },
  {
    // The kernel counts the largest size in KiB.
    peak: () => ({ peakRssMb: mebibytes(process.resourceUsage().maxRSS * 1024) }),
  },
);
