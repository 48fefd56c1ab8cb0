// Images of containers made on the spot from one program, and what a registry answers when they are pulled by digest.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Image = {
  /** `REGISTRY/NAME@sha256:…`. */
  readonly reference: string;
  readonly name: string;
  readonly manifest: Stored;
  readonly blobs: readonly Stored[];
};

type Stored = { readonly digest: string; readonly content: Buffer };

export const registry = 'registry.test';
const source = fileURLToPath(new URL('stub-client/', import.meta.url));
const kind = 'application/vnd.oci.image';

const blob = (content: Buffer | string): Stored => {
  const bytes = Buffer.from(content);
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, content: bytes };
};

/** Compiles the stub of all clients, without any library, for a root in which nothing else is. */
export function buildStub(folder: string): string {
  const path = join(folder, 'stub-client');
  execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', path, '.'], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOPROXY: 'off' },
  });
  return path;
}

/** An image that has nothing but that program, by its path in it. */
export function imageOf(name: string, program: string, paths: readonly string[]): Image {
  const root = mkdtempSync(join(tmpdir(), 'watchdog-image-'));
  try {
    for (const [place, path] of paths.entries()) {
      const full = join(root, path);
      mkdirSync(dirname(full), { recursive: true });
      if (place === 0) copyFileSync(program, full);
      else linkSync(join(root, paths[0] ?? ''), full);
    }
    const tar = execFileSync('tar', ['--create', '--owner=0', '--group=0', `--directory=${root}`, '.'], {
      maxBuffer: 64 * 1024 * 1024,
    });
    const layer = blob(tar);
    const config = blob(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: { Env: ['PATH=/usr/bin'] },
        rootfs: { type: 'layers', diff_ids: [layer.digest] },
        // Two images with the same content are two images.
        history: [{ comment: name }],
      }),
    );
    const about = ({ digest, content }: Stored, mediaType: string): object => ({
      mediaType,
      digest,
      size: content.length,
    });
    const manifest = blob(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: `${kind}.manifest.v1+json`,
        config: about(config, `${kind}.config.v1+json`),
        layers: [about(layer, `${kind}.layer.v1.tar`)],
      }),
    );
    return { reference: `${registry}/${name}@${manifest.digest}`, name, manifest, blobs: [config, layer] };
  } finally {
    rmSync(root, { recursive: true });
  }
}

export type Page = { readonly content: Buffer | string; readonly type?: string };

/** What a registry with these images answers to a path; null for what it has not. */
export function registryPage(images: readonly Image[], path: string): Page | null {
  if (path === '/v2/') return { content: '{}', type: 'application/json' };
  const found = /^\/v2\/(.+)\/(manifests|blobs)\/(sha256:[0-9a-f]{64})$/.exec(path);
  const [, name, what, digest] = found ?? [];
  const image = images.find((each) => each.name === name);
  if (image === undefined) return null;
  if (what === 'manifests') {
    const { manifest } = image;
    return manifest.digest === digest
      ? { content: manifest.content, type: `${kind}.manifest.v1+json` }
      : null;
  }
  const each = image.blobs.find((one) => one.digest === digest);
  return each === undefined ? null : { content: each.content, type: 'application/octet-stream' };
}
