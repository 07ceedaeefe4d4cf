export { Room } from "./room.mjs";

export default {
  fetch: () => new Response("no rooms yet"),
};
