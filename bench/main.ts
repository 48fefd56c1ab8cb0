// Runs one benchmark: `npm run bench -- tick|cold|time-to-page|evidence|deliver|heartbeat|gate|provision|functions|guard|agent|converge|view [options] [--json]`; exit code 1 when a target is missed.
import { parseArgs } from 'node:util';
import { complaints, type Report, table } from './report.ts';

const usage = `npm run bench -- tick [--endpoints 200] [--latency 50] [--sites N] [--ticks 9]
npm run bench -- cold [--processes 5] [--ticks 100] [--bundle]
npm run bench -- time-to-page [--cuts 3] [--seed 1] [--months 1] [--constrained]
npm run bench -- evidence [--ticks 40] [--validators 1000000] [--no-duties]
npm run bench -- deliver [--messages 1000] [--latency 50]
npm run bench -- heartbeat [--messages 1000]
npm run bench -- gate [--messages 1000]
npm run bench -- provision [--standbys 50]
npm run bench -- functions [--calls 100]
npm run bench -- guard [--keys 20] [--epochs 16]
npm run bench -- agent [--runs 9] [--files 50000]
npm run bench -- converge [--runs 1]
npm run bench -- view [--targets 50] [--runs 50] [--processes 5]
Each takes --json: one line of JSON comes last.`;

const options = {
  endpoints: { type: 'string', default: '200' },
  latency: { type: 'string', default: '50' },
  sites: { type: 'string' },
  ticks: { type: 'string' },
  processes: { type: 'string', default: '5' },
  cuts: { type: 'string', default: '3' },
  seed: { type: 'string', default: '1' },
  months: { type: 'string', default: '1' },
  bundle: { type: 'boolean', default: false },
  constrained: { type: 'boolean', default: false },
  validators: { type: 'string', default: '1000000' },
  messages: { type: 'string', default: '1000' },
  standbys: { type: 'string', default: '50' },
  calls: { type: 'string', default: '100' },
  keys: { type: 'string', default: '20' },
  epochs: { type: 'string', default: '16' },
  runs: { type: 'string' },
  targets: { type: 'string', default: '50' },
  files: { type: 'string', default: '50000' },
  'no-duties': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

class UsageError extends Error {}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError(`--${name} must be a whole number above 0`);
}

function read(): ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>> {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function measure(): Promise<{ readonly report: Report; readonly isJson: boolean }> {
  const { values, positionals } = read();
  const [name = ''] = positionals;
  const run = async (): Promise<Report> => {
    switch (name) {
      case 'tick': {
        const endpoints = whole('endpoints', values.endpoints);
        return (await import('./tick.ts')).measureTick({
          endpoints,
          latencyMs: whole('latency', values.latency),
          sites: values.sites === undefined ? Math.ceil(endpoints / 20) : whole('sites', values.sites),
          ticks: whole('ticks', values.ticks ?? '9'),
        });
      }
      case 'cold':
        return (await import('./cold.ts')).measureCold({
          processes: whole('processes', values.processes),
          ticks: whole('ticks', values.ticks ?? '100'),
          isBundle: values.bundle,
        });
      case 'time-to-page':
        return (await import('./time-to-page.ts')).measureTimeToPage({
          cuts: whole('cuts', values.cuts),
          seed: whole('seed', values.seed),
          months: whole('months', values.months),
          isConstrained: values.constrained,
        });
      case 'evidence':
        return (await import('./evidence.ts')).measureEvidence({
          ticks: whole('ticks', values.ticks ?? '40'),
          validators: whole('validators', values.validators),
          hasDuties: !values['no-duties'],
        });
      case 'deliver':
        return (await import('./deliver.ts')).measureDeliver({
          messages: whole('messages', values.messages),
          latencyMs: whole('latency', values.latency),
        });
      case 'heartbeat':
        return (await import('./heartbeat.ts')).measureHeartbeat({
          messages: whole('messages', values.messages),
        });
      case 'gate':
        return (await import('./gate.ts')).measureGate({ messages: whole('messages', values.messages) });
      case 'provision':
        return (await import('./provision.ts')).measureProvision({
          standbys: whole('standbys', values.standbys),
        });
      case 'functions':
        return (await import('./functions.ts')).measureFunctions({ calls: whole('calls', values.calls) });
      case 'guard':
        return (await import('./guard.ts')).measureGuard({
          keys: whole('keys', values.keys),
          epochs: whole('epochs', values.epochs),
        });
      case 'agent':
        return (await import('./agent.ts')).measureAgent({
          runs: whole('runs', values.runs ?? '9'),
          files: whole('files', values.files),
        });
      case 'converge':
        return (await import('./converge.ts')).measureConverge({ runs: whole('runs', values.runs ?? '1') });
      case 'view':
        return (await import('./view.ts')).measureView({
          targets: whole('targets', values.targets),
          runs: whole('runs', values.runs ?? '50'),
          processes: whole('processes', values.processes),
        });
      default:
        throw new UsageError(name === '' ? 'name a benchmark' : `there is no benchmark ${name}`);
    }
  };
  return { report: await run(), isJson: values.json };
}

try {
  const { report, isJson } = await measure();
  const wrong = complaints(report);
  if (!isJson) console.log(table(report));
  for (const sentence of wrong) console.error(`MISSED: ${sentence}`);
  if (isJson) console.log(JSON.stringify(report.fields));
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
