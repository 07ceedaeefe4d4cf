import autocannon from "autocannon";
import type { Load } from "./load";
import { Stopwatch, type Sample } from "./sample";

/** Something that runs the Worker. */
export interface Contestant {
  readonly name: string;
  readonly measure: (load: Load, seconds: number) => Promise<Sample>;
  readonly close: () => Promise<void>;
}

/** Where a contestant listens that is asked through HTTP. */
export interface Listener {
  readonly port: number;
  /** The `Host` that requests go to. */
  readonly host: string;
  readonly close: () => Promise<void>;
}

/** A contestant that is asked through keep-alive connections. */
export function overHttp(name: string, { port, host, close }: Listener): Contestant {
  return { name, close, measure: (load, seconds) => measure(port, host, load, seconds) };
}

async function measure(port: number, host: string, load: Load, seconds: number): Promise<Sample> {
  const { method, path, connections, body } = load;
  const stopwatch = new Stopwatch();
  await new Promise<void>((resolve, reject) => {
    const run = autocannon(
      {
        url: `http://127.0.0.1:${port}${path}`,
        headers: { host },
        method,
        connections,
        duration: seconds,
        ...(body && { body }),
      },
      (error: unknown) => {
        if (error instanceof Error) reject(error);
        else resolve();
      },
    );
    run.on("response", (_client, status, _bytes, milliseconds) => {
      stopwatch.answered(milliseconds, status === 200);
    });
    run.on("reqError", () => {
      stopwatch.failedWithoutAnswer();
    });
  });
  return stopwatch.sample();
}
