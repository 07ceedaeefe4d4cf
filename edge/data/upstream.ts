import { Agent, type ClientRequestArgs } from "node:http";
import { Socket, type NetConnectOpts } from "node:net";

/**
 * workerd closes a connection that was idle for 5 seconds. Letting go of it before that, no request is ever sent into
 * a connection that is being closed.
 */
const IDLE_CONNECTION_MS = 3_000;

type Done = (error?: Error | null) => void;

/**
 * A version may answer without having read the request, and close the connection: what is written then fails before
 * the answer is read. So a failed write is none; what has become of the connection is for the reading side to say.
 */
class PatientSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, () => {
      done();
    });
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done): void {
    super._writev?.(chunks, () => {
      done();
    });
  }
}

class PatientAgent extends Agent {
  override createConnection(options: ClientRequestArgs): Socket {
    // The constructor must know them too: without noDelay each body would wait 40 ms for its headers' receipt.
    return new PatientSocket(options).connect(options as NetConnectOpts);
  }
}

/**
 * A connection for each request. A kept one may be closed just when a request is sent on it: workerd closes it without
 * notice after some answers, as after one that it has cut off. Whether it has read the request then cannot be told, so
 * what must not be sent twice goes on a connection of its own.
 */
export class FreshAgent extends PatientAgent {
  constructor() {
    super({ keepAlive: false });
  }
}

/** The connections to one version's process that are kept for the next request. */
export class UpstreamAgent extends PatientAgent {
  private readonly idleSince = new WeakMap<Socket, number>();

  constructor(private readonly idleMs = IDLE_CONNECTION_MS) {
    super({ keepAlive: true, timeout: idleMs });
    this.on("free", (socket: Socket) => this.idleSince.set(socket, performance.now()));
  }

  /**
   * Closes those that wait for a request. The others are for the process at their end to close: how it does that tells
   * whether it had heard the request, and nobody could tell if we did.
   */
  closeIdle(): void {
    for (const sockets of Object.values(this.freeSockets))
      for (const socket of sockets ?? []) socket.destroy();
  }

  /** Node calls this for each request, to give it a connection. Its types do not know it. */
  addRequest(...request: readonly unknown[]): void {
    this.dismissStale();
    const { addRequest } = Agent.prototype as unknown as Pick<UpstreamAgent, "addRequest">;
    addRequest.apply(this, request as []);
  }

  /**
   * Where this process was held up, a timer that should have let go of a connection has not fired yet. The one that
   * would be taken is the one that was used last: if it is too old, all are.
   */
  private dismissStale(): void {
    for (const sockets of Object.values(this.freeSockets)) {
      const last = sockets?.at(-1);
      const since = last && this.idleSince.get(last);
      if (since === undefined || performance.now() - since < this.idleMs) continue;
      for (const socket of sockets ?? []) socket.destroy();
    }
  }
}
