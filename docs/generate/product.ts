// Writes what Terraform must know of the code: the indexes of the stores and what ends by itself, and what `provision` may do with Compute.
import { computePermissions } from '../../functions/cloud/compute-methods.ts';
import { indexes } from '../../functions/stores/indexes.ts';

const orders = { ascending: 'ASCENDING', descending: 'DESCENDING' } as const;

/** `terraform/modules/watchdog/product.json`: read by the module, so that neither list is written twice. */
export function productFile(): { readonly path: string; readonly text: string } {
  const product = {
    about:
      'Written by docs/generate.ts from functions/stores/indexes.ts and functions/cloud/compute-methods.ts: change those.',
    indexes: indexes.map(({ database, collection, single, composite, expiring }) => ({
      database,
      collection,
      single: single.map(({ field, order }) => ({ field, order: orders[order] })),
      composite: composite.map((fields) =>
        fields.map(({ field, order }) => ({ field, order: orders[order] })),
      ),
      expiring,
    })),
    compute_permissions: computePermissions,
  };
  return { path: 'terraform/modules/watchdog/product.json', text: `${JSON.stringify(product, null, 2)}\n` };
}
