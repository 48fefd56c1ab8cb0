// docs/reference/charts.md: what the umbrella charts put into a cluster with the values of the examples.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { picture } from '../../docs/generate/chart-picture.ts';
import { applications, type Chart } from './charts.ts';
import { rendered } from './helm.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));

const shown = [
  {
    name: 'ethereum-validator',
    release: 'eth',
    values: 'examples/helm/ethereum.yaml',
    fees: 'validator.feeRecipient',
    title: 'Ethereum',
  },
  {
    name: 'berachain-validator',
    release: 'bera',
    values: 'examples/helm/berachain.yaml',
    fees: 'node.validator.feeRecipient',
    title: 'Berachain',
  },
] as const;

function chartOf(name: string): Chart {
  const found = applications.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no chart ${name}`);
  return found;
}

/** The page as it is to be: one picture for each umbrella. */
export async function chartsPage(): Promise<{ readonly path: string; readonly text: string }> {
  const parts: string[] = [];
  for (const { name, release, values, fees, title } of shown) {
    const manifests = await rendered(chartOf(name), {
      release,
      namespace: release,
      files: [join(top, values)],
      // The one thing that the examples leave to whoever takes them.
      set: { [fees]: '0x8f3a1c5e7b9d2f4a6c8e0b1d3f5a7c9e1b3d5f70' },
    });
    parts.push(
      `## ${title}: \`helm install ${release} basement/helm/${name} -f ${values}\`\n\n\`\`\`text\n${picture(manifests)}\n\`\`\`\n`,
    );
  }
  const text = `# What runs where

Written by \`npm run docs:charts\` from what Helm renders for these examples and a fee recipient, which they leave to you. Each part is a StatefulSet of one pod; it is reached by nobody but those after "lets in", and reaches nobody but those after "calls".
"The world" is every address but private ones.

${parts.join('\n')}`;
  return { path: join(top, 'docs/reference/charts.md'), text };
}
