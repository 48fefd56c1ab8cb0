// What Terraform makes of the module of a standby, by the real program.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { execTool } from './net.ts';

const source = fileURLToPath(new URL('../../../terraform/modules/standby/node', import.meta.url));
const outputs = z.object({ metadata: z.object({ value: z.record(z.string(), z.string()) }) });

/** The metadata of a machine, with the instructions of its first boot among them. */
export async function renderMetadata(variables: object): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-terraform-'));
  const terraform = (...args: readonly string[]): Promise<string> =>
    execTool('/usr/bin/env', ['terraform', ...args], { folder, env: { CHECKPOINT_DISABLE: '1' } });
  try {
    writeFileSync(
      join(folder, 'main.tf.json'),
      JSON.stringify({
        module: { standby: { source, ...variables } },
        output: { metadata: { value: '${module.standby.metadata}' } },
      }),
    );
    await terraform('init', '-no-color', '-input=false');
    await terraform('apply', '-no-color', '-input=false', '-auto-approve');
    return outputs.parse(JSON.parse(await terraform('output', '-json'))).metadata.value;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
