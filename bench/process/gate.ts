// `gate` in a process of its own, served as in the cloud by the functions framework, which says how large it is.
import { createGate } from '../../functions/entry/gate.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { mebibytes } from '../numbers.ts';
import { serveParent } from './parent.ts';

const gate = await serveFunction(
  createGate({
    variables: process.env,
    clock: systemClock,
    log: () => silentLog,
    print: () => undefined,
    network: { allow: [], hosts: new Map() },
  }),
);
serveParent({ url: gate.url }, { size: () => ({ rssMb: mebibytes(process.memoryUsage.rss()) }) });
