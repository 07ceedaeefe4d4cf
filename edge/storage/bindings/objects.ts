import { external } from "../external";
import { OBJECT_HEADERS } from "../object-headers";
import type { RawBinding } from "../raw";

/**
 * Stands for an object in the process of a version that uses it: whatever it is asked goes to the object itself, which
 * lives in the one process that has all objects of its script.
 */
function standIn(className: string): string {
  return `
import { DurableObject } from "cloudflare:workers";

export class StandIn extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const id = ctx.id.toString();
    const name = ctx.id.name;
    const ask = async (request) => {
      const headers = new Headers(request.headers);
      headers.set("${OBJECT_HEADERS.className}", ${JSON.stringify(className)});
      headers.set("${OBJECT_HEADERS.id}", id);
      if (name !== undefined) headers.set("${OBJECT_HEADERS.name}", encodeURIComponent(name));
      headers.set("${OBJECT_HEADERS.url}", request.url);
      const answer = await env.HOST.fetch(new Request(request, { headers }));
      const thrown = answer.headers.get("${OBJECT_HEADERS.thrown}");
      if (thrown === null) return answer;
      const { message, ...about } = JSON.parse(decodeURIComponent(thrown));
      throw Object.assign(new Error(message), about);
    };
    return new Proxy(this, {
      get(own, key) {
        if (key === "fetch") return ask;
        if (Reflect.has(own, key)) return Reflect.get(own, key);
        return Reflect.get(env.HOST.object(${JSON.stringify(className)}, id, name), key);
      },
    });
  }
}

export default {};
`;
}

/** A class of Durable Objects, and where its objects live. */
export interface ObjectClass {
  readonly scriptName: string;
  readonly className: string;
  /** What ids are made from, so that one means the same object in every process. */
  readonly namespaceId: string;
  readonly socket: string;
}

/** A class of Durable Objects that live in another process. */
export function objectsBinding(name: string, objects: ObjectClass): RawBinding {
  const { scriptName, className, namespaceId, socket } = objects;
  const serviceName = `objects:${scriptName}:${className}`;
  const host = `object-host:${scriptName}`;
  return {
    name,
    binding: { durableObjectNamespace: { className: "StandIn", serviceName } },
    services: [
      external(host, socket, { hasMethods: true }),
      {
        name: serviceName,
        worker: {
          compatibilityDate: "2025-07-24",
          modules: [{ name: "stand-in.mjs", esModule: standIn(className) }],
          durableObjectNamespaces: [{ className: "StandIn", uniqueKey: namespaceId }],
          bindings: [{ name: "HOST", service: { name: host } }],
        },
      },
    ],
  };
}
