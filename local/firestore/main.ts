// The emulator as a process of its own: prints one line with its address when it is ready, ends on SIGINT or SIGTERM.
import { parseArgs } from 'node:util';
import { startFirestore } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    optimistic: { type: 'boolean', default: false },
  },
});

const emulator = await startFirestore({
  port: Number(values.port),
  concurrency: values.optimistic ? 'optimistic' : 'pessimistic',
  ...(values.data === undefined ? {} : { dataDir: values.data }),
});

const stop = (): void => {
  void emulator.close();
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
process.stdout.write(`${emulator.host}\n`);
