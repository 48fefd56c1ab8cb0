// Records what real clients answer, as fixtures for the fast tests: `node test/live/record.ts [ethereum|cometbft|berachain|execution]`.
import { recordBerachain, recordCometbft } from './record/comet.ts';
import { recordEthereum } from './record/ethereum.ts';
import { recordExecution } from './record/execution.ts';

const recorders: Readonly<Record<string, () => Promise<void>>> = {
  ethereum: recordEthereum,
  cometbft: recordCometbft,
  berachain: recordBerachain,
  execution: recordExecution,
};

const asked = process.argv.slice(2);
for (const [name, record] of Object.entries(recorders)) {
  if (asked.length === 0 || asked.includes(name)) await record();
}
