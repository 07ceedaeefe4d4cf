import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ask, goLive, saying, useEdge } from "../support";

/** Goes where its visitor says, from the Worker itself or from an object of it, and tells what came of it. */
const TRAVELLER = `
import { connect } from "cloudflare:sockets";
import { DurableObject } from "cloudflare:workers";

async function go(url, how) {
  try {
    if (how === "connect") return await dial(url);
    const response = await fetch(url, { headers: how === "socket" ? { upgrade: "websocket" } : {} });
    return response.status + " " + await response.text();
  } catch (error) {
    return "refused";
  }
}

async function dial(hostname) {
  const socket = connect(hostname);
  const writer = socket.writable.getWriter();
  await writer.write(new TextEncoder().encode("GET / HTTP/1.0\\r\\n\\r\\n"));
  const { value } = await socket.readable.getReader().read();
  return new TextDecoder().decode(value).slice(9, 12);
}

export class Place extends DurableObject {
  go(url, how) { return go(url, how); }
}

export default {
  async fetch(request, env) {
    const { url, how, from } = await request.json();
    const place = from === "object" ? env.PLACE.getByName("one") : { go };
    return new Response(await place.go(url, how));
  },
};
`;

const OBJECTS = {
  bindings: [{ type: "durable_object_namespace", name: "PLACE", class_name: "Place" }],
  migrations: { new_tag: "v1", new_sqlite_classes: ["Place"] },
};

interface Journey {
  readonly url: string;
  readonly how?: "fetch" | "connect" | "socket";
  readonly from?: "worker" | "object";
}

/** Answers whoever reaches it, as a service on this machine or its network would. */
function useNeighbour(host: string): { readonly port: number; readonly heard: string[] } {
  let server: Server | undefined;
  const heard: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      heard.push(request.url ?? "");
      response.end("secret");
    }).listen(0, host);
    await once(server, "listening");
  });
  after(() => server?.close());
  return {
    heard,
    get port() {
      return (server?.address() as AddressInfo).port;
    },
  };
}

describe("what a Worker reaches", () => {
  const started = useEdge();
  const neighbour = useNeighbour("::");
  before(async () => {
    await goLive(started.edge, "traveller", TRAVELLER, OBJECTS);
    await goLive(started.edge, "other", saying("hello"));
  });

  const travel = async (journey: Journey): Promise<string> =>
    (await ask(started.edge, "traveller", { method: "POST", body: JSON.stringify(journey) })).body;

  const addresses = ["127.0.0.1", "127.1.2.3", "localhost", "[::1]", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]"];
  for (const address of [...addresses, "2130706433", "127.0.0.1."]) {
    it(`is nothing at ${address}`, async () => {
      const url = `http://${address}:${neighbour.port}/`;
      assert.equal(await travel({ url }), "refused");
      assert.equal(await travel({ url, from: "object" }), "refused");
      assert.equal(await travel({ url: `${address}:${neighbour.port}`, how: "connect" }), "refused");
      assert.deepEqual(neighbour.heard, []);
    });
  }

  it("is nothing of a private network, nor where clouds tell machines their secrets", async () => {
    for (const address of [
      "10.0.0.1",
      "192.168.0.1",
      "172.16.0.1",
      "169.254.169.254",
      "[fe80::1]",
      "[fd00::1]",
    ]) {
      assert.equal(await travel({ url: `http://${address}/` }), "refused", address);
    }
  });

  it("is nothing of the edge's API, and so of its ports", async () => {
    assert.equal(await travel({ url: `${started.edge.baseUrl}/user/tokens/verify` }), "refused");
  });

  it("is another Worker of the edge by its host name, from objects too", async () => {
    const url = `${started.edge.workerUrl("other")}path`;
    assert.equal(await travel({ url }), "200 hello");
    assert.equal(await travel({ url, from: "object" }), "200 hello");
  });

  it("is no Worker that the edge does not have", async () => {
    assert.match(await travel({ url: started.edge.workerUrl("nobody") }), /^404 /);
  });

  it("is no handler of another Worker that is called by hand", async () => {
    const url = `${started.edge.workerUrl("other")}cdn-cgi/handler/scheduled`;
    assert.match(await travel({ url }), /^403 Handlers are called by hand/);
  });
});

describe("what a Worker reaches of an edge that lets it reach private networks", () => {
  const started = useEdge({ privateNetwork: true });
  const neighbour = useNeighbour("127.0.0.1");
  before(() => goLive(started.edge, "traveller", TRAVELLER, OBJECTS));

  it("is this machine", async () => {
    for (const from of ["worker", "object"]) {
      const body = JSON.stringify({ url: `http://127.0.0.1:${neighbour.port}/`, from });
      assert.equal((await ask(started.edge, "traveller", { method: "POST", body })).body, "200 secret");
    }
    const body = JSON.stringify({ url: `127.0.0.1:${neighbour.port}`, how: "connect" });
    assert.equal((await ask(started.edge, "traveller", { method: "POST", body })).body, "200");
  });
});
