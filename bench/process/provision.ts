// `provision` as a process of its own, served as in the cloud, on the benchmark's clock: BENCH_EPOCH and BENCH_SPEED say how fast it runs.
import { createProvision } from '../../functions/entry/provision.ts';
import { createLog } from '../../functions/kit/log.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { sharedClock } from '../clock.ts';
import { mebibytes } from '../numbers.ts';
import { serveParent } from './parent.ts';

const provision = await serveFunction(
  createProvision({
    variables: process.env,
    clock: sharedClock(Number(process.env['BENCH_EPOCH']), Number(process.env['BENCH_SPEED'])),
    log: (name) => createLog(name),
    print: () => undefined,
    network: { allow: [], hosts: new Map() },
  }),
);
serveParent(
  { url: provision.url },
  {
    // The kernel counts the largest size in KiB.
    peak: () => ({ peakRssMb: mebibytes(process.resourceUsage().maxRSS * 1024) }),
  },
);
