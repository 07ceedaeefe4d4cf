import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How an answer begins that makes the connection a WebSocket. */
const SWITCHED = "HTTP/1.1 101";

/** A WebSocket, or a connection for calls of methods: both sides speak to each other, byte by byte, until either ends. */
export class Tunnel {
  private callee: Socket | undefined;
  private isWebSocket = false;
  private isOrphaned = false;

  constructor(
    private readonly caller: Duplex,
    onEnd: () => void,
  ) {
    // Either side may end at any moment; the other learns of it by the closing.
    caller
      .on("error", () => undefined)
      .once("close", () => {
        this.callee?.destroy();
        onEnd();
      });
  }

  /** Connects to the process at that socket, and sends it the request and what came right behind. */
  open(path: string, request: IncomingMessage, head: Buffer): void {
    if (this.caller.destroyed) return;
    const callee = connect({ path });
    this.callee = callee;
    callee
      .on("error", () => undefined)
      .once("close", () => {
        if (!this.isOrphaned) this.close();
      });
    callee.once("data", (answer: Buffer) => {
      this.isWebSocket = answer.toString("latin1", 0, SWITCHED.length) === SWITCHED;
    });
    callee.write(headOf(request));
    callee.write(head);
    this.caller.pipe(callee).pipe(this.caller);
  }

  close(): void {
    this.caller.destroy();
  }

  /** Ends it, except when it is an orphaned WebSocket: those have lost their process already. */
  cut(): void {
    if (!this.isOrphaned) this.close();
  }

  /**
   * Cuts an open WebSocket off from its process. The caller's side stays open and silent. It is closed once the caller
   * has sent nothing for `quietMs` milliseconds. Does nothing to what is not an open WebSocket.
   */
  orphan(quietMs: number): void {
    const { caller, callee } = this;
    if (!this.isWebSocket || callee === undefined || callee.destroyed) return;
    this.isOrphaned = true;
    caller.unpipe(callee);
    callee.unpipe(caller).destroy();
    const timer = setTimeout(() => {
      this.close();
    }, quietMs).unref();
    caller
      .on("data", () => timer.refresh())
      .once("end", () => {
        this.close();
      })
      .once("close", () => {
        clearTimeout(timer);
      })
      .resume();
  }
}

/** The head of a request as it came. */
function headOf({ method = "GET", url = "/", rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((text, index) =>
    index % 2 ? [] : [`${text}: ${rawHeaders[index + 1] ?? ""}`],
  );
  return [`${method} ${url} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}
