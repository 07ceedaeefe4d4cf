import { Miniflare, type RequestInit } from "miniflare";
import { overHttp, type Contestant } from "./contestant";
import { COMPATIBILITY_DATE, WORKER, type Load } from "./load";
import { Stopwatch, type Sample } from "./sample";

const NAME = "bench";

function start(): Miniflare {
  return new Miniflare({
    cf: false,
    workers: [
      {
        name: NAME,
        modules: true,
        script: WORKER,
        compatibilityDate: COMPATIBILITY_DATE,
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      },
    ],
  });
}

/** workerd alone: its own socket, nothing before the Worker and nothing beside it. */
export async function rawWorkerd(): Promise<Contestant> {
  const miniflare = start();
  const { port, host } = await miniflare.unsafeGetDirectURL(NAME);
  return overHttp("raw workerd", { port: Number(port), host, close: () => miniflare.dispose() });
}

/** What Miniflare offers to a program that embeds it. */
export async function dispatchFetch(): Promise<Contestant> {
  const miniflare = start();
  await miniflare.ready;
  return {
    name: "Miniflare dispatchFetch",
    measure: (load, seconds) => measure(miniflare, load, seconds),
    close: () => miniflare.dispose(),
  };
}

async function measure(miniflare: Miniflare, load: Load, seconds: number): Promise<Sample> {
  const { method, path, connections, body } = load;
  const init: RequestInit = { method, ...(body && { body }) };
  const stopwatch = new Stopwatch();
  const end = performance.now() + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const start = performance.now();
      const response = await miniflare.dispatchFetch(`http://bench${path}`, init);
      await response.arrayBuffer();
      stopwatch.answered(performance.now() - start, response.ok);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  return stopwatch.sample();
}
