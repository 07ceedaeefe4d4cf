import { once } from "node:events";
import { WebSocket } from "ws";
import type { Edge } from "../../../edge";

/** What a Worker answers to a message on a WebSocket. */
export async function said(edge: Edge, name: string, message: string, path = "/"): Promise<string> {
  const host = `${name}.${edge.subdomain}.localhost:${edge.port}`;
  const socket = new WebSocket(`ws://127.0.0.1:${edge.port}${path}`, { headers: { host } });
  await once(socket, "open");
  const answer = once(socket, "message") as Promise<[Buffer]>;
  socket.send(message);
  const [data] = await answer;
  socket.close(1000);
  await once(socket, "close");
  return data.toString();
}
