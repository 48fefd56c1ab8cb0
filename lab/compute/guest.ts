// What a machine publishes and writes: guest attributes and the serial port.
import { Refusal } from './refusal.ts';
import type { Instance } from './resource.ts';
import { instancePath } from './show.ts';
import type { World } from './world.ts';

const serialBytes = 1024 * 1024;

/** Only where the template allows it. */
export const isGuestAllowed = (instance: Instance): boolean =>
  instance.properties.metadata.items.some(
    ({ key, value }) => key === 'enable-guest-attributes' && value.toUpperCase() === 'TRUE',
  );

function publish(world: World, instance: Instance): void {
  const at = world.settle();
  for (const each of world.publishers) each(instance, at);
}

/** The attributes below a path, `namespace/` or `namespace/key`; 404 when there are none. */
export function guestAttributes(world: World, instance: Instance, queryPath: string): object {
  publish(world, instance);
  const found = isGuestAllowed(instance)
    ? [...instance.guest].filter(
        ([key]) =>
          queryPath === '' || key === queryPath || (queryPath.endsWith('/') && key.startsWith(queryPath)),
      )
    : [];
  if (found.length === 0) {
    throw new Refusal(404, {
      reason: 'notFound',
      message: `The resource '${queryPath}' of type 'Guest Attribute' was not found.`,
    });
  }
  return {
    kind: 'compute#guestAttributes',
    queryPath,
    queryValue: {
      items: found.map(([path, value]) => {
        const [namespace = '', ...key] = path.split('/');
        return { namespace, key: key.join('/'), value };
      }),
    },
    selfLink: `https://www.googleapis.com/compute/v1/${instancePath(world, instance.zone, instance.name)}/guestAttributes/${queryPath}`,
  };
}

/** The last megabyte at most; `start` counts bytes, from the end when it is negative. */
export function serialPort(world: World, instance: Instance, start: number): object {
  publish(world, instance);
  const all = Buffer.from(instance.console);
  const oldest = Math.max(0, all.length - serialBytes);
  const from = Math.min(all.length, Math.max(oldest, start < 0 ? all.length + start : start));
  return {
    kind: 'compute#serialPortOutput',
    contents: all.subarray(from).toString('utf8'),
    start: String(from),
    next: String(all.length),
    selfLink: `https://www.googleapis.com/compute/v1/${instancePath(world, instance.zone, instance.name)}/serialPort`,
  };
}
