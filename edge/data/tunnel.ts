import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { Frames } from "./frames";

/** One end of a connection that has changed, or is to change, to another protocol. */
export interface Upgrade {
  readonly socket: Socket;
  /** What came right behind the headers. */
  readonly head: Buffer;
}

/** Tells the client that its connection is a WebSocket from here on. */
export function switchProtocols(
  client: Upgrade,
  { statusMessage }: IncomingMessage,
  headers: string[],
): void {
  const lines = [`HTTP/1.1 101 ${statusMessage ?? ""}`, "Connection: Upgrade", "Upgrade: websocket"];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    lines.push(`${headers[index] ?? ""}: ${headers[index + 1] ?? ""}`);
  }
  client.socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/**
 * Lets two connections speak to each other, byte by byte, until either ends. Calls back once with whether the client
 * left: before the version did, and without saying goodbye.
 */
export function join(client: Upgrade, version: Upgrade, onEnd: (clientLeft: boolean) => void): void {
  const said = new Frames();
  said.read(client.head);
  client.socket.on("data", (chunk: Buffer) => {
    said.read(chunk);
  });
  const end = once((byClient: boolean) => {
    onEnd(byClient && !said.hasClosed);
  });
  connect(client, version, () => {
    end(true);
  });
  connect(version, client, () => {
    end(false);
  });
}

function connect(from: Upgrade, to: Upgrade, onEnd: () => void): void {
  from.socket.setTimeout(0).setNoDelay(true);
  to.socket.write(from.head);
  from.socket.pipe(to.socket);
  from.socket.once("end", onEnd);
  from.socket.on("error", () => to.socket.destroy());
  from.socket.once("close", () => {
    onEnd();
    to.socket.destroySoon();
  });
}

function once<T>(callback: (value: T) => void): (value: T) => void {
  let isCalled = false;
  return (value) => {
    if (isCalled) return;
    isCalled = true;
    callback(value);
  };
}
