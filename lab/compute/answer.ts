// One request to the pretend Compute Engine, and its answer.
import { forbidden, notFound, rateLimited, Refusal, unauthenticated, unavailable } from './refusal.ts';
import { type Call, type Route, routes } from './routes.ts';
import type { World } from './world.ts';

export type Answer = { readonly status: number; readonly body: object };

const patterns = routes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

function find(
  method: string,
  below: string,
): { readonly route: Route; readonly names: Record<string, string> } | null {
  for (const { route, pattern } of patterns) {
    const match = route.verb === method ? pattern.exec(below) : null;
    if (match !== null) return { route, names: { ...match.groups } };
  }
  return null;
}

/** What Compute says before it looks at what is asked. */
function refuseFirst(world: World): void {
  const { faults } = world;
  if (faults.isSignedOut) throw unauthenticated();
  if (faults.unavailable > 0) {
    faults.unavailable -= 1;
    throw unavailable();
  }
  if (faults.rateLimited > 0) {
    faults.rateLimited -= 1;
    throw rateLimited();
  }
}

function answer(
  world: World,
  asked: { readonly method: string; readonly url: URL; readonly body: unknown },
): object {
  refuseFirst(world);
  const prefix = `/compute/v1/projects/${world.project}/`;
  const { pathname, searchParams } = asked.url;
  const found = pathname.startsWith(prefix) ? find(asked.method, pathname.slice(prefix.length)) : null;
  if (found === null) throw notFound(pathname.replace('/compute/v1/', ''));
  const { route, names } = found;
  const { zone = '', region = '', name = '' } = names;
  const call: Call = { zone, region, name, query: searchParams, body: asked.body };
  const denied = route.needs.find((permission) => world.faults.denied.has(permission));
  if (denied !== undefined) throw forbidden(denied, pathname.replace('/compute/v1/', ''));
  if (zone !== '') world.regionOf(zone);
  if (world.faults.unreachable.has(zone)) throw unavailable();
  return route.answer(world, call);
}

export function answerTo(world: World, asked: Parameters<typeof answer>[1]): Answer {
  world.settle();
  try {
    return { status: 200, body: answer(world, asked) };
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body };
    throw error;
  }
}
